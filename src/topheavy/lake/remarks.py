"""What a refine found odd in answers that it could read: lines left out, doubts, contradictions; kept for who looks."""

from collections.abc import Iterable
from dataclasses import dataclass

from topheavy.lake.ledger import Ledger

LEFT_OUT, DOUBT, CONTRADICTION = "left out", "doubt", "contradiction"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to know of an answer: of which kind, in words, and how many rows it concerns.

    ``other`` is the answer that a contradiction is with.
    """

    unit: str
    kind: str
    text: str
    rows: int = 0
    other: str = ""


class Remarks:
    """The remarks in a home's ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def replace(self, units: Iterable[str], coming: Iterable[Remark]) -> None:
        """Put ``coming`` in place of all that was remarked on ``units`` before."""
        gone = [(unit, unit) for unit in units]
        rows = [(item.unit, item.other, item.kind, item.text, item.rows) for item in coming]
        if not rows and not self._known():
            return
        with self._ledger.transaction() as file:
            file.executemany("DELETE FROM remarks WHERE unit = ? OR other = ?", gone)
            file.executemany("INSERT INTO remarks VALUES (?,?,?,?,?)", rows)

    def rivals(self, units: Iterable[str]) -> set[str]:
        """Return the answers that contradict any of ``units``: what one says now is compared with all of them."""
        asked = set(units)
        pairs = (
            self._ledger.rows("SELECT unit, other FROM remarks WHERE kind = ?", CONTRADICTION) if self._there() else []
        )
        return {there for here, there in [*pairs, *((b, a) for a, b in pairs)] if here in asked}

    def every(self) -> list[Remark]:
        """Return all remarks, contradictions first, then doubts; none where the ledger is of an earlier version."""
        if not self._there():
            return []
        found = self._ledger.rows(
            "SELECT unit, kind, text, rows, other FROM remarks ORDER BY kind, unit, rows DESC, text"
        )
        return [Remark(*row) for row in found]

    def _there(self) -> bool:
        return bool(self._ledger.rows("SELECT 1 FROM sqlite_master WHERE name = 'remarks'"))

    def _known(self) -> bool:
        return bool(self._ledger.rows("SELECT 1 FROM remarks LIMIT 1"))
