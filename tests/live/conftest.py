"""One real broker for all tests of a session, and one of its own for a test that ends it."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from support.kafka import Kafka, why_none


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """A real broker: a worker's own, so that none waits for another's."""
    yield from _running(tmp_path_factory.mktemp("kafka"))


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[Kafka]:
    """A real broker that a test may kill or wipe."""
    yield from _running(tmp_path / "kafka")


@pytest.fixture
def topic() -> str:
    """A topic's name that no other test has."""
    return f"trades-{os.getpid()}-{uuid4().hex[:8]}"


def _running(folder: Path) -> Iterator[Kafka]:
    if reason := why_none():
        pytest.skip(reason)
    broker = Kafka(folder)
    try:
        yield broker.start()
    finally:
        broker.kill()
