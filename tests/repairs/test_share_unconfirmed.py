"""A newest count far away waits for the next one to confirm it."""

import pytest

from support.frames import counts, frames, quarters, split
from topheavy.repairs.share_unconfirmed import RULE


@pytest.mark.parametrize(
    ("values", "after"),
    [
        ([100.0, 101.0, 250.0], 101.0),
        ([100.0, 101.0, 10.0], 101.0),
        ([100.0, 101.0, 202.01], 101.0),
        ([100.0, 101.0, 202.0], None),  # twice is within the factor
        ([100.0, 101.0, 50.5], None),
        ([100.0, 250.0, 251.0], None),  # the next one confirmed it
        ([100.0, 250.0], None),  # too few to say
        ([100.0], None),
        ([], None),
        ([104.0, 121.0, 193.0, 337.0], None),  # a listing in steps
    ],
)
def test_a_newest_count_alone_is_not_used(values: list[float], after: float | None) -> None:
    found = RULE.find(frames(shares=counts(values, quarters(len(values)))))
    assert [item.after for item in found] == ([] if after is None else [after])
    assert all(item.before == values[-1] for item in found)


def test_a_split_is_no_jump() -> None:
    days = quarters(4)
    given = frames(shares=counts([100, 101, 102, 1020], days), splits=[split(days[3].isoformat(), 10)])
    assert RULE.find(given) == []


def test_the_count_before_is_carried_over_a_split() -> None:
    days = quarters(4)
    given = frames(shares=counts([100, 101, 102, 99_000], days), splits=[split(days[3].isoformat(), 10)])
    assert [item.after for item in RULE.find(given)] == [1020.0]
