"""Split mismatch: a count on the other side of a split than its date says.

On one share unit a split leaves the count where it was. Where the last count before a split and the first
after it differ by the split's own ratio, one side is on the wrong unit: vendors restate counts early (NVIDIA
2024-06-07, already times ten before 2024-06-10) or late. The run of counts that breaks with its own past (or
future) by the same ratio is the wrong one; when neither side shows such a break, the older counts are, as a
vendor that restates history does.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import isclose, log, prod
from typing import ClassVar

import polars as pl

from topheavy.repairs.examples import count_rows
from topheavy.repairs.rule import Count, Frames, Repair, Rule, count_series, splits_of

CLOSE = log(1.15)
"""Two levels within 15 % are called the same: counts drift between reports."""

SMALLEST = log(1.4)
"""Ratios nearer to one than this cannot be told from an ordinary change of the count."""


RESTATED_BEFORE = timedelta(days=270)
"""A vendor restates counts at most so long before a split that was announced."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A split that a count is on the wrong side of, and what the count is to be divided by."""

    day: date
    ratio: float
    divisor: float


class SplitMismatch(Rule):
    """Counts on the wrong side of a split."""

    name: ClassVar[str] = "split_mismatch"
    title: ClassVar[str] = "A share count on the other side of a split than its date says"
    order: ClassVar[int] = 20
    reads: ClassVar[tuple[str, ...]] = ("shares", "splits")

    def find(self, frames: Frames) -> list[Repair]:
        """Return one repair a count that is on the wrong share unit."""
        splits = splits_of(frames)
        return [
            self._repair(security, covers, counts[place], passed)
            for (security, covers), counts in count_series(frames).items()
            for place, passed in sorted(misplaced(counts, splits.get(security, [])).items())
        ]

    def _repair(self, security: str, covers: str, wrong: Count, passed: list[Passed]) -> Repair:
        after = wrong.count / prod(item.divisor for item in passed)
        named = " and of ".join(f"the {item.ratio:g}-for-1 split of {item.day}" for item in passed)
        return Repair(
            rule=self.name,
            dataset="shares",
            security=security,
            effective=wrong.effective,
            source=wrong.source,
            field="count",
            before=wrong.count,
            after=after,
            evidence=(
                f"{wrong.count:,.0f} on {wrong.effective} is on the wrong side of {named}: "
                f"{after:,.0f} continues the neighbouring counts"
            ),
            covers=covers,
        )

    def example(self) -> tuple[Frames, list[tuple[str, date, float | None]]]:
        """A 10:1 split on 2024-06-10; the count of 2024-06-07 is already times ten."""
        rows = [
            ("EARLY", date(2024, 1, 31), 2464.0),
            ("EARLY", date(2024, 4, 30), 2460.0),
            ("EARLY", date(2024, 6, 7), 24600.0),
            ("EARLY", date(2024, 6, 28), 24598.0),
            ("EARLY", date(2024, 9, 30), 24530.0),
        ]
        splits = pl.DataFrame(
            {"security": ["EARLY"], "effective": [date(2024, 6, 10)], "ratio": [10.0], "kind": ["split"]}
        )
        return {"shares": count_rows(rows), "splits": splits}, [("EARLY", date(2024, 6, 7), 2460.0)]


def misplaced(counts: list[Count], splits: list[tuple[date, float]]) -> dict[int, list[Passed]]:
    """Return place → the splits its count is on the wrong side of.

    Splits are taken from the oldest on, each over counts mended for those before it: a history restated to the
    newest share unit is wrong by the product of all splits since.
    """
    mended = list(counts)
    found: dict[int, list[Passed]] = {}
    for day, ratio in splits:
        for place, divisor in mismatched(mended, day, ratio):
            mended[place] = replace(mended[place], count=mended[place].count / divisor)
            found.setdefault(place, []).append(Passed(day, ratio, divisor))
    return {place: passed for place, passed in found.items() if not isclose(prod(item.divisor for item in passed), 1)}


def mismatched(counts: list[Count], day: date, ratio: float) -> list[tuple[int, float]]:
    """Return (place, what to divide by) for every count on the wrong side of the split of ``day``."""
    step = log(ratio)
    early = [place for place, item in enumerate(counts) if item.effective < day]
    if abs(step) < SMALLEST:
        return []
    levels = [log(item.level) for item in counts]
    if len(early) == len(counts):
        return [(place, ratio) for place in _restated_early(counts, levels, day, step)]
    if not early:
        return []
    if not _same(levels[early[-1]] - levels[early[-1] + 1], step):
        return []
    before, before_ends = _run(levels, early[-1], -1, step, levels[early[-1] + 1])
    after, after_ends = _run(levels, early[-1] + 1, +1, -step, levels[early[-1]])
    if after_ends and (not before_ends or len(after) < len(before)):
        return [(place, 1 / ratio) for place in after]
    return [(place, ratio) for place in before]


def _restated_early(counts: list[Count], levels: list[float], day: date, step: float) -> list[int]:
    """Return the last counts before a split, with none after it, that made its step already."""
    for place in range(len(levels) - 1, 0, -1):
        if counts[place].effective < day - RESTATED_BEFORE:
            return []
        if _same(levels[place] - levels[place - 1], step):
            return list(range(place, len(levels)))
        if not _same(levels[place] - levels[place - 1], 0.0):
            return []
    return []


def _run(levels: list[float], start: int, way: int, step: float, right: float) -> tuple[list[int], bool]:
    """Follow the levels that are ``step`` away from the right level; say whether the run ends at the right one."""
    run: list[int] = []
    place = start
    while 0 <= place < len(levels):
        if _same(levels[place] - right, 0.0):
            return run, True
        if not _same(levels[place] - right, step):
            return run, False
        run.append(place)
        right = levels[place] - step
        place += way
    return run, False


def _same(one: float, other: float) -> bool:
    return abs(one - other) < CLOSE


RULE = SplitMismatch()
