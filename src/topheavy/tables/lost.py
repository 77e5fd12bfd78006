"""What a table would lose: origins whose rows were there, are there no more, and came from nobody else either."""

import polars as pl
import pyarrow as pa

from topheavy.datasets.schema import Dataset
from topheavy.tables.order import framed


def lost(dataset: Dataset, before: pa.Table, after: pa.Table) -> dict[str, int]:
    """Return origin → the rows it brought to ``before``, where ``after`` holds none of that origin.

    Rows whose key another origin brings are not lost. Both tables need the dataset's key and ``origin``.
    """
    columns = [*dataset.key, "origin"]
    old, new = framed(before.select(columns)), framed(after.select(columns))
    gone = old.join(new.select("origin").unique(), on="origin", how="anti").join(
        new, on=list(dataset.key), how="anti", nulls_equal=True
    )
    counted = gone.group_by("origin").agg(rows=pl.len()).sort("origin")
    return dict(counted.iter_rows())
