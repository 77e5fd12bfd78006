"""Rows in the order of their key, as every file of a table keeps them."""

import polars as pl
import pyarrow as pa

from topheavy.datasets.schema import Dataset


def by_key(dataset: Dataset, rows: pa.Table) -> pa.Table:
    """Return ``rows`` sorted by the dataset's key, in its schema."""
    chosen = rows.select(dataset.schema.names)
    frame = framed(chosen)
    if not _is_ordered(dataset, frame):
        chosen = frame.sort(*map(_ranked, frame.select(dataset.key))).to_arrow()
    return chosen.cast(dataset.schema)


def share_a_key(dataset: Dataset, ordered: pa.Table) -> bool:
    """Say whether two rows share a key, where rows are in its order: they would be neighbours."""
    keys = framed(ordered).select(dataset.key)
    same = [keys[name][1:].eq_missing(keys[name][:-1]) for name in dataset.key]
    return bool(pl.select(pl.all_horizontal(same).any()).item())


def framed(rows: pa.Table) -> pl.DataFrame:
    """Return an Arrow table as a frame."""
    frame = pl.from_arrow(rows)
    assert isinstance(frame, pl.DataFrame)
    return frame


def _ranked(values: pl.Series) -> pl.Series:
    """Return text as its rank among the texts that occur: they are few, and numbers sort in half the time."""
    if values.dtype != pl.String:
        return values
    return values.cast(pl.Enum(values.unique().drop_nulls().sort()))


def _is_ordered(dataset: Dataset, frame: pl.DataFrame) -> bool:
    """Say whether no row stands before one whose key comes first."""
    decided, falls = pl.lit(value=False), pl.lit(value=False)
    for name in dataset.key:
        before, after = pl.col(name), pl.col(name).shift(-1)
        falls = falls | (~decided & (after < before).fill_null(value=False))
        decided = decided | (after != before).fill_null(value=False)
    return not frame.select(falls.any()).item()
