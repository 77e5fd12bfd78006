"""DuckDB, in this process: the engine of a laptop."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

import pyarrow as pa

from topheavy.core.errors import MetricError, one_line
from topheavy.metrics.questions import Question, QuestionKind, in_order, question, tables_behind

if TYPE_CHECKING:
    import duckdb

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
            return {name: _by_grain(session, question(name)) for name in wanted}


def _keep_quiet(session: "duckdb.DuckDBPyConnection") -> None:
    """Switch the database's own progress bar off where it is on; in a notebook it is off and cannot be named."""
    if session.execute("SELECT current_setting('enable_progress_bar')").fetchall() == [(True,)]:
        session.execute("SET enable_progress_bar = false")


def _run(session: "duckdb.DuckDBPyConnection", item: Question) -> None:
    shape = "TABLE" if item.kind is not QuestionKind.VIEW else "VIEW"
    with _told(item):
        session.execute(f"CREATE TEMPORARY {shape} {item.name} AS {item.sql}")


def _by_grain(session: "duckdb.DuckDBPyConnection", item: Question) -> pa.Table:
    grain = ", ".join(f'"{column}"' for column in item.grain)
    with _told(item):
        return session.table(item.name).order(grain).to_arrow_table()


@contextmanager
def _told(item: Question) -> Iterator[None]:
    """Name the question whose SQL fails; a view's fails when it is read."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        raise MetricError(f"{item.name}.sql cannot be answered: {one_line(error)}") from error


ENGINE = DuckDB()
