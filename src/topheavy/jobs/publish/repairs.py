"""Mending: a repair is switched off or on again; its row stays, its effect goes."""

import pyarrow as pa
import pyarrow.compute as pc

from topheavy.core.errors import UsageError
from topheavy.core.progress import Silent
from topheavy.datasets.schema import dataset
from topheavy.home import Home
from topheavy.tables.read import read
from topheavy.tables.write import replace_all


def switch(home: Home, repair: str, *, active: bool) -> None:
    """Switch one repair off or on; the next publish acts on it.

    Raises:
        UsageError: when there is no repair of that id.
    """
    with home.lake.folder.alone(Silent()):
        _switch(home, repair, active=active)


def _switch(home: Home, repair: str, *, active: bool) -> None:
    target = dataset("repairs")
    rows = read(home.tables, target)
    chosen = pc.equal(rows["id"], repair)
    if not pc.any(chosen).as_py():
        raise UsageError(f"no repair has the id '{repair}': 'topheavy show repairs' lists them")
    changed = pc.if_else(chosen, pa.scalar(active), rows["active"])
    place_of = rows.schema.get_field_index("active")
    replace_all(home.tables, target, rows.set_column(place_of, target.schema.field("active"), changed))
