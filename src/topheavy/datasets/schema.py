"""The words a dataset is declared in: column, check, dataset."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import pyarrow as pa

from topheavy.core.errors import UsageError
from topheavy.core.plugins import DATASETS, load, unknown

DAY = pa.date32()
TEXT = pa.string()
NUMBER = pa.float64()
WHOLE = pa.int64()
YES_NO = pa.bool_()
MOMENT = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its Arrow type, what it means, its unit, and whether a row may leave it empty."""

    name: str
    type: pa.DataType
    meaning: str
    unit: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """A rule every row keeps. ``wrong`` is a SQL condition that is true on a row that breaks it."""

    name: str
    wrong: str
    advice: str


class Layer(StrEnum):
    """Where a dataset's rows come from."""

    PARSED = "parsed"  # parsed from what a source sent
    DERIVED = "derived"  # computed from other tables, replaced as a whole
    VIEW = "view"  # a SELECT over other tables, kept in the warehouse
    RECORDED = "recorded"  # written down by a job as it happens, never changed; not part of a publication
    STREAMED = "streamed"  # appended live, with how far the stream was read; not part of a publication


PROVENANCE = (
    Column("source", TEXT, "the source that sent the row"),
    Column("source_kind", TEXT, "vendor, file or simulated"),
    Column("origin", TEXT, "the unit of work that brought the row: names its raw bytes in the lake"),
    Column("received_at", MOMENT, "when those bytes came", "UTC"),
)
"""Columns every parsed table carries, so that a figure can be followed to its bytes."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """One table: what a row is, what identifies it, how it is laid out and what it must keep."""

    name: str
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    layer: Layer = Layer.PARSED
    month_of: str = ""
    """The date column whose month partitions the table; empty: one partition."""
    day_of: str = ""
    """Where rows come by the second: the moment column whose day partitions the table."""
    security_by: str = ""
    """The date column at which a row's symbol is resolved to a security; empty: no symbol to resolve."""
    security_until: str = ""
    """Where a row speaks of a period: the column with the first day after it; empty: it speaks of one day."""
    security_if: str = ""
    """A SQL condition on the rows whose symbol means a security; empty: all of them."""
    exact_symbol: bool = False
    """True where a symbol outside its dated interval means another security (prices), not a late notice."""
    checks: tuple[Check, ...] = field(default=())

    @property
    def published(self) -> bool:
        """True where its rows rest in a table and are part of a publication."""
        return self.layer in (Layer.PARSED, Layer.DERIVED)

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """The declared columns, then provenance where the layer carries it."""
        return self.columns + (PROVENANCE if self.layer is Layer.PARSED else ())

    @property
    def schema(self) -> pa.Schema:
        """The table's Arrow schema."""
        return pa.schema([pa.field(c.name, c.type, nullable=c.optional) for c in self.all_columns])

    @property
    def parsed_columns(self) -> tuple[Column, ...]:
        """What a parser must deliver: the declared columns, less the security it cannot know."""
        return tuple(c for c in self.columns if not (c.name == "security" and self.security_by))

    @property
    def parsed_schema(self) -> pa.Schema:
        """The Arrow schema of a parser's output for this dataset."""
        return pa.schema([pa.field(c.name, c.type, nullable=c.optional) for c in self.parsed_columns])


def datasets() -> Mapping[str, Dataset]:
    """Return every dataset by name."""
    return load(DATASETS)


def dataset(name: str) -> Dataset:
    """Return one dataset.

    Raises:
        UsageError: when there is none of that name.
    """
    try:
        return datasets()[name]
    except KeyError:
        raise UsageError(unknown("dataset", name, list(datasets()))) from None


def records(name: str, columns: dict[str, list[object]]) -> pa.Table:
    """Build a parser's output for dataset ``name`` from columns; absent optional columns become empty."""
    schema = dataset(name).parsed_schema
    rows = len(next(iter(columns.values()), []))
    return pa.table([pa.array(columns.get(f.name, [None] * rows), type=f.type) for f in schema], schema=schema)
