"""Switches of repairs are part of the publication they belong to: refused with it, they are as they were."""

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

from topheavy.core.errors import NotPublished, WarehouseError, one_line
from topheavy.datasets.schema import dataset
from topheavy.home import Home
from topheavy.tables.read import read
from topheavy.tables.write import replace_all


@contextmanager
def switched_together(home: Home) -> Iterator[None]:
    """Put back what was switched since the last publication where the one made in the block is refused.

    Raises:
        NotPublished: the refusal, with the repairs that were switched.
    """
    try:
        yield
    except NotPublished as error:
        switched = _switched(home)
        if not switched:
            raise
        _put_back(home, switched)
        names = ", ".join(f"{name} ({'on' if before else 'off'} again)" for name, before in sorted(switched.items()))
        raise NotPublished(f"{one_line(error)}; refused with it were the switches of repairs: {names}") from error


def _switched(home: Home) -> dict[str, bool]:
    """Return repair → whether it was active as published, where it is not so now; a new one was active."""
    published = _as_published(home)
    rows = read(home.tables, dataset("repairs"), columns=("id", "active")).to_pylist()
    before = {row["id"]: published.get(row["id"], True) for row in rows}
    return {row["id"]: before[row["id"]] for row in rows if row["active"] is not before[row["id"]]}


def _as_published(home: Home) -> dict[str, bool]:
    try:
        return {row["id"]: row["active"] for row in home.warehouse.rows("SELECT id, active FROM repairs")}
    except WarehouseError:  # nothing was published, or the copy cannot be read: every repair begins active
        return {}


def _put_back(home: Home, switched: dict[str, bool]) -> None:
    target = dataset("repairs")
    rows = read(home.tables, target)
    active = [switched.get(row["id"], row["active"]) for row in rows.select(["id", "active"]).to_pylist()]
    place = rows.schema.get_field_index("active")
    replace_all(home.tables, target, rows.set_column(place, target.schema.field("active"), pa.array(active)))
