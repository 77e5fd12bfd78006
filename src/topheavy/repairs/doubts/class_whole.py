"""Class whole: counts said to be of one class that are the whole company's.

Vendors put the company's market cap, or its count, on each of its classes. Two classes whose counts, or whose counts
times prices, are the same to half a percent, count after count, are one company told twice.
"""

from collections.abc import Iterator
from datetime import date
from itertools import combinations
from typing import ClassVar

import polars as pl

from topheavy.repairs.doubts.doubt import Doubt, DoubtRule
from topheavy.repairs.examples import count_rows
from topheavy.repairs.rule import Frames

SAME = 0.005
MOST = 0.5
"""A part of the counts of a pair that must be the same: a class may by chance be worth as much as another once."""


class ClassWhole(DoubtRule):
    """A whole company's count on each of its classes."""

    name: ClassVar[str] = "class_whole"
    title: ClassVar[str] = "A whole company's share count on each of its classes"
    reads: ClassVar[tuple[str, ...]] = ("shares", "bars", "securities")

    def find(self, frames: Frames) -> list[Doubt]:
        """Return one doubt for each class of such a pair."""
        several = frames["securities"].filter(pl.col("security").n_unique().over("issuer") > 1)
        counts = (
            frames["shares"]
            .filter(pl.col("covers") == "class", pl.col("security").is_in(several["security"].implode()))
            .sort("security", "effective", "known")
            .unique(["security", "effective"], keep="last", maintain_order=True)
        )
        valued = _valued(counts, frames["bars"])
        return [
            doubt
            for (issuer,), members in several.group_by("issuer", maintain_order=True)
            for pair in combinations(sorted(set(members["security"])), 2)
            for doubt in self._pair(str(issuer), valued, pair)
        ]

    def _pair(self, issuer: str, counts: pl.DataFrame, pair: tuple[str, str]) -> Iterator[Doubt]:
        one, other = (counts.filter(pl.col("security") == security) for security in pair)
        both = (
            one.join(other, on="effective", suffix="_other")
            .sort("effective")
            .with_columns(same=_near("count", "count_other") | _near("cap", "cap_other"))
        )
        alike = both.filter("same")
        if not alike.height or alike.height < MOST * both.height:
            return
        row = alike.row(0, named=True)
        seen = (
            f"{pair[0]} has {row['count']:,.0f} and {pair[1]} {row['count_other']:,.0f} shares on {row['effective']}: "
            "the same count or the same value on two classes of one company"
        )
        for security in pair:
            question = f"is {row['count']:,.0f} the count of all classes of {issuer}, not of {security} alone?"
            yield Doubt(self.name, security, row["effective"], None, seen, question, str(row["effective"]))

    def example(self) -> tuple[Frames, list[tuple[str, date, date | None]]]:
        """Two classes, each with the company's value divided by its own price."""
        day = date(2024, 11, 29)
        bars = pl.DataFrame(
            {"session": [day] * 2, "security": ["ALFA", "ALFB"], "close": [47.12, 44.74], "basis": [day] * 2}
        )
        counts = count_rows([("ALFA", day, 441_012_982.0), ("ALFB", day, 464_470_000.0)])
        securities = pl.DataFrame({"security": ["ALFA", "ALFB"], "issuer": ["ALF"] * 2})
        expected = [("ALFA", day, None), ("ALFB", day, None)]
        return {"shares": counts, "bars": bars, "securities": securities}, list(expected)


def _valued(counts: pl.DataFrame, bars: pl.DataFrame) -> pl.DataFrame:
    """Add ``cap``: the count times the close of its day or the nearest after it, where both have one basis."""
    closes = bars.select("security", "session", "close").sort("security", "session")
    near = counts.select("security", "effective", "count").sort("security", "effective")
    joined = near.join_asof(
        closes, left_on="effective", right_on="session", by="security", strategy="nearest", check_sortedness=False
    )
    return joined.with_columns(cap=pl.col("count") * pl.col("close"))


def _near(one: str, other: str) -> pl.Expr:
    return ((pl.col(one) / pl.col(other) - 1).abs() < SAME).fill_null(value=False)


DOUBT = ClassWhole()
