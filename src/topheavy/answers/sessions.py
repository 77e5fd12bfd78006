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
    known = concentration.sessions(view, index.index)
    if on is None:
        return known[-1]
    if on not in known:
        raise UsageError(f"{why_none(index, on)}; the nearest earlier day with figures is {_before(known, on)}")
    return on


def nearest(view: Published, index: Index, asked: str) -> tuple[date, str]:
    """Return the index's day nearest to what was asked, and a sentence where it is not the same day."""
    known = concentration.sessions(view, index.index)
    try:
        on = date.fromisoformat(asked)
    except ValueError:
        return known[-1], f"'{asked}' is no date; shown is {long_day(known[-1])}."
    found = _before(known, on)
    return found, "" if found == on else f"{why_none(index, on)}; shown is {long_day(found)}."


def why_none(index: Index, on: date) -> str:
    """Say why the index has no figures on a day."""
    if index.kind is Kind.FUND:
        return f"{index.title} has no holdings file of {day(on)}"
    if on < index.first:
        return f"{day(on)} lies before the first published session, {day(index.first)}"
    if on > index.last:
        return f"{day(on)} lies after the last published session, {day(index.last)}"
    return f"{long_day(on)} is no session: the exchange was closed ({why_closed(on)})"


def _before(known: Sequence[date], on: date) -> date:
    """Return the last known day on or before ``on``, else the first of all."""
    return known[max(bisect_right(known, on) - 1, 0)]
