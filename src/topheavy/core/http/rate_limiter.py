"""Every call of the last minute, in one small file that all processes of the machine take turns at.

A turn is a row. It is given where no window holds more rows than the vendor allows, under the file's write lock,
so that no two processes count the same gap; the system frees the lock of a process that dies, and its rows stay.
"""

import sqlite3
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from time import sleep, time

from topheavy.core.errors import UsageError, one_line

MARGIN = 0.05
"""Seconds by which every window is longer than the vendor's: a call leaves a little after its turn is given."""

KEPT = 120.0
"""Seconds a row is kept: longer than any window."""

PATIENCE = 60.0
"""Seconds to wait for the file while others write to it; a turn takes less than a thousandth."""

_TABLE = "CREATE TABLE IF NOT EXISTS turns (holder TEXT NOT NULL, at REAL NOT NULL)"
_INDEX = "CREATE INDEX IF NOT EXISTS turns_in_time ON turns (holder, at)"


class RateLimiter:
    """Called, it waits for a turn and takes it. Threads queue here; processes meet in the file.

    Without a file the turns are counted for this object alone. Times are the wall clock's, since they must mean
    the same after a restart; a clock that is set back makes the rows it leaves in the future count as of now.
    """

    def __init__(
        self,
        file: Path | None,
        holder: str,
        rates: tuple[tuple[int, float], ...],
        *,
        now: Callable[[], float] = time,
        wait: Callable[[float], None] = sleep,
    ) -> None:
        self._file, self._holder, self._rates = file, holder, rates
        self._now, self._wait = now, wait
        self._queue = Lock()
        self._open: sqlite3.Connection | None = None

    def __call__(self) -> None:
        """Wait for a turn.

        Raises:
            UsageError: when the file cannot be kept where it should be.
        """
        with self._queue:
            while delay := self._take():
                self._wait(delay)

    def _take(self) -> float:
        """Take a turn and return zero, or return the seconds after which to try again."""
        with self._alone() as turns:
            now = self._now()
            turns.execute("UPDATE turns SET at = ? WHERE holder = ? AND at > ?", (now, self._holder, now))
            if delay := max(self._delay(turns, calls, period, now) for calls, period in self._rates):
                return delay
            turns.execute("DELETE FROM turns WHERE holder = ? AND at < ?", (self._holder, now - KEPT))
            turns.execute("INSERT INTO turns VALUES (?, ?)", (self._holder, now))
        return 0.0

    def _delay(self, turns: sqlite3.Connection, calls: int, period: float, now: float) -> float:
        """Return how long the oldest of the last ``calls`` turns stands in the way of one more."""
        row = turns.execute(
            "SELECT at FROM turns WHERE holder = ? ORDER BY at DESC LIMIT 1 OFFSET ?", (self._holder, calls - 1)
        ).fetchone()
        return max(0.0, row[0] + period + MARGIN - now) if row else 0.0

    @contextmanager
    def _alone(self) -> Iterator[sqlite3.Connection]:
        try:
            turns = self._connection()
            turns.execute("BEGIN IMMEDIATE")
            with turns:
                yield turns
        except (sqlite3.Error, OSError) as error:
            raise UsageError(
                f"{self._file}: calls cannot be counted there ({one_line(error)}); set TOPHEAVY_STATE to a folder "
                "that can be written, or delete the file if it is damaged"
            ) from error

    def _connection(self) -> sqlite3.Connection:
        if self._open is None:
            self._open = _opened(self._file)
            weakref.finalize(self, self._open.close)
        return self._open


def _opened(file: Path | None) -> sqlite3.Connection:
    """Open the file, or memory; opening twice at once, as two processes may, does no harm."""
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
    turns = sqlite3.connect(file or ":memory:", timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        turns.execute("PRAGMA journal_mode = WAL")  # no wait for the disk at every turn
        turns.execute("PRAGMA synchronous = NORMAL")
        turns.execute(_TABLE)
        turns.execute(_INDEX)
    except sqlite3.Error:
        turns.close()
        raise
    return turns
