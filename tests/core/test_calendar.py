"""Sessions are counted against the exchange's own published holidays, written down here by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topheavy.core import calendar
from topheavy.core.errors import UsageError

SINCE, UNTIL = date(2020, 11, 30), date(2024, 12, 13)

HOLIDAYS = [
    *["2020-12-25"],
    *["2021-01-01", "2021-01-18", "2021-02-15", "2021-04-02", "2021-05-31", "2021-07-05", "2021-09-06", "2021-11-25"],
    *["2021-12-24"],
    *["2022-01-17", "2022-02-21", "2022-04-15", "2022-05-30", "2022-06-20", "2022-07-04", "2022-09-05", "2022-11-24"],
    *["2022-12-26"],
    *["2023-01-02", "2023-01-16", "2023-02-20", "2023-04-07", "2023-05-29", "2023-06-19", "2023-07-04", "2023-09-04"],
    *["2023-11-23", "2023-12-25"],
    *["2024-01-01", "2024-01-15", "2024-02-19", "2024-03-29", "2024-05-27", "2024-06-19", "2024-07-04", "2024-09-02"],
    *["2024-11-28"],
]
HALF_DAYS = ["2020-12-24", "2021-11-26", "2022-11-25", "2023-07-03", "2023-11-24", "2024-07-03", "2024-11-29"]
"""Days of the period on which the exchange closes at 13:00 New York."""

# said by pandas to the calendar's library, not to us
pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning:DeprecationWarning")


def weekdays() -> list[date]:
    days = [SINCE + timedelta(days=number) for number in range((UNTIL - SINCE).days + 1)]
    return [day for day in days if day.weekday() < 5]


def test_the_period_of_the_tutorial_has_1017_sessions() -> None:
    closed = {date.fromisoformat(day) for day in HOLIDAYS}
    assert (len(weekdays()), len(closed)) == (1055, 38)
    found = calendar.sessions(SINCE, UNTIL)
    assert found == [day for day in weekdays() if day not in closed]
    assert len(found) == 1017


def test_seven_half_days_close_three_hours_early() -> None:
    summer = {day: (17 if "-03-14" < day[4:] < "-11-01" else 18) for day in HALF_DAYS}
    early = {
        session.isoformat(): close.hour
        for session in calendar.sessions(SINCE, UNTIL)
        if (close := calendar.close_of(session)).hour < 20
    }
    assert early == summer


@pytest.mark.parametrize(
    ("session", "hour"),
    [
        (date(2024, 3, 8), 21),  # the last session of winter time
        (date(2024, 3, 11), 20),  # the first of summer time
        (date(2024, 11, 1), 20),
        (date(2024, 11, 4), 21),
        (date(2024, 7, 3), 17),  # half days
        (date(2024, 11, 29), 18),
    ],
)
def test_the_close_moves_with_the_clocks_of_new_york(session: date, hour: int) -> None:
    assert calendar.close_of(session) == datetime(session.year, session.month, session.day, hour, tzinfo=UTC)


def test_a_day_of_mourning_is_no_session() -> None:
    carter = date(2025, 1, 9)
    assert not calendar.is_session(carter)
    assert calendar.why_closed(carter) == "holiday"
    assert calendar.sessions(date(2025, 1, 8), date(2025, 1, 10)) == [date(2025, 1, 8), date(2025, 1, 10)]


@pytest.mark.parametrize(
    ("day", "why"), [(date(2024, 12, 7), "weekend"), (date(2024, 12, 8), "weekend"), (date(2024, 12, 25), "holiday")]
)
def test_a_closed_day_has_a_reason(day: date, why: str) -> None:
    assert not calendar.is_session(day)
    assert calendar.why_closed(day) == why


def test_a_period_of_closed_days_has_no_session() -> None:
    assert calendar.sessions(date(2024, 12, 7), date(2024, 12, 8)) == []


def test_a_reversed_period_is_refused() -> None:
    with pytest.raises(UsageError, match=r"ends \(2024-12-05\) before it begins \(2024-12-06\)"):
        calendar.sessions(date(2024, 12, 6), date(2024, 12, 5))


@pytest.mark.parametrize(
    ("since", "until"),
    [(date(1989, 12, 31), date(2024, 12, 6)), (date(2024, 12, 6), date(2150, 1, 1))],
)
def test_a_period_beyond_the_calendar_is_refused_with_its_bounds(since: date, until: date) -> None:
    with pytest.raises(UsageError, match=f"knows 1990-01-02 to {calendar.last_known()}; asked for {since} to {until}"):
        calendar.sessions(since, until)


def test_the_session_on_or_before_skips_what_is_closed() -> None:
    assert calendar.session_on_or_before(date(2024, 12, 6)) == date(2024, 12, 6)
    assert calendar.session_on_or_before(date(2024, 12, 8)) == date(2024, 12, 6)
    assert calendar.session_on_or_before(date(2024, 1, 1)) == date(2023, 12, 29)
    assert calendar.session_on_or_before(date(2150, 1, 1)) == calendar.last_known()


def test_before_the_first_session_there_is_none() -> None:
    assert calendar.session_on_or_before(calendar.FIRST) == calendar.FIRST
    with pytest.raises(UsageError, match="knows 1990-01-02 to"):
        calendar.session_on_or_before(date(1990, 1, 1))


@pytest.mark.parametrize(
    ("moment", "session"),
    [
        (datetime(2024, 12, 13, 20, 59, 59, tzinfo=UTC), date(2024, 12, 12)),
        (datetime(2024, 12, 13, 21, 0, tzinfo=UTC), date(2024, 12, 13)),
        (datetime(2024, 12, 15, 12, 0, tzinfo=UTC), date(2024, 12, 13)),  # Sunday
        (datetime(2024, 12, 16, 12, 0, tzinfo=UTC), date(2024, 12, 13)),  # Monday morning
        (datetime(2024, 7, 3, 17, 0, tzinfo=UTC), date(2024, 7, 3)),  # a half day's close
        (datetime(2025, 1, 9, 22, 0, tzinfo=UTC), date(2025, 1, 8)),  # closed that day
    ],
)
def test_the_last_closed_session(moment: datetime, session: date) -> None:
    assert calendar.last_closed(moment) == session


@settings(deadline=None)
@given(st.dates(date(1990, 1, 2), date(2026, 12, 31)))
def test_a_session_is_never_a_weekend_and_a_week_never_without_one(day: date) -> None:
    found = calendar.session_on_or_before(day)
    assert found <= day
    assert day - found < timedelta(days=8)
    assert found.weekday() < 5
    assert calendar.is_session(day) == (found == day)
