"""The ledger's file: its tables, how it is opened by many at once, and how one of an earlier version grows."""

import sqlite3
from pathlib import Path
from time import monotonic, sleep

_SCHEMA = """
CREATE TABLE IF NOT EXISTS attempts (
    unit TEXT NOT NULL, source TEXT NOT NULL, route TEXT NOT NULL, session TEXT NOT NULL, subject TEXT NOT NULL,
    outcome TEXT NOT NULL, cause TEXT, seconds REAL NOT NULL, bytes INTEGER NOT NULL, finished_at TEXT NOT NULL,
    fault TEXT, calls INTEGER NOT NULL DEFAULT 0, collection TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS attempts_by_unit ON attempts (unit);
CREATE TABLE IF NOT EXISTS collections (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, asked INTEGER NOT NULL, began_at TEXT NOT NULL, ended_at TEXT);
CREATE TABLE IF NOT EXISTS leases (unit TEXT PRIMARY KEY, holder TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS answers (
    unit TEXT NOT NULL, version TEXT NOT NULL, source TEXT NOT NULL, route TEXT NOT NULL, session TEXT NOT NULL,
    subject TEXT NOT NULL, kind TEXT NOT NULL, envelope TEXT NOT NULL, bytes INTEGER NOT NULL,
    received_at TEXT NOT NULL, unreadable TEXT, edition TEXT, PRIMARY KEY (unit, version));
CREATE TABLE IF NOT EXISTS refined (
    unit TEXT NOT NULL, version TEXT NOT NULL, edition TEXT NOT NULL, PRIMARY KEY (unit));
CREATE TABLE IF NOT EXISTS remarks (
    unit TEXT NOT NULL, other TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, rows INTEGER NOT NULL);
"""

_GROWN = (
    "ALTER TABLE answers ADD COLUMN edition TEXT",
    "ALTER TABLE attempts ADD COLUMN fault TEXT",
    "ALTER TABLE attempts ADD COLUMN calls INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE attempts ADD COLUMN collection TEXT NOT NULL DEFAULT ''",
)
"""What a ledger of an earlier version lacks."""


def open_ledger(path: Path) -> sqlite3.Connection:
    """Open a ledger, made where there is none, and bring it up to this version."""
    file = sqlite3.connect(path, timeout=60, check_same_thread=False, isolation_level=None)
    _write_ahead(file)
    file.execute("PRAGMA synchronous = NORMAL")  # a power failure may take the last lines: those units are asked again
    file.executescript(_SCHEMA)
    _grow(file)
    return file


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open a ledger where nothing may be written, so that what it holds can still be looked at.

    Where a process broke off before, its last changes lie in a log beside the file, which cannot be brought in here.
    """
    if path.with_name(f"{path.name}-wal").exists():
        raise sqlite3.OperationalError("the folder may not be written, and a process that broke off left work to do")
    return sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True, check_same_thread=False)


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


def _grow(file: sqlite3.Connection) -> None:
    """Bring a ledger of an earlier version up to this one, whole or not at all."""
    with file:
        file.execute("BEGIN IMMEDIATE")
        if "calls" not in {row[1] for row in file.execute("PRAGMA table_info(attempts)")}:
            for statement in _GROWN:
                file.execute(statement)
