"""Quarterly dividends: who pays, when the claim ends, and how much."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from topheavy.simulator.cast import Cast
from topheavy.simulator.events import Change
from topheavy.simulator.names import GIANTS
from topheavy.simulator.records import Company, Dividend, Numbers, Whole

_PAYERS = 0.82
_PAYING_GIANTS = (0, 1, 2, 5)
_LEAST = 0.01


@dataclass(frozen=True, slots=True)
class Schedule:
    """Ex-dates (session numbers) of companies, and the part of the price paid at each."""

    rows: Whole
    companies: Whole
    parts: Numbers

    def drops(self, shape: tuple[int, int]) -> Numbers:
        """Return the part of the price paid out, by session and company."""
        drops = np.zeros(shape)
        drops[self.rows, self.companies] = self.parts
        return drops


def make_schedule(
    cast: Cast, sessions: Sequence[date], happened: Sequence[Change], rng: np.random.Generator
) -> Schedule:
    """Draw who pays when; no claim ends on the session of a split."""
    pays = rng.random(cast.size) < _PAYERS
    pays[: len(GIANTS)] = np.isin(np.arange(len(GIANTS)), _PAYING_GIANTS)
    offset, day = rng.integers(0, 3, cast.size), rng.integers(3, 25, cast.size)
    part = np.exp(rng.normal(np.log(0.018), 0.5, cast.size)) / 4
    part[: len(GIANTS)] = 0.006 / 4
    split = {(change.row, change.who) for change in happened}
    ordinals = np.array([s.toordinal() for s in sessions], dtype=np.int64)
    due = [
        (row, who)
        for month in _months(sessions[0], sessions[-1])
        for who in np.flatnonzero(pays & (offset == month.month % 3)).tolist()
        if 0 < (row := int(np.searchsorted(ordinals, month.toordinal() + int(day[who]) - 1))) < len(sessions)
        and (row, who) not in split
    ]
    rows, companies = np.array(due, dtype=np.int64).reshape(-1, 2).T
    return Schedule(rows, companies, part[companies])


def _months(since: date, until: date) -> Iterator[date]:
    month = since.replace(day=1)
    while month <= until:
        yield month
        month = (month + timedelta(days=32)).replace(day=1)


def make_dividends(
    schedule: Schedule, companies: Sequence[Company], sessions: Sequence[date], close: Numbers
) -> tuple[Dividend, ...]:
    """Return the dividends of every line that traded before and on its ex-date, as paid on one share."""
    return tuple(
        _dividend(line, sessions[row], max(_LEAST, round(float(close[row - 1, line]) * part, 2)))
        for row, who, part in zip(
            *(a.tolist() for a in (schedule.rows, schedule.companies, schedule.parts)), strict=True
        )
        for line in companies[who].lines
        if np.isfinite(close[row - 1 : row + 1, line]).all()
    )


def _dividend(line: int, ex: date, amount: float) -> Dividend:
    declared, record, pay = (ex + timedelta(days=days) for days in (-24, 1, 21))
    return Dividend(line, declared, ex, record, pay, amount)
