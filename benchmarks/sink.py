"""Trades out of a real Kafka: our sink beside one JSON object a record written as a file each, and how fresh they are.

    uv run --extra live python benchmarks/sink.py

Throughput: records already in the topic, from the first read until all are committed; ours as packed messages into an
Iceberg table with the offsets in the same commit, theirs as one JSON object a message, read by the same client and
written to a folder, which is faster than the object store it stands for. Freshness: a producer in a process of its own
sends trades stamped with the moment they are made; a record's latency ends when its commit has returned. All trades
are SIMULATED. Exits 2 where no Kafka can run.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from uuid import uuid4

import numpy as np
import pyarrow as pa
from confluent_kafka import Consumer, Producer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from support.kafka import Kafka, why_none
from topheavy.core.settings import read_settings
from topheavy.home import Home, open_home
from topheavy.jobs.stream.sink import Follow, open_sink
from topheavy.jobs.stream.trades_table import TradesTable
from topheavy.stream.kafka.broker import Broker, broker, make_topics
from topheavy.stream.kafka.producer import TradeProducer
from topheavy.stream.sink.sink import Sink
from topheavy.stream.wire.format import TRADE

NAMES = [f"S{at:03}" for at in range(50)]
TICK = 0.02
"""Seconds between two handfuls of the paced producer."""


def trades(first: int, count: int) -> pa.Table:
    """Return numbered SIMULATED trades of now, of 50 securities."""
    numbers = np.arange(first, first + count)
    now = pa.repeat(pa.scalar(datetime.now(UTC), TRADE.field("event_time").type), count)
    columns = {
        "feed": pa.repeat("bench", count),
        "sequence": pa.array(numbers),
        "security": pa.array(NAMES).take(pa.array(numbers % len(NAMES))),
        "event_time": now,
        "price": pa.array(100.0 + numbers % 97),
        "size": pa.array(1.0 + numbers % 9),
        "venue": pa.nulls(count, pa.string()),
        "source_kind": pa.repeat("simulated", count),
    }
    return pa.table([columns[name] for name in TRADE.names], schema=TRADE)


def new_topic(to: Broker) -> str:
    topic = f"bench-{uuid4().hex[:8]}"
    make_topics(to, [topic])
    return topic


@contextmanager
def new_home(folder: Path) -> Iterator[Home]:
    with open_home(read_settings(folder / uuid4().hex, {})) as home:
        yield home
        home.tables.catalog.close()


def fill(to: Broker, topic: str, count: int) -> None:
    with TradeProducer(to, topic) as producer:
        for first in range(0, count, 20_000):
            producer.send(trades(first, min(20_000, count - first)))
    assert producer.report.acknowledged == count


def sink_alone(to: Broker, topic: str, folder: Path, count: int) -> float:
    """Records a second into the trades table."""
    with new_home(folder) as home:
        sink = Sink(to, topic, TradesTable(home))
        begun, kept = monotonic(), 0
        sink.begin()
        while kept < count:
            kept += sink.flush().rows.num_rows
        taken = monotonic() - begun
        sink.close()
    return count / taken


def whole_tail(to: Broker, topic: str, folder: Path, count: int) -> float:
    """Records a second into the trades table, with minute bars and live answers."""
    begun = monotonic()
    with new_home(folder) as home:
        with open_sink(home, Follow(to, topic)) as tail:
            while tail.tally.trades < count:
                tail.step()
        taken = monotonic() - begun
    return count / taken


def one_by_one(to: Broker, folder: Path, count: int) -> float:
    """Records a second, one JSON object a message, a file a record."""
    topic, beside = new_topic(to), folder / uuid4().hex
    beside.mkdir()
    producer = Producer(dict(to.config))
    for row in trades(0, count).to_pylist():
        producer.produce(topic, json.dumps(row, default=str).encode())
        producer.poll(0)
    producer.flush()
    consumer = Consumer({**to.config, "group.id": topic, "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    first = consumer.poll(30)
    assert first is not None
    begun = monotonic()
    for number in range(1, count):
        message = consumer.poll(30)
        assert message is not None
        row = json.loads(message.value() or b"")
        (beside / f"trade_{number}.json").write_text(json.dumps(row))
    taken = monotonic() - begun
    consumer.close()
    return (count - 1) / taken


def freshness(to: Broker, folder: Path, rate: int, seconds: float) -> dict[str, float]:
    """Latencies in seconds, from a trade's own moment until its commit returned."""
    topic, count = new_topic(to), int(rate * seconds)
    late: list[np.ndarray] = []
    with new_home(folder) as home, open_sink(home, Follow(to, topic)) as tail:
        command = [
            sys.executable,
            __file__,
            "--pace",
            str(to.config["bootstrap.servers"]),
            topic,
            str(rate),
            str(count),
        ]
        with subprocess.Popen(command) as producer:
            while tail.tally.trades < count:
                came, _ = tail.step()
                late.append(_late(came.rows))
                assert producer.poll() in (None, 0)
    found = np.concatenate(late)
    return {f"p{at}": float(np.percentile(found, at)) for at in (50, 95, 99)} | {"max": float(found.max())}


def _late(rows: pa.Table) -> np.ndarray:
    now = np.datetime64(datetime.now(UTC).replace(tzinfo=None), "us")
    return (now - rows["event_time"].to_numpy()) / np.timedelta64(1, "s")


def pace(servers: str, topic: str, rate: int, count: int) -> None:
    """Send ``count`` trades at ``rate`` a second, each handful stamped as it is made."""
    to = broker(read_settings(Path(), {"TOPHEAVY_KAFKA": servers}))
    with TradeProducer(to, topic) as producer:
        begun, sent = monotonic(), 0
        while sent < count:
            due = min(count, int((monotonic() - begun) * rate))
            if due > sent:
                producer.send(trades(sent, due - sent))
            sent = max(sent, due)
            sleep(TICK)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--records", type=int, default=1_000_000)
    asked.add_argument("--files", type=int, default=10_000, help="records of the one-by-one way")
    asked.add_argument("--seconds", type=float, default=20.0, help="of each rate of the freshness part")
    asked.add_argument("--rates", type=int, nargs="*", default=[1000, 5000, 20_000])
    asked.add_argument("--pace", nargs=4, help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.pace:
        servers, topic, rate, count = options.pace
        pace(servers, topic, int(rate), int(count))
        return 0
    if reason := why_none():
        print(reason, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), options)
    return 0


def measure(folder: Path, options: argparse.Namespace) -> None:
    kafka = Kafka(folder / "kafka").start()
    try:
        to = broker(read_settings(Path(), {"TOPHEAVY_KAFKA": kafka.bootstrap}))
        topic = new_topic(to)
        fill(to, topic, options.records)
        alone = sink_alone(to, topic, folder, options.records)
        whole = whole_tail(to, topic, folder, options.records)
        theirs = one_by_one(to, folder, options.files)
        print(f"sink into Iceberg, {options.records:,} records: {alone:,.0f} a second")
        print(f"with minute bars and live answers: {whole:,.0f} a second")
        print(f"one JSON object a record, a file each, {options.files:,} records: {theirs:,.0f} a second")
        print(f"ratio {alone / theirs:.1f}, with bars and answers {whole / theirs:.1f}")
        for rate in options.rates:
            found = freshness(to, folder, rate, options.seconds)
            print(f"{rate:,} a second: " + ", ".join(f"{name} {value:.2f} s" for name, value in found.items()))
    finally:
        kafka.kill()


if __name__ == "__main__":
    sys.exit(main())
