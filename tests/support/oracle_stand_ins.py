"""The oracle's stand-ins: what a member without a cap is worth by the evidence nearest in time."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from itertools import accumulate, pairwise
from math import ceil, exp, fsum, sqrt
from operator import mul
from statistics import median

from support.oracle_figures import Value

CARRIED_SESSIONS = 21
DRIFT_A_DAY, FLOAT = 0.00045, 0.0169
"""Squared errors, in logarithms, that nine in ten members keep: of a weight by day, of a fund's from the start."""

MOST_APART, LEAST_HELD = 0.2, 0.5
"""A fund is like the index up to this active share, where it holds this part of what is measured."""

FundFile = tuple[str, date, Mapping[str, float]]
"""Fund, as-of day, and issuer → market value or weight."""


class StandIns:
    """What is known of members on other days and from funds. ``measured``: member issuer → cap, by session."""

    def __init__(
        self,
        sessions: Sequence[date],
        measured: Sequence[Mapping[str, float]],
        caps: Mapping[tuple[date, str], float],
        files: Sequence[FundFile],
    ) -> None:
        self.sessions = sessions
        self.measured = dict(zip(sessions, measured, strict=True))
        self.caps = caps
        self.files = files
        self.capped: dict[str, list[date]] = {}
        for session, issuer in sorted(caps):
            self.capped.setdefault(issuer, []).append(session)
        some = [session for session in sessions if self.measured[session]]
        steps = [1.0, *(self._step(before, after) for before, after in pairwise(some))]
        self.level = dict(zip(some, accumulate(steps, mul), strict=True))
        self.fits = cache(self._fits)

    def _step(self, before: date, after: date) -> float:
        """What the members measured on both days were worth, divided."""
        then, now = self.measured[before], self.measured[after]
        both = then.keys() & now.keys()
        return fsum(now[i] for i in both) / fsum(then[i] for i in both) if both else 1.0

    def value(self, issuer: str, session: date) -> Value:
        """By its own recent weight, else by the nearest of its own and the funds, else typically."""
        own = [day for day in self._around(self.capped.get(issuer, []), session) if day in self.level]
        if own and own[0] < session and self._place(session) - self._place(own[0]) <= CARRIED_SESSIONS:
            return self._own("carried", issuer, own[0], session)
        candidates = [(_apart(day, session), 0, "", day) for day in own]
        candidates += [(_apart(f[1], session), 1, f[0], f[1]) for f in self._asked(session) if f[2].get(issuer)]
        if not candidates:
            return self._typical(session)
        _, is_fund, fund, day = min(candidates)
        return self._by_fund(issuer, fund, day, session) if is_fund else self._own("nearest", issuer, day, session)

    def _place(self, session: date) -> int:
        return bisect_left(self.sessions, session)

    def _around(self, days: list[date], session: date) -> list[date]:
        place = bisect_left(days, session)
        after = bisect_right(days, session)
        return [*days[max(0, place - 1) : place], *days[after : after + 1]]

    def _own(self, how: str, issuer: str, day: date, session: date) -> Value:
        value = self.caps[day, issuer] * self.level[session] / self.level[day]
        return _within(value, how, DRIFT_A_DAY * _apart(day, session))

    def _asked(self, session: date) -> list[FundFile]:
        """Of each fund the last file up to the day and the first after it, where the fund is like the index."""
        chosen = []
        for fund in {file[0] for file in self.files}:
            own = sorted((file for file in self.files if file[0] == fund), key=lambda file: file[1])
            chosen += [file for file in own if file[1] <= session][-1:] + [file for file in own if file[1] > session][
                :1
            ]
        return [file for file in chosen if self.fits(file[0], file[1], session)]

    def _file(self, fund: str, day: date) -> Mapping[str, float]:
        return next(file[2] for file in self.files if file[:2] == (fund, day))

    def _sums(self, fund: str, day: date, session: date) -> tuple[set[str], float, float]:
        held, caps = self._file(fund, day), self.measured[session]
        both = held.keys() & caps.keys()
        return both, fsum(held[i] for i in both), fsum(caps[i] for i in both)

    def _fits(self, fund: str, day: date, session: date) -> bool:
        both, held, caps = self._sums(fund, day, session)
        if caps < LEAST_HELD * fsum(self.measured[session].values()):
            return False
        file, measured = self._file(fund, day), self.measured[session]
        return fsum(abs(file[i] / held - measured[i] / caps) for i in both) / 2 <= MOST_APART

    def _by_fund(self, issuer: str, fund: str, day: date, session: date) -> Value:
        _, held, caps = self._sums(fund, day, session)
        value = self._file(fund, day)[issuer] / held * caps
        return _within(value, "by fund", FLOAT + DRIFT_A_DAY * _apart(day, session))

    def _typical(self, session: date) -> Value:
        """The smallest with at least 15 % up to it; at least the smallest of all, at most the median."""
        caps = sorted(self.measured[session].values())
        return Value(caps[ceil(len(caps) * 15 / 100) - 1], "typical", caps[0], median(caps))


def _apart(day: date, session: date) -> int:
    return abs((day - session).days)


def _within(value: float, how: str, squared: float) -> Value:
    return Value(value, how, value / exp(sqrt(squared)), value * exp(sqrt(squared)))
