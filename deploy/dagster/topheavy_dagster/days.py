"""Partitions: one a session of the exchange, from the calendar, never weekday arithmetic."""

from datetime import date, datetime, timedelta

import dagster as dg

from topheavy.core.calendar import is_session, last_closed, last_known
from topheavy.core.clock import NEW_YORK
from topheavy.core.errors import UsageError
from topheavy.core.settings import read_settings

FORMAT = "%Y-%m-%d"


def first_day() -> date:
    """Return the first partition: TOPHEAVY_DAGSTER_SINCE, else 2020-01-02."""
    text = read_settings().text("DAGSTER_SINCE", "2020-01-02")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"TOPHEAVY_DAGSTER_SINCE is '{text}', which is not a date: write YYYY-MM-DD") from None


def every_session(since: date) -> dg.TimeWindowPartitionsDefinition:
    """Return a partition a session; the day's own is there from its morning on, so that its close can run it."""
    days = (since + timedelta(days=number) for number in range((last_known() - since).days + 1))
    closed = [_midnight(day) for day in days if day.weekday() < 5 and not is_session(day)]
    return dg.TimeWindowPartitionsDefinition(
        start=since.isoformat(),
        fmt=FORMAT,
        cron_schedule="0 0 * * 1-5",
        timezone=str(NEW_YORK),
        end_offset=1,
        exclusions=closed,
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=NEW_YORK)


def closed_period(keys: list[str], now: datetime) -> tuple[date, date]:
    """Return the first and last session of a run's partitions, less what has not closed yet.

    Raises:
        UsageError: when none of them has.
    """
    first, last = date.fromisoformat(min(keys)), min(date.fromisoformat(max(keys)), last_closed(now))
    if first > last:
        raise UsageError(f"session {first} has not closed yet, so there is nothing to ask for: run it after its close")
    return first, last
