"""Where a home's tables lie: plain paths, spaces and all, for an Iceberg location is taken letter by letter."""

from pathlib import Path


def root(home: Path) -> str:
    """Return the location all tables of a home lie in."""
    return str(home / "tables")


def local(location: str) -> Path:
    """Return the path of a file that the Iceberg library names."""
    return Path(location.removeprefix("file://"))
