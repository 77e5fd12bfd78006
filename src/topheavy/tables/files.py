"""Rows become data files, one a month: where rows are sorted by their date, a month is a slice of them.

The Iceberg library looks through all rows once for every month; here they are looked through once.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from topheavy.datasets.schema import Dataset

if TYPE_CHECKING:
    from uuid import UUID

    from pyiceberg.table import Table, Transaction, WriteTask


def append(table: "Table", change: "Transaction", dataset: Dataset, rows: pa.Table) -> None:
    """Append ``rows``, sorted by the dataset's key, as data files of their months."""
    if not dataset.month_of or not rows.num_rows:
        change.append(rows)
        return
    from pyiceberg.io.pyarrow import write_file

    with change.update_snapshot().merge_append() as appended:
        tasks = _tasks(table, dataset, rows, appended.commit_uuid)
        for file in write_file(table.io, change.table_metadata, tasks):
            appended.append_data_file(file)


def _tasks(table: "Table", dataset: Dataset, rows: pa.Table, commit: "UUID") -> Iterator["WriteTask"]:
    from pyiceberg.partitioning import PartitionFieldValue, PartitionKey
    from pyiceberg.table import WriteTask

    schema, spec = table.schema(), table.spec()
    for number, (month, first, after) in enumerate(months(rows[dataset.month_of])):
        key = PartitionKey([PartitionFieldValue(spec.fields[0], month)], spec, schema)
        batches = rows.slice(first, after - first).to_batches()
        yield WriteTask(commit, number, schema, batches, partition_key=key)


def months(days: pa.ChunkedArray) -> Iterator[tuple[int, int, int]]:
    """Yield each run of days of one month: months since January 1970, its first place, the place after its last."""
    since_1970 = pc.add(pc.multiply(pc.subtract(pc.year(days), 1970), 12), pc.subtract(pc.month(days), 1))
    runs = pc.run_end_encode(since_1970.combine_chunks())
    first = 0
    for month, after in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
        yield month, first, after
        first = after
