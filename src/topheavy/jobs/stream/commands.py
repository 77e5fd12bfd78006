"""Live: a feed into a topic, the topic into the tables, both in one process where that is wanted, and how it stands."""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

from topheavy.core.errors import NotPublished, StreamError, UsageError
from topheavy.core.progress import Progress
from topheavy.core.settings import Settings
from topheavy.core.units import SourceKind
from topheavy.datasets.schema import dataset
from topheavy.home import Home, open_home
from topheavy.jobs.stream.feed import Manner, feed, stopped_by_signals
from topheavy.jobs.stream.sink import Follow, Tally, TradesSink, open_sink
from topheavy.stream.feed import Ask as Ask
from topheavy.stream.feed import Tamper
from topheavy.stream.feed import feed as pick_feed
from topheavy.stream.kafka.broker import Broker, broker, make_topics, offsets
from topheavy.stream.kafka.producer import Report
from topheavy.stream.sink.sink import Flushed, Share
from topheavy.tables.streams import streaming
from topheavy.warehouse.ask import Warehouse

TRADED = 60
"""Securities of a published made-up market that go on being traded: the largest, members of groups among them."""

_CLOSES = """
SELECT m.security, b.close FROM market_caps AS m JOIN bars AS b ON b.security = m.security AND b.session = m.session
WHERE m.session = (SELECT MAX(session) FROM market_caps) ORDER BY m.market_cap DESC, m.security LIMIT $most
"""

PATIENCE = 60.0
"""Seconds a sink in the same process has to catch up once the feed has ended."""


def ask(*, what: Path | None = None, tamper: Mapping[str, float] | None = None, **more: Any) -> Ask:
    """Return what to ask of a feed."""
    return Ask(what=what, tamper=Tamper(**(tamper or {})), **more)


def part(text: str) -> Share:
    """Read a sink's part, ``1/2`` the first of two.

    Raises:
        UsageError: when it is none.
    """
    index, _, of = text.partition("/")
    if not (index.isdigit() and of.isdigit() and 1 <= int(index) <= int(of)):
        raise UsageError(f"--share is '{text}': write it as 1/2, the first of two sinks")
    return Share(int(index) - 1, int(of))


def send(
    settings: Settings,
    name: str,
    order: Ask,
    *,
    speed: float = 1.0,
    limit: int = 0,
    topic: str = "trades",
    sink: bool = False,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> dict[str, Any]:
    """Send a feed's trades to a topic, and follow them into the tables where ``sink`` says so; return the account.

    It ends with the feed, at the limit, by Ctrl-C or once ``stop`` is set.
    """
    target, manner = broker(settings), Manner(speed=speed, topic=topic, limit=limit)
    order = made_up(settings, order) if pick_feed(name).kind is SourceKind.SIMULATED else order
    if target.practice and not sink:
        raise UsageError("the practice broker ends with this process: name a Kafka in TOPHEAVY_KAFKA, or add --sink")
    if not sink:
        return _account(feed(settings, name, order, manner, progress, to=target, stop=stop))
    make_topics(target, (topic, f"{topic}.dead"))
    enough = stop or threading.Event()
    with open_home(settings) as home, _followed(home, target, topic, enough) as followed:
        report = feed(settings, name, order, manner, progress, to=target, stop=enough)
        _wait_until_read(home, target, topic, followed.over)
    return _account(report) | _told(followed.tally) | _noted(order)


def _noted(asked: Ask) -> dict[str, Any]:
    """Return what the feed left out, where it left out anything."""
    return {"left_out": "; ".join(asked.notes)} if asked.notes else {}


def made_up(settings: Settings, order: Ask) -> Ask:
    """Let a made-up market go on where the one that is published here ended, if that was made up, too."""
    warehouse = Warehouse(settings.home)
    try:
        if warehouse.about()["world"] != SourceKind.SIMULATED:
            return order
        closes = warehouse.rows(_CLOSES, {"most": TRADED})
    except NotPublished:
        return order
    return replace(order, options={"prices": {row["security"]: row["close"] for row in closes}, **order.options})


def follow(
    home: Home,
    topic: str,
    share: Share,
    *,
    restart: bool = False,
    until_idle: float = 0.0,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Follow a topic into the tables until Ctrl-C, SIGTERM or ``until_idle`` seconds without a record."""
    target = broker(home.settings)
    if target.practice:
        raise UsageError("the practice broker lives in the process that feeds it: name a Kafka in TOPHEAVY_KAFKA")
    make_topics(target, (topic, f"{topic}.dead"))  # a sink may be there before the first feed
    stop = threading.Event()
    with stopped_by_signals(stop), open_sink(home, Follow(target, topic, restart, share)) as tail:
        say(f"{target.title}, topic {topic}: followed into {home.settings.home}, Ctrl-C ends it")
        heard = monotonic()
        while not stop.is_set() and not (until_idle and monotonic() - heard > until_idle):
            came, _ = tail.step()
            heard = monotonic() if _anything(came) else heard
    return _told(tail.tally)


@dataclass(frozen=True, slots=True)
class _Followed:
    """What a sink in the same process has done; ``over`` is set when it reads no more."""

    tally: Tally
    over: threading.Event


@contextmanager
def _followed(home: Home, target: Broker, topic: str, enough: threading.Event) -> Iterator[_Followed]:
    """Follow a topic in a thread for as long as the block lasts.

    Where the sink breaks off, ``enough`` is set, so that the feed ends; its error is raised at the block's end.
    """
    stop, over = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1, "sink") as pool, open_sink(home, _follow(target, topic)) as tail:
        work = pool.submit(_until, stop, tail)
        work.add_done_callback(lambda _: over.set())
        work.add_done_callback(lambda _: enough.set())
        try:
            yield _Followed(tail.tally, over)
        finally:
            stop.set()
            work.result()


def _follow(target: Broker, topic: str) -> Follow:
    """Return what to follow; a practice broker is new in every process, so that its topics always begin anew."""
    return Follow(target, topic, restart=target.practice)


def _until(stop: threading.Event, tail: TradesSink) -> None:
    try:
        while not stop.is_set():
            tail.step()
    finally:
        tail.leave()


def _wait_until_read(home: Home, target: Broker, topic: str, over: threading.Event) -> None:
    until = monotonic() + PATIENCE
    ends = {number: high for number, (_, high) in offsets(target, topic).items()}
    while monotonic() < until:
        position = streaming.positions(home.tables, dataset("trades")).get(topic)
        if all(position and position.next.get(number, 0) >= high for number, high in ends.items() if high):
            return
        if over.wait(0.2):
            return  # its error is raised where it was followed
    raise StreamError(
        f"the sink has not read all of {topic} {PATIENCE:.0f} s after the feed's end: what came is safe in the tables, "
        "and the next sink goes on where they end"
    )


def _account(report: Report) -> dict[str, Any]:
    failed = {f"failed, {reason}": count for reason, count in report.failed.items()}
    return {"sent": report.sent, "acknowledged": report.acknowledged, **failed, "messages": report.messages}


def _told(tally: Tally) -> dict[str, Any]:
    return {"new_trades": tally.trades, "repeated": tally.again, "unreadable": tally.dead} | {
        name: value for name, value in asdict(tally).items() if name in ("commits", "bars")
    }


def _anything(came: Flushed) -> bool:
    return bool(came.rows.num_rows or came.again or came.dead)
