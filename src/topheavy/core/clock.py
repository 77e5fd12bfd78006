"""The clock as an argument, so that a run can be replayed at any moment."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")


Clock = Callable[[], datetime]
"""Returns the present moment in UTC."""


def system_clock() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def fixed_clock(moment: datetime) -> Clock:
    """Return a clock that always shows ``moment`` (which must carry a time zone)."""
    if moment.tzinfo is None:
        raise ValueError("a clock needs a moment with a time zone")
    return lambda: moment


def today_in_new_york(clock: Clock = system_clock) -> date:
    """Return the date on the exchange's wall."""
    return clock().astimezone(NEW_YORK).date()
