"""The clock is an argument."""

from datetime import UTC, date, datetime, timedelta

import pytest

from topheavy.core.clock import fixed_clock, system_clock, today_in_new_york


def test_a_fixed_clock_shows_its_moment_and_no_other() -> None:
    moment = datetime(2024, 12, 6, 21, tzinfo=UTC)
    clock = fixed_clock(moment)
    assert clock() == clock() == moment


def test_a_moment_without_a_zone_is_no_moment() -> None:
    with pytest.raises(ValueError, match="time zone"):
        fixed_clock(datetime(2024, 12, 6, 21))


def test_the_system_clock_shows_utc() -> None:
    assert system_clock().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2024, 12, 7, 4, 59, tzinfo=UTC), date(2024, 12, 6)),
        (datetime(2024, 12, 7, 5, 0, tzinfo=UTC), date(2024, 12, 7)),
        (datetime(2024, 7, 4, 3, 59, tzinfo=UTC), date(2024, 7, 3)),
        (datetime(2024, 7, 4, 4, 0, tzinfo=UTC), date(2024, 7, 4)),
    ],
)
def test_the_day_changes_at_midnight_in_new_york(moment: datetime, day: date) -> None:
    assert today_in_new_york(fixed_clock(moment)) == day
