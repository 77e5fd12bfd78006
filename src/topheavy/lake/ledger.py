"""The ledger: every unit that was asked, every answer that came, every failure with its cause.

One SQLite file. It indexes the raw zone and can be rebuilt from the envelopes there, except for failures,
which exist only here.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from topheavy.core.errors import LakeError, one_line
from topheavy.core.units import Unit
from topheavy.lake.ledger_file import open_ledger, open_to_read
from topheavy.lake.records import Attempt, Collection, Entry, Run, attempt_of, columns_of, entry_of, moment_of

_LATEST = """
SELECT unit, version, source, route, session, subject, kind, envelope, bytes, received_at FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY unit ORDER BY received_at DESC, version) AS place
    FROM answers WHERE unreadable IS NULL) WHERE place = 1 ORDER BY unit
"""

_RUNS = """
SELECT unit, source, route, session, subject, outcome, cause, seconds, bytes, finished_at, fault, calls, collection,
       attempts FROM (
    SELECT *, COUNT(*) OVER (PARTITION BY unit) AS attempts,
           ROW_NUMBER() OVER (PARTITION BY unit ORDER BY rowid DESC) AS place FROM attempts)
WHERE place = 1 ORDER BY unit
"""

_GIVEN_UP = "unreadable IS NOT NULL AND source = ? AND COALESCE(edition, '') <> ?"

_ENDED_AFTER = """
SELECT source, route, session, subject, outcome, cause, seconds, bytes, finished_at, fault, calls, collection
FROM attempts WHERE unit = ? AND rowid > ? ORDER BY rowid DESC LIMIT 1
"""

_CALLS = """
SELECT source, route, AVG(calls), AVG(seconds) FROM attempts
WHERE outcome <> 'failed' AND calls > 0 GROUP BY source, route
"""

_COLLECTIONS = """
SELECT c.id, c.title, c.asked, COUNT(a.unit), COALESCE(SUM(a.outcome = 'failed'), 0), c.began_at, c.ended_at
FROM collections AS c LEFT JOIN attempts AS a ON a.collection = c.id
GROUP BY c.id ORDER BY c.began_at DESC, c.id LIMIT ?
"""


class Ledger:
    """Opened once per process; safe to use from several threads and several processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        try:
            self._file = open_ledger(path) if os.access(path.parent, os.W_OK) else open_to_read(path)
        except sqlite3.Error as error:
            raise LakeError(f"{path} cannot be opened as a ledger: {one_line(error)}") from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Give the file for one change that happens whole or not at all, alone among all processes."""
        with self._lock:
            try:
                with self._file:
                    self._file.execute("BEGIN IMMEDIATE")
                    yield self._file
            except sqlite3.Error as error:
                raise LakeError(f"{self._path} cannot be written: {one_line(error)}") from error

    def note_attempt(self, attempt: Attempt) -> None:
        """Write down how an attempt at a unit ended."""
        row = (
            *columns_of(attempt.unit),
            attempt.outcome.value,
            attempt.cause,
            attempt.seconds,
            attempt.bytes,
            attempt.finished_at.isoformat(),
            attempt.fault,
            attempt.calls,
            attempt.collection,
        )
        with self.transaction() as file:
            file.execute("INSERT INTO attempts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", row)

    def mark(self) -> int:
        """Return a number that stands for now: attempts written down later come after it, whatever clocks do."""
        return int(self.rows("SELECT COALESCE(MAX(rowid), 0) FROM attempts")[0][0])

    def ended_after(self, unit: Unit, mark: int) -> Attempt | None:
        """Return the last attempt at a unit that was written down after ``mark``, if there is one."""
        rows = self.rows(_ENDED_AFTER, unit.id, mark)
        return attempt_of(rows[0]) if rows else None

    def begin(self, name: str, title: str, asked: int, began_at: datetime) -> None:
        """Write down that a collection begins."""
        with self.transaction() as file:
            file.execute("INSERT INTO collections VALUES (?,?,?,?,NULL)", (name, title, asked, began_at.isoformat()))

    def end(self, name: str, ended_at: datetime) -> None:
        """Write down that a collection ended."""
        with self.transaction() as file:
            file.execute("UPDATE collections SET ended_at = ? WHERE id = ?", (ended_at.isoformat(), name))

    def collections(self, newest: int = 20) -> list[Collection]:
        """Return the newest collections, the last begun first."""
        return [
            Collection(name, title, asked, ended, lost, datetime.fromisoformat(began), moment_of(over))
            for name, title, asked, ended, lost, began, over in self.rows(_COLLECTIONS, newest)
        ]

    def usual(self) -> dict[tuple[str, str], tuple[float, float]]:
        """Return (source, route) → calls and seconds that a unit has taken on average, where any was answered."""
        return {(source, route): (calls, seconds) for source, route, calls, seconds in self.rows(_CALLS)}

    def note_answer(self, entry: Entry) -> None:
        """Write down an answer that is safely in the raw zone; a version known already keeps its time,
        unless another came in between. One that could not be read is to be read again."""
        unit, *named = columns_of(entry.unit)
        row = (
            unit,
            entry.version,
            *named,
            entry.kind.value,
            entry.envelope,
            entry.bytes,
            entry.received_at.isoformat(),
        )
        with self.transaction() as file:
            file.execute(
                "INSERT INTO answers VALUES (?,?,?,?,?,?,?,?,?,?,NULL,NULL) ON CONFLICT (unit, version) DO UPDATE "
                "SET received_at = excluded.received_at, unreadable = NULL WHERE answers.unreadable IS NOT NULL "
                "OR EXISTS (SELECT 1 FROM answers AS other WHERE other.unit = excluded.unit "
                "AND other.unreadable IS NULL AND other.received_at > answers.received_at)",
                row,
            )

    def note_unreadable(self, entry: Entry, cause: str, edition: str) -> None:
        """Keep an answer's bytes out of later refines, with the cause and the edition of the parser that gave up."""
        with self.transaction() as file:
            file.execute(
                "UPDATE answers SET unreadable = ?, edition = ? WHERE unit = ? AND version = ?",
                (cause, edition, entry.unit.id, entry.version),
            )

    def read_again(self, source: str, edition: str) -> None:
        """Let answers that another edition of a source's parser gave up be tried once more."""
        if self.rows(f"SELECT 1 FROM answers WHERE {_GIVEN_UP} LIMIT 1", source, edition):
            with self.transaction() as file:
                file.execute(f"UPDATE answers SET unreadable = NULL WHERE {_GIVEN_UP}", (source, edition))

    def note_refined(self, entries: Iterable[tuple[Entry, str]]) -> None:
        """Write down that these answers are in the tables, each with the edition of the parser that read it."""
        rows = [(entry.unit.id, entry.version, edition) for entry, edition in entries]
        with self.transaction() as file:
            file.executemany("INSERT OR REPLACE INTO refined VALUES (?,?,?)", rows)

    def forget_refined(self) -> None:
        """Forget which answers are in the tables, so that all are read again."""
        with self.transaction() as file:
            file.execute("DELETE FROM refined")

    def latest(self) -> list[Entry]:
        """Return the newest readable answer of every unit."""
        return [entry_of(row) for row in self.rows(_LATEST)]

    def refined(self) -> dict[str, tuple[str, str]]:
        """Return unit → (version, edition) of what the tables hold."""
        return {unit: (version, edition) for unit, version, edition in self.rows("SELECT * FROM refined")}

    def runs(self) -> list[Run]:
        """Return every unit ever asked for, with its last attempt."""
        return [Run(attempt_of(row[1:13]), int(row[13])) for row in self.rows(_RUNS)]

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Answer one question."""
        with self._lock:
            try:
                return self._file.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise LakeError(f"{self._path} cannot be read: {one_line(error)}") from error
