"""Count age: a session so long after the count in use that the count no longer measures.

Companies file a count every quarter, or every year; a vendor's series that ends years ago says nothing of today. A
count measures for 18 months: a year, and half of one for a filing that comes late.
"""

from datetime import date, timedelta
from typing import ClassVar

import polars as pl

from topheavy.repairs.doubts.doubt import Doubt, DoubtRule
from topheavy.repairs.examples import count_rows
from topheavy.repairs.rule import Frames

LIMIT = timedelta(days=550)


class CountAge(DoubtRule):
    """Counts used beyond the age at which they measure."""

    name: ClassVar[str] = "count_age"
    title: ClassVar[str] = f"A share count more than {LIMIT.days} days old"
    reads: ClassVar[tuple[str, ...]] = ("shares", "bars")

    def find(self, frames: Frames) -> list[Doubt]:
        """Return one doubt a count that bars outlive."""
        last = frames["bars"].group_by("security").agg(pl.col("session").max().alias("last"))
        days = frames["shares"].select("security", "covers", "effective").unique()
        whole = (
            days.filter(pl.col("covers") == "issuer").group_by("security").agg(pl.col("effective").min().alias("whole"))
        )
        kept = (
            days.sort("security", "covers", "effective")
            .with_columns(after=pl.col("effective").shift(-1).over("security", "covers"))
            .join(last, on="security")
            .join(whole, on="security", how="left")
            .with_columns(old=pl.col("effective") + LIMIT, whole=pl.when(pl.col("covers") == "class").then("whole"))
            .with_columns(until=pl.min_horizontal("after", "whole"))
            .filter(pl.col("last") >= pl.col("old"), pl.col("until").is_null() | (pl.col("until") > pl.col("old")))
            .sort("security", "effective")
        )
        return [self._doubt(*row) for row in kept.select("security", "covers", "effective", "old", "until").iter_rows()]

    def _doubt(self, security: str, covers: str, effective: date, old: date, until: date | None) -> Doubt:
        seen = f"the count in use is of {effective}: from {old} on it is more than {LIMIT.days} days old"
        question = f"has the count of {security} changed since {effective}?"
        return Doubt(self.name, security, old, until, seen, question, f"{effective}|{covers}")

    def example(self) -> tuple[Frames, list[tuple[str, date, date | None]]]:
        """Bars of 2024, and a count of 2018."""
        days = [date(2024, 6, 3), date(2024, 6, 4)]
        bars = pl.DataFrame({"session": days, "security": ["OLD"] * 2, "close": [15.5, 15.5]})
        counts = count_rows([("OLD", date(2018, 3, 15), 533e6)])
        return {"shares": counts, "bars": bars}, [("OLD", date(2018, 3, 15) + LIMIT, None)]


DOUBT = CountAge()
