"""A home that was moved or copied: its tables are registered anew where they lie now.

Iceberg names every file by its full path, so such a home's catalog speaks of files that are gone or, worse, are
another home's. The data files stay as they are; each table begins with one snapshot of them, and what it was before
can be asked where it came from only. The new catalog takes the place of the old one when it is whole.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from topheavy.core.files.locks import locked
from topheavy.core.log.logger import logger
from topheavy.tables.catalogs.local import local, root
from topheavy.tables.streams.offsets import carried, kept

if TYPE_CHECKING:
    from pyiceberg.catalog.sql import SqlCatalog
    from pyiceberg.manifest import DataFile
    from pyiceberg.table import Table


def lies_in(home: Path, catalog: "SqlCatalog") -> bool:
    """Say whether all that the catalog speaks of lies in the home."""
    return all(local(metadata).is_relative_to(root(home)) for metadata in _registered(catalog).values())


def settle(home: Path, file: Path, opened: Callable[[Path], "SqlCatalog"]) -> None:
    """Make the catalog ``file`` speak of the home's own folder; of two at once the second finds nothing to do."""
    with locked(home), _closing(opened(file)) as old:
        if lies_in(home, old):
            return
        beside = file.with_name(f".{file.name}.{os.getpid()}.new")
        beside.unlink(missing_ok=True)  # a process of the same number may have been killed here
        try:
            with _closing(opened(beside)) as new:
                for name, metadata in _registered(old).items():
                    _register(new, name, metadata, root(home))
            beside.replace(file)
        finally:
            beside.unlink(missing_ok=True)
    logger.info("%s was moved or copied here: its tables are registered anew", home)


def _registered(catalog: "SqlCatalog") -> dict[str, str]:
    """Return table → the path of its newest metadata."""
    with catalog.engine.connect() as file:
        rows = file.exec_driver_sql("SELECT table_namespace, table_name, metadata_location FROM iceberg_tables")
        return {f"{namespace}.{name}": location for namespace, name, location in rows}


def _register(catalog: "SqlCatalog", name: str, metadata: str, here: str) -> None:
    from pyiceberg.serializers import ToOutputFile
    from pyiceberg.table import StaticTable

    from topheavy.tables.catalogs.relocated_io import FROM, TO, MovedIO, moved

    there = metadata.partition(f"/{name.replace('.', '/')}/metadata/")[0]
    if local(there) == Path(here):
        catalog.register_table(name, metadata)
        return
    reading = {"py-io-impl": f"{MovedIO.__module__}.{MovedIO.__name__}", FROM: there, TO: here}
    old = StaticTable.from_metadata(moved(metadata, there, here), reading)
    none_yet: dict[str, Any] = {
        part: [] for part in ("snapshots", "snapshot_log", "metadata_log", "statistics", "partition_statistics")
    }
    place = {"location": moved(old.location(), there, here), "table_uuid": uuid4()}
    fresh = old.metadata.model_copy(update={**place, **none_yet, "refs": {}, "current_snapshot_id": None})
    first = f"{fresh.location}/metadata/00000-{uuid4()}.metadata.json"
    ToOutputFile.table_metadata(fresh, old.io.new_output(first))
    files = [_at(moved(file.file_path, there, here), file) for file in _files(old)]
    _append(catalog.register_table(name, first), files, carried(old) if kept(old) else {})


def _files(table: "Table") -> Iterator["DataFile"]:
    """Yield the files of the table's newest snapshot."""
    snapshot = table.current_snapshot()
    for manifest in snapshot.manifests(table.io) if snapshot else []:
        for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True):
            entry.data_file.spec_id = manifest.partition_spec_id
            yield entry.data_file


def _at(path: str, file: "DataFile") -> "DataFile":
    file[1] = path  # the second field of a data file, by the Iceberg specification
    return file


def _append(table: "Table", files: list["DataFile"], noted: dict[str, str]) -> None:
    if not files and not noted:
        return
    with table.transaction() as change, change.update_snapshot(noted).fast_append() as appended:
        for file in files:
            appended.append_data_file(file)


@contextmanager
def _closing(catalog: "SqlCatalog") -> Iterator["SqlCatalog"]:
    try:
        yield catalog
    finally:
        catalog.close()
