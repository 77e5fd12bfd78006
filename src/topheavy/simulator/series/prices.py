"""Prices from a one-factor return model, pinned at both ends so that caps arrive where they shall."""

from dataclasses import dataclass

import numpy as np

from topheavy.simulator.names import GIANTS
from topheavy.simulator.records import Bars, Numbers, Truth

_MARKET_DEVIATION, _FREEDOM = 0.0085, 5
_CENTS = 2


@dataclass(frozen=True, slots=True)
class Pins:
    """Every company's price at the first and the last session, USD on the final share unit."""

    start: Numbers
    end: Numbers


def pins(start_caps: Numbers, end_caps: Numbers, growth: Numbers, spin: Numbers, rng: np.random.Generator) -> Pins:
    """Choose price levels: typical ones at the end, the start as the caps and share counts demand.

    ``growth`` is the count at the end relative to the start, ``spin`` the price adjustments of spin-offs.
    """
    end = np.clip(np.exp(rng.normal(np.log(110), 0.6, start_caps.size)), 18, 800)
    start = end * growth * start_caps / end_caps
    lift = np.maximum(1.0, 15 / start)
    return Pins(start * lift / spin, end * lift)


def paths(ends: Pins, rows: int, drops: Numbers, rng: np.random.Generator) -> Numbers:
    """Return daily closes by session and company, on the final share unit.

    ``drops`` is the part of the price paid out at each ex-date.
    """
    size = ends.start.size
    own = np.exp(rng.normal(np.log(0.014), 0.25, size))
    own[: len(GIANTS)] = 0.010
    beta = rng.uniform(0.5, 1.5, size)
    market = rng.standard_t(_FREEDOM, rows) * _MARKET_DEVIATION
    steps = market[:, None] * beta + rng.standard_normal((rows, size)) * own + np.log1p(-drops)
    steps[0] = 0
    walk = np.cumsum(steps, axis=0)
    pinned: Numbers = walk + _ramp(rows) * (np.log(ends.end / ends.start) - walk[-1])
    return ends.start * np.exp(pinned)


def _ramp(rows: int) -> Numbers:
    return np.linspace(0, 1, rows)[:, None]


def spreads(rows: int, lines: int, rng: np.random.Generator) -> Numbers:
    """Return the log spread between a company's classes: it wanders, returns, and is zero at both ends."""
    noise = rng.normal(0, 0.001, (rows, lines))
    spread = np.zeros((rows, lines))
    for row in range(1, rows):
        spread[row] = 0.97 * spread[row - 1] + noise[row]
    spread -= _ramp(rows) * spread[-1]
    return spread


def make_bars(close: Numbers, factor: Numbers, counts: Numbers, listed: Truth, rng: np.random.Generator) -> Bars:
    """Return as-traded bars from closes on the final unit, factors to the day's unit, counts and who is listed."""
    daily = np.abs(np.diff(np.log(close), axis=0, prepend=np.log(close[:1])))
    before = np.concatenate([close[:1], close[:-1]])
    opened = before**0.6 * close**0.4 * np.exp(rng.normal(0, 0.003, close.shape))
    up, down = np.exp(np.abs(rng.normal(0, 0.006, (2, *close.shape))))
    high, low = np.maximum(opened, close) * up, np.minimum(opened, close) / down
    turnover = np.exp(rng.normal(-5.3, 0.4, close.shape[1]) + rng.normal(0, 0.3, close.shape) + 12 * daily)
    gone = np.where(listed, 1.0, np.nan)
    o, h, lo, c = (np.round(price * factor * gone, _CENTS) for price in (opened, high, low, close))
    volume = np.rint(counts * np.minimum(turnover, 0.2)) * gone
    vwap = np.clip(np.round((o + h + lo + 2 * c) / 5, 4), lo, h)
    return Bars(o, h, lo, c, volume, vwap, np.maximum(1, np.rint(volume / 120)) * gone)
