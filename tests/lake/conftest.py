"""A lake of its own for each test, over a folder and over memory."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from topheavy.lake.home import Home, open_home
from topheavy.lake.raw import Lake
from topheavy.lake.store import Store


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return open_home(tmp_path / "home")


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, home: Home) -> Store:
    return Store(str(home.path / "raw") if request.param == "folder" else "memory:///")


@pytest.fixture
def lake(home: Home, store: Store) -> Iterator[Lake]:
    opened = Lake(home, store)
    yield opened
    opened.close()
