"""Asking the published copy: SQL that can read everything in it and nothing outside it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from topheavy.core.errors import NotPublished, WarehouseError, one_line
from topheavy.warehouse.build import FILE

SANDBOX: dict[str, str | bool | int | float | list[str]] = {
    "access_mode": "READ_ONLY",
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "lock_configuration": True,
}
"""No other file, no network, no setting can be reached from a query. The database's own files can: a COPY could
overwrite them, so nothing but a SELECT is run."""


class Warehouse:
    """The published copy of one home; each question opens the file that is current at that moment."""

    def __init__(self, home: Path) -> None:
        self.path = home / FILE

    def ask(
        self, sql: str, parameters: dict[str, Any] | list[Any] | None = None, beside: Mapping[str, Any] | None = None
    ) -> pa.Table:
        """Answer one SELECT (``$name`` or ``?`` parameters).

        ``beside`` are Arrow tables or datasets that may be read under their names, as if they were published.

        Raises:
            NotPublished: while there is no published copy, and nothing beside it either.
            WarehouseError: when the SQL is refused; the message is the database's own, on one line.
        """
        return self.ask_together({"answer": (sql, parameters)}, beside)["answer"]

    def ask_together(
        self,
        queries: Mapping[str, tuple[str, dict[str, Any] | list[Any] | None]],
        beside: Mapping[str, Any] | None = None,
    ) -> dict[str, pa.Table]:
        """Answer several SELECTs with their parameters, by name, all from the same published file (see ``ask``)."""
        if not self.path.exists() and not beside:
            raise NotPublished(
                f"{self.path.parent} has nothing published: run 'topheavy run SOURCE' or 'topheavy demo'"
            )
        try:
            with self._open() as session:
                for name, rows in (beside or {}).items():
                    session.register(name, rows)
                return {name: _answer(session, sql, values) for name, (sql, values) in queries.items()}
        except duckdb.Error as error:
            raise WarehouseError(one_line(error)) from error

    def _open(self) -> duckdb.DuckDBPyConnection:
        if self.path.exists():
            return duckdb.connect(self.path, config=SANDBOX)
        return duckdb.connect(config={name: value for name, value in SANDBOX.items() if name != "access_mode"})

    def rows(
        self, sql: str, parameters: dict[str, Any] | list[Any] | None = None, beside: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """Answer one SELECT as a list of rows."""
        answer = self.ask(sql, parameters, beside)
        try:
            rows: list[dict[str, Any]] = answer.to_pylist()
        except (ValueError, OverflowError) as error:
            raise WarehouseError(f"the answer has a value out of range for a row: {one_line(error)}") from error
        return rows

    def about(self) -> dict[str, str]:
        """Return what was noted at publication: world, time, fingerprint, coverage floor."""
        return {row["name"]: row["value"] for row in self.rows("SELECT name, value FROM published")}


def _answer(session: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any] | list[Any] | None) -> pa.Table:
    _refuse_all_but_one_select(session, sql)
    table: pa.Table = session.sql(sql, params=values or None).to_arrow_table()
    return table.rename_columns(distinct(table.column_names))


def distinct(names: Sequence[str]) -> list[str]:
    """Return the names of columns, the second of one name numbered, so that none hides another.

    >>> distinct(["a", "b", "a", "a_2", "a"])
    ['a', 'b', 'a_3', 'a_2', 'a_4']
    """
    taken, given = set(names), set[str]()
    result = []
    for name in names:
        new, place = name, 2
        while new in given or (new != name and new in taken):
            new, place = f"{name}_{place}", place + 1
        given.add(new)
        result.append(new)
    return result


def _refuse_all_but_one_select(session: duckdb.DuckDBPyConnection, sql: str) -> None:
    asked = [statement.type for statement in session.extract_statements(sql)]
    if asked != [duckdb.StatementType.SELECT]:
        raise WarehouseError(f"one SELECT is answered, and nothing else is run; this is {_named(asked)}")


def _named(asked: list[duckdb.StatementType]) -> str:
    return " and ".join(statement.name for statement in asked) or "no statement"
