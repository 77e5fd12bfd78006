"""What a processor is: a live answer, declared by its columns, that follows from trades or from another answer.

What it declares is enough to carry it on: a sink tells the answers that follow from trades, whoever reads them makes
one of what several sinks told, and the page, the JSON interface and SQL show every column by its meaning and unit.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import polars as pl
import pyarrow as pa

from topheavy.core.errors import StreamError, UsageError
from topheavy.core.plugins import PROCESSORS, load, unknown
from topheavy.datasets.schema import MOMENT, TEXT, WHOLE, Column

EVIDENCE = (
    Column("event_time", MOMENT, "when the newest trade that the row rests on was made", "UTC", optional=True),
    Column("trades", WHOLE, "how many trades the row rests on", "number"),
    Column("source_kind", TEXT, "vendor, file or simulated: simulated where any of the trades is"),
)
"""Columns that every answer ends with, so that a row says what it rests on."""


@dataclass(frozen=True, slots=True)
class Given:
    """What processors may know besides trades, from the tables at rest; empty where nothing was published.

    ``shares``: security, issuer, shares (of all classes, in that class's equivalents). ``groups``: group, security.
    """

    shares: pa.Table = field(
        default_factory=lambda: pa.table(
            {"security": pa.array([], "string"), "issuer": pa.array([], "string"), "shares": pa.array([], "float64")}
        )
    )
    groups: pa.Table = field(
        default_factory=lambda: pa.table({"group": pa.array([], "string"), "security": pa.array([], "string")})
    )


class Live(ABC):
    """The state behind one answer."""

    @abstractmethod
    def take(self, trades: pa.Table) -> None:
        """Take in trades that are new in the table, each once."""

    @abstractmethod
    def answer(self) -> pa.Table:
        """Return the answer as of the trades taken in, with at least the columns that the processor declares."""


@dataclass(frozen=True, slots=True)
class Processor:
    """A live answer: its name, what it says, its own columns, what identifies a row, and what orders them.

    ``first`` is the column whose largest values come first.
    """

    name: str
    text: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    first: str

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """The declared columns, then the evidence."""
        return self.columns + EVIDENCE

    @property
    def schema(self) -> pa.Schema:
        """The answer's Arrow schema."""
        return pa.schema([pa.field(c.name, c.type, nullable=c.optional) for c in self.all_columns])

    def conform(self, rows: pa.Table) -> pa.Table:
        """Return ``rows`` with the declared columns alone, in their types.

        Raises:
            StreamError: when a column is missing or is of another kind.
        """
        try:
            return rows.select(self.schema.names).cast(self.schema)
        except (KeyError, ValueError) as error:
            raise StreamError(f"processor '{self.name}' does not answer as it declares: {error}") from error

    def ordered(self, rows: pa.Table) -> pa.Table:
        """Return ``rows`` with the largest first."""
        keys = [(self.first, "descending"), *((name, "ascending") for name in self.key if name != self.first)]
        return self.conform(rows).sort_by(keys)


@dataclass(frozen=True, slots=True)
class FromTrades(Processor):
    """An answer that trades move: the event time it looks back on, and how its state begins."""

    window: timedelta
    begin: Callable[[Given], Live]


@dataclass(frozen=True, slots=True)
class FromAnswer(Processor):
    """An answer that follows from that of another processor, ``of``, and from what is published."""

    of: str
    follow: Callable[[pa.Table, Given], pa.Table]


def processors() -> Mapping[str, Processor]:
    """Return every processor by name."""
    return load(PROCESSORS)


def from_trades() -> Mapping[str, FromTrades]:
    """Return the processors that trades move, by name."""
    return {name: item for name, item in processors().items() if isinstance(item, FromTrades)}


def processor(name: str) -> Processor:
    """Return the processor called ``name``.

    Raises:
        UsageError: when there is none; the message suggests the nearest name.
    """
    if name not in processors():
        raise UsageError(unknown("live answer", name, processors()))
    return processors()[name]


def begin_all(reference: Given) -> dict[str, Live]:
    """Return a fresh state of every processor that trades move, by name."""
    return {name: item.begin(reference) for name, item in from_trades().items()}


def joined(name: str, answers: Sequence[Mapping[str, pa.Table]], reference: Given) -> pa.Table:
    """Return the answer called ``name`` over all sinks, from each one's own ``answers`` by name.

    A security is in one partition, so in one sink; where a topic got more partitions, or two topics carry the same
    trades, the row of the newest trade counts.

    Raises:
        UsageError: when there is no such answer.
        StreamError: when a processor does not answer as it declares.
    """
    item = processor(name)
    if isinstance(item, FromAnswer):
        return item.ordered(item.follow(joined(item.of, answers, reference), reference))
    return item.ordered(_newest(item, [part[name] for part in answers if name in part]))


def _newest(item: Processor, parts: Sequence[pa.Table]) -> pa.Table:
    """Return one row a key: that of the newest trade."""
    if not parts:
        return item.schema.empty_table()
    rows = frame_of(pa.concat_tables([item.conform(part) for part in parts]))
    return item.conform(rows.sort("event_time").unique(item.key, keep="last", maintain_order=True).to_arrow())


def frame_of(rows: pa.Table) -> pl.DataFrame:
    """Return a table as a frame."""
    frame: Any = pl.from_arrow(rows)
    assert isinstance(frame, pl.DataFrame)
    return frame
