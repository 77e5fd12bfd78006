"""Split kind open: an action whose ratio may be a split's or a spin-off's, and no count has been filed since.

The price falls alike in both; the count moves with a split and stays with a spin-off. Until a count is filed after
it, no one can say by how much the company's cap fell.
"""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

import polars as pl

from topheavy.datasets.splits import is_undecided
from topheavy.repairs.doubts.doubt import Doubt, DoubtRule
from topheavy.repairs.examples import count_rows
from topheavy.repairs.rule import Frames, Repair

CURATED = "facts"
"""The source whose every row states its kind, with evidence."""


class SplitKindOpen(DoubtRule):
    """Actions of which no count tells whether counts follow."""

    name: ClassVar[str] = "split_kind_open"
    title: ClassVar[str] = "An action that may be a split or a spin-off, with no count filed since"
    reads: ClassVar[tuple[str, ...]] = ("splits", "shares", "bars")

    def find(self, frames: Frames) -> list[Doubt]:
        """Return one doubt an action that bars follow and no count does."""
        last_bar = dict(frames["bars"].group_by("security").agg(pl.col("session").max()).iter_rows())
        last_count = dict(frames["shares"].group_by("security").agg(pl.col("effective").max()).iter_rows())
        return [
            doubt
            for row in frames["splits"].sort("security", "effective", "ratio").iter_rows(named=True)
            if is_undecided(row["ratio"]) and row["source"] != CURATED
            for doubt in self._about(row, last_bar.get(row["security"]), last_count.get(row["security"]))
        ]

    def _about(self, row: dict[str, object], last_bar: date | None, last_count: date | None) -> Iterator[Doubt]:
        security, day, ratio = str(row["security"]), row["effective"], row["ratio"]
        assert isinstance(day, date)
        assert isinstance(ratio, float)
        if last_bar is None or last_count is None or last_bar < day or last_count >= day:
            return
        follows = row["kind"] == "split"
        taken, other = ("a split", "a spin-off") if follows else ("a spin-off", "a split")
        seen = f"a ratio of {ratio:g} on {day} is taken for {taken}, and the newest count is of {last_count}, before it"
        question = f"is the action of {security} on {day} {other}?"
        values = (ratio, 1.0) if follows else (1.0, ratio)
        changed = Repair(self.name, "splits", security, day, str(row["source"]), "kind", *values, seen)
        yield Doubt(self.name, security, day, None, seen, question, f"{day}|{ratio!r}|{follows}", (changed,))

    def example(self) -> tuple[Frames, list[tuple[str, date, date | None]]]:
        """A factor of 1.25: a 5:4 split, or a fifth of the company given away."""
        day = date(2024, 12, 9)
        bars = pl.DataFrame({"session": [day], "security": ["ROUND"], "close": [100.0]})
        splits = pl.DataFrame(
            {"security": ["ROUND"], "effective": [day], "ratio": [1.25], "kind": ["spin_off"], "source": ["example"]}
        )
        counts = count_rows([("ROUND", date(2024, 11, 1), 1000.0)])
        return {"shares": counts, "bars": bars, "splits": splits}, [("ROUND", day, None)]


DOUBT = SplitKindOpen()
