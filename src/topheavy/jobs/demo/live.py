"""The demo's stream: the made-up market goes on from minute to minute, through the practice broker into the tables."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from topheavy.answers.sql import ask
from topheavy.core.clock import Clock, system_clock
from topheavy.core.progress import Progress
from topheavy.datasets.schema import dataset
from topheavy.home import Home
from topheavy.jobs.demo.part import Part, left_out, missing

if TYPE_CHECKING:
    from topheavy.stream.feed import Ask

NEEDS = ("confluent_kafka",)
RATE = 100.0
"""Trades a second, over the largest sixty companies."""

BEFORE = timedelta(minutes=10)
"""How much of the market is played at once, up to now."""

ODD = 0.0002
"""The part of the trades that are printed far from the market, to be found: a dozen in ten minutes."""

_LAST = """
SELECT security, price, event_time FROM (
    SELECT security, price, event_time,
        ROW_NUMBER() OVER (PARTITION BY security ORDER BY event_time DESC, sequence DESC) AS newest FROM trades
) AS numbered WHERE newest = 1
"""
_KEPT = "SELECT COUNT(*) AS trades, COUNT(DISTINCT security) AS securities FROM trades"
_BARS = "SELECT COUNT(*) AS bars FROM minute_bars"


def streamed(home: Home, *, clock: Clock = system_clock, progress: Progress | None = None) -> Part:
    """Play some minutes of the market, up to now, as fast as they go; return what the tables hold then.

    Run again, the market goes on where the tables end.
    """
    if absent := missing(NEEDS):
        return left_out("Live", absent)
    from topheavy.jobs.stream.commands import send

    order, seconds = _going_on(home, clock())
    limit = round(RATE * seconds)
    if limit:
        send(home.settings, "simulator", order, speed=0, limit=limit, sink=True, progress=progress)
    kept, bars = ask(home, _KEPT)[0], ask(home, _BARS)[0]["bars"]
    return Part(
        "Live",
        f"{kept['trades']:,} trades in {kept['securities']:,} securities through the practice broker into the tables, "
        f"each once; {bars:,} minute bars",
    )


@contextmanager
def streaming(home: Home, clock: Clock = system_clock) -> Iterator[None]:
    """Let the market go on at its own pace for as long as the block lasts.

    Raises:
        TopheavyError: at the block's end, where the stream broke off.
    """
    if missing(NEEDS):
        yield
        return
    from topheavy.jobs.stream.commands import send

    order = replace(_going_on(home, clock())[0], begin=None)  # the feed's own first moment, which is a little later
    stop = threading.Event()
    with ThreadPoolExecutor(1, "demo-stream") as pool:
        work = pool.submit(send, home.settings, "simulator", order, sink=True, stop=stop)
        try:
            yield
        finally:
            stop.set()
            work.result()


def _going_on(home: Home, now: datetime) -> "tuple[Ask, float]":
    """Return what to ask of the feed, and how many seconds lie before ``now``: from the last trade on, if not long ago.

    Without a trade yet prices are those that were published last.
    """
    from topheavy.jobs.stream.commands import ask as asked_of

    last = ask(home, _LAST) if home.tables.exists(dataset("trades")) else []
    begin = max([now - BEFORE, *(row["event_time"] for row in last if row["event_time"] < now)])
    options: dict[str, Any] = {"odd": ODD}
    if last:
        options["prices"] = {row["security"]: row["price"] for row in last}
    return asked_of(rate=RATE, begin=begin, options=options), (now - begin).total_seconds()
