"""Rows in the order of their key, as every file of a table keeps them.

Each row's key becomes one whole number, so that rows are compared and sorted as fast as numbers are.
"""

from typing import NamedTuple

import polars as pl
import pyarrow as pa

from topheavy.datasets.schema import Dataset

WIDEST = 2**31
"""How many numbers a key, or a column of it, may spread over before it is numbered afresh without gaps."""


class Ordered(NamedTuple):
    """Rows in the order of their key, and whether two of them share one."""

    rows: pa.Table
    share_a_key: bool


def ordered(dataset: Dataset, rows: pa.Table) -> Ordered:
    """Return ``rows``, which have the dataset's columns, in the order of its key; empty cells come first."""
    chosen = rows.select(dataset.schema.names)
    places = _places(framed(chosen.select(list(dataset.key))))
    if not places.is_sorted():
        order = places.arg_sort()
        chosen, places = chosen.take(order.to_arrow()), places.gather(order)
    return Ordered(chosen, bool((places[1:] == places[:-1]).any()))


def by_key(dataset: Dataset, rows: pa.Table) -> pa.Table:
    """Return ``rows`` sorted by the dataset's key, in its schema."""
    return ordered(dataset, rows).rows.cast(dataset.schema)


def framed(rows: pa.Table) -> pl.DataFrame:
    """Return an Arrow table as a frame."""
    frame = pl.from_arrow(rows)
    assert isinstance(frame, pl.DataFrame)
    return frame


def _places(keys: pl.DataFrame) -> pl.Series:
    """Return a number for each row: the smaller, the earlier its key; the same for the same key."""
    places, width = pl.zeros(keys.height, dtype=pl.Int64, eager=True), 1
    for column in keys:
        numbers = _numbered(column)
        spread = _spread(numbers)
        if width * spread > WIDEST**2:
            places = _afresh(places)
            width = _spread(places)
        places, width = places * spread + numbers, width * spread
    return places


def _numbered(column: pl.Series) -> pl.Series:
    """Return a column as numbers from 1 in its own order, fewer than ``WIDEST``; 0 where it is empty."""
    if column.dtype == pl.String:  # the texts that occur are few: they are sorted, not the rows
        column = column.cast(pl.Enum(column.unique().drop_nulls().sort())).to_physical()
    elif column.dtype.is_float():
        column = _afresh(column)
    whole = column.to_physical().cast(pl.Int64)
    numbers = (whole - whole.min() + 1 if whole.null_count() < len(whole) else whole).fill_null(0)
    return numbers if _spread(numbers) <= WIDEST else _afresh(numbers)


def _afresh(numbers: pl.Series) -> pl.Series:
    return numbers.rank("dense").cast(pl.Int64)


def _spread(numbers: pl.Series) -> int:
    """Return how many numbers from 0 hold them all."""
    most = numbers.max()
    return most + 1 if isinstance(most, int) else 1
