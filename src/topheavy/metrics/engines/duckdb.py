"""DuckDB, in this process: the engine of a laptop."""

from collections.abc import Mapping
from typing import ClassVar

import pyarrow as pa

from topheavy.core.errors import MetricError, one_line
from topheavy.metrics.questions import Question, QuestionKind, in_order, question, tables_behind

CONFIGURATION: dict[str, str | bool | int | float | list[str]] = {"autoinstall_known_extensions": False}


class DuckDB:
    """Each answer is kept as a temporary table, so what several questions share is computed once."""

    name: ClassVar[str] = "duckdb"
    title: ClassVar[str] = "DuckDB, in this process"

    def answer(self, wanted: list[str], inputs: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
        """Answer ``wanted`` over ``inputs`` (see ``Engine``)."""
        import duckdb

        needed = tables_behind(wanted)
        if missing := needed - set(inputs):
            raise MetricError(f"no table given for {', '.join(sorted(missing))}: refine it first")
        with duckdb.connect(config=CONFIGURATION) as session:
            _keep_quiet(session)
            for name in needed:
                session.register(name, inputs[name])
            for item in in_order(wanted):
                _run(session, item)
            return {name: _in_order(session, question(name)) for name in wanted}


def _keep_quiet(session: "duckdb.DuckDBPyConnection") -> None:  # type: ignore[name-defined]  # noqa: F821
    """Switch the database's own progress bar off where it is on; in a notebook it is off and cannot be named."""
    if session.execute("SELECT current_setting('enable_progress_bar')").fetchall() == [(True,)]:
        session.execute("SET enable_progress_bar = false")


def _run(session: "duckdb.DuckDBPyConnection", item: Question) -> None:  # type: ignore[name-defined]  # noqa: F821
    import duckdb

    shape = "TABLE" if item.kind is not QuestionKind.VIEW else "VIEW"
    try:
        session.execute(f"CREATE TEMPORARY {shape} {item.name} AS {item.sql}")
    except duckdb.Error as error:
        raise MetricError(f"{item.name}.sql cannot be answered: {one_line(error)}") from error


def _in_order(session: "duckdb.DuckDBPyConnection", item: Question) -> pa.Table:  # type: ignore[name-defined]  # noqa: F821
    grain = ", ".join(f'"{column}"' for column in item.grain)
    return session.table(item.name).order(grain).to_arrow_table()


ENGINE = DuckDB()
