"""Reading a table: whole, a period of it, or as it was at an earlier moment."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from topheavy.core.errors import TableError
from topheavy.datasets.schema import Dataset
from topheavy.tables.catalogs.catalog import Tables, empty, remedy, told

if TYPE_CHECKING:
    from pyiceberg.table import Table


def read(
    tables: Tables,
    dataset: Dataset,
    *,
    since: date | None = None,
    until: date | None = None,
    as_of: datetime | None = None,
    columns: tuple[str, ...] = (),
) -> pa.Table:
    """Return a dataset's rows (no rows while its table was never written).

    ``since`` and ``until`` (both included) act on the dataset's month or day column; ``as_of`` reads the table as it
    was at that moment.

    Raises:
        TableError: when ``as_of`` lies before the table's first snapshot.
    """
    table = tables.find(dataset)
    if table is None:
        return empty(dataset).select(list(columns) or dataset.schema.names)
    chosen: dict[str, Any] = {"snapshot_id": _snapshot_at(table, dataset, as_of)} if as_of else {}
    names = list(columns) or dataset.schema.names
    with told(f"{dataset.name} cannot be read", remedy(dataset)):
        scan = table.scan(row_filter=_between(dataset, since, until), selected_fields=tuple(names), **chosen)
        return scan.to_arrow().select(names).cast(pa.schema([dataset.schema.field(name) for name in names]))


def snapshot_of(tables: Tables, dataset: Dataset) -> int:
    """Return the id of the table's current snapshot, 0 while it holds none."""
    table = tables.find(dataset)
    snapshot = table.current_snapshot() if table else None
    return snapshot.snapshot_id if snapshot else 0


def rows_of(tables: Tables, dataset: Dataset) -> int | None:
    """Return how many rows the table holds, ``None`` while it was never written; the rows are not read."""
    table = tables.find(dataset)
    if table is None:
        return None
    snapshot = table.current_snapshot()
    return int(snapshot.summary["total-records"] or 0) if snapshot and snapshot.summary else 0


def _between(dataset: Dataset, since: date | None, until: date | None) -> str:
    if dataset.day_of:
        first, after = (f"{day}T00:00:00+00:00" if day else "" for day in (since, until and until + timedelta(days=1)))
        terms = [f"{dataset.day_of} >= '{first}'"] if first else []
        return " and ".join([*terms, f"{dataset.day_of} < '{after}'"] if after else terms) or "true"
    terms = [f"{dataset.month_of} >= '{since}'"] if since else []
    terms += [f"{dataset.month_of} <= '{until}'"] if until else []
    return " and ".join(terms) or "true"


def _snapshot_at(table: "Table", dataset: Dataset, moment: datetime) -> int:
    from pyiceberg.table.snapshots import Operation

    millis = int(moment.timestamp() * 1000)
    halfway = (Operation.DELETE,)  # an overwrite first takes the old rows away, in a snapshot of its own
    whole = {kept.snapshot_id for kept in table.snapshots() if kept.summary and kept.summary.operation not in halfway}
    before = [entry for entry in table.history() if entry.timestamp_ms <= millis and entry.snapshot_id in whole]
    if not before:
        raise TableError(f"{dataset.name} did not exist at {moment.isoformat()}; ask for a later moment")
    return before[-1].snapshot_id
