"""Bar range: a bar whose low lies above, or high below, its own open or close."""

from datetime import date
from typing import ClassVar

import polars as pl

from topheavy.repairs.rule import Frames, Repair, Rule

TOLERANCE = 1e-4
"""Adjusted prices are rounded; a difference below this part of the price is rounding, not a fault."""


class BarRange(Rule):
    """Bars that contradict themselves."""

    name: ClassVar[str] = "bar_range"
    title: ClassVar[str] = "A bar whose low lies above, or high below, its own open or close"
    order: ClassVar[int] = 40
    reads: ClassVar[tuple[str, ...]] = ("bars",)

    def find(self, frames: Frames) -> list[Repair]:
        """Return one repair a wrong end of the range; the range is widened to hold open and close."""
        bars = frames["bars"].with_columns(
            lowest=pl.min_horizontal("open", "high", "low", "close"),
            highest=pl.max_horizontal("open", "high", "low", "close"),
        )
        low = bars.filter(pl.col("low") > pl.col("lowest") * (1 + TOLERANCE))
        high = bars.filter(pl.col("high") < pl.col("highest") * (1 - TOLERANCE))
        return [*self._repairs(low, "low", "lowest"), *self._repairs(high, "high", "highest")]

    def _repairs(self, rows: pl.DataFrame, field: str, bound: str) -> list[Repair]:
        return [
            Repair(
                rule=self.name,
                dataset="bars",
                security=row["security"],
                effective=row["session"],
                source=row["source"],
                field=field,
                before=row[field],
                after=row[bound],
                evidence=(
                    f"{field} {row[field]:g} contradicts open {row['open']:g}, high {row['high']:g}, "
                    f"low {row['low']:g}, close {row['close']:g}"
                ),
            )
            for row in rows.sort("security", "session").iter_rows(named=True)
        ]

    def example(self) -> tuple[Frames, list[tuple[str, date, float | None]]]:
        """One bar with its low above its open."""
        bars = pl.DataFrame(
            {
                "session": [date(2021, 5, 4), date(2021, 5, 5)],
                "security": ["HIGHLOW"] * 2,
                "open": [10.0, 10.0],
                "high": [11.0, 12.0],
                "low": [9.0, 10.5],
                "close": [10.0, 11.0],
                "source": ["example"] * 2,
            }
        )
        return {"bars": bars}, [("HIGHLOW", date(2021, 5, 5), 10.0)]


RULE = BarRange()
