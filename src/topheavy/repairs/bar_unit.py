"""Bar unit: prices before a split that were left on the old share unit, or put on the new one too early.

On one share unit a split leaves the price where it was. Where the closes around a split differ by the split's
own ratio, the bars before it are on the wrong unit, back to the bar that breaks with its own past by the same
ratio, or to the first bar from the same source.
"""

from datetime import date
from math import exp, log
from typing import ClassVar

import polars as pl

from topheavy.repairs.rule import Frames, Repair, Rule, later_factor, splits_of

CLOSE = log(1.25)
"""A session's own move is rarely larger; a break within this of the split's ratio is the split's."""

SMALLEST = log(1.7)
"""Ratios nearer to one than this cannot be told from a bad day."""

FIELDS = ("open", "high", "low", "close")


class BarUnit(Rule):
    """Prices on the wrong side of a split."""

    name: ClassVar[str] = "bar_unit"
    title: ClassVar[str] = "Prices on the other side of a split than their date says"
    order: ClassVar[int] = 50
    reads: ClassVar[tuple[str, ...]] = ("bars", "splits")

    def find(self, frames: Frames) -> list[Repair]:
        """Return a repair for each price on the wrong share unit."""
        large = {
            security: [(day, ratio) for day, ratio in splits if abs(log(ratio)) >= SMALLEST]
            for security, splits in splits_of(frames).items()
        }
        found: list[Repair] = []
        wanted = [security for security, splits in large.items() if splits]
        bars = frames["bars"].filter(pl.col("security").is_in(wanted)).sort("security", "source", "session")
        for (security, _), series in bars.group_by("security", "source", maintain_order=True):
            splits = splits_of(frames)[str(security)]
            for day, ratio in large[str(security)]:
                found += self._around(series, splits, day, ratio)
        return found

    def _around(self, series: pl.DataFrame, splits: list[tuple[date, float]], day: date, ratio: float) -> list[Repair]:
        days = series["session"].to_list()
        early = sum(1 for session in days if session < day)
        if not 0 < early < len(days):
            return []
        levels = [
            log(close / later_factor(splits, basis)) for close, basis in series.select("close", "basis").iter_rows()
        ]
        step = log(ratio)
        gap = levels[early - 1] - levels[early]
        if abs(abs(gap) - abs(step)) > CLOSE or abs(gap) < abs(step) - CLOSE:
            return []
        factor = -step if gap * step > 0 else step
        first = early - 1
        while first > 0 and abs(levels[first - 1] - levels[first] - factor) > CLOSE:
            first -= 1
        wrong = series.slice(first, early - first)
        return [item for row in wrong.iter_rows(named=True) for item in self._repairs(row, exp(factor), day, ratio)]

    def _repairs(self, row: dict[str, object], factor: float, day: date, ratio: float) -> list[Repair]:
        session = row["session"]
        assert isinstance(session, date)
        repairs = []
        for field in FIELDS:
            before = row[field]
            assert isinstance(before, float)
            repairs.append(
                Repair(
                    rule=self.name,
                    dataset="bars",
                    security=str(row["security"]),
                    effective=session,
                    source=str(row["source"]),
                    field=field,
                    before=before,
                    after=before * factor,
                    evidence=f"{before:g} is on the wrong side of the {ratio:g}-for-1 split of {day}: "
                    f"{before * factor:g} continues the sessions after it",
                )
            )
        return repairs

    def example(self) -> tuple[Frames, list[tuple[str, date, float | None]]]:
        """A 4:1 split in prices said to be split-adjusted, with two bars before it left unadjusted."""
        days = [date(2021, 7, day) for day in (14, 15, 16, 19, 20, 21)]
        closes = [188.0, 190.0, 181.6 * 4, 187.8 * 4, 186.1, 194.1]
        bars = pl.DataFrame(
            {
                "session": days,
                "security": ["GAP"] * 6,
                **dict.fromkeys(FIELDS, closes),
                "basis": [date(2024, 1, 1)] * 6,
                "source": ["example"] * 6,
            }
        )
        splits = pl.DataFrame(
            {"security": ["GAP"], "effective": [date(2021, 7, 20)], "ratio": [4.0], "kind": ["split"]}
        )
        expected: list[tuple[str, date, float | None]] = [("GAP", days[2], 181.6)] * 4
        return {"bars": bars, "splits": splits}, expected + [("GAP", days[3], 187.8)] * 4


RULE = BarUnit()
