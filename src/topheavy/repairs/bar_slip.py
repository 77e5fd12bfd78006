"""Bar slip: prices that leave their neighbours by a slip of the point or a split's ratio, and come back.

A market does not fall to a hundredth and rise to the day before's price again. Where the closes of a stretch leave
the session before by a factor of 10, 100, 1,000 (pence and pounds, a point misread), or by the ratio of a listed
split, and return by the same factor, the stretch is on another unit, field by field.
"""

from collections.abc import Iterator
from datetime import date
from math import exp, log
from typing import ClassVar

import polars as pl

from topheavy.repairs.prices import Prices, price_series
from topheavy.repairs.ratios import slip_near
from topheavy.repairs.rule import Frames, Repair, Rule, splits_of

FIELDS = ("open", "high", "low", "close")

SMALLEST = log(1.45)
CLOSE = log(1.25)
"""A session's own move is rarely larger; a step within this of a factor is the factor's."""

RETURNS = log(1.15)
"""How far the close after may be from the close before, beyond the drift that the stretch itself shows."""

LONGEST_SPLIT = 10
"""Sessions that bars may lie on the wrong side of a split near them; a longer stretch is no slip of a day."""

SPLIT_NEAR = 30
"""Days around a listed split in which its ratio explains a stretch."""

MOST = 0.4
"""A stretch longer than this part of the history may as well be the right one: it is doubted, not mended."""


class BarSlip(Rule):
    """Prices on another unit for a while."""

    name: ClassVar[str] = "bar_slip"
    title: ClassVar[str] = "Prices that leave their neighbours by a factor of 10 or 100, or a split's ratio, and return"
    order: ClassVar[int] = 38
    reads: ClassVar[tuple[str, ...]] = ("bars", "splits")

    def find(self, frames: Frames) -> list[Repair]:
        """Return a repair for each price on another unit."""
        splits = splits_of(frames)
        found: list[Repair] = []
        for prices in price_series(frames, SMALLEST):
            stretches = list(stretches_of(prices, splits.get(prices.security, [])))
            if stretches:
                own = frames["bars"].filter(pl.col("security") == prices.security).sort("session")
                found += [item for stretch in stretches for item in self._mended(own, prices, *stretch)]
        return found

    def _mended(self, bars: pl.DataFrame, prices: Prices, first: int, after: int, factor: float) -> Iterator[Repair]:
        right = prices.closes[first - 1] * exp(_unit(prices, first) - _unit(prices, first - 1))
        inverse = 1 / factor  # of a tenth it is ten, and no digit is lost
        for place in range(first, after):
            row = bars.row(place, named=True)
            for field in FIELDS:
                before = row[field]
                if abs(log(before / factor / right)) < abs(log(before / right)):
                    why = (
                        f"{before:g} is {factor:g} times what the sessions before {prices.days[first]} and from "
                        f"{prices.days[after]} on say: {prices.closes[first - 1]:g} and {prices.closes[after]:g}"
                    )
                    place_of = (prices.security, prices.days[place], prices.sources[place])
                    yield Repair(self.name, "bars", *place_of, field, before, before * inverse, why)

    def example(self) -> tuple[Frames, list[tuple[str, date, float | None]]]:
        """A session in pence between sessions in pounds."""
        days = [date(2024, 3, day) for day in (11, 12, 13, 14, 15, 18)]
        closes = [3.0, 3.05, 302.0, 3.0, 3.1, 3.05]
        bars = pl.DataFrame(
            {
                "session": days,
                "security": ["PENCE"] * 6,
                **dict.fromkeys(FIELDS, closes),
                "volume": [100.0] * 6,
                "basis": days,
                "source": ["example"] * 6,
            }
        )
        splits = pl.DataFrame(
            schema={"security": pl.String, "effective": pl.Date, "ratio": pl.Float64, "kind": pl.String}
        )
        return {"bars": bars, "splits": splits}, [("PENCE", days[2], 3.02)] * 4


def _unit(prices: Prices, place: int) -> float:
    """The logarithm of a close as printed over the same on the last split's share unit."""
    return log(prices.closes[place]) - prices.levels[place]


def stretches_of(prices: Prices, splits: list[tuple[date, float]]) -> Iterator[tuple[int, int, float]]:
    """Yield (first place, place after, factor) of each stretch that leaves by a known factor and returns."""
    edges = [place for place in range(1, len(prices.days)) if abs(prices.step(place)) >= SMALLEST]
    ends = -1
    for number, first in enumerate(edges):
        if first <= ends:
            continue
        for after in edges[number + 1 :]:
            factor = _factor(prices, first, after, splits)
            if factor is not None and after - first <= max(1, MOST * len(prices.days)):
                yield first, after, factor
                ends = after
                break


def _factor(prices: Prices, first: int, after: int, splits: list[tuple[date, float]]) -> float | None:
    """Return by what a stretch is too large, where both its ends say the same known factor."""
    out, back = prices.step(first), prices.step(after)
    drift = prices.levels[after - 1] - prices.levels[first]
    if abs(out + back) > CLOSE or abs(out + back + drift) > RETURNS + abs(drift):
        return None
    slip = slip_near(out, CLOSE)
    if slip is not None and slip_near(back, CLOSE) == 1 / slip:
        return slip
    if after - first > LONGEST_SPLIT:
        return None
    for day, ratio in splits:
        near = min(abs((prices.days[first] - day).days), abs((prices.days[after] - day).days)) <= SPLIT_NEAR
        for known in (ratio, 1 / ratio):
            if near and abs(out - log(known)) < CLOSE and abs(back + log(known)) < CLOSE:
                return known
    return None


RULE = BarSlip()
