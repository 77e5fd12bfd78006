"""The register: every company and line, what it is called when, and when it is in the index."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np

from topheavy.simulator.cast import Cast
from topheavy.simulator.events import Swap, listing_row
from topheavy.simulator.names import GIANTS, INDUSTRIES, Industry, full_name, new_symbol, stems
from topheavy.simulator.records import Company, Line, Membership, Naming, Numbers

FIRST_CIK = 9_900_000_001
"""Beyond every number the SEC has given out, so that no simulated company has a real one's."""

HEAVY_UNIT = 1500.0
"""What one share of the heaviest class is worth in shares of the main class."""

_SECOND_CLASS_PART = 0.4
_STYLES = (("", "L", 1.0), (".B", ".A", HEAVY_UNIT), (".A", ".B", 1.0), ("", "A", 1.0), ("", "A", 1.0))
"""How dual-class issuers spell their two classes, and the second's unit; the giant comes first."""


class Register:
    """Companies, lines and memberships of one market, by number."""

    def __init__(
        self,
        cast: Cast,
        sessions: Sequence[date],
        swaps: Sequence[Swap],
        renames: Mapping[int, int],
        rng: np.random.Generator,
    ) -> None:
        self._cast, self._sessions, self._swaps, self._rng = cast, sessions, swaps, rng
        self._symbols = {symbol for _, symbol, _ in GIANTS}
        self._renames = {company: sessions[row] for company, row in renames.items()}
        self._words = stems(cast.size + len(renames), rng)
        self.companies: list[Company] = []
        self.lines: list[Line] = []
        for number in range(cast.size):
            self._add(number)

    def _add(self, number: int) -> None:
        name, symbol, industry = self._identity(number)
        spelled = [("", "Common Stock", 1.0)]
        if number in self._cast.dual:
            main, second, unit = _STYLES[self._cast.dual.index(number) % len(_STYLES)]
            spelled = [(main, "Class A Common Stock", 1.0), (second, "Class B Common Stock", unit)]
        listed = self._listed(number)
        first = len(self.lines)
        for ending, title, unit in spelled:
            namings = self._namings(number, symbol + ending, listed)
            gone = self._swaps[0].row if number == self._cast.leavers[0] else None
            delisted = None if gone is None else self._sessions[gone]
            self.lines.append(Line(len(self.lines), number, f"{name} {title}", unit, listed, delisted, namings))
        numbers = tuple(range(first, len(self.lines)))
        self.companies.append(Company(number, name, FIRST_CIK + number, industry, number < len(GIANTS), numbers))

    def _identity(self, number: int) -> tuple[str, str, Industry]:
        if number < len(GIANTS):
            return GIANTS[number]
        stem, industry = self._words[number], INDUSTRIES[int(self._rng.integers(len(INDUSTRIES)))]
        return full_name(stem, industry, number), new_symbol(stem, self._symbols), industry

    def _listed(self, number: int) -> date:
        if number == self._cast.joiners[0]:
            return self._sessions[listing_row(len(self._sessions))]
        return self._sessions[0] - timedelta(days=int(self._rng.integers(2_000, 14_000)))

    def _namings(self, number: int, symbol: str, listed: date) -> tuple[Naming, ...]:
        changed = self._renames.get(number)
        if changed is None or number in self._cast.dual:
            return (Naming(symbol, listed, None),)
        old = new_symbol(self._words[-1 - list(self._renames).index(number)], self._symbols)
        return (Naming(old, listed, changed), Naming(symbol, changed, None))

    def memberships(self) -> tuple[Membership, ...]:
        """Return who is in the index from when to when, by line."""
        left = {swap.leaver: self._sessions[swap.row] for swap in self._swaps}
        joined = {swap.joiner: self._sessions[swap.row] for swap in self._swaps}
        return tuple(
            Membership(line.number, joined.get(line.company) or self._old_member(line.company), left.get(line.company))
            for line in self.lines
        )

    def _old_member(self, company: int) -> date:
        return self._sessions[0] - timedelta(days=200 + 37 * company % 1_700)

    def class_parts(self) -> Numbers:
        """Return each line's count as a part of its company's, in shares of that line."""
        return np.array([self._part(line) / line.unit for line in self.lines])

    def _part(self, line: Line) -> float:
        lines = self.companies[line.company].lines
        if len(lines) == 1:
            return 1.0
        return _SECOND_CLASS_PART if line.number == lines[1] else 1 - _SECOND_CLASS_PART
