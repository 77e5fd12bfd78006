"""Faults planted in what the vendors serve, each with what is true, so that repairs can be judged."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta

import numpy as np

from topheavy.simulator.cast import DUAL_GIANT, Cast
from topheavy.simulator.events import Change, last_quarter_row
from topheavy.simulator.records import Bars, Company, Fault, FaultKind, Filing, Line, Numbers

WRONG_FACTORS = (1000.0, 10.0, 0.25, 44.0, 100.0, 0.1)
LATE = timedelta(days=60)
ABSENT_DAYS = 3


@dataclass(frozen=True, slots=True)
class Scene:
    """Where faults are planted."""

    cast: Cast
    sessions: Sequence[date]
    companies: Sequence[Company]
    lines: Sequence[Line]

    def line(self, company: int) -> Line:
        """The company's main line."""
        return self.lines[self.companies[company].lines[0]]

    def fault(
        self, kind: FaultKind, line: Line, since: date, until: date, served: float | None, true: float, note: str
    ) -> Fault:
        """One planted fault, under the symbol of its first day."""
        return Fault(kind, line.number, line.symbol_on(since), since, until, served, true, note)


def wrong_counts(scene: Scene, filings: list[Filing], rng: np.random.Generator) -> list[Fault]:
    """Misprint one cover page each of some companies, in place; the pages before and after are right."""
    return [
        _misprint(scene, filings, _pick(scene, filings, company, rng), factor)
        for company, factor in zip(scene.cast.wrong, WRONG_FACTORS, strict=True)
    ]


def _pick(scene: Scene, filings: Sequence[Filing], company: int, rng: np.random.Generator) -> int:
    """Return the place of a filing between two others, of the period itself where it has one."""
    inner = [i for i, filing in enumerate(filings) if filing.company == company][1:-1]
    late_enough = [i for i in inner if filings[i].effective >= scene.sessions[0]]
    return int(rng.choice(late_enough or inner))


def _misprint(scene: Scene, filings: list[Filing], place: int, factor: float) -> Fault:
    right = filings[place]
    filings[place] = wrong = replace(right, printed=round(right.count * factor))
    line, until = scene.lines[right.line], filings[place + 1].effective
    note = f"cover page of {right.effective}: the count is printed {factor:g} times the true one"
    return scene.fault(FaultKind.WRONG_COUNT, line, right.effective, until, wrong.printed, right.count, note)


def late_filing(scene: Scene, filings: list[Filing], rng: np.random.Generator) -> Fault:
    """File one cover page two months after the date it speaks of, in place."""
    place = _pick(scene, filings, scene.cast.late, rng)
    usual = filings[place]
    day = usual.effective + LATE
    filed = day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)
    filings[place] = replace(usual, filed=filed)
    days, expected = (filed - usual.effective).days, (usual.filed - usual.effective).days
    note = f"cover page of {usual.effective} was filed {days} days later, on {filed}"
    line = scene.lines[usual.line]
    return scene.fault(FaultKind.LATE_FILING, line, usual.effective, filed, days, expected, note)


def split_mismatch(scene: Scene, happened: Sequence[Change], counts: Numbers) -> list[Fault]:
    """Details of the dual-class giant already count in the new share unit from the quarter-end before its split."""
    change = next(c for c in happened if c.who == DUAL_GIANT)
    first = last_quarter_row(scene.sessions, change.row)
    since, until, ratio = scene.sessions[first], scene.sessions[change.row], change.new / change.old
    note = f"details from {since} count in the share unit of the {change.new}:{change.old} split of {until}"
    return [
        scene.fault(FaultKind.SPLIT_MISMATCH, scene.lines[line], since, until, true * ratio, true, note)
        for line in scene.companies[DUAL_GIANT].lines
        for true in [float(counts[first, line])]
    ]


def crossed_bar(scene: Scene, bars: Bars, served: Bars) -> Fault:
    """Print one low above its open, in place; the true day opens at its low."""
    line, rows = scene.line(scene.cast.crossed), len(scene.sessions)
    rise = (bars.close / bars.open)[rows // 5 : -rows // 5, line.number]
    row = rows // 5 + int(np.argmax(rise))
    opened, close = (float(price[row, line.number]) for price in (bars.open, bars.close))
    bars.low[row, line.number] = opened
    served.low[row, line.number] = wrong = round((opened + close) / 2, 2)
    session = scene.sessions[row]
    note = f"bar of {session}: the low is printed above the open; the stock never traded below its open"
    return scene.fault(FaultKind.LOW_ABOVE_OPEN, line, session, session + timedelta(days=1), wrong, opened, note)


def missing_bars(scene: Scene, bars: Bars, served: Bars) -> list[Fault]:
    """Leave one member's bar out on three sessions, in place."""
    line, first = scene.line(scene.cast.absent), int(len(scene.sessions) * 0.6)
    rows = range(first, first + ABSENT_DAYS)
    for field in fields(served):
        getattr(served, field.name)[rows, line.number] = np.nan
    return [
        scene.fault(FaultKind.MISSING_BAR, line, day, day + timedelta(days=1), None, close, note)
        for row in rows
        for day, close in [(scene.sessions[row], float(bars.close[row, line.number]))]
        for note in [f"the bar of {day} is left out; the stock traded and closed at {close}"]
    ]
