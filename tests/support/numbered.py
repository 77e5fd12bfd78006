"""Two processes to be killed: ``produce`` sends numbered trades, some twice and out of order; ``sink`` keeps them."""

import random
import sys
from pathlib import Path
from time import sleep

import pyarrow as pa
from confluent_kafka import Producer

from support.trades import trades
from topheavy.core.settings import read_settings
from topheavy.home import open_home
from topheavy.jobs.stream.sink import Follow, open_sink
from topheavy.stream.kafka.broker import Broker
from topheavy.stream.sink.sink import Pace
from topheavy.stream.wire.format import pack

NAMES = ["AAPL", "MSFT", "NVDA", "AMZN", "META"]
APART = 0.01
"""Seconds between two trades, by event time."""


def numbered(numbers: list[int]) -> pa.Table:
    """The trades of these numbers, a company for each last digit."""
    own = [[number for number in numbers if number % len(NAMES) == at] for at in range(len(NAMES))]
    return pa.concat_tables(trades(some, name, apart=APART) for some, name in zip(own, NAMES, strict=True))


def chunk(number: int, size: int) -> list[int]:
    """A chunk's numbers, shuffled, and a tenth as many that were in it or in the one before."""
    chance = random.Random(number)
    own = list(range(number * size, (number + 1) * size))
    again = chance.sample(range(max(0, (number - 1) * size), (number + 1) * size), size // 10)
    chance.shuffle(own)
    return own + again


def produce(servers: str, topic: str, progress: Path, chunks: int, size: int) -> None:
    """Send chunks from the last one noted on; one that was sent but not noted is sent again."""
    producer = Producer({"bootstrap.servers": servers, "enable.idempotence": True, "message.timeout.ms": 0})
    for number in range(int(progress.read_text()) if progress.exists() else 0, chunks):
        for message in pack(numbered(chunk(number, size)), 100):
            producer.produce(topic, message.value, message.key)
        producer.flush()
        beside = progress.with_suffix(".new")
        beside.write_text(str(number + 1))
        beside.replace(progress)
        sleep(0.02)


def sink(servers: str, topic: str, home: Path) -> None:
    """Follow the topic until somebody kills us."""
    follow = Follow(Broker({"bootstrap.servers": servers}), topic, pace=Pace(seconds=0.2), bar_seconds=0.5)
    with open_home(read_settings(home, {})) as place, open_sink(place, follow) as tail:
        while True:
            tail.step()


if __name__ == "__main__":
    what, servers, topic, path, *more = sys.argv[1:]
    if what == "produce":
        produce(servers, topic, Path(path), *map(int, more))
    else:
        sink(servers, topic, Path(path))
