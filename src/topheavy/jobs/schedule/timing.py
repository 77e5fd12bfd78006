"""Waiting: what is due at a moment, when there is something to do next, and how that is said. All of it pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from topheavy.core.calendar import close_of, last_closed, next_session
from topheavy.core.clock import NEW_YORK

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Failed:
    """A day that failed: how often in a row, and when last."""

    times: int
    at: datetime

    @property
    def until(self) -> datetime:
        """When it may be tried again: every pause is twice the one before."""
        return self.at + min(FIRST_PAUSE * (1 << min(self.times - 1, 20)), LONGEST_PAUSE)

    def rests(self, now: datetime) -> bool:
        """Say whether it is too early; a clock that was set back ends the pause."""
        return self.at <= now < self.until


Failures = dict[date | None, Failed]
"""Failures by session; under ``None`` the round around them, which ends in refining and publishing."""


def due(owing: Iterable[date], failed: Mapping[date | None, Failed], now: datetime) -> list[date]:
    """Return the sessions to run now, in order, those that failed before after those that did not."""
    ready = (day for day in owing if day not in failed or not failed[day].rests(now))
    return sorted(ready, key=lambda day: (day in failed, day))


def runs_at(session: date, delay: timedelta) -> datetime:
    """Return the moment (UTC) from which a session's road may be gone."""
    return close_of(session) + delay


def upcoming(now: datetime, delay: timedelta) -> date:
    """Return the session whose road is gone next."""
    return next_session(last_closed(now - delay))


def wakes_at(failed: Mapping[date | None, Failed], now: datetime, delay: timedelta) -> datetime:
    """Return when there is something to do next: a session's close and the delay, or the end of a pause."""
    pauses = [failure.until for failure in failed.values() if failure.rests(now)]
    again = [now] if len(pauses) < len(failed) else []
    return min([runs_at(upcoming(now, delay), delay), *pauses, *again])


def told(failed: Mapping[date | None, Failed], now: datetime, delay: timedelta) -> str:
    """Say in one line what is waited for."""
    moment, session = wakes_at(failed, now, delay), upcoming(now, delay)
    if moment < runs_at(session, delay):
        first = next(day for day, failure in failed.items() if not failure.rests(now) or failure.until == moment)
        return f"next: {named(first)} again, at {clock_time(moment, now)}"
    closes = f"closes {close_of(session).astimezone(NEW_YORK):%H:%M} New York"
    return f"next: session {session}, {closes}, runs at {clock_time(moment, close_of(session))}"


def named(day: date | None) -> str:
    """Return what a failure is called."""
    return f"session {day}" if day else "refining and publishing"


def clock_time(moment: datetime, beside: datetime) -> str:
    """Return a time of day, with its date where that is not the date of ``beside``."""
    return f"{moment:%H:%M} UTC" if moment.date() == beside.date() else f"{moment:%Y-%m-%d %H:%M} UTC"
