"""Where the real market files lie, and the mark for tests that need them."""

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


def market_folder() -> Path | None:
    """Return the folder of real files (``TOPHEAVY_MARKET_DATA``, else ``../shared/market``), if there is one."""
    folder = PROJECT / os.environ.get("TOPHEAVY_MARKET_DATA", "../shared/market")
    return folder.resolve() if folder.is_dir() else None


needs_market = pytest.mark.skipif(
    market_folder() is None,
    reason="the real market files are not here: set TOPHEAVY_MARKET_DATA to their folder",
)


def market_file(name: str) -> Path:
    """Return one real file of the folder, which is known to exist."""
    folder = market_folder()
    assert folder is not None
    return folder / name
