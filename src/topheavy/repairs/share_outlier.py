"""Share outlier: an isolated count that leaves its neighbours by a factor and comes back.

A count is compared, on one share unit, with the median of the nine counts around it (about two years). It is
an outlier when it is more than 10 % away from that median and outside the range spanned by the nearest
ordinary counts before and after it. A lasting change (merger, buy-back, listing in steps) moves the median
with it and stays; a first or last count has nothing to come back to and stays too. The ordinary count before
carries on in its place.
"""

from datetime import date
from statistics import median
from typing import ClassVar

from topheavy.repairs.examples import count_rows, no_splits
from topheavy.repairs.rule import Count, Frames, Repair, Rule, count_series

WINDOW = 9
TOLERANCE = 1.10
LEVEL = 2
"""So many counts before make a level; a count that comes back to it is no stray."""

DRIFT = 1.4
"""How far buy-backs and issues may take a level from the first count in some years."""


class ShareOutlier(Rule):
    """Isolated share counts."""

    name: ClassVar[str] = "share_outlier"
    title: ClassVar[str] = "An isolated share count that leaves its neighbours by a factor and comes back"
    order: ClassVar[int] = 30
    reads: ClassVar[tuple[str, ...]] = ("shares", "splits")

    def find(self, frames: Frames) -> list[Repair]:
        """Return one repair an outlier."""
        return [
            self._repair(security, covers, counts, place)
            for (security, covers), counts in count_series(frames).items()
            for place in outliers([item.level for item in counts])
        ]

    def _repair(self, security: str, covers: str, counts: list[Count], place: int) -> Repair:
        levels = [item.level for item in counts]
        strays = set(outliers(levels))
        wrong = counts[place]
        before, after = _ordinary(place, strays, len(levels))
        assert before is not None
        assert after is not None
        factor = levels[place] / levels[before]
        evidence = (
            f"{wrong.count:,.0f} on {wrong.effective} is {_times(factor)} the count before "
            f"({levels[before] / wrong.to_latest:,.0f} on {counts[before].effective}) and the next is back at "
            f"{levels[after] / wrong.to_latest:,.0f} on {counts[after].effective}"
        )
        return Repair(
            rule=self.name,
            dataset="shares",
            security=security,
            effective=wrong.effective,
            source=wrong.source,
            field="count",
            before=wrong.count,
            after=levels[before] / wrong.to_latest,
            evidence=evidence,
            covers=covers,
        )

    def example(self) -> tuple[Frames, list[tuple[str, date, float | None]]]:
        """A count 1,000 times too large between two ordinary ones, and a merger that lasts."""
        days = [date(2020 + q // 4, 1 + 3 * (q % 4), 15) for q in range(12)]
        stray = [100.0 + q for q in range(12)]
        stray[5] *= 1000
        merged = [100.0 if q < 6 else 180.0 for q in range(12)]
        rows = [("STRAY", day, count) for day, count in zip(days, stray, strict=True)]
        rows += [("MERGED", day, count) for day, count in zip(days, merged, strict=True)]
        return {"shares": count_rows(rows), "splits": no_splits()}, [("STRAY", days[5], 104.0)]


def outliers(levels: list[float]) -> list[int]:
    """Return the places of isolated outliers in a series of counts on one share unit.

    >>> outliers([100, 101, 102_000, 103, 104]), outliers([100, 101, 180, 181, 182])
    ([2], [])
    """
    far = {place for place in range(len(levels)) if not _near(levels[place], _around(levels, place))}
    stray = sorted(place for place in far if _comes_back(levels, place, far))
    return [place for place in stray if not _is_a_level_of_its_own(levels, place)]


def _is_a_level_of_its_own(levels: list[float], place: int) -> bool:
    """Say whether the history before kept near this level: then it is the others that need a reason."""
    before = [level for level in levels[:place] if _near(level, levels[place])]
    return len(before) >= LEVEL and 1 / DRIFT < levels[place] / levels[0] < DRIFT


def _comes_back(levels: list[float], place: int, far: set[int]) -> bool:
    before, after = _ordinary(place, far, len(levels))
    if before is None or after is None:
        return False
    low, high = sorted((levels[before], levels[after]))
    return not low / TOLERANCE <= levels[place] <= high * TOLERANCE


def _ordinary(place: int, far: set[int], length: int) -> tuple[int | None, int | None]:
    """Return the nearest places before and after that are not in ``far``."""
    before = next((other for other in range(place - 1, -1, -1) if other not in far), None)
    after = next((other for other in range(place + 1, length) if other not in far), None)
    return before, after


def _around(levels: list[float], place: int) -> float:
    start = min(max(0, place - WINDOW // 2), max(0, len(levels) - WINDOW))
    return median(levels[start : start + WINDOW])


def _near(one: float, other: float) -> bool:
    return 1 / TOLERANCE <= one / other <= TOLERANCE


def _times(factor: float) -> str:
    return f"{factor:,.2f} times" if factor >= 1 else f"1/{1 / factor:,.2f} of"


RULE = ShareOutlier()
