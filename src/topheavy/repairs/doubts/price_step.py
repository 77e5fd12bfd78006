"""Price step: a close that leaves the one before by more than a market moves, and nothing lists why.

A step is no market move where it is larger than any session's, where it comes without volume, where it is a slip of
the point, or where it comes back within some sessions. A stretch that comes back is doubted alone. Of a step that
lasts no one can say which side is right: the shorter side is doubted whole, the longer for a year.
"""

from collections.abc import Iterator
from datetime import date
from math import exp, log
from typing import ClassVar

import polars as pl

from topheavy.repairs.doubts.doubt import Doubt, DoubtRule
from topheavy.repairs.examples import no_dividends
from topheavy.repairs.prices import Prices, price_series
from topheavy.repairs.ratios import in_words, slip_near, split_near
from topheavy.repairs.rule import Frames, Repair

LEAST = log(1.18)
"""Smaller moves are a market's, whatever they look like."""

LARGE = log(1.4)
"""From here on a step without much volume is no market move."""

LARGEST = log(2.5)
"""No listed company of some size lost or gained more in a session; from here on volume excuses nothing."""

BUSY = 2.0
"""A real move of this size is traded at twice the usual volume and more."""

COMES_BACK = 10
"""Sessions within which a stretch comes back to where it was."""

LONGEST_GAP = 10
"""Days between two bars after which a step is no session's move: only a slip of the point is told."""

SAME = log(1.05)


Listed = list[tuple[date, float, str]]
"""A security's entries of the list of splits: day, ratio, source."""


class PriceStep(DoubtRule):
    """Steps of a price that are no market move."""

    name: ClassVar[str] = "price_step"
    title: ClassVar[str] = "A price that leaves the session before by more than a market moves"
    reads: ClassVar[tuple[str, ...]] = ("bars", "splits", "dividends")

    def find(self, frames: Frames) -> list[Doubt]:
        """Return one doubt a stretch, or a step that lasts."""
        spun_off = _listed(frames["splits"].filter(pl.col("kind") != "split"))
        splits = _listed(frames["splits"].filter(pl.col("kind") == "split"))
        paid = {(name, day): amount for name, day, amount in _paid(frames["dividends"]).iter_rows()}
        return [
            doubt
            for prices in price_series(frames, LEAST)
            for doubt in self._about(prices, spun_off.get(prices.security, []), splits.get(prices.security, []), paid)
        ]

    def _about(
        self, prices: Prices, spun_off: Listed, splits: Listed, paid: dict[tuple[str, date], float]
    ) -> Iterator[Doubt]:
        edges = [place for place in range(1, len(prices.days)) if abs(prices.step(place)) >= LEAST]
        paired: set[int] = set()
        for first in edges:
            after = next((place for place in edges if _returns(prices, first, place)), None)
            if after is not None and first not in paired:
                paired |= {first, after}
                yield self._stretch(prices, first, after)
        lasting = [
            place for place in edges if place not in paired and is_no_move(prices, place, [day for day, *_ in spun_off])
        ]
        for place in lasting:
            if _is_paid_out(prices, place, paid.get((prices.security, prices.days[place]), 0.0)):
                continue
            yield self._step(prices, place, splits)

    def _stretch(self, prices: Prices, first: int, after: int) -> Doubt:
        closes = prices.closes
        factor = exp(prices.step(first))
        seen = (
            f"the close left {closes[first - 1]:g} for {closes[first]:g} on {prices.days[first]} and was back at "
            f"{closes[after]:g} on {prices.days[after]}"
        )
        question = f"is the price of {prices.security} from {prices.days[first]} on wrong by a factor of {factor:.3g}?"
        gone = [self._unused(prices, place, seen) for place in range(first, after)]
        mark = f"{prices.days[first]}|{closes[first]!r}"
        return Doubt(
            self.name, prices.security, prices.days[first], prices.days[after], seen, question, mark, tuple(gone)
        )

    def _unused(self, prices: Prices, place: int, why: str) -> Repair:
        close = prices.closes[place]
        where = (prices.security, prices.days[place], prices.sources[place])
        return Repair(self.name, "bars", *where, "close", close, None, why)

    def _step(self, prices: Prices, place: int, listed: Listed) -> Doubt:
        closes, day = prices.closes, prices.days[place]
        step = prices.step(place)
        seen = f"the close went from {closes[place - 1]:g} to {closes[place]:g} on {day}, in no list of splits"
        busy = prices.busy(place)
        if busy is not None:
            seen += f", at {busy:.1f} times the usual volume"
        since, until = prices.days[0], None
        mark = f"{day}|{closes[place]!r}"
        unseen = self._unseen(prices, place, listed, seen)
        if unseen is not None:
            question = f"is the split of {in_words(unseen.before)} of {prices.security} listed near {day} wrong?"
            return Doubt(self.name, prices.security, since, until, seen, question, mark, (unseen,))
        ratio = split_near(step)
        if ratio is None:
            question = f"are prices of {prices.security} before or from {day} on another unit, times {exp(step):.3g}?"
            return Doubt(self.name, prices.security, since, until, seen, question, mark)
        question = f"is there a split of {in_words(ratio)} of {prices.security} near {day}?"
        where = (prices.security, day, prices.sources[place])
        added = Repair(self.name, "splits", *where, "ratio", 1.0, ratio, f"1:1 until now; {seen}")
        return Doubt(self.name, prices.security, since, until, seen, question, mark, (added,))

    def _unseen(self, prices: Prices, place: int, listed: Listed, seen: str) -> Repair | None:
        """Return what leaves out a listed split near the step, where it is its ratio that makes the step."""
        for day, ratio, source in listed:
            near = abs((prices.days[place] - day).days) <= COMES_BACK
            if near and abs(prices.step(place) - log(ratio)) < SAME * 3:
                why = f"the price of {day} did not make the step of {in_words(ratio)} ({ratio:g}): {seen}"
                return Repair(self.name, "splits", prices.security, day, source, "ratio", ratio, None, why)
        return None

    def example(self) -> tuple[Frames, list[tuple[str, date, date | None]]]:
        """A 10:1 split in no list."""
        days = [date(2025, 11, day) for day in (12, 13, 14, 17, 18)]
        bars = pl.DataFrame(
            {
                "session": days,
                "security": ["TENTH"] * 5,
                "close": [1100.0, 1101.0, 1100.0, 110.0, 110.5],
                "volume": [100.0] * 5,
                "basis": days,
                "source": ["example"] * 5,
            }
        )
        text = dict.fromkeys(("security", "kind", "source"), pl.String)
        schema = {**text, "effective": pl.Date, "ratio": pl.Float64}
        return {"bars": bars, "splits": pl.DataFrame(schema=schema), "dividends": no_dividends()}, [
            ("TENTH", days[0], None)
        ]


def is_no_move(prices: Prices, place: int, listed: list[date]) -> bool:
    """Say whether a step that lasts is more than a market's own; ``listed`` are days of spin-offs, which excuse it."""
    step = abs(prices.step(place))
    if any(abs((prices.days[place] - day).days) <= COMES_BACK for day in listed) and step < LARGE:
        return False
    gap = (prices.days[place] - prices.days[place - 1]).days > LONGEST_GAP
    if (step >= LARGEST and not gap) or (step >= log(5) and slip_near(prices.step(place), SAME)):
        return True
    if step < LARGE or gap:
        return False
    busy = prices.busy(place)
    return busy < BUSY if busy is not None else split_near(prices.step(place), SAME) is not None


def _returns(prices: Prices, first: int, after: int) -> bool:
    """Say whether the stretch between two steps is an excursion: out by more than a market moves, and back."""
    if not first < after <= first + COMES_BACK:
        return False
    out, back = prices.step(first), prices.step(after)
    whole = abs(prices.levels[after] - prices.levels[first - 1])
    if out * back >= 0 or whole > SAME or abs(out + back) > SAME + abs(out) / 10:
        return False
    busy = prices.busy(first)
    return busy < BUSY if busy is not None else True


def _paid(dividends: pl.DataFrame) -> pl.DataFrame:
    return dividends.group_by("security", "effective").agg(pl.col("amount").sum())


def _is_paid_out(prices: Prices, place: int, amount: float) -> bool:
    """Say whether a dividend that went ex makes the step, to a tenth of the price before."""
    before, after = prices.closes[place - 1], prices.closes[place]
    return 0 < amount < before and abs(before - amount - after) < before / 10


def _listed(splits: pl.DataFrame) -> dict[str, Listed]:
    found: dict[str, Listed] = {}
    ordered = splits.sort("security", "effective", "ratio")
    for security, *entry in ordered.select("security", "effective", "ratio", "source").iter_rows():
        found.setdefault(security, []).append((entry[0], entry[1], entry[2]))
    return found


DOUBT = PriceStep()
