"""Share twice: several counts for one day in one filing, of which one continues the counts around it.

A cover page may print a count by class, of a subsidiary, or in other units beside the company's. The value that
the counts filed before and after go on from is the company's; where none or several do, all stay and are doubted.
"""

from datetime import date
from math import log
from typing import ClassVar

import polars as pl

from topheavy.repairs.examples import count_rows, no_splits
from topheavy.repairs.rule import Frames, Repair, Rule, later_factor, splits_of

NEAR = log(1.25)


class ShareTwice(Rule):
    """Several counts for one day."""

    name: ClassVar[str] = "share_twice"
    title: ClassVar[str] = "Several share counts for one day, of which one continues the counts around it"
    order: ClassVar[int] = 12
    reads: ClassVar[tuple[str, ...]] = ("shares", "splits")

    def find(self, frames: Frames) -> list[Repair]:
        """Return one repair a count that is left out."""
        return [
            self._gone(row, kept)
            for rows, others in several(frames)
            if (kept := continues(rows, others)) is not None
            for row in rows
            if row is not kept
        ]

    def _gone(self, row: dict[str, object], kept: dict[str, object]) -> Repair:
        day, count = row["effective"], row["count"]
        assert isinstance(day, date)
        assert isinstance(count, float)
        why = f"{count:,.0f} and {kept['count']:,.0f} are filed for {day}: the second continues the counts around it"
        place = (str(row["security"]), day, str(row["source"]))
        return Repair(self.name, "shares", *place, "count", count, None, why, str(row["covers"]))

    def example(self) -> tuple[Frames, list[tuple[str, date, float | None]]]:
        """9,100 and 1,200 on one day, after 9,000."""
        days = [date(2024, 5, 3), date(2024, 8, 2), date(2024, 8, 2)]
        counts = count_rows(list(zip(["TWO"] * 3, days, [9000.0, 9100.0, 1200.0], strict=True)))
        return {"shares": counts, "splits": no_splits()}, [("TWO", days[1], None)]


Entry = dict[str, object]


def several(frames: Frames) -> list[tuple[list[Entry], list[float]]]:
    """Return the counts that share a day, filing and source, each with the levels of the counts nearest around it."""
    one_filing = ["security", "covers", "effective", "known", "source"]
    ordered = frames["shares"].sort(*one_filing, "count")
    twice = ordered.filter(pl.struct(one_filing).is_duplicated())
    splits = splits_of(frames)
    found = []
    for key, rows in twice.group_by(one_filing, maintain_order=True):
        own = ordered.filter(pl.col("security") == key[0], pl.col("covers") == key[1], pl.col("effective") != key[2])
        around = [own.filter(pl.col("effective") < key[2]).tail(1), own.filter(pl.col("effective") > key[2]).head(1)]
        factor = splits.get(str(key[0]), [])
        levels = [
            count * later_factor(factor, basis)
            for near in around
            for count, basis in near.select("count", "basis").iter_rows()
        ]
        entries = [row | {"level": row["count"] * later_factor(factor, row["basis"])} for row in rows.to_dicts()]
        found.append((entries, levels))
    return found


def continues(rows: list[Entry], levels: list[float]) -> Entry | None:
    """Return the one count of a day that a count around it goes on from; ``None`` where none or several do."""
    near = [row for row in rows if any(abs(log(float(str(row["level"])) / level)) < NEAR for level in levels)]
    return near[0] if len(near) == 1 else None


RULE = ShareTwice()
