"""Count step: a share count that leaves the one before, which no later count confirms.

A change of the count explains a cap where it lasts: a merger, a listing in steps. It explains nothing where a later
count of the next 15 months is back at the level before, where no later count speaks, where it is a slip of the point
(a filing in thousands), or where the first count of all stands alone at its level.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from math import log
from typing import ClassVar

from topheavy.datasets.shares import CLASS
from topheavy.repairs.doubts.doubt import Doubt, DoubtRule
from topheavy.repairs.examples import count_rows, no_splits
from topheavy.repairs.ratios import slip_near
from topheavy.repairs.rule import Count, Frames, Repair, count_series, whole_since

LEAST = log(1.15)
"""A quarter's issue or buy-back is smaller: the line at which 'show jumps' begins, too."""

BACK = log(1.1)
MEMORY = timedelta(days=450)
ALONE = log(2.5)
"""A first count that far from all later ones is doubted: nothing before it confirms it."""


class CountStep(DoubtRule):
    """Changes of a count that later counts do not confirm."""

    name: ClassVar[str] = "count_step"
    title: ClassVar[str] = "A change of a share count that no later count confirms"
    reads: ClassVar[tuple[str, ...]] = ("shares", "splits")

    def find(self, frames: Frames) -> list[Doubt]:
        """Return one doubt a stretch of counts between unconfirmed changes."""
        whole = whole_since(frames)
        return [
            doubt
            for (security, covers), counts in count_series(frames).items()
            for first, after in unconfirmed([item.level for item in counts], [item.effective for item in counts])
            for doubt in self._about(security, covers, counts, first, after, whole.get(security))
        ]

    def _about(
        self, security: str, covers: str, counts: list[Count], first: int, after: int, whole: date | None
    ) -> Iterator[Doubt]:
        wrong = counts[first]
        own = whole is None or covers != CLASS
        if not own and whole is not None and whole <= wrong.effective:
            return
        other = counts[first - 1] if first else counts[after]
        until = counts[after].effective if after < len(counts) else None
        if not own and whole is not None:
            until = min(until or whole, whole)
        factor = wrong.level / other.level
        ends = f"the next, of {until}, does not confirm it" if until and first else "no later count confirms it"
        seen = (
            f"the count {wrong.count:,.0f} on {wrong.effective} is {factor:,.3g} times "
            f"{other.level / wrong.to_latest:,.0f} on {other.effective}, {ends}"
        )
        question = f"is the count {wrong.count:,.0f} of {security} on {wrong.effective} wrong?"
        gone = tuple(
            Repair(self.name, "shares", security, item.effective, item.source, "count", item.count, None, seen, covers)
            for item in counts[first:after]
        )
        yield Doubt(
            self.name,
            security,
            wrong.effective,
            until,
            seen,
            question,
            f"{wrong.effective}|{covers}|{wrong.count!r}",
            gone,
        )

    def example(self) -> tuple[Frames, list[tuple[str, date, date | None]]]:
        """Two counts: the second a thousandth of the first, as of a filing in thousands."""
        counts = count_rows([("THOUS", date(2024, 5, 3), 15e6), ("THOUS", date(2024, 8, 2), 15_010.0)])
        return {"shares": counts, "splits": no_splits()}, [("THOUS", date(2024, 8, 2), None)]


def unconfirmed(levels: list[float], days: list[date]) -> list[tuple[int, int]]:
    """Return (first place, place after) of every stretch of counts that nothing confirms.

    >>> from datetime import date
    >>> quarters = [date(2020 + n // 4, 1 + 3 * (n % 4), 1) for n in range(6)]
    >>> unconfirmed([100, 101, 180, 181, 182, 183], quarters), unconfirmed([100, 101, 50, 51, 100, 100], quarters)
    ([], [(2, 4)])
    >>> unconfirmed([100, 101, 100, 101, 100, 130], quarters), unconfirmed([900, 100, 101, 100, 101, 102], quarters)
    ([(5, 6)], [(0, 1)])
    """
    found: list[tuple[int, int]] = []
    if len(levels) > 2 and abs(_step(levels, 0, 1)) >= ALONE and _confirmed(levels, 0, 1):
        found.append((0, 1))
    trusted, after = 1 if found else 0, 0
    for place in range(trusted + 1, len(levels)):
        if place < after:
            continue
        returned = _returned(levels, days, trusted, place)
        if abs(_step(levels, trusted, place)) < LEAST:
            trusted = place
        elif returned is not None:
            found.append((place, after := returned))
        elif _is_slip(levels, trusted, place):
            found.append((place, after := len(levels)))
        elif _confirmed(levels, trusted, place):
            trusted = place
        else:
            found.append((place, place + 1))
    return found


def _step(levels: list[float], trusted: int, place: int) -> float:
    """By how much a count left the one last trusted (a logarithm)."""
    return log(levels[place] / levels[trusted])


def _returned(levels: list[float], days: list[date], trusted: int, place: int) -> int | None:
    """Return the first place within memory at which the count is back at the level last trusted."""
    for later in range(place + 1, len(levels)):
        if days[later] < days[place] + MEMORY and abs(_step(levels, trusted, later)) < BACK:
            return later
    return None


def _confirmed(levels: list[float], trusted: int, place: int) -> bool:
    """Say whether the count after is near, or goes on the same way: a listing in steps."""
    if place + 1 == len(levels):
        return False
    onward = _step(levels, place, place + 1)
    return abs(onward) < LEAST or (onward > 0) == (_step(levels, trusted, place) > 0)


def _is_slip(levels: list[float], trusted: int, place: int) -> bool:
    step = _step(levels, trusted, place)
    return abs(step) > log(50) and slip_near(step, BACK) is not None


DOUBT = CountStep()
