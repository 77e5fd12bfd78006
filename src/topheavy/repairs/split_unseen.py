"""Split unseen: a split in the list that neither the price nor the share counts made.

Bars as traded fall by the ratio of a split, and counts rise by it. Where the close of the day and of the sessions
around it goes on as before, and the counts filed before and after are the same, there was no such split.
"""

from datetime import date
from math import log
from typing import ClassVar

import polars as pl

from topheavy.repairs.examples import count_rows
from topheavy.repairs.prices import Prices, price_series
from topheavy.repairs.ratios import in_words
from topheavy.repairs.rule import Frames, Repair, Rule
from topheavy.repairs.split_kind import followed

SMALLEST = log(1.4)
"""Ratios nearer to one than this cannot be seen in the price of a session."""

REACH = 10
HALF = 0.5
"""A session that makes half the step may be the split's, on a bad day."""


class SplitUnseen(Rule):
    """Splits that never were."""

    name: ClassVar[str] = "split_unseen"
    title: ClassVar[str] = "A split in the list that neither price nor share counts made"
    order: ClassVar[int] = 5
    reads: ClassVar[tuple[str, ...]] = ("splits", "bars", "shares")

    def find(self, frames: Frames) -> list[Repair]:
        """Return one repair a split that is left out."""
        splits = frames["splits"].filter(pl.col("kind") == "split").sort("security", "effective", "ratio")
        rows = [row for row in splits.iter_rows(named=True) if abs(log(row["ratio"])) >= SMALLEST]
        listed = {row["security"] for row in rows}
        if not listed:
            return []
        own = frames["bars"].filter(pl.col("security").is_in(list(listed)))
        as_printed = {"bars": own, "splits": splits.clear()}
        shown = {item.security: item for item in price_series(as_printed, 0.0, listed)}
        return [
            self._repair(row)
            for row in rows
            if row["security"] in shown
            and goes_on(shown[row["security"]], row["effective"], row["ratio"])
            and followed(frames["shares"], row["security"], row["effective"], row["ratio"]) is False
        ]

    def _repair(self, row: dict[str, object]) -> Repair:
        ratio, day = row["ratio"], row["effective"]
        assert isinstance(ratio, float)
        assert isinstance(day, date)
        why = (
            f"a split of {in_words(ratio)} ({ratio:g}) is listed for {day}, but neither the price as traded nor the "
            "counts filed around it made that step"
        )
        return Repair(self.name, "splits", str(row["security"]), day, str(row["source"]), "ratio", ratio, None, why)

    def example(self) -> tuple[Frames, list[tuple[str, date, float | None]]]:
        """A 2:1 split in the list, a price that goes on, and counts that stay."""
        days = [date(2023, 10, day) for day in (19, 20, 23, 24)]
        bars = pl.DataFrame(
            {
                "session": days,
                "security": ["NEVER"] * 4,
                "close": [50.0, 51.0, 50.5, 51.5],
                "volume": [100.0] * 4,
                "basis": days,
                "source": ["example"] * 4,
            }
        )
        splits = pl.DataFrame(
            {"security": ["NEVER"], "effective": [days[2]], "ratio": [2.0], "kind": ["split"], "source": ["example"]}
        )
        counts = count_rows([("NEVER", date(2023, 8, 1), 1000.0), ("NEVER", date(2023, 11, 1), 998.0)])
        return {"bars": bars, "splits": splits, "shares": counts}, [("NEVER", days[2], None)]


def goes_on(prices: Prices, day: date, ratio: float) -> bool:
    """Say whether closes as traded go on over a day and the sessions around it, without half a split's step."""
    listed = prices.place(day)
    if not 0 < listed < len(prices.days) or not (prices.traded[listed] and prices.traded[listed - 1]):
        return False
    around = range(max(1, listed - REACH), min(len(prices.days), listed + REACH + 1))
    return all(abs(prices.paid_step(place)) < HALF * abs(log(ratio)) for place in around)


RULE = SplitUnseen()
