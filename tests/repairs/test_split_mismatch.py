"""Counts on the wrong side of a split: early, late, or a whole history of them."""

from datetime import date

import pytest

from support.frames import counts, frames, on, quarters, split
from topheavy.repairs.run import mend
from topheavy.repairs.split_mismatch import RULE

NVDA = [split("2021-07-20", 4, "NVDA"), split("2024-06-10", 10, "NVDA")]
DAYS = quarters(24, "2019-02-20")
TRUE = [600.0 if day < on("2021-07-20") else 2400.0 if day < on("2024-06-10") else 24000.0 for day in DAYS]


def found(values: list[float], days: list[date] = DAYS, ratio_on: dict[str, float] | None = None) -> dict[date, float]:
    """Day → what the count becomes, over NVIDIA's splits unless others are given."""
    splits = NVDA if ratio_on is None else [split(day, ratio, "NVDA") for day, ratio in ratio_on.items()]
    repairs = RULE.find(frames(shares=counts(values, days, "NVDA"), splits=splits))
    assert len({item.effective for item in repairs}) == len(repairs)
    return {item.effective: item.after or 0.0 for item in repairs}


def test_counts_as_filed_are_left_alone() -> None:
    assert set(TRUE) == {600.0, 2400.0, 24000.0}
    assert found(TRUE) == {}


def test_a_vendor_that_restated_one_split_too_far_back() -> None:
    """All counts before 2021-07-20 four times too large: the published anomaly of NVIDIA's early years."""
    wrong = [count * 4 if day < on("2021-07-20") else count for day, count in zip(DAYS, TRUE, strict=True)]
    assert found(wrong) == {day: 600.0 for day in DAYS if day < on("2021-07-20")}


def test_a_vendor_that_restated_everything_to_the_newest_unit() -> None:
    """Before 2021 wrong by 4 × 10, then until 2024 by 10: each count is brought all the way in one repair."""
    assert found([24000.0] * len(DAYS)) == {
        day: count for day, count in zip(DAYS, TRUE, strict=True) if day < on("2024-06-10")
    }


def test_a_count_restated_a_day_early() -> None:
    """2024-06-07: the count already after the 10:1 split of 06-10, its price before."""
    days = [on("2024-01-31"), on("2024-04-30"), on("2024-06-07"), on("2024-06-28"), on("2024-09-30")]
    assert found([2464, 2460, 24600, 24598, 24530], days) == {on("2024-06-07"): 2460.0}


def test_a_count_restated_late() -> None:
    days = [on("2024-01-31"), on("2024-04-30"), on("2024-06-14"), on("2024-06-28"), on("2024-09-30")]
    assert found([2464, 2460, 2460, 24598, 24530], days) == {on("2024-06-14"): 24600.0}


def test_a_run_of_early_counts() -> None:
    days = quarters(8, "2023-01-15")
    values = [100.0, 100.0, 100.0, 1000.0, 1000.0, 1000.0, 1000.0, 1000.0]
    assert found(values, days, {days[5].isoformat(): 10}) == {days[3]: 100.0, days[4]: 100.0}


def test_a_run_of_late_counts() -> None:
    days = quarters(8, "2023-01-15")
    values = [100.0] * 6 + [1000.0, 1000.0]
    assert found(values, days, {days[4].isoformat(): 10}) == {days[4]: 1000.0, days[5]: 1000.0}


def test_where_both_sides_could_be_wrong_the_shorter_run_is() -> None:
    """One early count and two late ones are the same figures: what needs the fewer repairs is believed."""
    days = quarters(7, "2023-01-15")
    early = [100.0, 100.0, 1000.0, 1000.0, 1000.0, 10_000.0, 10_000.0]
    assert found(early, days, {days[3].isoformat(): 10}) == {days[2]: 100.0}
    assert found(early, days, {days[4].isoformat(): 10}) == {days[4]: 10_000.0}


def test_a_split_and_its_reverse_leave_the_oldest_counts_as_they_are() -> None:
    days = quarters(9, "2023-01-15")
    restated = [100.0] * 9
    splits = {days[3].isoformat(): 4, days[6].isoformat(): 0.25}
    assert found(restated, days, splits) == dict.fromkeys(days[3:6], 400.0)


def test_a_reverse_split_is_a_split() -> None:
    """GE 1:8: counts before restated to an eighth."""
    days = quarters(6, "2021-01-15")
    assert found([1100.0] * 6, days, {days[3].isoformat(): 0.125}) == dict.fromkeys(days[:3], 8800.0)
    assert found([8800.0] * 3 + [1100.0] * 3, days, {days[3].isoformat(): 0.125}) == {}


def test_a_drift_of_a_few_percent_hides_nothing() -> None:
    wrong = [2400.0 * 1.01**place if day < on("2021-07-20") else 2400.0 for place, day in enumerate(DAYS[:14])]
    assert set(found(wrong, DAYS[:14])) == {day for day in DAYS[:14] if day < on("2021-07-20")}


@pytest.mark.parametrize(
    ("values", "days"),
    [
        ([], []),
        ([600.0], [on("2021-05-20")]),
        ([24000.0, 24100.0], [on("2024-08-20"), on("2024-11-20")]),  # all after the splits
        ([600.0, 601.0], [on("2021-02-20"), on("2021-05-20")]),  # all before
    ],
)
def test_one_side_alone_says_nothing(values: list[float], days: list[date]) -> None:
    assert found(values, days) == {}


def test_of_two_counts_the_older_is_thought_restated() -> None:
    assert found([2400.0, 2405.0], [on("2021-05-20"), on("2021-08-20")]) == {on("2021-05-20"): 600.0}


def test_a_merger_at_the_split_is_no_mismatch() -> None:
    """A 10:1 split, and at once half as many shares again: the break is not the split's ratio."""
    days = quarters(8, "2023-01-15")
    assert found([100.0] * 4 + [1500.0] * 4, days, {days[4].isoformat(): 10}) == {}


def test_a_small_ratio_cannot_be_told_from_an_ordinary_change() -> None:
    days = quarters(8, "2023-01-15")
    assert found([125.0] * 8, days, {days[4].isoformat(): 1.25}) == {}


def test_a_spin_off_leaves_counts_alone() -> None:
    days = quarters(8, "2023-01-15")
    spin_off = split(days[4].isoformat(), 2.0, "NVDA", "spin_off")
    assert RULE.find(frames(shares=counts([100.0] * 8, days, "NVDA"), splits=[spin_off])) == []


def test_a_count_on_a_declared_basis_is_not_judged_by_its_date() -> None:
    """A vendor that says its counts are on the newest unit has restated nothing wrongly."""
    rows = [row | {"basis": on("2024-12-06")} for row in counts([24000.0] * len(DAYS), DAYS, "NVDA")]
    assert RULE.find(frames(shares=rows, splits=NVDA)) == []


def test_only_the_company_that_split_is_mended() -> None:
    wrong = counts([24000.0] * len(DAYS), DAYS, "NVDA")
    other = counts([24000.0] * len(DAYS), DAYS, "OTHER")
    assert {item.security for item in RULE.find(frames(shares=[*wrong, *other], splits=NVDA))} == {"NVDA"}


def test_mended_counts_are_the_true_ones() -> None:
    given = frames(shares=counts([24000.0] * len(DAYS), DAYS, "NVDA"), splits=NVDA)
    after = mend(given["shares"], RULE.find(given)).sort("effective")
    assert after["count"].to_list() == TRUE
    assert after.height == len(DAYS)


def test_the_evidence_names_every_split_that_was_passed() -> None:
    first = RULE.find(frames(shares=counts([24000.0] * len(DAYS), DAYS, "NVDA"), splits=NVDA))[0]
    assert first.evidence == (
        "24,000 on 2019-02-20 is on the wrong side of the 4-for-1 split of 2021-07-20 "
        "and of the 10-for-1 split of 2024-06-10: 600 continues the neighbouring counts"
    )
