"""Split kind: whether counts follow an action that the price shows, told by the counts filed around it.

Vendors print the price adjustment of a spin-off like a split, and some spin-offs have round factors (1.25). A count
filed before and one filed after decide: it moved with the ratio, or it stayed.
"""

from datetime import date, timedelta
from math import log
from typing import ClassVar

import polars as pl

from topheavy.datasets.splits import is_undecided
from topheavy.repairs.examples import count_rows
from topheavy.repairs.rule import Frames, Repair, Rule

NEAREST = timedelta(days=220)
"""A count this far from the action still speaks of it: two quarters and the time to file."""

AS_FILED = timedelta(days=120)
"""A basis no later than this after the count's date is that of a filing, not of a vendor's restated history."""


class SplitKind(Rule):
    """Splits that are spin-offs, and spin-offs that are splits."""

    name: ClassVar[str] = "split_kind"
    title: ClassVar[str] = "A split that counts did not follow, or a spin-off that they did"
    order: ClassVar[int] = 6
    reads: ClassVar[tuple[str, ...]] = ("splits", "shares")

    def find(self, frames: Frames) -> list[Repair]:
        """Return a repair for each action whose kind the counts contradict."""
        found = []
        for row in frames["splits"].sort("security", "effective").iter_rows(named=True):
            if not is_undecided(row["ratio"]):
                continue
            follows = followed(frames["shares"], row["security"], row["effective"], row["ratio"])
            said = row["kind"] == "split"
            if follows is not None and follows != said:
                found.append(self._repair(row, follows=follows))
        return found

    def _repair(self, row: dict[str, object], *, follows: bool) -> Repair:
        security, day, source = str(row["security"]), row["effective"], str(row["source"])
        assert isinstance(day, date)
        ratio = row["ratio"]
        assert isinstance(ratio, float)
        before, after = (1.0, ratio) if follows else (ratio, 1.0)
        told = "moved with it: a split" if follows else "stayed: a spin-off"
        why = (
            f"counts were taken to move by {before:g} with the price's {ratio:g} on {day}, "
            f"but those filed around it {told}"
        )
        return Repair(self.name, "splits", security, day, source, "kind", before, after, why)

    def example(self) -> tuple[Frames, list[tuple[str, date, float | None]]]:
        """A 5:4 split taken for a spin-off: the count went from 1,000 to 1,250."""
        day = date(2024, 6, 10)
        counts = count_rows([("FIVE", date(2024, 4, 30), 1000.0), ("FIVE", date(2024, 7, 31), 1250.0)])
        splits = pl.DataFrame(
            {"security": ["FIVE"], "effective": [day], "ratio": [1.25], "kind": ["spin_off"], "source": ["example"]}
        )
        return {"shares": counts, "splits": splits}, [("FIVE", day, 1.25)]


def followed(shares: pl.DataFrame, security: str, day: date, ratio: float) -> bool | None:
    """Say whether the counts filed around an action moved with it; ``None`` where they do not tell."""
    step = log(ratio)
    filed = shares.filter(
        (pl.col("security") == security)
        & (pl.col("basis") <= pl.col("effective") + AS_FILED)
        & pl.col("effective").is_between(day - NEAREST, day + NEAREST)
    ).sort("effective", "known")
    told: set[bool] = set()
    for (_, _), series in filed.group_by("covers", "source", maintain_order=True):
        before, after = series.filter(pl.col("basis") < day), series.filter(pl.col("effective") >= day)
        if before.height and after.height:
            moved = log(after["count"][0] / before["count"][-1])
            if abs(moved - step) < abs(step) / 3:
                told.add(True)
            elif abs(moved) < abs(step) / 3:
                told.add(False)
    return told.pop() if len(told) == 1 else None


RULE = SplitKind()
