"""A lake of its own for each test, over a folder and over memory."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from topheavy.lake.folder import HomeFolder, open_folder
from topheavy.lake.raw import Lake
from topheavy.lake.store import Store


@pytest.fixture
def home(tmp_path: Path) -> HomeFolder:
    return open_folder(tmp_path / "home")


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, home: HomeFolder) -> Store:
    return Store(str(home.path / "raw") if request.param == "folder" else "memory:///")


@pytest.fixture
def lake(home: HomeFolder, store: Store) -> Iterator[Lake]:
    opened = Lake(home, store)
    yield opened
    opened.close()
