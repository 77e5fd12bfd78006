"""A live market that never was and never ends: SIMULATED trades, the same for the same seed and beginning."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from topheavy.core.clock import system_clock
from topheavy.core.errors import UsageError
from topheavy.core.settings import Settings
from topheavy.core.units import SourceKind
from topheavy.stream.feed import Ask, Feed, Timed
from topheavy.stream.wire.layout import TRADE

SECURITIES = tuple(f"SIM{number:02}" for number in range(1, 21))
VENUES = ("SIM-A", "SIM-B", None)
STEP = 0.0002
"""Deviation of one trade's log return."""

ODD = 1.04
"""What an odd trade is printed at, in the market's price: too much to be one of its steps."""

MICROS = 1_000_000


class Simulator(Feed):
    """Random walks on a cent's grid; waiting times between trades are exponential."""

    name: ClassVar[str] = "simulator"
    title: ClassVar[str] = "a SIMULATED live market that never ends"
    kind: ClassVar[SourceKind] = SourceKind.SIMULATED
    endless: ClassVar[bool] = True

    def trades(self, settings: Settings, ask: Ask) -> Iterator[Timed]:
        """Yield ``ask.rate`` trades a second from ``ask.begin`` on (else from now), for ever.

        ``ask.options["prices"]``: the price that a security begins at; without securities asked for, these are traded.
        ``ask.options["odd"]``: the part of the trades that are printed far from the market, to be found (default none).
        """
        if not ask.rate > 0:
            raise UsageError(f"a market of {ask.rate} trades a second is none: give a rate above zero")
        begin = ask.begin or system_clock()
        begins: Mapping[str, float] = ask.options.get("prices", {})
        names = ask.securities or tuple(begins) or SECURITIES
        feed = f"SIMULATED-{ask.seed}-{begin:%Y%m%dT%H%M%S%fZ}"
        yield from _market(feed, names, begin, ask, begins)


def _market(
    feed: str, names: tuple[str, ...], begin: datetime, ask: Ask, begins: Mapping[str, float]
) -> Iterator[Timed]:
    rng, odd = np.random.default_rng(ask.seed), np.random.default_rng([ask.seed, 1])
    drawn = rng.uniform(20, 500, len(names))
    logs = np.log([begins.get(name, price) for name, price in zip(names, drawn, strict=True)])
    count = max(1, round(ask.rate * min(ask.slice, 1.0)))
    sequence, clock = 0, 0.0
    while True:
        clocks = clock + np.cumsum(rng.exponential(1 / ask.rate, count))
        which = rng.integers(0, len(names), count)
        prices = _walk(logs, which, rng)
        prices = np.where(odd.random(count) < ask.options.get("odd", 0.0), np.round(prices * ODD, 2), prices)
        columns = _columns(feed, names, sequence, int(begin.timestamp() * MICROS), clocks, which, prices, rng)
        yield Timed(float(clocks[-1]), pa.record_batch(columns, schema=TRADE))
        sequence, clock = sequence + count, float(clocks[-1])


def _walk(logs: Any, which: Any, rng: np.random.Generator) -> Any:
    """Move each security's log price by its own trades, in place, and return the price of every trade."""
    steps = rng.normal(0, STEP, len(which))
    prices = np.empty(len(which))
    for security in np.unique(which):
        mine = which == security
        path = logs[security] + np.cumsum(steps[mine])
        prices[mine], logs[security] = path, path[-1]
    return np.maximum(np.round(np.exp(prices), 2), 0.01)


def _columns(
    feed: str, names: tuple[str, ...], sequence: int, start: int, clocks: Any, which: Any, prices: Any, rng: Any
) -> list[pa.Array]:
    count = len(which)
    return [
        pa.array([feed] * count),
        pa.array(np.arange(sequence, sequence + count)),
        pa.array(names).take(pa.array(which)),
        pa.array(start + (clocks * MICROS).astype(np.int64)).cast(TRADE.field("event_time").type),
        pa.array(prices),
        pa.array(rng.integers(1, 11, count) * 100.0),
        pa.array(VENUES).take(pa.array(rng.integers(0, len(VENUES), count))),
        pa.array([str(SourceKind.SIMULATED)] * count),
    ]


FEED = Simulator()
