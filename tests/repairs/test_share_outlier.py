"""An isolated count that comes back is mended; whatever lasts is left alone."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.frames import counts, frames, on, quarters, split
from topheavy.repairs.share_outlier import RULE


def found(values: list[float]) -> dict[int, float | None]:
    """Place → what is used instead."""
    days = quarters(len(values))
    places = {day: place for place, day in enumerate(days)}
    return {places[item.effective]: item.after for item in RULE.find(frames(shares=counts(values, days)))}


LASTING = {
    "a merger": [100.0] * 6 + [180.0] * 6,
    "a spin-off halves nothing but a buy-back may": [100.0] * 6 + [60.0] * 6,
    "a buy-back in steps": [100.0 * 0.96**step for step in range(16)],
    "a listing in steps": [104, 121, 193, 337, 347],
    "a listing in steps, then quiet": [104, 121, 193, 337, 347, 348, 350, 351, 352, 353, 354],
    "two mergers": [100.0] * 5 + [150.0] * 5 + [240.0] * 5,
    "an issue and its buy-back, a year each": [100.0] * 6 + [130.0] * 5 + [100.0] * 6,
    "growth": [100.0 * 1.08**step for step in range(20)],
    "noise within a tenth": [100, 108, 95, 104, 92, 109, 101, 97, 105, 99],
}


@pytest.mark.parametrize("name", LASTING)
def test_a_lasting_change_stays(name: str) -> None:
    assert found(LASTING[name]) == {}


@pytest.mark.parametrize("factor", [1000.0, 10.0, 2.0, 1.25, 0.8, 0.5, 0.1, 0.001])
def test_an_isolated_count_is_mended_with_the_one_before(factor: float) -> None:
    values = [100.0 + place for place in range(12)]
    values[5] *= factor
    assert found(values) == {5: 104.0}


def test_two_wrong_points_in_a_row_are_both_mended() -> None:
    values = [100.0 + place for place in range(12)]
    values[5] *= 1000
    values[6] *= 1000
    assert found(values) == {5: 104.0, 6: 104.0}


def test_wrong_points_apart_are_each_mended_with_an_ordinary_one() -> None:
    values = [100.0 + place for place in range(16)]
    values[3] *= 10
    values[4] /= 10
    values[11] *= 5
    assert found(values) == {3: 102.0, 4: 102.0, 11: 110.0}


@pytest.mark.parametrize("place", [0, 11])
def test_a_first_or_last_count_has_nothing_to_come_back_to(place: int) -> None:
    values = [100.0 + number for number in range(12)]
    values[place] *= 10
    assert found(values) == {}


@pytest.mark.parametrize("place", [1, 10])
def test_a_second_and_a_last_but_one_count_can_be_judged(place: int) -> None:
    values = [100.0 + number for number in range(12)]
    values[place] *= 10
    assert found(values) == {place: 100.0 + place - 1}


@pytest.mark.parametrize("values", [[], [100.0], [100.0, 900.0], [900.0, 100.0]])
def test_too_few_counts_say_nothing(values: list[float]) -> None:
    assert found(values) == {}


def test_of_three_the_middle_one_can_be_wrong() -> None:
    assert found([100.0, 900.0, 101.0]) == {1: 100.0}
    assert found([100.0, 900.0, 910.0]) == {}


def test_a_wrong_count_beside_a_merger_is_told_from_it() -> None:
    values = [100.0] * 9 + [180.0] * 7
    values[7] = 1000.0
    assert found(values) == {7: 100.0}
    values[7] = 150.0
    assert found(values) == {}, "between the levels before and after a merger: a step on the way"


def test_counts_are_compared_on_one_share_unit() -> None:
    """A 4:1 split: 100 becomes 400 on the day, which is no outlier; 104 after it is a quarter and is one."""
    days = quarters(10)
    true = [100, 101, 102, 103, 104, 420, 424, 428, 432, 436]
    splits = [split(days[5].isoformat(), 4)]
    assert RULE.find(frames(shares=counts(true, days), splits=splits)) == []
    wrong = [*true[:7], 4280.0, *true[8:]]
    (repair,) = RULE.find(frames(shares=counts(wrong, days), splits=splits))
    assert (repair.effective, repair.before, repair.after) == (days[7], 4280.0, 424.0)


def test_a_carried_count_is_put_on_the_wrong_ones_own_unit() -> None:
    """The ordinary count before was 103 before a 4:1 split: 412 on the unit of the day it stands in for."""
    days = quarters(9)
    values = [100, 101, 102, 103, 50_000, 416, 420, 424, 428]
    (repair,) = RULE.find(frames(shares=counts(values, days), splits=[split(days[4].isoformat(), 4)]))
    assert (repair.effective, repair.after) == (days[4], 412.0)


def test_classes_and_issuers_are_looked_at_apart() -> None:
    days = quarters(9)
    whole = [item | {"covers": "issuer"} for item in counts([900.0] * 9, days)]
    assert RULE.find(frames(shares=[*counts([100.0] * 9, days), *whole])) == []
    whole[4]["count"] = 9000.0
    (repair,) = RULE.find(frames(shares=[*counts([100.0] * 9, days), *whole]))
    assert (repair.covers, repair.before, repair.after) == ("issuer", 9000.0, 900.0)


def test_of_two_counts_for_one_day_the_one_known_last_is_looked_at() -> None:
    days = quarters(7)
    filed = counts([100.0] * 3 + [1000.0] + [100.0] * 3, days)
    restated = filed[3] | {"known": on("2023-01-03"), "count": 100.0}
    assert RULE.find(frames(shares=[*filed, restated])) == []
    (repair,) = RULE.find(frames(shares=[*filed, restated | {"count": 5000.0}]))
    assert repair.before == 5000.0


def test_the_evidence_is_the_count_and_its_neighbours() -> None:
    (repair,) = RULE.find(frames(shares=counts([2460e6, 24600e6, 2459e6], quarters(3))))
    assert repair.evidence == (
        "24,600,000,000 on 2020-05-16 is 10.00 times the count before (2,460,000,000 on 2020-02-15) "
        "and the next is back at 2,459,000,000 on 2020-08-15"
    )


@given(
    st.lists(st.floats(97, 103), min_size=9, max_size=14), st.integers(4, 4), st.sampled_from([0.01, 0.4, 3.0, 1000.0])
)
@settings(deadline=None)
def test_one_planted_fault_among_quiet_counts_is_found_and_no_other(
    values: list[float], place: int, factor: float
) -> None:
    values[place] = 100 * factor
    assert set(found(values)) == {place}


@given(st.lists(st.floats(97, 103), max_size=14))
@settings(deadline=None)
def test_quiet_counts_are_left_alone(values: list[float]) -> None:
    assert found(values) == {}


def test_days_are_what_orders_counts() -> None:
    days: list[date] = quarters(5)
    rows = counts([100.0, 100.0, 900.0, 100.0, 100.0], days)
    (repair,) = RULE.find(frames(shares=[rows[place] for place in (4, 2, 0, 3, 1)]))
    assert repair.effective == days[2]
