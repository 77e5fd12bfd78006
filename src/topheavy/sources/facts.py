"""Facts everyone can check and no vendor file has in full: renamings, share classes, splits, groups.

Packaged CSV files beside this one, each row with its evidence. They travel the same road as any vendor's
answer. Splits cover the gap 2021-04-22 … 2023-12-18 of the public split lists for members of the S&P 500,
with the larger spin-off price adjustments.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import ClassVar

import polars as pl

from topheavy.core.errors import Malformed
from topheavy.core.http.client import Http
from topheavy.core.settings import Settings
from topheavy.core.units import Answer, Page, SourceKind, Unit
from topheavy.datasets.schema import dataset
from topheavy.sources.tabular import only_page, read_table, to_dataset
from topheavy.sources.vendor import Ask, Fetched, Parsed, Route, Source


class Facts(Source):
    """The packaged facts."""

    name: ClassVar[str] = "facts"
    title: ClassVar[str] = "Facts anyone can check: renamings, share classes, splits, groups"
    rereads: ClassVar[bool] = True
    rank: ClassVar[int] = 90
    routes: ClassVar[tuple[Route, ...]] = tuple(
        Route(name, (name,)) for name in ("symbols", "splits", "securities", "groups")
    )

    def plan(self, ask: Ask, settings: Settings) -> Iterator[Unit]:
        """One unit a file."""
        return (Unit(self.name, route.name) for route in self.routes if ask.wants(route))

    def fetch(self, unit: Unit, http: Http, settings: Settings) -> Fetched:
        """Read the packaged file."""
        content = files("topheavy.sources").joinpath("known", f"{unit.route}.csv").read_bytes()
        return Fetched((Page(f"{unit.route}.csv", content, "text/csv"),), SourceKind.FILE)

    def parse(self, answer: Answer) -> Parsed:
        """Read the CSV as the dataset it is named after."""
        into = dataset(answer.unit.route)
        frame = to_dataset(read_table(only_page(answer), f"{into.name}.csv"), into, {}, answer.unit.id)
        needed = [c.name for c in into.parsed_columns if not c.optional]
        lacking = [name for name in needed if name not in frame.columns or frame[name].null_count()]
        if lacking or frame.is_empty():
            raise Malformed(f"{answer.unit.id}: no rows, or rows without {', '.join(lacking) or 'anything'}")
        missing = [pl.lit(None).alias(c.name) for c in into.parsed_columns if c.name not in frame.columns]
        ordered = frame.with_columns(missing).select(into.parsed_schema.names)
        return Parsed({into.name: ordered.to_arrow().cast(into.parsed_schema)})

    def sample(self) -> Answer:
        """A split list of one made-up company."""
        body = b"symbol,effective,ratio,kind,evidence\nXMPL,2024-06-10,10,split,an example\n"
        return Answer(
            Unit(self.name, "splits"),
            (Page("splits.csv", body, "text/csv"),),
            datetime(2024, 7, 1, tzinfo=UTC),
            SourceKind.FILE,
        )


LAST_CHECKED = date(2024, 12, 31)
"""The facts are complete for S&P 500 members up to this day."""

SOURCE = Facts()
