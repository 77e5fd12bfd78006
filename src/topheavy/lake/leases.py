"""Leases: which collector is at which unit, so that several share the work instead of doubling it.

A lease holds for as long as its holder lives: every holder keeps a file of its own locked, and the operating system
lets go of the lock when the process ends, however it ends. No clock is asked, so none can be wrong.
"""

from collections.abc import Iterable
from enum import Enum, auto
from pathlib import Path
from typing import Self
from uuid import uuid4

from topheavy.core.errors import LakeError, one_line
from topheavy.core.files.locks import SignOfLife, is_locked
from topheavy.core.units import Unit
from topheavy.lake.ledger import Ledger


class Claim(Enum):
    """What came of asking for a lease."""

    MINE = auto()
    ELSEWHERE = auto()
    """A living collector is at it."""


class Leases:
    """One collector's leases; safe to use from its threads."""

    def __init__(self, home: Path, ledger: Ledger) -> None:
        self.holder = uuid4().hex
        self._folder = home / "collectors"
        self._ledger = ledger
        try:
            self._folder.mkdir(exist_ok=True)
            self._sign_of_life = SignOfLife(self._path(self.holder))
        except OSError as error:
            raise LakeError(f"{self._folder} cannot be written: {one_line(error)}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def claim(self, unit: Unit) -> Claim:
        """Take the lease of a unit, unless another living collector has it."""
        with self._ledger.transaction() as file:
            held = file.execute("SELECT holder FROM leases WHERE unit = ?", (unit.id,)).fetchone()
            if held and held[0] != self.holder and self._lives(held[0]):
                return Claim.ELSEWHERE
            file.execute("INSERT OR REPLACE INTO leases VALUES (?, ?)", (unit.id, self.holder))
        return Claim.MINE

    def release(self, unit: Unit) -> None:
        """Give the lease of a unit back."""
        with self._ledger.transaction() as file:
            file.execute("DELETE FROM leases WHERE unit = ? AND holder = ?", (unit.id, self.holder))

    def close(self) -> None:
        """Give everything back, also what the dead have left behind."""
        with self._ledger.transaction() as file:
            holders = {row[0] for row in file.execute("SELECT DISTINCT holder FROM leases")}
            gone = [(name,) for name in holders if name == self.holder or not self._lives(name)]
            file.executemany("DELETE FROM leases WHERE holder = ?", gone)
        self._sign_of_life.end()

    def living(self, holders: Iterable[str]) -> set[str]:
        """Return those of ``holders`` that are at work."""
        return {name for name in holders if name == self.holder or self._lives(name)}

    def _path(self, holder: str) -> Path:
        return self._folder / f"{holder}.lock"

    def _lives(self, holder: str) -> bool:
        return is_locked(self._path(holder))
