"""Split date: a split whose price step is seen on another session near by, or that stands in the list twice.

Bars as traded show a split: the close falls by its ratio. Lists date it by the record, distribution or ex-date;
two lists may give two of these for one event. Each step of the price is one split. What is left over in the list
beside a split that was seen, with its ratio or on its day, is the same event told again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import log
from typing import ClassVar

import polars as pl

from topheavy.repairs.prices import Prices, price_series
from topheavy.repairs.ratios import in_words
from topheavy.repairs.rule import Frames, Repair, Rule
from topheavy.repairs.split_days import as_number

REACH = 10
"""Sessions around the listed day in which the step of the price is looked for."""

NEAR_DAYS = 14
"""Two entries of a list, at most so many days apart, may mean one event where the price shows one."""

TOLD_AGAIN = 4
"""Where no price shows them, two entries so near, over a weekend, with one ratio are one event."""

SMALLEST = log(1.3)
"""Ratios nearer to one than this cannot be seen in the price of a session."""

OWN_MOVE = log(1.2)
"""How far the step may be from the ratio: the market moved, too."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of the list of splits."""

    security: str
    day: date
    ratio: float
    source: str


class SplitDate(Rule):
    """Splits on the wrong day, twice in the list, or turned around."""

    name: ClassVar[str] = "split_date"
    title: ClassVar[str] = "A split dated some sessions off, listed twice, or printed the wrong way round"
    order: ClassVar[int] = 4
    reads: ClassVar[tuple[str, ...]] = ("splits", "bars")

    def find(self, frames: Frames) -> list[Repair]:
        """Return a repair for each entry that is moved, turned around, or left out."""
        entries: dict[str, list[Listed]] = {}
        splits = frames["splits"].filter(pl.col("kind") == "split").sort("security", "effective", "ratio", "source")
        for row in splits.select("security", "effective", "ratio", "source").iter_rows():
            if abs(log(row[2])) >= SMALLEST:
                entries.setdefault(row[0], []).append(Listed(*row))
        if not entries:
            return []
        own = frames["bars"].filter(pl.col("security").is_in(list(entries)))
        as_printed = {"bars": own, "splits": splits.clear()}
        shown = {item.security: item for item in price_series(as_printed, 0.0, set(entries))}
        return [
            repair
            for security, items in entries.items()
            for cluster in clusters(items)
            for repair in self._judge(cluster, shown.get(security))
        ]

    def _judge(self, cluster: list[Listed], prices: Prices | None) -> Iterator[Repair]:
        seen = _assigned(cluster, prices) if prices else {}
        kept = [item for item in cluster if item in seen]
        for item in cluster:
            if item in seen:
                yield from self._put_right(item, *seen[item])
            elif kept and prices and prices.place(item.day) < len(prices.days):
                event = min(kept, key=lambda other: abs((other.day - item.day).days))
                yield self._gone(item, f"the price shows one split, {in_words(event.ratio)} near {event.day}")
        if not kept:
            for item, other in _told_again(cluster):
                yield self._gone(item, f"the same ratio is listed for {other.day}: one event in two lists")

    def _put_right(self, item: Listed, day: date, ratio: float) -> Iterator[Repair]:
        if ratio != item.ratio:
            why = f"listed as {in_words(item.ratio)} ({item.ratio:g}), but the price shows {in_words(ratio)} on {day}"
            yield self._repair(item, "ratio", item.ratio, ratio, why)
        if day != item.day:
            before, after = as_number(item.day), as_number(day)
            why = f"{in_words(item.ratio)} is listed for {item.day} ({before:.0f}), the price makes that step on {day}"
            yield self._repair(item, "effective", before, after, why)

    def _gone(self, item: Listed, why: str) -> Repair:
        return self._repair(item, "ratio", item.ratio, None, f"{item.ratio:g} new for one old on {item.day}: {why}")

    def _repair(self, item: Listed, field: str, before: float, after: float | None, why: str) -> Repair:
        return Repair(self.name, "splits", item.security, item.day, item.source, field, before, after, why)

    def example(self) -> tuple[Frames, list[tuple[str, date, float | None]]]:
        """One 10:1 split listed twice, on a Friday and on the Monday when the price fell."""
        days = [date(2024, 12, day) for day in (4, 5, 6, 9, 10, 11)]
        closes = [100.0, 101.0, 100.0, 10.1, 10.0, 10.2]
        bars = pl.DataFrame(
            {
                "session": days,
                "security": ["TWICE"] * 6,
                "close": closes,
                "volume": [100.0] * 6,
                "basis": days,
                "source": ["example"] * 6,
            }
        )
        splits = pl.DataFrame(
            {
                "security": ["TWICE"] * 2,
                "effective": [days[2], days[3]],
                "ratio": [10.0, 10.0],
                "kind": ["split"] * 2,
                "source": ["example"] * 2,
            }
        )
        return {"bars": bars, "splits": splits}, [("TWICE", days[2], None)]


def clusters(items: list[Listed]) -> Iterator[list[Listed]]:
    """Yield the entries of one security, by day, in groups that lie near each other."""
    group: list[Listed] = []
    for item in items:
        if group and (item.day - group[-1].day).days > NEAR_DAYS:
            yield group
            group = []
        group.append(item)
    if group:
        yield group


def _assigned(cluster: list[Listed], prices: Prices) -> dict[Listed, tuple[date, float]]:
    """Return entry → the session on which the price makes its step, and the ratio it shows; each step once."""
    offers = []
    for item in cluster:
        listed = prices.place(item.day)
        for place in range(max(1, listed - REACH), min(len(prices.days), listed + REACH + 1)):
            if not (prices.traded[place] and prices.traded[place - 1]):
                continue
            for turned, ratio in ((0, item.ratio), (1, 1 / item.ratio)):
                off = abs(prices.paid_step(place) + log(ratio))
                if off < min(OWN_MOVE, abs(log(ratio)) / 2):
                    offers.append((turned, abs(place - listed), off, place, ratio, item))
    seen: dict[Listed, tuple[date, float]] = {}
    used: set[int] = set()
    for _, away, _, place, ratio, item in sorted(offers, key=lambda offer: offer[:4]):
        if item not in seen and place not in used:
            seen[item] = prices.days[place] if away else item.day, ratio
            used.add(place)
    return seen


def _told_again(cluster: list[Listed]) -> Iterator[tuple[Listed, Listed]]:
    """Yield entries that a later one of the cluster repeats, where no price shows which day is right."""
    for place, item in enumerate(cluster):
        for later in cluster[place + 1 :]:
            if abs(log(later.ratio / item.ratio)) < 1e-3 and (later.day - item.day).days <= TOLD_AGAIN:
                yield item, later
                break


RULE = SplitDate()
