"""A home opened for reading, as an analyst's own Python sees it."""

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa

from topheavy.answers import sql as answers_sql
from topheavy.answers import status as answers_status
from topheavy.answers.answer import Answer, AnswerEvidence
from topheavy.answers.catalogue.ask import Page
from topheavy.answers.catalogue.ask import ask as ask_catalogue
from topheavy.answers.catalogue.catalogue import AskableQuestion, askable
from topheavy.answers.catalogue.narrowing import Narrowing
from topheavy.answers.exposure.ask import Asked, exposure
from topheavy.answers.exposure.facts import ExposureAnswer
from topheavy.answers.published import Published
from topheavy.core.errors import NotPublished, UsageError
from topheavy.core.settings import read_settings
from topheavy.datasets.schema import Layer, dataset
from topheavy.home import open_home
from topheavy.portfolios.handed import content_of
from topheavy.portfolios.read import read_portfolio
from topheavy.portfolios.shelf import Shelf
from topheavy.tables.read import read as read_table


class OpenHome:
    """A home opened for reading; nothing here writes. Close it, or use it as a context manager.

    Example:
        >>> with topheavy.open(path) as home:
        ...     home.ask("concentration", index="SP500").rows()[0]["top1"]
        0.6
    """

    def __init__(self, home: str | Path | None = None) -> None:
        self._held = ExitStack()
        self._home = self._held.enter_context(open_home(read_settings(Path(home) if home else None), create=False))
        self._published = Published(self._home.lake.folder.path)

    @property
    def world(self) -> str:
        """``real`` or ``simulated``; empty while nothing has come.

        Example:
            >>> home.world
            'real'
        """
        return self._home.world or self._evidence().world

    def questions(self) -> tuple[AskableQuestion, ...]:
        """Return every question that ``ask`` knows, with how each may be narrowed.

        Example:
            >>> [question.day for question in home.questions() if question.name == "repairs"]
            ['effective']
        """
        return askable()

    def ask(
        self,
        question: str,
        *,
        on: date | str | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
        limit: int | None = None,
        offset: int = 0,
        **narrowing: str,
    ) -> Answer:
        """Answer a question, narrowed by day or period and by its own columns.

        Days are dates or texts as YYYY-MM-DD; without one the newest day is answered, or all, as the question says.

        Raises:
            NotPublished: while nothing is published.
            UsageError: for an unknown question, narrowing, value or day; the message suggests the nearest.

        Example:
            >>> home.ask("weights", on="2024-03-25", level="issuer", limit=1).rows()[0]["weight"]
            0.4
        """
        if (limit is not None and limit < 0) or offset < 0:
            raise UsageError("limit and offset count rows: give 0 or more")
        wishes = Narrowing(narrowing, _day("on", on), _day("since", since), _day("until", until))
        return ask_catalogue(self._published, question, wishes, Page(limit, offset))

    def exposure(
        self,
        portfolio: str | Path,
        *,
        on: date | str | None = None,
        currency: str = "",
        rates: Mapping[str, float] | None = None,
        most: int = 100,
    ) -> ExposureAnswer:
        """Answer what a portfolio really owns: typed, a broker's export by its path, or a kept one by its name.

        ``rates`` are what one unit of another currency is in ``currency`` (by default the portfolio's own); ``most``
        companies are listed.

        Raises:
            NotPublished: while nothing is published.
            UsageError: when it is no list of positions, or none of them can be valued.

        Example:
            >>> [company.name for company in home.exposure("60% AAA, 40% BBB").companies]
            ['Alpha', 'Beta']
        """
        read = read_portfolio(*content_of(portfolio, Shelf(self._home.lake.folder.path)))
        return exposure(self._published, read, Asked(_day("on", on), currency.upper(), rates or {}, most))

    def sql(self, query: str) -> Answer:
        """Answer one SELECT over everything published, live and recorded.

        Raises:
            NotPublished: when nothing is published, and no live or recorded table is asked for.
            WarehouseError: when the SQL is refused; the message is the database's own.

        Example:
            >>> home.sql("SELECT MAX(hhi) AS hhi FROM concentration WHERE level = 'issuer'").rows()
            [{'hhi': 5000.0}]
        """
        table, evidence = self._published.of_one_edition(
            lambda: (answers_sql.ask_table(self._home, query), self._evidence())
        )
        return Answer("sql", table, evidence, answers_sql.units_in(query), total=table.num_rows)

    def table(
        self,
        name: str,
        *,
        as_of: datetime | None = None,
        since: date | str | None = None,
        until: date | str | None = None,
    ) -> Answer:
        """Return a dataset's rows, as they are or as they were at an earlier moment.

        ``since`` and ``until`` (both included) act on the column that divides the table by month or day.

        Raises:
            UsageError: for an unknown dataset, or a view, which ``sql`` reads.
            TableError: when ``as_of`` lies before the table's first rows.

        Example:
            >>> home.table("bars").rows()
            []
        """
        described = dataset(name)
        if described.layer is Layer.VIEW:
            raise UsageError(f"{name} is a view and keeps no rows of its own: ask(…) or sql(…) answers it")
        moment = as_of.astimezone() if as_of else None
        first, last = _day("since", since), _day("until", until)
        if (first or last) and not (described.month_of or described.day_of):
            raise UsageError(f"{name} is not divided by time: leave since and until out")
        rows: pa.Table = read_table(self._home.tables, described, since=first, until=last, as_of=moment)
        units = {column.name: column.unit for column in described.all_columns}
        return Answer(name, rows, self._evidence(moment), units, total=rows.num_rows)

    def status(self) -> answers_status.HomeStatus:
        """Return what the home holds: units of work, sessions, tables, the publication.

        Example:
            >>> home.status()["published"]["world"]
            'real'
        """
        return answers_status.status(self._home)

    def close(self) -> None:
        """Close the home; answers already given stay.

        Example:
            >>> home.close()
        """
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<home {self._home.settings.home}, {self.world or 'empty'}>"

    def _evidence(self, as_of: datetime | None = None) -> AnswerEvidence:
        try:
            about = self._home.warehouse.about()
        except NotPublished:
            return AnswerEvidence(world=self._home.world, as_of=as_of)
        moment = datetime.fromisoformat(about["published_at"])
        return AnswerEvidence(world=about["world"], published_at=moment, fingerprint=about["fingerprint"], as_of=as_of)


def _day(name: str, day: date | str | None) -> date | None:
    if not isinstance(day, str):
        return day
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise UsageError(f"{name} is '{day}', which is not a date: write YYYY-MM-DD") from None
