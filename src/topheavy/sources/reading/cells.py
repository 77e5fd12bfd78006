"""A column's cells as a dataset's type: days, numbers or texts, whatever type the file has them in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import polars as pl
import pyarrow as pa

from topheavy.core.symbols import normal
from topheavy.datasets.schema import Column
from topheavy.sources.reading.dates import Dates, read_days
from topheavy.sources.reading.day_text import Unread
from topheavy.sources.reading.numbers import NULL_WORDS, Mixed, Style, in_style, style_of

NUMBERS: Mapping[str, Style] = MappingProxyType({"1,234.50": Style.AMERICAN, "1.234,50": Style.EUROPEAN})
"""What a manifest may say of numbers."""

WHOLE_QUANTITIES = frozenset({"volume", "count", "quantity", "line"})
"""Columns that hold no fractions of three digits: 1,000 in them is a thousand, where commas part the cells."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a file writes its days and numbers, as far as a manifest says; empty: the file's own rows must tell."""

    dates: Dates = field(default_factory=Dates)
    numbers: str = ""


def trimmed(frame: pl.DataFrame) -> pl.DataFrame:
    """Return categories and bytes as text, and text without padding, empty cells as none."""
    as_text = [pl.col(c.name).cast(pl.String, strict=False) for c in frame if _stands_for_text(c.dtype)]
    return frame.with_columns(as_text).with_columns(pl.col(pl.String).str.strip_chars().replace("", None))


def _stands_for_text(kind: pl.DataType) -> bool:
    return isinstance(kind, pl.Categorical | pl.Enum) or kind == pl.Binary


def is_number(column: Column) -> bool:
    """Say whether a dataset's column holds numbers."""
    return polars_type(column.type).is_numeric()


def style_in(columns: Mapping[str, pl.Series], told: str, separator: str) -> Style:
    """Return how a file writes the numbers of its columns, given by the dataset's names.

    Raises:
        Mixed: when the manifest's word is not known, or the cells do not decide.
    """
    if told:
        if told not in NUMBERS:
            raise Mixed(f"numbers = '{told}' in the manifest is not known: write {' or '.join(NUMBERS)}")
        return NUMBERS[told]
    texts = {name: column for name, column in columns.items() if column.dtype == pl.String}
    if separator != ";" and not any(_odd(column).len() for column in texts.values()):
        return Style.PLAIN
    prices = list(_distinct(column for name, column in texts.items() if name not in WHOLE_QUANTITIES))
    counts = list(_distinct(column for name, column in texts.items() if name in WHOLE_QUANTITIES))
    try:
        return style_of([*prices, *counts], dot_is_doubtful=separator == ";")
    except Mixed as doubt:
        if separator == "," and not _dotted(counts) and _decided(prices) in (Style.PLAIN, Style.AMERICAN):
            return Style.AMERICAN
        raise Mixed(f'{doubt}: say which in the manifest, numbers = "1,234.50" or numbers = "1.234,50"') from None


def _distinct(columns: Iterable[pl.Series]) -> Iterable[str]:
    for column in columns:
        yield from column.drop_nulls().unique()


def _decided(cells: Iterable[str]) -> Style | None:
    """Return how cells are written where they tell it by themselves."""
    try:
        return style_of(cells)
    except Mixed:
        return None


def _dotted(cells: Iterable[str]) -> bool:
    return any("." in cell for cell in cells)


def _odd(values: pl.Series) -> pl.Series:
    """Return the cells that are no number as programs write it."""
    return values.filter(values.is_not_null() & values.cast(pl.Float64, strict=False).is_null())


def cast(values: pl.Series, column: Column, dates: Dates, style: Style) -> pl.Series:
    """Return a file's column as the dataset's, named so.

    Raises:
        Unread: when a cell cannot be read as its type.
    """
    wanted = polars_type(column.type)
    if wanted == pl.Date:
        try:
            days = read_days(_without_null_words(values), dates)
        except Unread as error:
            raise Unread(f"{column.name}: {error}") from None
        _refuse_lost(values, days, column, "date (YYYY-MM-DD)")
        return days.alias(column.name)
    if wanted.is_numeric():
        return _number(values, column, wanted, style).alias(column.name)
    return _text(values, column, wanted).alias(column.name)


def _without_null_words(values: pl.Series) -> pl.Series:
    if values.dtype != pl.String:
        return values
    return values.set(values.str.to_lowercase().is_in(NULL_WORDS), None)


def _number(values: pl.Series, column: Column, wanted: pl.DataType, style: Style) -> pl.Series:
    """Return a column of numbers; NaN and infinities are no numbers, and empty."""
    if values.dtype.is_temporal() or values.dtype.is_nested() or values.dtype == pl.Boolean:
        raise Unread(f"'{values.name}' is a column of {values.dtype}, which holds no numbers for {column.name}")
    plain = _without_null_words(values)
    if plain.dtype == pl.String and style is not Style.PLAIN:
        cells = plain.drop_nulls().unique()
        plain = plain.replace_strict(cells, [in_style(cell, style) for cell in cells], default=None)
    numbers = plain.cast(pl.Float64, strict=False)
    _refuse_lost(plain, numbers, column, "number")
    finite = numbers.set(~numbers.is_finite(), None)
    whole = finite.cast(wanted, strict=False)
    if wanted.is_integer() and (whole.cast(pl.Float64) != finite).any():
        raise Unread(f"'{values.name}' has numbers with a fraction where {column.name} is a whole number")
    return whole


def _text(values: pl.Series, column: Column, wanted: pl.DataType) -> pl.Series:
    if values.dtype.is_nested():
        raise Unread(f"'{values.name}' is a column of {values.dtype}, which holds no {column.name}")
    read = values.cast(wanted, strict=False)
    _refuse_lost(values, read, column, "text" if wanted == pl.String else str(wanted))
    if column.name in {"symbol", "security"}:
        distinct = read.drop_nulls().unique()
        read = read.replace_strict(distinct, [normal(symbol) for symbol in distinct], default=None)
    return read


def _refuse_lost(values: pl.Series, read: pl.Series, column: Column, kind: str) -> None:
    """Refuse a column with a cell that was there and is not after reading; NaN counts as not there."""
    there = values.is_not_null()
    if values.dtype == pl.String:
        there &= ~values.str.to_lowercase().is_in(NULL_WORDS)
    if values.dtype.is_float():
        there &= values.is_not_nan()
    lost = values.filter(there & read.is_null())
    if lost.len():
        raise Unread(
            f"{lost.len():,} cells of '{values.name}' cannot be read, they are no {kind} for {column.name}, "
            f"first '{lost[0]}'"
        )


def polars_type(arrow: pa.DataType) -> pl.DataType:
    """Return the polars type of an Arrow type."""
    series = pl.from_arrow(pa.array([], type=arrow))
    assert isinstance(series, pl.Series)
    return series.dtype
