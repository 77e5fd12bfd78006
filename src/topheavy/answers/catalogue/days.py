"""Days of an answer: the newest, and why another is none of them."""

from datetime import date

from topheavy.answers.published import Published
from topheavy.core.calendar import FIRST, is_session, last_known, session_on_or_before, why_closed
from topheavy.core.errors import UsageError
from topheavy.metrics.questions import NEWEST, Question

SESSION_DAYS = frozenset({"session", "trading_date"})
"""Day columns that speak of sessions of the exchange (a fund's: of the days of its files)."""


def newest_day(view: Published, question: Question, index: str) -> date | None:
    """Return the newest day with figures: of the index, or of the answer where no index narrows it."""
    newest: date | None = view.remember(
        ("newest", question.name, index), lambda: _listed(view, question, index, 'MAX("{day}")')[0]
    )
    return newest


def days_of(view: Published, question: Question, index: str) -> tuple[date, ...]:
    """Return the days that have figures, in order, be it that there is nothing to tell of them."""
    return view.remember(("days", question.name, index), lambda: _listed(view, question, index, 'DISTINCT "{day}"'))


def refuse_unknown_day(view: Published, question: Question, index: str, on: date) -> None:
    """Refuse a day that has no figures, where the question is one of sessions.

    Raises:
        UsageError: the message says why there are none, and which day is the nearest that has some.
    """
    if question.day not in SESSION_DAYS:
        return
    days = days_of(view, question, index)
    if on in days:
        return
    if FIRST <= on <= last_known() and not is_session(on):
        near = _nearest(days, on) or session_on_or_before(on)
        raise UsageError(f"{on} is no session ({why_closed(on)}): the nearest day with figures is {near}")
    of_index = f" of {index}" if index else ""
    advice = f"the nearest day with figures is {_nearest(days, on)}" if days else "nothing is there of any day"
    raise UsageError(f"there are no figures{of_index} on {on}: {advice}")


def _listed(view: Published, question: Question, index: str, what: str) -> tuple[date, ...]:
    """List days in the table that has every day with figures: of an answer that may have nothing to tell of a day,
    and of one of an index, that is not the answer itself."""
    own = not index and question.without_a_date == NEWEST
    table, column = (question.name, question.day) if own else ("concentration", "session")
    where = 'WHERE "index" = $index' if index else ""
    sql = f'SELECT {what.format(day=column)} AS day FROM "{table}" {where} ORDER BY 1'
    return tuple(row["day"] for row in view.ask(sql, **({"index": index} if index else {})))


def _nearest(days: tuple[date, ...], on: date) -> date | None:
    return min(days, key=lambda day: (abs(day - on), day)) if days else None
