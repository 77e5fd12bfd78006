"""Split missing: a step of the price in no list of splits, which the share counts around it made, too."""

from datetime import date, timedelta
from math import log
from typing import ClassVar

import polars as pl

from topheavy.repairs.examples import count_rows
from topheavy.repairs.prices import Prices, price_series
from topheavy.repairs.ratios import in_words, split_near
from topheavy.repairs.rule import Count, Frames, Repair, Rule, count_series

SMALLEST = log(1.45)
"""Ratios nearer to one than this cannot be told from a bad day."""

COUNTS_CLOSE = log(1.1)
"""How far the step of the counts may be from the ratio: counts drift between reports."""

NEAREST = timedelta(days=220)


class SplitMissing(Rule):
    """Splits that no list has."""

    name: ClassVar[str] = "split_missing"
    title: ClassVar[str] = "A split in no list, which both price and share counts show"
    order: ClassVar[int] = 8
    reads: ClassVar[tuple[str, ...]] = ("splits", "bars", "shares")

    def find(self, frames: Frames) -> list[Repair]:
        """Return one repair for each split that is added to the list."""
        counts = count_series(frames)
        found = []
        for prices in price_series(frames, SMALLEST):
            series = [items for (security, _), items in counts.items() if security == prices.security]
            for place in steps_as_traded(prices):
                ratio = split_near(prices.step(place))
                if ratio and (told := _counts_tell(series, prices.days[place], ratio)):
                    found.append(self._repair(prices, place, ratio, told))
        return found

    def _repair(self, prices: Prices, place: int, ratio: float, told: tuple[Count, Count]) -> Repair:
        day, before, after = prices.days[place], *told
        why = (
            f"no list has it (1 new for one old), but the close went from {prices.closes[place - 1]:g} to "
            f"{prices.closes[place]:g} on {day} and the count from {before.count:,.0f} on {before.effective} to "
            f"{after.count:,.0f} on {after.effective}: a split of {in_words(ratio)}"
        )
        return Repair(self.name, "splits", prices.security, day, prices.sources[place], "ratio", 1.0, ratio, why)

    def example(self) -> tuple[Frames, list[tuple[str, date, float | None]]]:
        """A close that falls to a tenth, and ten times the count a quarter later."""
        days = [date(2024, 6, day) for day in (6, 7, 10, 11)]
        bars = pl.DataFrame(
            {
                "session": days,
                "security": ["TENTH"] * 4,
                "close": [1210.0, 1209.0, 121.8, 120.9],
                "volume": [100.0, 100.0, 1000.0, 1000.0],
                "basis": days,
                "source": ["example"] * 4,
            }
        )
        counts = count_rows([("TENTH", date(2024, 5, 24), 2460.0), ("TENTH", date(2024, 8, 23), 24530.0)])
        schema = {
            "security": pl.String,
            "effective": pl.Date,
            "ratio": pl.Float64,
            "kind": pl.String,
            "source": pl.String,
        }
        splits = pl.DataFrame(schema=schema)
        return {"bars": bars, "shares": counts, "splits": splits}, [("TENTH", days[2], 10.0)]


def steps_as_traded(prices: Prices) -> list[int]:
    """Return the places where a close as traded leaves the one before, itself as traded, as a split would."""
    return [
        place
        for place in range(1, len(prices.days))
        if abs(prices.step(place)) >= SMALLEST and prices.traded[place] and prices.traded[place - 1]
    ]


def _counts_tell(series: list[list[Count]], day: date, ratio: float) -> tuple[Count, Count] | None:
    """Return the counts filed before and after the day that make the ratio's step, if there are such."""
    for items in series:
        before = [item for item in items if day - NEAREST <= item.effective < day]
        after = [item for item in items if day <= item.effective <= day + NEAREST]
        if before and after and abs(log(after[0].level / before[-1].level) - log(ratio)) < COUNTS_CLOSE:
            return before[-1], after[0]
    return None


RULE = SplitMissing()
