"""Share disputed: several counts for one day in one filing, and nothing says which is the company's."""

from datetime import date
from math import log
from typing import ClassVar

from topheavy.repairs.doubts.doubt import Doubt, DoubtRule
from topheavy.repairs.examples import count_rows, no_splits
from topheavy.repairs.rule import Frames, count_series
from topheavy.repairs.share_twice import several

SAME = log(1.01)


class ShareDisputed(DoubtRule):
    """Counts of one day that disagree."""

    name: ClassVar[str] = "share_disputed"
    title: ClassVar[str] = "Several share counts for one day that disagree"
    reads: ClassVar[tuple[str, ...]] = ("shares", "splits")

    def find(self, frames: Frames) -> list[Doubt]:
        """Return one doubt a day, until the next count."""
        doubts = []
        for rows, _ in several(frames):
            counts = sorted(float(str(row["count"])) for row in rows)
            if log(counts[-1] / counts[0]) < SAME:
                continue
            security, covers, day = str(rows[0]["security"]), str(rows[0]["covers"]), rows[0]["effective"]
            assert isinstance(day, date)
            series = count_series(frames)[security, covers]
            until = next((item.effective for item in series if item.effective > day), None)
            told = " and ".join(f"{count:,.0f}" for count in counts)
            seen = f"one filing gives {told} for {day}, and no count around it says which is the company's"
            question = f"is the count {counts[-1]:,.0f} of {security} on {day} not the company's?"
            doubts.append(Doubt(self.name, security, day, until, seen, question, f"{day}|{covers}"))
        return doubts

    def example(self) -> tuple[Frames, list[tuple[str, date, date | None]]]:
        """Two counts for the only day there is."""
        day = date(2024, 8, 2)
        counts = count_rows([("TWO", day, 9100.0), ("TWO", day, 1200.0)])
        return {"shares": counts, "splits": no_splits()}, [("TWO", day, None)]


DOUBT = ShareDisputed()
