"""The ledger: every unit that was asked, every answer that came, every failure with its cause.

One SQLite file. It indexes the raw zone and can be rebuilt from the envelopes there, except for failures,
which exist only here.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Any

from topheavy.core.errors import LakeError, one_line
from topheavy.core.units import Outcome, SourceKind, Unit

_SCHEMA = """
CREATE TABLE IF NOT EXISTS attempts (
    unit TEXT NOT NULL, source TEXT NOT NULL, route TEXT NOT NULL, session TEXT NOT NULL, subject TEXT NOT NULL,
    outcome TEXT NOT NULL, cause TEXT, seconds REAL NOT NULL, bytes INTEGER NOT NULL, finished_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS attempts_by_unit ON attempts (unit);
CREATE TABLE IF NOT EXISTS answers (
    unit TEXT NOT NULL, version TEXT NOT NULL, source TEXT NOT NULL, route TEXT NOT NULL, session TEXT NOT NULL,
    subject TEXT NOT NULL, kind TEXT NOT NULL, envelope TEXT NOT NULL, bytes INTEGER NOT NULL,
    received_at TEXT NOT NULL, unreadable TEXT, PRIMARY KEY (unit, version));
CREATE TABLE IF NOT EXISTS refined (
    unit TEXT NOT NULL, version TEXT NOT NULL, edition TEXT NOT NULL, PRIMARY KEY (unit));
"""

_LATEST = """
SELECT unit, version, source, route, session, subject, kind, envelope, bytes, received_at FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY unit ORDER BY received_at DESC, version) AS place
    FROM answers WHERE unreadable IS NULL) WHERE place = 1 ORDER BY unit
"""

_RUNS = """
SELECT unit, source, route, session, subject, outcome, cause, attempts, seconds, bytes, finished_at FROM (
    SELECT *, COUNT(*) OVER (PARTITION BY unit) AS attempts,
           ROW_NUMBER() OVER (PARTITION BY unit ORDER BY finished_at DESC, rowid DESC) AS place FROM attempts)
WHERE place = 1 ORDER BY unit
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer in the raw zone, as the ledger knows it."""

    unit: Unit
    version: str
    kind: SourceKind
    envelope: str
    bytes: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """A unit of work and its last attempt."""

    unit: Unit
    outcome: Outcome
    cause: str | None
    attempts: int
    seconds: float
    bytes: int
    finished_at: datetime


class Ledger:
    """Opened once per process; safe to use from several threads and several processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        try:
            self._file = sqlite3.connect(path, timeout=60, check_same_thread=False, isolation_level=None)
            _write_ahead(self._file)
            self._file.execute("PRAGMA synchronous = NORMAL")
            self._file.executescript(_SCHEMA)
        except sqlite3.Error as error:
            raise LakeError(f"{path} cannot be opened as a ledger: {one_line(error)}") from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                with self._file:
                    self._file.execute("BEGIN IMMEDIATE")
                    yield self._file
            except sqlite3.Error as error:
                raise LakeError(f"{self._path} cannot be written: {one_line(error)}") from error

    def note_attempt(
        self, unit: Unit, outcome: Outcome, cause: str | None, seconds: float, size: int, finished_at: datetime
    ) -> None:
        """Write down how an attempt at a unit ended."""
        row = (*_named(unit), outcome.value, cause, seconds, size, finished_at.isoformat())
        with self._transaction() as file:
            file.execute("INSERT INTO attempts VALUES (?,?,?,?,?,?,?,?,?,?)", row)

    def note_answer(self, entry: Entry) -> None:
        """Write down an answer that is safely in the raw zone; a version known already keeps its time,
        unless another came in between."""
        unit, *named = _named(entry.unit)
        row = (
            unit,
            entry.version,
            *named,
            entry.kind.value,
            entry.envelope,
            entry.bytes,
            entry.received_at.isoformat(),
        )
        with self._transaction() as file:
            file.execute(
                "INSERT INTO answers VALUES (?,?,?,?,?,?,?,?,?,?,NULL) ON CONFLICT (unit, version) DO UPDATE "
                "SET received_at = excluded.received_at WHERE EXISTS (SELECT 1 FROM answers AS other "
                "WHERE other.unit = excluded.unit AND other.unreadable IS NULL "
                "AND other.received_at > answers.received_at)",
                row,
            )

    def note_unreadable(self, entry: Entry, cause: str) -> None:
        """Keep an answer's bytes out of every later refine, with the cause."""
        with self._transaction() as file:
            file.execute(
                "UPDATE answers SET unreadable = ? WHERE unit = ? AND version = ?",
                (cause, entry.unit.id, entry.version),
            )

    def note_refined(self, entries: Iterable[tuple[Entry, str]]) -> None:
        """Write down that these answers are in the tables, each with the edition of the parser that read it."""
        rows = [(entry.unit.id, entry.version, edition) for entry, edition in entries]
        with self._transaction() as file:
            file.executemany("INSERT OR REPLACE INTO refined VALUES (?,?,?)", rows)

    def latest(self) -> list[Entry]:
        """Return the newest readable answer of every unit."""
        return [_entry(row) for row in self._rows(_LATEST)]

    def refined(self) -> dict[str, tuple[str, str]]:
        """Return unit → (version, edition) of what the tables hold."""
        return {unit: (version, edition) for unit, version, edition in self._rows("SELECT * FROM refined")}

    def runs(self) -> list[Run]:
        """Return every unit ever asked for, with its last attempt."""
        return [
            Run(_unit(row[1:5]), Outcome(row[5]), row[6], row[7], row[8], row[9], datetime.fromisoformat(row[10]))
            for row in self._rows(_RUNS)
        ]

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._file.execute(sql).fetchall()
            except sqlite3.Error as error:
                raise LakeError(f"{self._path} cannot be read: {one_line(error)}") from error


def _write_ahead(file: sqlite3.Connection) -> None:
    """Switch to the write-ahead log; here alone SQLite does not wait for another process that does the same."""
    patience = monotonic() + 10
    while True:
        try:
            file.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or monotonic() > patience:
                raise
            sleep(0.01)


def _named(unit: Unit) -> tuple[str, str, str, str, str]:
    return unit.id, unit.source, unit.route, unit.session.isoformat() if unit.session else "", unit.subject


def _unit(row: tuple[Any, ...]) -> Unit:
    source, route, session, subject = row
    return Unit(source, route, date.fromisoformat(session) if session else None, subject)


def _entry(row: tuple[Any, ...]) -> Entry:
    return Entry(_unit(row[2:6]), row[1], SourceKind(row[6]), row[7], int(row[8]), datetime.fromisoformat(row[9]))
