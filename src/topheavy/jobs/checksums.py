"""Checksums of a home's tables and of its published copy: recorded when they are written, compared by verify."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from topheavy.core.errors import TableError
from topheavy.core.files.checksums import changed, checksum, record, recorded
from topheavy.datasets.schema import datasets
from topheavy.home import Home
from topheavy.tables.catalogs.catalog import NAMESPACE
from topheavy.tables.upkeep import named_files

TABLES, COPY = "tables", "warehouse.duckdb@"
"""Where table files lie in a home; what a published copy's checksum is recorded under, with itself behind."""


def record_tables(home: Home) -> None:
    """Record the checksums of table files that came since the last time; files that are gone are forgotten."""
    folder = home.lake.folder.path
    known = recorded(folder)
    there = {str(path.relative_to(folder)) for path in _finished(home)}
    kept = {name: value for name, value in known.items() if name in there or name.startswith(COPY)}
    new = {name: value for name in sorted(there - set(kept)) if (value := _checksum(folder / name))}
    if new or kept != known:
        record(folder, kept | new)


def _finished(home: Home) -> Iterator[Path]:
    """Yield the files of all tables; of those that others may be writing now, the ones that a snapshot names."""
    for item in datasets().values():
        if item.published:
            folder = home.lake.folder.path / TABLES / NAMESPACE / item.name
            yield from (path for path in folder.rglob("*") if path.is_file())
        else:
            with suppress(TableError):  # one that cannot be read: verify says so
                yield from named_files(home.tables, item)


def _checksum(path: Path) -> str:
    """Return a file's checksum, nothing where a stream's upkeep has removed it meanwhile."""
    try:
        return checksum(path)
    except FileNotFoundError:
        return ""


def record_copy(home: Home, coming: Path) -> None:
    """Record the checksum of the copy that is about to be published, beside that of the one it replaces."""
    folder = home.lake.folder.path
    known = recorded(folder)
    current = checksum(home.warehouse.path) if home.warehouse.path.exists() else ""
    files = {name: value for name, value in known.items() if not name.startswith(COPY) or value == current}
    if current and not any(name.startswith(COPY) for name in known):  # published before there were checksums
        files[f"{COPY}{current}"] = current
    new = checksum(coming)
    record(folder, files | {f"{COPY}{new}": new})


def damaged(home: Home) -> Iterator[tuple[str, str]]:
    """Yield each file that is not what was written, and what mends it.

    Raises:
        LakeError: when what was recorded cannot be read.
    """
    folder = home.lake.folder.path
    known = recorded(folder)
    copies = {value for name, value in known.items() if name.startswith(COPY)}
    for name in changed(folder, {name: value for name, value in known.items() if not name.startswith(COPY)}):
        yield name, "make the tables anew: topheavy refine --again, topheavy publish"
    if copies and home.warehouse.path.exists() and checksum(home.warehouse.path) not in copies:
        yield home.warehouse.path.name, "delete it and publish anew: topheavy publish"
