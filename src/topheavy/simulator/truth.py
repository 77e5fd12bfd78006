"""A market as it is: the truth, and beside it what the vendors serve."""

from bisect import bisect_right
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from hashlib import sha256

import numpy as np

from topheavy.simulator.cast import Cast
from topheavy.simulator.records import (
    Bars,
    Company,
    Dividend,
    Fault,
    FaultKind,
    Filing,
    Line,
    Membership,
    Numbers,
    Split,
    Truth,
    Whole,
)


@dataclass(frozen=True)
class Market:
    """A simulated market: the truth, and what the vendors serve of it.

    Arrays are (session, line). ``bars`` and ``shares`` (counts in the day's own share unit) are true;
    ``served`` are the bars with their planted faults, as ``Filing.printed`` are counts with theirs.
    ``factor`` is what an as-traded price is divided by to stand on the last session's share unit.
    ``cast`` tells who plays which part, ``faults`` what was planted; nothing is known after ``until``.
    """

    seed: int
    until: date
    cast: Cast
    sessions: tuple[date, ...]
    companies: tuple[Company, ...]
    lines: tuple[Line, ...]
    memberships: tuple[Membership, ...]
    bars: Bars
    served: Bars
    shares: Numbers
    factor: Numbers
    splits: tuple[Split, ...]
    dividends: tuple[Dividend, ...]
    filings: tuple[Filing, ...]
    faults: tuple[Fault, ...]

    @cached_property
    def row_of(self) -> dict[date, int]:
        """Session → its row in the arrays."""
        return {session: row for row, session in enumerate(self.sessions)}

    @cached_property
    def member(self) -> Truth:
        """Which lines are in the index on which session."""
        days, inside = ordinals(self.sessions), np.zeros(self.shares.shape, dtype=np.bool_)
        for membership in self.memberships:
            end = membership.until.toordinal() if membership.until else days[-1] + 1
            inside[(days >= membership.since.toordinal()) & (days < end), membership.line] = True
        return inside

    @cached_property
    def issuer_caps(self) -> Numbers:
        """True market cap in USD by session and company, all classes together; 0 where not listed."""
        by_line = np.nan_to_num(self.shares * self.bars.close)
        return np.add.reduceat(by_line, [company.lines[0] for company in self.companies], axis=1)

    def line_named(self, symbol: str, day: date) -> Line | None:
        """Return the line that traded as ``symbol`` on ``day``, if any did."""
        lines = self._by_symbol.get(symbol, ())
        return next((line for line in lines if line.trades_on(day) and line.symbol_on(day) == symbol), None)

    @cached_property
    def _by_symbol(self) -> dict[str, list[Line]]:
        by_symbol: dict[str, list[Line]] = {}
        for line in self.lines:
            for naming in line.namings:
                by_symbol.setdefault(naming.symbol, []).append(line)
        return by_symbol

    def row_at(self, day: date) -> int:
        """Return the row of the last session on or before ``day`` (the first, for days before it)."""
        return max(0, bisect_right(self.sessions, day) - 1)

    def detailed_count(self, line: int, row: int) -> float:
        """Return the count the vendor's details give for a line, a split mismatch included."""
        count, session = float(self.shares[row, line]), self.sessions[row]
        for fault in self.faults:
            if fault.kind is FaultKind.SPLIT_MISMATCH and fault.line == line and fault.covers(session):
                count *= fault.factor
        return count

    def digest(self) -> str:
        """Return a hash of everything in the market, in hex: the same seed and period give the same."""
        arrays = [getattr(bars, f.name) for bars in (self.bars, self.served) for f in fields(Bars)]
        arrays += [self.shares, self.factor]
        rest = [getattr(self, f.name) for f in fields(self) if f.name not in {"bars", "served", "shares", "factor"}]
        hashed = sha256(repr(rest).encode())
        for array in arrays:
            hashed.update(np.ascontiguousarray(array).tobytes())
        return hashed.hexdigest()


def ordinals(days: tuple[date, ...]) -> Whole:
    """Return the days as day numbers."""
    return np.array([day.toordinal() for day in days], dtype=np.int64)
