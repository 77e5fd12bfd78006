"""What someone who watches asks of the ledger, answered at once however long it is and while others write it.

The last attempt at every unit, and sums over all attempts, are kept beside the ledger for as long as the survey is
open; every look adds the attempts that were written down since the one before, so none counts from the beginning.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from topheavy.core.errors import LakeError, UsageError, one_line
from topheavy.core.plugins import unknown
from topheavy.lake.records import Collection
from topheavy.lake.survey_sql import COLLECTIONS, COUNT, FAILED, LAST, NOTE, SESSIONS, STATES, SUMS, TOP, page

SORTED_BY = (
    "unit", "source", "route", "session", "subject", "outcome", "attempts", "seconds", "calls", "bytes", "fault",
    "cause", "finished_at",
)  # fmt: skip
"""What units can be sorted by."""

Row = dict[str, Any]


class Survey:
    """Opened once per watching process; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._top = 0
        try:
            self._file = sqlite3.connect(path, timeout=60, check_same_thread=False, isolation_level=None)
            self._file.row_factory = sqlite3.Row
            self._file.executescript(NOTE)
        except sqlite3.Error as error:
            raise LakeError(f"{path} cannot be opened as a ledger: {one_line(error)}") from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def mark(self) -> int:
        """Return a number that grows with every attempt that is written down."""
        return int(self._rows(TOP)[0]["top"])

    def units(
        self,
        *,
        outcome: str = "",
        source: str = "",
        text: str = "",
        sort: str = "finished_at",
        descending: bool = True,
        limit: int = 100,
        offset: int = 0,
    ) -> tuple[list[Row], int]:
        """Return a stretch of the units of an outcome, of a source, with a text in name or cause (empty: of any),
        each with its last attempt, and how many there are in all.

        Raises:
            UsageError: when they cannot be sorted so.
        """
        if sort not in SORTED_BY:
            raise UsageError(unknown("column to sort by", sort, SORTED_BY))
        wanted = {"outcome": outcome, "source": source, "text": _within(text)}
        count = int(self._rows(COUNT, wanted)[0]["units"])
        rows = self._rows(page(sort, descending=descending), wanted | {"limit": limit, "offset": offset})
        return rows, count

    def failed(self, units: Iterable[str]) -> list[str]:
        """Return those of ``units`` whose last attempt failed."""
        return [row["unit"] for row in self._rows(FAILED, {"units": json.dumps(list(units))})]

    def states(self) -> list[Row]:
        """Return units by source, route, outcome and kind of failure of their last attempt."""
        return self._rows(STATES)

    def sessions(self) -> list[Row]:
        """Return sessions by source and state: complete, partial (a unit failed) or failed (all of them did)."""
        return self._rows(SESSIONS)

    def sums(self) -> list[Row]:
        """Return attempts, calls, bytes, seconds and the newest moment, by source, route, outcome, kind of failure."""
        return self._rows(SUMS)

    def collections(self, newest: int = 20) -> list[Collection]:
        """Return those that have not ended and the newest of the others, the last begun first."""
        return [_collection(row) for row in self._rows(COLLECTIONS, {"newest": newest})]

    def _rows(self, sql: str, values: Mapping[str, Any] | None = None) -> list[Row]:
        with self._lock:
            try:
                self._catch_up()
                return [dict(row) for row in self._file.execute(sql, values or {})]
            except sqlite3.Error as error:
                raise LakeError(f"{self._path} cannot be read: {one_line(error)}") from error

    def _catch_up(self) -> None:
        (top,) = self._file.execute("SELECT COALESCE(MAX(rowid), 0) FROM main.attempts").fetchone()
        if top == self._top:
            return
        with self._file:
            self._file.execute("BEGIN")
            for statement in LAST:
                self._file.execute(statement, {"after": self._top, "top": top})
        self._top = top


def _within(text: str) -> str:
    """Return the pattern of anything that holds ``text``, whatever signs are in it."""
    plain = text.strip().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{plain}%" if plain else ""


def _collection(row: Row) -> Collection:
    began, over = datetime.fromisoformat(row["began_at"]), row["ended_at"]
    counts = row["asked"], row["ended"], row["failed"]
    return Collection(row["id"], row["title"], *counts, began, datetime.fromisoformat(over) if over else None)
