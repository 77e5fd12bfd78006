"""Bars that contradict themselves, and bars on the wrong side of a split."""

from datetime import date

import pytest

from support.frames import bars, frames, on, split
from topheavy.repairs.bar_range import RULE as BAR_RANGE
from topheavy.repairs.bar_unit import FIELDS
from topheavy.repairs.bar_unit import RULE as BAR_UNIT
from topheavy.repairs.run import mend

DAY = on("2021-05-05")
BEFORE = [on(f"2021-07-{day}") for day in (14, 15, 16, 19)]
AFTER = [on(f"2021-07-{day}") for day in (20, 21, 22)]
LATER = on("2024-12-18")
"""The day a file of adjusted prices was downloaded."""


def wrong_range(**prices: float) -> dict[str, float | None]:
    given = bars([10.0], [DAY], **prices)
    return {item.field: item.after for item in BAR_RANGE.find(frames(bars=given))}


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ({"open": 10, "high": 12, "low": 9, "close": 11}, {}),
        ({"open": 10, "high": 10, "low": 10, "close": 10}, {}),
        ({"open": 10, "high": 12, "low": 10.5, "close": 11}, {"low": 10.0}),
        ({"open": 10, "high": 10.5, "low": 9, "close": 11}, {"high": 11.0}),
        ({"open": 12, "high": 11, "low": 10.5, "close": 10}, {"low": 10.0, "high": 12.0}),
        ({"open": 10, "high": 9, "low": 11, "close": 10}, {"low": 9.0, "high": 11.0}),  # the two are swapped
        ({"open": 10, "high": 12, "low": 10.0005, "close": 11}, {}),  # rounding
        ({"open": 10, "high": 12, "low": 10.002, "close": 11}, {"low": 10.0}),
    ],
)
def test_a_range_is_widened_to_hold_what_was_paid(prices: dict[str, float], expected: dict[str, float]) -> None:
    assert wrong_range(**{name: float(value) for name, value in prices.items()}) == expected


def misplaced(
    closes: list[float], days: list[date], *splits: tuple[str, float], basis: date | None = LATER
) -> dict[date, float]:
    """Day → what the close becomes; all four prices are mended alike."""
    given = bars(closes, days)
    for row in given:
        row["basis"] = basis or row["session"]
    held = frames(bars=given, splits=[split(day, ratio) for day, ratio in splits])
    found = BAR_UNIT.find(held)
    assert mend(held["bars"], found).height == len(days), "mending neither loses nor adds a bar"
    changed = {(item.effective, item.field): item.after for item in found}
    assert len(changed) == len(found)
    for (day, field), after in changed.items():
        assert after == changed[day, "close"], field
    assert len(found) % len(FIELDS) == 0
    return {item.effective: item.after or 0.0 for item in found if item.field == "close"}


def test_adjusted_prices_are_left_alone() -> None:
    assert misplaced([188, 190, 182, 188, 186, 194, 196], [*BEFORE, *AFTER], ("2021-07-20", 4)) == {}


def test_traded_prices_said_to_be_so_are_left_alone() -> None:
    closes = [752.0, 760.0, 728.0, 752.0, 186.0, 194.0, 196.0]
    assert misplaced(closes, [*BEFORE, *AFTER], ("2021-07-20", 4), basis=None) == {}


def test_bars_before_a_split_that_were_never_adjusted() -> None:
    closes = [752.0, 760.0, 728.0, 752.0, 186.0, 194.0, 196.0]
    expected = dict(zip(BEFORE, [188.0, 190.0, 182.0, 188.0], strict=True))
    assert misplaced(closes, [*BEFORE, *AFTER], ("2021-07-20", 4)) == expected


def test_a_gap_of_unadjusted_bars_ends_where_they_break_with_their_own_past() -> None:
    closes = [188.0, 190.0, 728.0, 752.0, 186.0, 194.0, 196.0]
    assert misplaced(closes, [*BEFORE, *AFTER], ("2021-07-20", 4)) == {BEFORE[2]: 182.0, BEFORE[3]: 188.0}


def test_bars_adjusted_too_early() -> None:
    """Said to be as traded, but the four sessions before the split are a quarter already."""
    closes = [188.0, 190.0, 182.0, 188.0, 186.0, 194.0, 196.0]
    expected = dict(zip(BEFORE, [752.0, 760.0, 728.0, 752.0], strict=True))
    assert misplaced(closes, [*BEFORE, *AFTER], ("2021-07-20", 4), basis=None) == expected


def test_bars_never_adjusted_for_two_splits_are_brought_over_both() -> None:
    days = [*BEFORE, *AFTER, on("2024-06-07"), on("2024-06-10"), on("2024-06-11")]
    closes = [752.0, 760.0, 728.0, 752.0, 186.0, 194.0, 196.0, 200.0, 20.5, 20.0]
    expected = [18.8, 19.0, 18.2, 18.8, 18.6, 19.4, 19.6, 20.0]
    assert misplaced(closes, days, ("2021-07-20", 4), ("2024-06-10", 10)) == dict(zip(days[:8], expected, strict=True))


def test_a_split_and_its_reverse_leave_the_oldest_bars_as_they_are() -> None:
    """1:4 and then 4:1: prices of before both are today's, those between are four times too large."""
    days = [*BEFORE, *AFTER, on("2024-06-07"), on("2024-06-10"), on("2024-06-11")]
    closes = [20.0, 20.5, 20.2, 20.4, 81.0, 80.0, 80.4, 80.8, 20.3, 20.0]
    expected = dict(zip(days[4:8], [20.25, 20.0, 20.1, 20.2], strict=True))
    assert misplaced(closes, days, ("2021-07-20", 0.25), ("2024-06-10", 4)) == expected


def test_a_reverse_split_is_a_split() -> None:
    closes = [13.0, 13.0, 12.9, 12.8, 104.0, 105.0, 104.0]
    expected = dict(zip(BEFORE, [104.0, 104.0, 103.2, 102.4], strict=True))
    assert misplaced(closes, [*BEFORE, *AFTER], ("2021-07-20", 0.125)) == expected


def test_a_bad_day_is_no_split() -> None:
    assert misplaced([100, 100, 100, 100, 62, 61, 60], [*BEFORE, *AFTER], ("2021-07-20", 1.5)) == {}
    assert misplaced([100, 100, 100, 100, 60, 61, 60], [*BEFORE, *AFTER], ("2021-07-20", 4)) == {}
    assert misplaced([100, 100, 100, 100, 25, 26, 25], [*BEFORE, *AFTER]) == {}


@pytest.mark.parametrize(("closes", "days"), [([], []), ([728.0], BEFORE[:1]), ([186.0], AFTER[:1])])
def test_one_side_alone_says_nothing(closes: list[float], days: list[date]) -> None:
    assert misplaced(closes, days, ("2021-07-20", 4)) == {}


def test_sources_are_looked_at_apart() -> None:
    """One source adjusted, the other did not: only the other's bars are wrong."""
    adjusted = bars([188.0, 190.0, 186.0], [*BEFORE[2:], AFTER[0]], basis=LATER)
    raw = bars([752.0, 760.0, 186.0], [*BEFORE[2:], AFTER[0]], basis=LATER, source="other")
    found = BAR_UNIT.find(frames(bars=[*adjusted, *raw], splits=[split("2021-07-20", 4)]))
    assert {(item.source, item.effective) for item in found} == {("other", BEFORE[2]), ("other", BEFORE[3])}
