"""Compaction: the many small files that a stream leaves in a day become one, while the stream goes on."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from topheavy.datasets.schema import Dataset
from topheavy.tables.catalogs.catalog import Tables, told
from topheavy.tables.streams.offsets import carried
from topheavy.tables.upkeep import tidy

if TYPE_CHECKING:
    from pyiceberg.table import FileScanTask, Table

SMALL = 16 * 1024 * 1024
"""Bytes below which a file is worth joining with others."""

MANY = 24
"""Small files of one day that are joined; fewer are left alone."""

KEEP = timedelta(minutes=15)
"""How far back time travel reaches in a streamed table."""


def compact(tables: Tables, dataset: Dataset, *, many: int = MANY, small: int = SMALL) -> int:
    """Join a day's small files where there are ``many``; return how many files went.

    A join that another commit overtakes is given up: the next one finds the same files.
    """
    table = tables.find(dataset)
    if table is None:
        return 0
    with told(f"{dataset.name} cannot be compacted", "its rows are unharmed; check the disk"):
        crowded = [tasks for tasks in _by_day(table, small) if len(tasks) >= many]
        portions = [portion for tasks in crowded for portion in _portions(tasks, small)]
        return sum(_join(tables, dataset, portion) for portion in portions)


def _by_day(table: "Table", small: int) -> list[list["FileScanTask"]]:
    found: defaultdict[str, list[FileScanTask]] = defaultdict(list)
    for task in table.scan().plan_files():
        if task.file.file_size_in_bytes < small:
            found[repr(task.file.partition)].append(task)
    return list(found.values())


def _portions(tasks: "list[FileScanTask]", most: int) -> list[list["FileScanTask"]]:
    """Share files out, the smallest first, into portions of two or more and of ``most`` bytes: a join's rows are in
    memory at once.
    """
    portions: list[list[FileScanTask]] = [[]]
    for task in sorted(tasks, key=lambda task: task.file.file_size_in_bytes):
        if sum(held.file.file_size_in_bytes for held in portions[-1]) + task.file.file_size_in_bytes > most:
            portions.append([])
        portions[-1].append(task)
    return [portion for portion in portions if len(portion) > 1]


def _join(tables: Tables, dataset: Dataset, tasks: list["FileScanTask"]) -> int:
    from pyiceberg.exceptions import CommitFailedException

    try:
        _rewrite(tables.open(dataset), dataset, tasks)
    except CommitFailedException:
        return 0
    return len(tasks)


def _rewrite(table: "Table", dataset: Dataset, tasks: list["FileScanTask"]) -> None:
    from pyiceberg.expressions import AlwaysTrue
    from pyiceberg.io.pyarrow import ArrowScan, _dataframe_to_data_files

    rows = ArrowScan(table.metadata, table.io, table.schema(), AlwaysTrue()).to_table(tasks)
    ordered = rows.cast(dataset.schema).sort_by(dataset.day_of)
    with table.transaction() as change, change.update_snapshot(carried(table)).overwrite() as joined:
        for task in tasks:
            joined.delete_data_file(task.file)
        for file in _dataframe_to_data_files(change.table_metadata, ordered, table.io):
            joined.append_data_file(file)


def trim(tables: Tables, dataset: Dataset, now: datetime, keep: timedelta = KEEP) -> int:
    """Let a streamed table's older snapshots go, for a commit a second makes many; return the files removed."""
    from pyiceberg.exceptions import CommitFailedException

    try:
        return tidy(tables, dataset, now, keep=keep)
    except CommitFailedException:  # a sink was faster: the next time comes soon
        return 0
