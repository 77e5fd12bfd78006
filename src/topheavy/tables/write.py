"""Writing a table: slices are replaced, never appended, so that twice is once.

A slice is the rows of some origins (units of work). Replacing it keeps what other origins brought, settles
keys that two origins claim (higher rank first, then the one received last), and commits one snapshot; a
commit that would change nothing is not made.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from topheavy.datasets.schema import TEXT, Dataset
from topheavy.tables.catalogs.catalog import Tables, empty, told
from topheavy.tables.check import check
from topheavy.tables.contested import Contested, contested
from topheavy.tables.files import append
from topheavy.tables.order import by_key, framed, ordered
from topheavy.tables.read import read

_SESSION = re.compile(r"/session=(\d{4}-\d{2}-\d{2})(?:/|$)")


def replace_slices(
    tables: Tables,
    dataset: Dataset,
    rows: pa.Table,
    origins: list[str],
    ranks: Mapping[str, int],
    tell: Callable[[Contested], None] = lambda _: None,
) -> int:
    """Put ``rows``, the whole of what ``origins`` now say, in place of what they said before.

    ``ranks`` (source → rank) settles a key that two origins claim: the higher rank stays; ``tell`` is told of it
    where they claim other numbers.

    Returns the number of rows written (0 when nothing changed).

    Raises:
        CheckFailed: when the rows break the dataset's rules; the table stays as it was.
    """
    coming = check(dataset, rows)
    months = _touched(tables, dataset, coming, origins) if dataset.month_of else set()
    held = _held(tables, dataset, months)
    merged = _settle(dataset, held, coming, origins, ranks, tell)
    if merged.equals(by_key(dataset, held)):
        return 0
    _overwrite(tables, dataset, merged, months)
    return int(coming.num_rows)


def replace_all(tables: Tables, dataset: Dataset, rows: pa.Table) -> int:
    """Put ``rows`` in place of the whole table; return how many were written (0 when nothing changed)."""
    coming = check(dataset, rows)
    held = read(tables, dataset)
    if coming.equals(by_key(dataset, held)):
        return 0
    _replace_whole(tables, dataset, coming)
    return int(coming.num_rows)


def _settle(
    dataset: Dataset,
    held: pa.Table,
    coming: pa.Table,
    origins: list[str],
    ranks: Mapping[str, int],
    tell: Callable[[Contested], None],
) -> pa.Table:
    kept = held.filter(pc.invert(_brought_by(held, origins)))
    both = ordered(dataset, pa.concat_tables([kept, coming]))
    if not both.share_a_key:
        return both.rows.cast(dataset.schema)
    rank = pl.col("source").replace_strict(dict(ranks), default=0, return_dtype=pl.Int64)
    claimed = framed(both.rows).sort(rank, "received_at", "origin")
    last = claimed.unique(subset=list(dataset.key), keep="last")
    for difference in contested(dataset, claimed, last, ranks):
        tell(difference)
    return by_key(dataset, last.to_arrow())


def _overwrite(tables: Tables, dataset: Dataset, rows: pa.Table, months: set[date]) -> None:
    if not months:
        _replace_whole(tables, dataset, rows)
        return
    first, after = min(months), _next_month(max(months))
    between = f"{dataset.month_of} >= '{first}' and {dataset.month_of} < '{after}'"
    _commit(tables, dataset, rows, between)


def _replace_whole(tables: Tables, dataset: Dataset, rows: pa.Table) -> None:
    _commit(tables, dataset, rows, "true")


def _commit(tables: Tables, dataset: Dataset, rows: pa.Table, where: str) -> None:
    with told(f"{dataset.name} cannot be written", "if another run is writing, wait for its end and run again"):
        table = tables.open(dataset)
        with table.transaction() as change:
            if next(iter(table.scan(row_filter=where).plan_files()), None):
                change.delete(where)
            append(table, change, dataset, rows)


def _touched(tables: Tables, dataset: Dataset, coming: pa.Table, origins: list[str]) -> set[date]:
    """Return the first days of every month that the new rows or the origins' earlier rows lie in."""
    sessions = [found.group(1) for origin in origins if (found := _SESSION.search(origin))]
    if len(sessions) == len(origins):
        earlier = {date.fromisoformat(session).replace(day=1) for session in sessions}
    else:
        held = read(tables, dataset, columns=(dataset.month_of, "origin"))
        earlier = _months(dataset, held.filter(_brought_by(held, origins)))
    return _months(dataset, coming) | earlier


def _held(tables: Tables, dataset: Dataset, months: set[date]) -> pa.Table:
    if not dataset.month_of:
        return read(tables, dataset)
    if not months:
        return empty(dataset)
    return read(tables, dataset, since=min(months), until=_next_month(max(months)) - timedelta(days=1))


def _months(dataset: Dataset, rows: pa.Table) -> set[date]:
    return set(framed(rows.select([dataset.month_of])).to_series().dt.truncate("1mo").unique().to_list())


def _brought_by(rows: pa.Table, origins: list[str]) -> pa.ChunkedArray:
    return pc.is_in(rows["origin"], pa.array(origins, TEXT))


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
