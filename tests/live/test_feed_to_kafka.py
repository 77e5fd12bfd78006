"""Real ticks through a real Kafka: what was sent is what the files hold, whatever happens on the way."""

import csv
import io
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections import defaultdict
from pathlib import Path

import pyarrow as pa
import pytest
from confluent_kafka import Consumer, TopicPartition

from support.kafka import Kafka
from support.market_data import PROJECT, market_file, needs_market
from topheavy.core.errors import BrokerAway
from topheavy.core.settings import Settings, read_settings
from topheavy.jobs.stream.feed import Manner, feed
from topheavy.stream.feed import Ask, Tamper
from topheavy.stream.feeds.replay import FEED
from topheavy.stream.kafka.broker import broker, describe, make_topics, offsets
from topheavy.stream.kafka.producer import TradeProducer
from topheavy.stream.wire.format import decode


def settings_for(kafka: Kafka, folder: Path) -> Settings:
    return read_settings(folder, {"TOPHEAVY_KAFKA": kafka.bootstrap})


def consumed(kafka: Kafka, topic: str, settings: Settings) -> pa.Table:
    """Everything the topic holds, read by the plainest consumer there is."""
    ends = {part: high for part, (_, high) in offsets(broker(settings), topic).items()}
    consumer = Consumer({"bootstrap.servers": kafka.bootstrap, "group.id": "test", "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, part, 0) for part in ends])
    values: list[bytes] = []
    until = time.monotonic() + 60
    while len(values) < sum(ends.values()) and time.monotonic() < until:
        values += [value for one in consumer.consume(5_000, 1) if (value := one.value()) is not None]
    consumer.close()
    decoded = decode(values)
    assert decoded.dead == []
    return decoded.table


def per_symbol(table: pa.Table) -> dict[str, tuple[int, int, int]]:
    """Rows, shares and price × size in 1/10000 dollars; whole numbers, so that sums are exact."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    rows = zip(*(table[name].to_pylist() for name in ("security", "price", "size")), strict=True)
    for security, price, size in rows:
        one = sums[security]
        one[0] += 1
        one[1] += int(size)
        one[2] += round(price * 10_000) * int(size)
    return {name: (a, b, c) for name, (a, b, c) in sums.items()}


def from_the_files(folder: Path) -> dict[str, tuple[int, int, int]]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for file in folder.glob("*_trade.zip"):
        one = sums[file.name.split("_")[0].upper()]
        with zipfile.ZipFile(file) as packed, packed.open(packed.namelist()[0]) as lines:
            for row in csv.reader(io.TextIOWrapper(lines)):
                one[0] += 1
                one[1] += int(row[2])
                one[2] += int(row[1]) * int(row[2])
    return {name: (a, b, c) for name, (a, b, c) in sums.items()}


@needs_market
def test_every_real_tick_arrives(kafka: Kafka, topic: str, tmp_path: Path) -> None:
    settings = settings_for(kafka, tmp_path)
    ticks = market_file("ticks_2013-10")
    report = feed(settings, "replay", Ask(ticks), Manner(speed=0, topic=topic))
    table = consumed(kafka, topic, settings)
    assert report.failed == {}
    assert report.sent == report.acknowledged == table.num_rows > 1_000_000
    assert per_symbol(table) == from_the_files(ticks)
    assert len(set(table["sequence"].to_pylist())) == table.num_rows


def numbered(count: int) -> pa.Table:
    moments = pa.array([1_700_000_000_000_000 + 1_000 * n for n in range(count)]).cast(pa.timestamp("us", "UTC"))
    names = [f"S{n % 7}" for n in range(count)]
    return pa.table(
        {"security": names, "time": moments, "price": [1.0 + n % 9 for n in range(count)], "size": [1.0] * count}
    )


def test_duplicates_arrive_twice_and_gaps_never(kafka: Kafka, topic: str, tmp_path: Path) -> None:
    settings = settings_for(kafka, tmp_path)
    ask = Ask(numbered(20_000), tamper=Tamper(gaps=0.01, duplicates=0.05, disorder=0.1), seed=3)
    report = feed(settings, "replay", ask, Manner(speed=0, topic=topic, most=1))
    sequences = consumed(kafka, topic, settings)["sequence"].to_pylist()
    assert report.acknowledged == len(sequences)
    assert len(set(sequences)) < len(sequences)
    assert 0 < 20_000 - len(set(sequences)) < 400


@pytest.mark.kill
@pytest.mark.slow
def test_a_broker_killed_while_trades_flow_costs_none(own_kafka: Kafka, topic: str, tmp_path: Path) -> None:
    settings = settings_for(own_kafka, tmp_path)
    done: list[object] = []
    ask = Ask(numbered(30_000), slice=0.05)
    sending = threading.Thread(
        target=lambda: done.append(feed(settings, "replay", ask, Manner(speed=3, topic=topic, most=1)))
    )
    sending.start()
    time.sleep(3)
    own_kafka.kill()
    time.sleep(3)
    own_kafka.start()
    sending.join(120)
    [report] = done
    assert (report.sent, report.acknowledged, report.failed) == (30_000, 30_000, {})  # type: ignore[attr-defined]
    sequences = consumed(own_kafka, topic, settings)["sequence"].to_pylist()
    assert sorted(sequences) == list(range(30_000)), "each once: the producer is idempotent"


@pytest.mark.kill
@pytest.mark.slow
def test_a_broker_that_stays_away_is_accounted_for(own_kafka: Kafka, topic: str, tmp_path: Path) -> None:
    settings = settings_for(own_kafka, tmp_path)
    make_topics(broker(settings), [topic])
    producer = TradeProducer(broker(settings), topic, patience=3, most=1, queue=500)
    rows = next(iter_batches(2_000))
    producer.send(rows.slice(0, 100))
    producer.wait()
    own_kafka.kill()
    producer.send(rows.slice(100))
    report = producer.close()
    assert report.sent == 2_000
    assert report.acknowledged == 100
    assert sum(report.failed.values()) == 1_900
    assert all(report.failed), "each failure says why"
    with pytest.raises(BrokerAway):
        feed(settings, "replay", Ask(numbered(10)), Manner(speed=0, topic=topic))


def iter_batches(count: int):  # type: ignore[no-untyped-def]
    ask = Ask(numbered(count), slice=float("inf"))
    return (one.batch for one in FEED.trades(read_settings(Path(), {}), ask))


@pytest.mark.slow
def test_a_topic_made_anew_has_another_id(own_kafka: Kafka, tmp_path: Path) -> None:
    settings = settings_for(own_kafka, tmp_path)
    make_topics(broker(settings), ["t"], 3)
    make_topics(broker(settings), ["t"], 3)
    before = describe(broker(settings), "t")
    assert before.partitions == (0, 1, 2)
    own_kafka.wipe()
    make_topics(broker(settings), ["t"], 3)
    assert describe(broker(settings), "t").id != before.id


PROGRAM = """
import sys
from pathlib import Path
from topheavy.core.settings import read_settings
from topheavy.jobs.stream.feed import Manner, feed
from topheavy.stream.feed import Ask
settings = read_settings(Path(sys.argv[3]), {"TOPHEAVY_KAFKA": sys.argv[1]})
print("ready", flush=True)
print(feed(settings, "simulator", Ask(rate=2_000), Manner(topic=sys.argv[2])))
"""


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_drained(how: signal.Signals, kafka: Kafka, topic: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, kafka.bootstrap, topic, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT, env=dict(os.environ)) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        time.sleep(4)
        running.send_signal(how)
        said = running.stdout.read()
    assert running.returncode == 0
    table = consumed(kafka, topic, settings_for(kafka, tmp_path))
    assert f"sent={table.num_rows}, acknowledged={table.num_rows}, failed={{}}" in said
    assert sorted(table["sequence"].to_pylist()) == list(range(table.num_rows))
    assert set(table["source_kind"].to_pylist()) == {"simulated"}


@pytest.mark.slow
def test_a_broker_whose_disk_was_wiped_is_accounted_for(own_kafka: Kafka, topic: str, tmp_path: Path) -> None:
    settings = settings_for(own_kafka, tmp_path)
    make_topics(broker(settings), [topic])
    rows = next(iter_batches(1_000))
    with TradeProducer(broker(settings), topic, patience=15, most=10) as producer:
        producer.send(rows.slice(0, 500))
        producer.wait()
        assert producer.report.acknowledged == 500
        own_kafka.wipe()
        producer.send(rows.slice(500))
    report = producer.report
    assert report.sent == 1_000 == report.acknowledged + sum(report.failed.values())
    assert sum(report.failed.values()) == 500, "there is no such topic any more"
    assert all(report.failed), "each failure says why"
