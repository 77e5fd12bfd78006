"""A catalog of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from topheavy.tables.catalogs.catalog import Tables


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[Tables]:
    opened = Tables(tmp_path)
    yield opened
    opened.catalog.close()
