"""Sessions of the New York Stock Exchange (XNYS): never weekday arithmetic.

Source of fact: the ``exchange_calendars`` library's XNYS calendar.
"""

import warnings
from bisect import bisect_right
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from topheavy.core.errors import UsageError


def session_after(origin: date, count: int) -> date:
    """Return the session ``count`` sessions after ``origin``."""
    day = origin
    for _ in range(count):
        day = next_session(day)
    return day


FIRST = date(1990, 1, 2)
"""The first session this calendar knows."""


@cache
def _xnys() -> Any:
    import exchange_calendars

    with warnings.catch_warnings():  # the library calls pandas in a way pandas has announced to change
        warnings.simplefilter("ignore")
        return exchange_calendars.get_calendar("XNYS", start=FIRST.isoformat())


@cache
def _sessions() -> tuple[date, ...]:
    return tuple(stamp.date() for stamp in _xnys().sessions)


@cache
def _session_set() -> frozenset[date]:
    return frozenset(_sessions())


def sessions(since: date, until: date) -> list[date]:
    """Return every session from ``since`` to ``until``, both included.

    Raises:
        UsageError: when ``since`` is after ``until`` or outside the calendar.
    """
    if since > until:
        raise UsageError(f"the period ends ({until}) before it begins ({since}): swap --since and --until")
    if since < FIRST or until > last_known():
        raise UsageError(f"the calendar knows {FIRST} to {last_known()}; asked for {since} to {until}")
    return [session for session in _sessions() if since <= session <= until]


def last_known() -> date:
    """Return the last session the calendar can tell (about a year ahead)."""
    return _sessions()[-1]


def is_session(day: date) -> bool:
    """Say whether the exchange trades on ``day``."""
    return day in _session_set()


def why_closed(day: date) -> str:
    """Say why ``day`` is not a session: ``weekend`` or ``holiday`` (ad-hoc closures included)."""
    return "weekend" if day.weekday() >= 5 else "holiday"


def close_of(session: date) -> datetime:
    """Return the moment the session closes, in UTC (18:00 or 17:00 on half days, by the season).

    Raises:
        UsageError: when the exchange does not trade that day, or the calendar does not reach it.
    """
    if not is_session(session):
        _refuse_beyond(session)
        raise UsageError(f"{session} is no session ({why_closed(session)}): nothing closes")
    return _xnys().session_close(session.isoformat()).to_pydatetime()  # type: ignore[no-any-return]


def next_session(day: date) -> date:
    """Return the first session after ``day``.

    Raises:
        UsageError: when the calendar does not reach that far.
    """
    place = bisect_right(_sessions(), day)
    _refuse_beyond(day if place < len(_sessions()) else day + timedelta(days=1))
    return _sessions()[place]


def _refuse_beyond(day: date) -> None:
    if not FIRST <= day <= last_known():
        raise UsageError(
            f"the calendar knows {FIRST} to {last_known()}, about a year from when this process began, and {day} is "
            "not in it: start again, or upgrade exchange-calendars where that does not help"
        )


def session_on_or_before(day: date) -> date:
    """Return ``day`` if it is a session, else the last session before it.

    Raises:
        UsageError: when ``day`` lies before the calendar's first session.
    """
    if day < FIRST:
        raise UsageError(f"the calendar knows {FIRST} to {last_known()}; asked for {day}")
    day = min(day, last_known())
    while not is_session(day):
        day -= timedelta(days=1)
    return day


def last_closed(now: datetime) -> date:
    """Return the last session that had closed at ``now`` (UTC)."""
    session = session_on_or_before(min(now.date(), last_known()))
    while close_of(session) > now:
        session = session_on_or_before(session - timedelta(days=1))
    return session
