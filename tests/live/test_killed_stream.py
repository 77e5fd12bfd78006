"""Producer, sink and broker may be killed at any moment, in any order: each trade is in the table exactly once.

``TOPHEAVY_KILLS`` says how many kills (default 6), drawn by a seed; ``TOPHEAVY_EVENTS`` how many trades (20,000).
"""

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from live.test_sink import drain, follow, home, make
from support.kafka import Kafka
from support.numbered import numbered
from topheavy.datasets.schema import dataset
from topheavy.stream.sink.minutes import bars_of
from topheavy.tables.read import read

pytestmark = [pytest.mark.kill, pytest.mark.slow]
KILLS = int(os.environ.get("TOPHEAVY_KILLS", "6"))
EVENTS = int(os.environ.get("TOPHEAVY_EVENTS", "20000"))
CHUNKS = 50 * KILLS
SIZE = EVENTS // CHUNKS
SCRIPT = Path(__file__).parents[1] / "support" / "numbered.py"
FIGURES = ["security", "minute", "open", "high", "low", "close", "volume", "trades"]


class Running:
    """A process that is started again whenever it is not there."""

    def __init__(self, *arguments: str) -> None:
        self._command = [sys.executable, str(SCRIPT), *arguments]
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        path = os.pathsep.join([str(SCRIPT.parents[1]), os.environ.get("PYTHONPATH", "")])
        return subprocess.Popen(self._command, env=os.environ | {"PYTHONPATH": path}, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process = self._start()

    def tend(self) -> None:
        """Start it again where it gave up, as a supervisor would; one that ended well stays ended."""
        if self.process.poll() not in (None, 0):
            self.process = self._start()

    @property
    def ended(self) -> bool:
        return self.process.poll() == 0


@contextmanager
def running(*arguments: str) -> Iterator[Running]:
    one = Running(*arguments)
    try:
        yield one
    finally:
        one.process.kill()
        one.process.wait()


def test_killed_in_any_order_each_trade_is_there_once(own_kafka: Kafka, topic: str, tmp_path: Path) -> None:
    make(own_kafka, topic, 3)
    lake, progress = tmp_path / "home", tmp_path / "progress"
    with (
        running("produce", own_kafka.bootstrap, topic, str(progress), str(CHUNKS), str(SIZE)) as producer,
        running("sink", own_kafka.bootstrap, topic, str(lake)) as sink,
    ):
        killed = kill_at_random(own_kafka, producer, sink)
        while not producer.ended:
            producer.tend()
            sleep(0.1)
    with home(lake) as place:
        tally = drain(place, follow(own_kafka, topic), quiet=8)
        assert tally.dead == 0
        kept = read(place.tables, dataset("trades"))
        bars = read(place.tables, dataset("minute_bars"))
    print(f"{killed} killed; {kept.num_rows:,} trades, {bars.num_rows:,} bars")
    assert np.array_equal(np.sort(kept["sequence"].to_numpy()), np.arange(CHUNKS * SIZE)), "each once"
    assert figures(bars) == figures(bars_of(numbered(list(range(CHUNKS * SIZE))), kept["received_at"][0].as_py()))


def kill_at_random(kafka: Kafka, producer: Running, sink: Running) -> Counter[str]:
    chance, killed = random.Random(4), Counter[str]()
    kinds = [["sink", "producer", "sink", "broker"][at % 4] for at in range(KILLS)]
    chance.shuffle(kinds)
    for kind in kinds:
        sleep(chance.uniform(0.3, 3.0))
        if kind == "broker":
            kafka.kill()
            kafka.start()
        elif kind == "producer" and not producer.ended:
            producer.kill()
        else:
            kind = "sink"
            sink.kill()
        killed[kind] += 1
        producer.tend()
        sink.tend()
    return killed


def figures(bars: pa.Table) -> list[tuple[object, ...]]:
    """Everything of a bar that follows from its trades alone."""
    frame = pl.from_arrow(bars)
    assert isinstance(frame, pl.DataFrame)
    return frame.select(FIGURES).sort("minute", "security").rows()
