"""Which day is meant: the index's own days, and why another day is none of them."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date

from topheavy.answers import concentration
from topheavy.answers.indices import Index, Kind
from topheavy.answers.published import Published
from topheavy.core.calendar import why_closed
from topheavy.core.errors import UsageError
from topheavy.core.text import day, long_day


def session_named(view: Published, index: Index, on: date | None) -> date:
    """Return the day asked for, or the index's last.

    Raises:
        UsageError: when the index has no figures on that day; the message says why and names the nearest day.
    """
    sessions = concentration.sessions(view, index.index)
    if on is None:
        return sessions[-1]
    if on not in sessions:
        raise UsageError(f"{why_none(index, on)}; the nearest earlier day with figures is {_before(sessions, on)}")
    return on


def nearest(view: Published, index: Index, text: str) -> tuple[date, str]:
    """Return the index's day nearest to what was asked, and a sentence where it is not the same day."""
    sessions = concentration.sessions(view, index.index)
    try:
        on = date.fromisoformat(text)
    except ValueError:
        return sessions[-1], f"'{text}' is no date; shown is {long_day(sessions[-1])}."
    session = _before(sessions, on)
    return session, "" if session == on else f"{why_none(index, on)}; shown is {long_day(session)}."


def why_none(index: Index, on: date) -> str:
    """Say why the index has no figures on a day."""
    if index.kind is Kind.FUND:
        return f"{index.title} has no holdings file of {day(on)}"
    if on < index.first:
        return f"{day(on)} lies before the first published session, {day(index.first)}"
    if on > index.last:
        return f"{day(on)} lies after the last published session, {day(index.last)}"
    return f"{long_day(on)} is no session: the exchange was closed ({why_closed(on)})"


def _before(sessions: Sequence[date], on: date) -> date:
    """Return the last known day on or before ``on``, else the first of all."""
    return sessions[max(bisect_right(sessions, on) - 1, 0)]
