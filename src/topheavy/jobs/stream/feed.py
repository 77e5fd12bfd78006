"""Follow a market: a feed's trades, at their pace, go to the broker until the feed ends or someone says stop."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import ceil
from types import FrameType

from topheavy.core.errors import UsageError
from topheavy.core.progress import Progress, Silent
from topheavy.core.settings import Settings
from topheavy.stream.feed import Ask
from topheavy.stream.feed import feed as pick_feed
from topheavy.stream.kafka.broker import DEAD, TRADES, Broker, broker, make_topics
from topheavy.stream.kafka.producer import PATIENCE, RECORDS_A_MESSAGE, Report, TradeProducer
from topheavy.stream.pace import Pace

THOUSAND = 1_000
"""Records between two words to whoever watches; without a limit nobody knows how far it is."""

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Manner:
    """How to send: ``speed`` 1 is the original pace, 0 as fast as possible; ``limit`` ends after so many records."""

    speed: float = 1.0
    topic: str = TRADES
    most: int = RECORDS_A_MESSAGE
    patience: float = PATIENCE
    limit: int = 0


def feed(
    settings: Settings,
    name: str,
    ask: Ask,
    manner: Manner | None = None,
    progress: Progress | None = None,
    *,
    to: Broker | None = None,
    stop: threading.Event | None = None,
) -> Report:
    """Send what the feed ``name`` yields and return what became of every record.

    Ctrl-C and SIGTERM, or ``stop``, end it cleanly: what was taken from the feed is still delivered and counted.

    Raises:
        UsageError: when there is no such feed, or the speed is below zero.
        BrokerAway: when no broker answers at the start.
        StreamError: when the feed cannot be read, or the practice broker is full.
    """
    how, watching = manner or Manner(), progress or Silent()
    if not how.speed >= 0:
        raise UsageError(f"a speed of {how.speed} is none: 1 is the original pace, 0 as fast as possible")
    pace = Pace(how.speed, stop or threading.Event())
    target = to or broker(settings)
    make_topics(target, (how.topic, DEAD if how.topic == TRADES else f"{how.topic}.dead"))
    watching.start(f"stream {name}, in thousands of trades", ceil(how.limit / THOUSAND))
    # A slice's length is in the market's time: played faster, it holds more. Unpaced, only its size matters.
    gathered = replace(ask, slice=ask.slice * how.speed if how.speed else float("inf"))
    producer = TradeProducer(target, how.topic, most=how.most, patience=how.patience)
    with stopped_by_signals(pace.stop), producer:
        for batch in pace.keep(pick_feed(name).trades(settings, gathered)):
            before = producer.report.sent
            producer.send(batch.slice(0, how.limit - before) if how.limit else batch)
            for _ in range(ceil(producer.report.sent / THOUSAND) - ceil(before / THOUSAND)):
                watching.advance()
            if how.limit and producer.report.sent >= how.limit:
                break
    watching.finish()
    return producer.report


@contextmanager
def stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM set ``stop``; only a main thread may, others are stopped by the event alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_: int, __: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, end) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
