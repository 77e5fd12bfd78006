"""Tables made anew from the lake: beside those that stand, compared with them, and put in their place whole."""

from collections import Counter
from collections.abc import Iterable, Mapping

from topheavy.core.errors import LakeError, TableError
from topheavy.datasets.schema import Dataset, Layer, datasets
from topheavy.home import Home
from topheavy.tables.catalogs.beside import adopt
from topheavy.tables.catalogs.catalog import Tables
from topheavy.tables.lost import lost
from topheavy.tables.read import read
from topheavy.tables.upkeep import sweep

MOST_NAMED = 3
"""So many answers whose rows would be lost are named in one line."""


def losses(home: Home, new: Tables, unread: Mapping[str, str]) -> dict[str, str]:
    """Return unit → why the rows that it brought would be gone with the tables made anew.

    ``unread`` are the answers that could not be read for them, each with the cause. A table that cannot be read
    itself has nothing to compare: there the ledger says which answers it was made of.
    """
    known = home.lake.ledger.refined()
    latest = {entry.unit.id for entry in home.lake.ledger.latest()}
    found = {unit: "the ledger knows no answer of it any more" for unit in known if unit not in latest}
    found |= {unit: cause for unit, cause in unread.items() if unit in known}
    for unit, rows in _missing(home.tables, new).items():
        found.setdefault(unit, f"{rows:,} rows of it would not come again")
    return found


def _missing(old: Tables, new: Tables) -> Counter[str]:
    rows: Counter[str] = Counter()
    for item in _made_of_answers():
        columns = (*item.key, "origin")
        try:
            before = read(old, item, columns=columns)
        except TableError:  # which is why it is made anew
            continue
        rows.update(lost(item, before, read(new, item, columns=columns)))
    return rows


def refuse(found: Mapping[str, str]) -> None:
    """Refuse tables that would hold less than those that stand.

    Raises:
        LakeError: always where anything would be lost; it says what, and what to do.
    """
    if found:
        raise LakeError(
            f"the tables stay as they were, for made anew they would lose what {len(found):,} answers brought: "
            f"{named(found)}; bring these back (a backup of raw/, or delete what is damaged there and 'topheavy "
            "collect --again'), or give them up with --accept-loss"
        )


def named(found: Mapping[str, str]) -> str:
    """Name the first of what would be lost, each with its cause, and say how many more there are."""
    first = [cause if unit in cause else f"{unit} ({cause})" for unit, cause in sorted(found.items())[:MOST_NAMED]]
    more = f" and {len(found) - MOST_NAMED:,} more" if len(found) > MOST_NAMED else ""
    return ", ".join(first) + more


def replace(home: Home, new: Tables) -> None:
    """Put the new tables in place of those that stand; what is worked out from them is left to the next publication."""
    gone = [item for item in datasets().values() if item.published and item.name != "repairs"]
    adopt(home.tables, new, gone)
    for item in gone:
        sweep(home.tables, item)


def _made_of_answers() -> Iterable[Dataset]:
    return [item for item in datasets().values() if item.layer is Layer.PARSED]
