"""Share unconfirmed: a newest count that leaves all before it by more than a factor of two.

A first or last count has nothing to come back to, so no one can say yet whether it is a mistake or a merger.
Until a later count confirms it, the count before it carries on.
"""

from datetime import date
from typing import ClassVar

from topheavy.repairs.examples import count_rows, no_splits
from topheavy.repairs.rule import Frames, Repair, Rule, count_series

FACTOR = 2.0


class ShareUnconfirmed(Rule):
    """A newest count that no later one confirms."""

    name: ClassVar[str] = "share_unconfirmed"
    title: ClassVar[str] = "A newest share count more than a factor of two away, which no later count confirms"
    order: ClassVar[int] = 35
    reads: ClassVar[tuple[str, ...]] = ("shares", "splits")

    def find(self, frames: Frames) -> list[Repair]:
        """Return one repair a security whose newest count stands alone."""
        found = []
        for (security, covers), counts in count_series(frames).items():
            if len(counts) < 3:
                continue
            before, last = counts[-2], counts[-1]
            factor = last.level / before.level
            if 1 / FACTOR <= factor <= FACTOR:
                continue
            carried = before.level / last.to_latest
            found.append(
                Repair(
                    rule=self.name,
                    dataset="shares",
                    security=security,
                    effective=last.effective,
                    source=last.source,
                    field="count",
                    before=last.count,
                    after=carried,
                    evidence=(
                        f"{last.count:,.0f} on {last.effective} is {factor:,.3g} times the count before "
                        f"({carried:,.0f} on {before.effective}) and no later count confirms it"
                    ),
                    covers=covers,
                )
            )
        return found

    def example(self) -> tuple[Frames, list[tuple[str, date, float | None]]]:
        """The newest of three counts is a tenth of the others."""
        rows = [(date(2023, 6, 15), 250.0), (date(2023, 9, 18), 251.0), (date(2023, 12, 18), 25.0)]
        counts = count_rows([("LAST", day, count) for day, count in rows])
        return {"shares": counts, "splits": no_splits()}, [("LAST", date(2023, 12, 18), 251.0)]


RULE = ShareUnconfirmed()
