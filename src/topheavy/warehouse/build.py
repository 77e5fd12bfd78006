"""Building the published copy: a new file beside the old one, checked, then renamed over it.

1. load every table, and look for a key that stands twice: one found refuses publication;
2. create the views;
3. run the checks: a single row found refuses publication;
4. rename: readers see the old file or the new one, never half of it.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from topheavy.core.errors import NotPublished, WarehouseError, one_line
from topheavy.datasets.schema import Dataset, datasets

STORAGE_VERSION = "v1.5.0"
"""The file format written: DuckDB 1.5 and later open it."""

FILE = "warehouse.duckdb"


@dataclass(frozen=True, slots=True)
class View:
    """A view to create: its name and its SELECT."""

    name: str
    sql: str


@dataclass(frozen=True, slots=True)
class Gate:
    """A check: a SELECT that must find nothing, what it asks, and what to do when it finds something."""

    name: str
    asks: str
    sql: str
    advice: str


def build(
    home: Path,
    tables: Mapping[str, pa.Table],
    views: Iterable[View],
    gates: Iterable[Gate],
    about: Mapping[str, str],
    before: Callable[[Path], None] = lambda _: None,
) -> None:
    """Publish ``tables`` and ``views`` as the home's warehouse. ``about`` lands in the table ``published``.

    ``before`` is called with the new file once every gate was passed and before readers see it: what must be there
    when it is seen is done there, and a kill in it leaves the file published before, so that all is done again.

    Raises:
        NotPublished: when a key is not unique or a gate finds rows; the file published before stays.
    """
    beside = home / f".{FILE}.{os.getpid()}.new"
    quoted = str(beside).replace("'", "''")
    beside.unlink(missing_ok=True)
    try:
        with duckdb.connect(config={"autoinstall_known_extensions": False}) as session:
            _keep_quiet(session)
            session.execute(f"ATTACH '{quoted}' AS published (STORAGE_VERSION '{STORAGE_VERSION}')")
            session.execute("USE published")
            _load(session, tables, about)
            for view in views:
                session.execute(f"CREATE VIEW {view.name} AS {view.sql}")
            for gate in gates:
                _pass(session, gate)
            session.execute("USE memory")
            session.execute("DETACH published")
        before(beside)
        beside.replace(home / FILE)
    except duckdb.Error as error:
        raise WarehouseError(f"{home / FILE} cannot be built: {one_line(error)}") from error
    finally:
        beside.unlink(missing_ok=True)


def _keep_quiet(session: duckdb.DuckDBPyConnection) -> None:
    """Switch the database's own progress bar off where it is on; in a notebook it is off and cannot be named."""
    if session.execute("SELECT current_setting('enable_progress_bar')").fetchall() == [(True,)]:
        session.execute("SET enable_progress_bar = false")


def _load(session: duckdb.DuckDBPyConnection, tables: Mapping[str, pa.Table], about: Mapping[str, str]) -> None:
    for name, rows in tables.items():
        session.register("coming", rows.combine_chunks())  # many small batches would be merged by one core
        known = datasets().get(name)
        try:
            session.execute(_create(name, known) if known else f"CREATE TABLE {name} AS SELECT * FROM coming")
            if known:
                session.execute(f"INSERT INTO {name} BY NAME SELECT * FROM coming")
                _pass(session, _key_stands_once(known))
        except duckdb.ConstraintException as error:
            raise NotPublished(f"{name}: {one_line(error)}; what was published before is still there") from error
        session.unregister("coming")
    session.execute("CREATE TABLE published (name VARCHAR PRIMARY KEY, value VARCHAR)")
    session.executemany("INSERT INTO published VALUES (?, ?)", list(about.items()))


def _create(name: str, dataset: Dataset) -> str:
    columns = [
        f'"{column.name}" {_sql_type(column.type)}{"" if column.optional else " NOT NULL"}'
        for column in dataset.all_columns
    ]
    return f"CREATE TABLE {name} ({', '.join(columns)})"


def _key_stands_once(dataset: Dataset) -> Gate:
    """Return the check of a key. The file is never written again, so an index that keeps it so would serve nobody."""
    key = ", ".join(f'"{column}"' for column in dataset.key)
    sql = f"SELECT {key} FROM {dataset.name} GROUP BY {key} HAVING COUNT(*) > 1 ORDER BY {key}"
    return Gate(f"the key of {dataset.name}", "Does a key stand twice?", sql, "run 'topheavy verify'")


def _sql_type(arrow: pa.DataType) -> str:
    names: dict[Any, str] = {
        pa.date32(): "DATE",
        pa.string(): "VARCHAR",
        pa.float64(): "DOUBLE",
        pa.int64(): "BIGINT",
        pa.bool_(): "BOOLEAN",
        pa.timestamp("us", tz="UTC"): "TIMESTAMP WITH TIME ZONE",
    }
    return names[arrow]


def _pass(session: duckdb.DuckDBPyConnection, gate: Gate) -> None:
    found = session.execute(gate.sql).fetchall()
    if found:
        names = [column[0] for column in session.description or []]
        first = ", ".join(f"{name}={value}" for name, value in zip(names, found[0], strict=True))
        raise NotPublished(
            f"{gate.name} refused publication: {len(found):,} rows, first {first}; {gate.advice}; "
            "what was published before is still there"
        )
