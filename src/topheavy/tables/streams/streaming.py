"""Streamed tables: rows are appended together with how far their topic was read, in one snapshot.

A commit names where its rows begin. Where the table has gone past that place in the meantime (another sink, or
an earlier commit whose answer was lost), it is refused: the rows are already there.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from topheavy.core.errors import Overtaken, TableError
from topheavy.core.positions import Position, to_text
from topheavy.datasets.schema import Dataset
from topheavy.tables.catalogs.catalog import Tables, told
from topheavy.tables.catalogs.local import local
from topheavy.tables.streams.offsets import POSITIONS, kept

if TYPE_CHECKING:
    from pyiceberg.table import Table


def quoted(name: str) -> str:
    """Return a name as it stands between quotes in a condition."""
    return name.replace("'", "''")


ATTEMPTS = 20
ADVICE = "check the disk and run it again: it continues where the table ends"


def positions(tables: Tables, dataset: Dataset) -> dict[str, Position]:
    """Return how far each topic has been read into the table (nothing while it was never written)."""
    table = tables.find(dataset)
    return kept(table) if table else {}


def append(tables: Tables, dataset: Dataset, rows: pa.Table, begin: Position, end: Mapping[int, int]) -> None:
    """Append ``rows``, which ``begin`` to ``end`` of a topic brought, and note ``end``, in one snapshot.

    Raises:
        Overtaken: when the table is no longer where ``begin`` says; nothing was written.
    """
    with told(f"{dataset.name} cannot be written", ADVICE):
        for table in _tries(tables, dataset):
            held = kept(table)
            _refuse_overtaken(dataset, held.get(begin.topic), begin)
            noted = held | {begin.topic: held.get(begin.topic, begin).moved(end)}
            if _appended(table, rows, {POSITIONS: to_text(noted)}):
                return


def restart(tables: Tables, dataset: Dataset, position: Position) -> None:
    """Note a new position of a topic whatever was noted before: someone chose to start again."""
    with told(f"{dataset.name} cannot be written", ADVICE):
        for table in _tries(tables, dataset):
            noted = kept(table) | {position.topic: position}
            if _appended(table, dataset.schema.empty_table(), {POSITIONS: to_text(noted)}):
                return


def replace(tables: Tables, dataset: Dataset, rows: pa.Table, where: str, noted: Mapping[str, Position]) -> None:
    """Put ``rows`` in place of those that ``where`` chooses, and note how far topics were read, in one snapshot."""
    with told(f"{dataset.name} cannot be written", ADVICE):
        for table in _tries(tables, dataset):
            properties = {POSITIONS: to_text(_merged(kept(table), noted))}
            if _committed(partial(_put, table, rows, where, properties)):
                return


def scan(tables: Tables, dataset: Dataset, columns: tuple[str, ...], where: str = "true") -> Iterator[pa.RecordBatch]:
    """Yield the table's rows batch by batch, so that memory stays bounded."""
    table = tables.find(dataset)
    if table is None or table.current_snapshot() is None:
        return
    with told(f"{dataset.name} cannot be read", ADVICE):
        yield from table.scan(row_filter=where, selected_fields=columns).to_arrow_batch_reader()


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of a table: where it lies, and how many rows it holds; it never changes."""

    path: str
    rows: int


def data_files(tables: Tables, dataset: Dataset) -> list[DataFile]:
    """Return the files of the newest snapshot."""
    table = tables.find(dataset)
    with told(f"{dataset.name} cannot be read", ADVICE):
        tasks = list(table.scan().plan_files()) if table else []
    return [DataFile(str(local(task.file.file_path)), task.file.record_count) for task in tasks]


def columns_of(file: DataFile, columns: tuple[str, ...]) -> pa.Table:
    """Return some columns of a file."""
    from pyarrow.parquet import read_table

    with told(f"{file.path} cannot be read", ADVICE):
        return read_table(file.path, columns=list(columns), partitioning=None)


def files_of(tables: Tables, dataset: Dataset) -> Any:
    """Return the table's files as an Arrow dataset, so that a query reads the columns and row groups it needs.

    Rows are never deleted in place (files are rewritten), so the files of the newest snapshot are the table.
    """
    from pyarrow.dataset import dataset as open_files

    paths = [file.path for file in data_files(tables, dataset)]
    with told(f"{dataset.name} cannot be read", ADVICE):
        return open_files(paths, schema=dataset.schema, format="parquet") if paths else dataset.schema.empty_table()


def _tries(tables: Tables, dataset: Dataset) -> Iterator["Table"]:
    """Yield the table as it is now, as often as others may be faster; then give up."""
    for _ in range(ATTEMPTS):
        yield tables.open(dataset)
    raise TableError(f"{dataset.name}: {ATTEMPTS} commits in a row were overtaken by others; run fewer sinks")


def _refuse_overtaken(dataset: Dataset, held: Position | None, begin: Position) -> None:
    if held is None:
        return
    if held.topic_id != begin.topic_id:
        raise Overtaken(f"{dataset.name} now follows another topic called {begin.topic}")
    for part, offset in begin.next.items():
        if held.next.get(part, offset) != offset:
            raise Overtaken(
                f"{dataset.name} is at {held.next[part]:,} of partition {part}, the rows begin at {offset:,}"
            )


def _merged(held: Mapping[str, Position], noted: Mapping[str, Position]) -> dict[str, Position]:
    merged = dict(held)
    for topic, position in noted.items():
        same = topic in held and held[topic].topic_id == position.topic_id
        merged[topic] = held[topic].moved(position.next) if same else position
    return merged


def _put(table: "Table", rows: pa.Table, where: str, properties: dict[str, str]) -> None:
    if next(iter(table.scan(row_filter=where).plan_files()), None) is None:
        table.append(rows, snapshot_properties=properties)
    else:
        table.overwrite(rows, where, snapshot_properties=properties)


def _appended(table: "Table", rows: pa.Table, properties: dict[str, str]) -> bool:
    return _committed(partial(table.append, rows, snapshot_properties=properties))


def _committed(commit: Callable[[], None]) -> bool:
    from pyiceberg.exceptions import CommitFailedException

    try:
        commit()
    except CommitFailedException:  # another one was faster: look again before trying again
        return False
    return True
