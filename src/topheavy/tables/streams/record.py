"""Recorded tables: rows are added once and never changed, for they say what was known at the time."""

import polars as pl
import pyarrow as pa

from topheavy.datasets.schema import Dataset
from topheavy.tables.catalogs.catalog import Tables, told
from topheavy.tables.check import check
from topheavy.tables.read import read


def record(tables: Tables, dataset: Dataset, rows: pa.Table) -> int:
    """Add the rows whose key is not there yet, in one snapshot; return how many (0: all were known).

    A row that is there stays as it was written first, whatever comes under its key later.

    Raises:
        CheckFailed: when the rows break the dataset's rules; nothing was written.
    """
    coming = check(dataset, rows)
    held = read(tables, dataset, columns=dataset.key)
    new = _frame(coming).join(_frame(held), on=list(dataset.key), how="anti", maintain_order="left")
    if not new.height:
        return 0
    with told(f"{dataset.name} cannot be written", "if another run is writing, wait for its end and run again"):
        tables.open(dataset).append(new.to_arrow().cast(dataset.schema))
    return new.height


def _frame(rows: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(rows)
    assert isinstance(frame, pl.DataFrame)
    return frame
