"""The sink before a real Kafka: each trade once, whatever came twice, and no topic taken for another."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic

from support.kafka import Kafka
from support.trades import trades
from topheavy.core.errors import StreamError
from topheavy.core.settings import read_settings
from topheavy.datasets.schema import dataset
from topheavy.home import open_home
from topheavy.jobs.stream.sink import Follow, Tally, TradesSink, open_sink
from topheavy.stream.kafka.broker import Broker
from topheavy.stream.sink.sink import Pace, Share
from topheavy.stream.wire.format import pack
from topheavy.tables.read import read
from topheavy.tables.streams.streaming import positions

PACE = Pace(seconds=0.2)


def make(kafka: Kafka, topic: str, partitions: int = 2) -> None:
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    admin.create_topics([NewTopic(topic, partitions, 1)])[topic].result(30)


def remove(kafka: Kafka, topic: str) -> None:
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})  # kept, for the answer dies with it
    admin.delete_topics([topic])[topic].result(30)


def send(kafka: Kafka, topic: str, *tables: Any, most: int = 50) -> None:
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "acks": "all"})
    for table in tables:
        for message in pack(table, most):
            producer.produce(topic, message.value, message.key)
    assert producer.flush(30) == 0


def say(kafka: Kafka, topic: str, *values: bytes) -> None:
    producer = Producer({"bootstrap.servers": kafka.bootstrap})
    for value in values:
        producer.produce(topic, value, b"AAPL")
    assert producer.flush(30) == 0


@contextmanager
def home(folder: Path) -> Iterator[Any]:
    with open_home(read_settings(folder, {})) as place:
        yield place
        place.tables.catalog.close()


def follow(kafka: Kafka, topic: str, **more: Any) -> Follow:
    return Follow(Broker({"bootstrap.servers": kafka.bootstrap}), topic, pace=PACE, bar_seconds=0, **more)


def drain(place: Any, follows: Follow, quiet: int = 5) -> Tally:
    """Follow until nothing came some times in a row."""
    with open_sink(place, follows) as tail:
        silent = 0
        while silent < quiet:
            before = tail.tally.commits
            tail.step()
            silent = 0 if tail.tally.commits > before else silent + 1
    return tail.tally


def step_often(tail: TradesSink) -> None:
    for _ in range(200):
        tail.step()


def sequences(place: Any) -> list[int]:
    return sorted(read(place.tables, dataset("trades"), columns=("sequence",))["sequence"].to_pylist())


@pytest.mark.slow
def test_what_comes_twice_is_there_once_and_a_restart_continues(kafka: Kafka, topic: str, tmp_path: Path) -> None:
    make(kafka, topic)
    send(kafka, topic, trades(list(range(500))), trades(list(range(250, 700)), "AAPL"), trades([900, 800], "MSFT"))
    with home(tmp_path) as place:
        tally = drain(place, follow(kafka, topic))
        assert (tally.trades, tally.again, tally.dead) == (702, 250, 0)
        send(kafka, topic, trades(list(range(650, 750))))
        tally = drain(place, follow(kafka, topic))
        assert (tally.trades, tally.again) == (50, 50)
        assert sequences(place) == [*range(750), 800, 900]
        held = positions(place.tables, dataset("trades"))[topic]
        assert sum(held.next.values()) == 10 + 9 + 2 - 1 + 2


def test_unreadable_messages_go_to_the_dead_letters_with_reason_and_place(
    kafka: Kafka, topic: str, tmp_path: Path
) -> None:
    make(kafka, topic, 1)
    make(kafka, f"{topic}.dead", 1)
    send(kafka, topic, trades([1, 2]))
    say(kafka, topic, b"no trade at all", b"TH\x09later", b"")
    send(kafka, topic, trades([3]))
    with home(tmp_path) as place:
        tally = drain(place, follow(kafka, topic))
        assert (tally.trades, tally.dead) == (3, 3)
    letters = letters_of(kafka, f"{topic}.dead", 3)
    assert [one["offset"] for one in letters] == ["1", "2", "3"]
    assert {one["topic"] for one in letters} == {topic}
    assert {one["partition"] for one in letters} == {"0"}
    assert "JSON" in letters[0]["reason"]
    assert "version" in letters[1]["reason"]
    assert "empty" in letters[2]["reason"]


def letters_of(kafka: Kafka, topic: str, count: int) -> list[dict[str, str]]:
    consumer = Consumer({"bootstrap.servers": kafka.bootstrap, "group.id": "reader", "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    try:
        found = consumer.consume(count, timeout=30)
        return [{name: bytes(value or b"").decode() for name, value in message.headers() or []} for message in found]
    finally:
        consumer.close()


@pytest.mark.slow
def test_a_topic_made_anew_is_refused_and_taken_on_by_choice(kafka: Kafka, topic: str, tmp_path: Path) -> None:
    make(kafka, topic, 1)
    send(kafka, topic, trades(list(range(100))))
    with home(tmp_path) as place:
        drain(place, follow(kafka, topic))
        remove(kafka, topic)
        with pytest.raises(StreamError):
            drain(place, follow(kafka, topic))
        make(kafka, topic, 1)
        send(kafka, topic, trades(list(range(50, 150))))
        with pytest.raises(StreamError, match=r"was made anew.*restart"):
            drain(place, follow(kafka, topic))
        assert sequences(place) == list(range(100))
        tally = drain(place, follow(kafka, topic, restart=True))
        assert (tally.trades, tally.again) == (50, 50)
        assert drain(place, follow(kafka, topic)).commits == 0
        assert sequences(place) == list(range(150))


@pytest.mark.slow
def test_several_sinks_share_the_partitions(kafka: Kafka, topic: str, tmp_path: Path) -> None:
    make(kafka, topic, 4)
    names = ["AAPL", "MSFT", "NVDA", "AMZN", "META", "TSLA", "GOOGL"]
    send(kafka, topic, *(trades(list(range(at, 700, 7)), name) for at, name in enumerate(names)))
    with home(tmp_path) as place:
        shares = [follow(kafka, topic, share=Share(index, 2)) for index in range(2)]
        with open_sink(place, shares[0]) as one, open_sink(place, shares[1]) as other:
            for _ in range(12):
                one.step()
                other.step()
        assert one.tally.trades + other.tally.trades == 700
        assert sequences(place) == list(range(700))
        bars = pl.from_arrow(read(place.tables, dataset("minute_bars")))
        assert sorted(bars["security"].to_list()) == sorted(names)
        assert bars["trades"].sum() == 700


@pytest.mark.slow
def test_two_sinks_on_the_same_partitions_write_nothing_twice(kafka: Kafka, topic: str, tmp_path: Path) -> None:
    """The slower one finds the table further on than its rows begin, and looks again."""
    make(kafka, topic, 1)
    same = follow(kafka, topic)
    with home(tmp_path) as place, open_sink(place, same) as one, open_sink(place, same) as other:
        for at in range(0, 300, 100):
            send(kafka, topic, trades(list(range(at, at + 100))))
            for _ in range(3):
                one.step()
                other.step()
        assert sequences(place) == list(range(300))


@pytest.mark.slow
def test_a_disk_wiped_under_a_running_sink_is_refused_and_what_was_kept_stays(
    own_kafka: Kafka, topic: str, tmp_path: Path
) -> None:
    make(own_kafka, topic, 1)
    send(own_kafka, topic, trades(list(range(100))))
    with home(tmp_path / "home") as place, open_sink(place, follow(own_kafka, topic)) as tail:
        while tail.tally.trades < 100:
            tail.step()
        own_kafka.wipe()
        make(own_kafka, topic, 1)
        send(own_kafka, topic, trades(list(range(1000, 1400))))
        with pytest.raises(StreamError, match="made anew"):
            step_often(tail)
        assert sequences(place) == list(range(100))
    with home(tmp_path / "home") as place:
        assert drain(place, follow(own_kafka, topic, restart=True)).trades == 400


@pytest.mark.kill
@pytest.mark.slow
def test_a_broker_that_is_away_for_a_while_is_waited_for(own_kafka: Kafka, topic: str, tmp_path: Path) -> None:
    make(own_kafka, topic, 1)
    send(own_kafka, topic, trades(list(range(100))))
    with home(tmp_path / "home") as place, open_sink(place, follow(own_kafka, topic)) as tail:
        while tail.tally.trades < 100:
            tail.step()
        own_kafka.kill()
        for _ in range(5):
            tail.step()
        own_kafka.start()
        send(own_kafka, topic, trades(list(range(90, 200))))
        while tail.tally.trades < 200:
            tail.step()
        assert sequences(place) == list(range(200))
