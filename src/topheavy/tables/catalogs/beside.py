"""Tables made anew beside those that stand, and the one change of the catalog in which they take their place.

The new ones have a catalog of their own, and their files lie in the same folders under names of their own, so that
nothing has to be moved. A kill at any moment leaves a home with the old tables or with the new ones, and at worst
with files that nothing names: the next time they are swept away.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from topheavy.core.files.durable import flush
from topheavy.datasets.schema import Dataset
from topheavy.tables.catalogs.catalog import NAMESPACE, Tables, told
from topheavy.tables.catalogs.local import root

BESIDE = ".catalog.sqlite.again"

_FORGET = "DELETE FROM iceberg_tables WHERE table_namespace = ? AND table_name = ?"
_NOTE = """
INSERT INTO iceberg_tables (catalog_name, table_namespace, table_name, metadata_location, previous_metadata_location)
VALUES (?, ?, ?, ?, ?)
"""
_NOTED = """
SELECT catalog_name, table_namespace, table_name, metadata_location, previous_metadata_location FROM iceberg_tables
"""


@contextmanager
def beside(tables: Tables) -> Iterator[Tables]:
    """Yield new, empty tables beside those of a home; what was not adopted at the end is forgotten."""
    _discard(tables.home)
    new = Tables(tables.home, BESIDE)
    try:
        yield new
    finally:
        new.catalog.close()
        _discard(tables.home)


def adopt(tables: Tables, new: Tables, datasets: Iterable[Dataset]) -> None:
    """Put ``new`` in place of the tables of all ``datasets`` at once; one that ``new`` lacks is there no more.

    Files of the old ones are removed afterwards.
    """
    places = [(NAMESPACE, dataset.name) for dataset in datasets]
    with told("the tables made anew cannot take their place", "those before still stand; check the disk"):
        with new.catalog.engine.connect() as file:
            rows = [tuple(row) for row in file.exec_driver_sql(_NOTED)]
        _flush(tables.home, places, {name for _, _, name, *_ in rows})
        with tables.catalog.engine.begin() as file:
            file.exec_driver_sql(_FORGET, places)
            if rows:
                file.exec_driver_sql(_NOTE, rows)


def _flush(home: Path, places: list[tuple[str, str]], made: set[str]) -> None:
    """Bring the new tables' files to the disk, names and bytes, before the catalog names them."""
    for namespace, name in places:
        if name in made:
            for path in sorted((Path(root(home)) / namespace / name).rglob("*")):
                flush(path)


def _discard(home: Path) -> None:
    for path in home.glob(f"{BESIDE}*"):  # its journal, too
        path.unlink(missing_ok=True)
