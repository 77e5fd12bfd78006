"""What becomes of trades when something is wrong for a while: a full queue, a broker away, clocks that jump."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from live.test_feed_to_kafka import consumed, numbered, settings_for
from live.test_killed_stream import figures
from live.test_sink import follow, home, make, send, sequences
from support.kafka import Kafka
from support.trades import START, trades
from topheavy.answers.live.facts import Flow
from topheavy.answers.live.reader import LiveReader
from topheavy.datasets.schema import dataset
from topheavy.jobs.stream.feed import Manner, feed
from topheavy.jobs.stream.sink import TradesSink, open_sink
from topheavy.stream.feed import Ask
from topheavy.stream.feeds.replay import FEED
from topheavy.stream.kafka.broker import broker, make_topics
from topheavy.stream.kafka.producer import TradeProducer
from topheavy.stream.sink.minutes import bars_of
from topheavy.tables.read import read
from topheavy.tables.streams.compact import trim

TRADES, BARS = dataset("trades"), dataset("minute_bars")
AWAY = 30.0
"""Seconds for which the broker is away."""


@pytest.mark.slow
def test_a_full_queue_holds_the_feed_back_and_loses_nothing(own_kafka: Kafka, topic: str, tmp_path: Path) -> None:
    settings, count, queue = settings_for(own_kafka, tmp_path), 5_000, 500
    make_topics(broker(settings), [topic])
    (batch,) = [one.batch for one in FEED.trades(settings, Ask(numbered(count), slice=float("inf")))]
    producer = TradeProducer(broker(settings), topic, most=1, queue=queue)
    producer.send(batch.slice(0, 1))
    producer.wait()
    own_kafka.pause()
    sending = threading.Thread(target=producer.send, args=(batch.slice(1),))
    sending.start()
    sending.join(5)
    held = producer.report
    own_kafka.resume()
    assert sending.is_alive(), "it waits for room instead of taking more"
    assert held.sent - held.acknowledged <= queue + 1
    sending.join(60)
    report = producer.close()
    assert (report.sent, report.acknowledged, report.failed) == (count, count, {})
    assert sorted(consumed(own_kafka, topic, settings)["sequence"].to_pylist()) == list(range(count))


@pytest.mark.kill
@pytest.mark.slow
def test_half_a_minute_without_a_broker_costs_producer_and_sink_nothing(
    own_kafka: Kafka, topic: str, tmp_path: Path
) -> None:
    """Forty seconds of market at its own pace; the broker is killed after five and comes back after thirty more."""
    settings, count = settings_for(own_kafka, tmp_path), 40_000
    make_topics(broker(settings), [topic, f"{topic}.dead"])
    with home(tmp_path / "home") as place, ThreadPoolExecutor(2) as pool:
        stop = threading.Event()
        with open_sink(place, follow(own_kafka, topic)) as tail:
            following = pool.submit(until, stop, tail)
            sending = pool.submit(feed, settings, "replay", Ask(numbered(count)), Manner(topic=topic))
            wait_for(lambda: tail.tally.trades > 2_000)
            own_kafka.kill()
            gone = time.monotonic()
            at_most = tail.tally.trades
            wait_for(lambda: time.monotonic() - gone >= AWAY)
            assert not sending.done()
            assert not following.done(), "the sink waits, and gives nothing up"
            assert tail.tally.trades - at_most < 5_000, "what was in hand when it went"
            own_kafka.start()
            wait_for(lambda: tail.tally.trades == count or following.done())
            report = sending.result(60)
            stop.set()
            following.result(60)
        assert (report.sent, report.acknowledged, report.failed) == (count, count, {})
        assert sequences(place) == list(range(count))
        live = LiveReader(tmp_path / "home").now()
        assert (live.flow, live.trades, live.unreadable) == (Flow.STOPPED, count, 0)


def until(stop: threading.Event, tail: TradesSink) -> None:
    while not stop.is_set():
        tail.step()


def wait_for(done: "object", seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not done():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.1)


def test_event_clocks_that_jump_leave_every_bar_right(kafka: Kafka, topic: str, tmp_path: Path) -> None:
    """One feed's clock leaps an hour ahead and comes back: minutes are called final too soon, and corrected."""
    make(kafka, topic, 1)
    ahead = [trades(list(range(at, at + 60)), apart=1, start=START) for at in (0, 3600)]
    back = trades(list(range(60, 180)), apart=1, start=START)
    behind = trades(list(range(10_000, 10_030)), apart=1, start=START - timedelta(seconds=13_600))
    with home(tmp_path) as place:
        with open_sink(place, follow(kafka, topic)) as tail:
            for table in (*ahead, back, behind):
                before = tail.tally.trades
                send(kafka, topic, table)
                while tail.tally.trades < before + table.num_rows:
                    tail.step()
        kept, bars = read(place.tables, TRADES), read(place.tables, BARS)
        assert kept.num_rows == 60 + 60 + 120 + 30
        assert figures(bars) == figures(
            bars_of(pa.concat_tables([*ahead, back, behind]), kept["received_at"][0].as_py())
        )
        found = pl.from_arrow(bars)
        assert isinstance(found, pl.DataFrame)
        jumped = found.filter(pl.col("minute") == START + timedelta(minutes=1))
        assert jumped["trades"].item() == 60
        assert found.filter(pl.col("minute") < START + timedelta(minutes=3))["final"].all()


class Jumping:
    """A machine clock that someone sets: each time it is asked, by the next of these."""

    def __init__(self, *jumps: timedelta) -> None:
        self._jumps = list(jumps)

    def __call__(self) -> datetime:
        jump = self._jumps.pop(0) if self._jumps else timedelta(0)
        return datetime.now(UTC) + jump


@contextmanager
def jumping(place: object, kafka: Kafka, topic: str) -> Iterator[TradesSink]:
    hours = [timedelta(hours=hour) for hour in (0, -2, 26, -1, 0, 3, -48)] * 40
    with open_sink(place, follow(kafka, topic), Jumping(*hours)) as tail:  # type: ignore[arg-type]
        yield tail


@pytest.mark.slow
def test_machine_clocks_that_jump_lose_and_double_nothing(kafka: Kafka, topic: str, tmp_path: Path) -> None:
    make(kafka, topic, 1)
    with home(tmp_path) as place:
        for at in range(0, 400, 100):
            with jumping(place, kafka, topic) as tail:
                send(kafka, topic, trades(list(range(at, at + 120)), apart=1))
                while tail.tally.trades < (120 if not at else 100):
                    tail.step()
            trim(place.tables, TRADES, datetime.now(UTC) + timedelta(days=2))
            trim(place.tables, BARS, datetime.now(UTC) - timedelta(days=2))
        kept, bars = read(place.tables, TRADES), read(place.tables, BARS)
        assert sequences(place) == list(range(420))
        assert figures(bars) == figures(bars_of(trades(list(range(420)), apart=1), kept["received_at"][0].as_py()))
        live = LiveReader(tmp_path).now()
        assert live.age is not None
        assert live.age >= 0
        assert all(one.silent >= 0 for one in live.sinks)
