"""Inputs that hold less than what was published from them: refused, unless someone says that it may go."""

from datetime import datetime

import pyarrow as pa

from topheavy.core.errors import NotPublished, WarehouseError
from topheavy.datasets.schema import Dataset, Layer, dataset, datasets
from topheavy.home import Home
from topheavy.tables.lost import lost
from topheavy.warehouse.ask import Warehouse

MOST_NAMED = 3
"""So many answers that are missing are named in one line."""


def losses(home: Home, held: dict[str, pa.Table]) -> dict[str, str]:
    """Return unit → what was published of it and is in the tables no more.

    An answer that came anew since then may say less. Nothing is compared with a copy that cannot be read.
    """
    newer = _answered_since(home)
    found: dict[str, str] = {}
    for item in datasets().values():
        if item.layer is Layer.PARSED:
            for unit, rows in lost(item, _published(home.warehouse, item), held[item.name]).items():
                if unit not in newer:
                    found.setdefault(unit, f"{rows:,} rows of {item.name}")
    return found


def refuse(found: dict[str, str]) -> None:
    """Refuse a publication that would lose what is published.

    Raises:
        NotPublished: where anything would be lost; it says what, and what to do.
    """
    if found:
        first = ", ".join(f"{unit} ({what})" for unit, what in sorted(found.items())[:MOST_NAMED])
        more = f" and {len(found) - MOST_NAMED:,} more" if len(found) > MOST_NAMED else ""
        raise NotPublished(
            f"the tables hold no longer what {len(found):,} answers brought: {first}{more}; make them anew with "
            "'topheavy refine --again', or publish less with --accept-loss; what was published before is still there"
        )


def refuse_empty(held: dict[str, pa.Table]) -> None:
    """Refuse to publish tables without any figures.

    Raises:
        NotPublished: when there are neither bars nor holdings nor anything else that answers brought.
    """
    if not held["bars"].num_rows and not held["holdings"].num_rows:
        raise NotPublished(
            "the tables hold no bars and no holdings yet: collect and refine some first ('topheavy gaps' says what "
            "failed); nothing was published"
        )


def _published(warehouse: Warehouse, item: Dataset) -> pa.Table:
    columns = [*item.key, "origin"]
    none = dataset(item.name).schema.empty_table().select(columns)
    names = ", ".join(f'"{column}"' for column in columns)
    try:
        return warehouse.ask(f"SELECT {names} FROM {item.name}").cast(none.schema)
    except (WarehouseError, pa.ArrowInvalid):  # none yet, of an earlier version, or unreadable: no copy to compare with
        return none


def _answered_since(home: Home) -> set[str]:
    try:
        published = datetime.fromisoformat(home.warehouse.about()["published_at"])
    except (WarehouseError, LookupError, ValueError):  # nothing to compare with
        return set()
    return {entry.unit.id for entry in home.lake.ledger.latest() if entry.received_at > published}
