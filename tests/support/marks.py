"""What a test takes, said by a mark: worked out where it follows from what the test asks for."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from support.market_data import needs_market

BY_FIXTURE = {"kafka": {"kafka", "own_kafka"}, "browser": {"look"}, "market": {"real_place"}}
"""Mark → the fixtures that start or read what it names."""

ROAD = re.compile(r"\btopheavy\.(jobs|cli)\b|\bsupport\.own_files\b")
"""Words of a file whose tests run jobs or commands, which go from a source to what is published."""


def mark_items(items: list[pytest.Item]) -> None:
    """Mark every test that starts a broker or a browser, or reads the market files, wherever it lies."""
    for item in items:
        for name in sorted(marks_of(item)):
            item.add_marker(name)


def slow_files_first(items: list[pytest.Item]) -> None:
    """Let files with slow tests come first, else a worker may begin the longest of all when the others have ended."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def marks_of(item: pytest.Item) -> Iterator[str]:
    """Yield the marks that follow from a test's fixtures and conditions."""
    fixtures = set(getattr(item, "fixturenames", ()))
    yield from (name for name, starters in BY_FIXTURE.items() if starters & fixtures)
    if any(mark == needs_market.mark for mark in item.iter_markers("skipif")):
        yield "market"
    if goes_the_road(item.path):
        yield "road"


@cache
def goes_the_road(path: Path) -> bool:
    """Say whether a test file runs jobs or commands."""
    return ROAD.search(path.read_text()) is not None
