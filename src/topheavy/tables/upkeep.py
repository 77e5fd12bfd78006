"""Upkeep: old snapshots are let go, and files that nothing refers to any more are swept away.

The Iceberg library rewrites and commits, but removes no file. Files younger than the grace period are never
touched: a commit that is being made has written files no snapshot names yet.
"""

import math
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from topheavy.datasets.schema import Dataset
from topheavy.tables.catalogs.catalog import NAMESPACE, Tables, remedy, told
from topheavy.tables.catalogs.local import local, root

if TYPE_CHECKING:
    from pyiceberg.table import Table

KEEP = timedelta(days=7)
"""How far back time travel reaches."""

GRACE = timedelta(hours=1)


def tidy(tables: Tables, dataset: Dataset, now: datetime, *, keep: timedelta = KEEP, grace: timedelta = GRACE) -> int:
    """Let go of snapshots older than ``keep`` and sweep what only they named; return the files removed."""
    table = tables.find(dataset)
    if table is None:
        return 0
    oldest = min((entry.timestamp_ms for entry in table.snapshots()), default=None)
    if oldest is None or oldest >= (now - keep).timestamp() * 1000:
        return 0
    table.maintenance.expire_snapshots().older_than((now - keep).replace(tzinfo=None)).commit()
    return _sweep(tables.open(dataset), (now - grace).timestamp())


def sweep(tables: Tables, dataset: Dataset) -> int:
    """Remove all that nothing names in a dataset's folder, however young; return the files removed.

    Nobody else may be writing the table.
    """
    table = tables.find(dataset)
    folder = Path(root(tables.home)) / NAMESPACE / dataset.name
    return _clear(folder, _named(table) if table else set(), math.inf)


def named_files(tables: Tables, dataset: Dataset) -> set[Path]:
    """Return the files that a table's snapshots and its metadata log name; none while it was never written.

    Raises:
        TableError: when the table cannot be read.
    """
    with told(f"{dataset.name} cannot be read", remedy(dataset)):
        table = tables.find(dataset)
        return _named(table) if table else set()


def _sweep(table: "Table", before: float) -> int:
    return _clear(local(table.location()), _named(table), before)


def _clear(folder: Path, named: set[Path], before: float) -> int:
    loose = [
        path for path in folder.rglob("*") if path.is_file() and path not in named and path.stat().st_mtime < before
    ]
    for path in loose:
        path.unlink()
    return len(loose)


def _named(table: "Table") -> set[Path]:
    """Return every file that a snapshot still kept, or the metadata log, names."""
    inspect = table.inspect
    names = {table.metadata_location, *(entry.metadata_file for entry in table.metadata.metadata_log)}
    names |= {snapshot.manifest_list for snapshot in table.snapshots()}
    names |= set(inspect.all_manifests()["path"].to_pylist()) | set(inspect.all_files()["file_path"].to_pylist())
    return {local(name) for name in names}
