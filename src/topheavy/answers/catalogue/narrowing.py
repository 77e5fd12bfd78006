"""Narrowing: which rows of an answer are meant, as asked and with defaults for what was not, as a SQL condition."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from topheavy.answers.published import Published
from topheavy.core.errors import UsageError
from topheavy.core.plugins import unknown
from topheavy.metrics.choices import CHOICES
from topheavy.metrics.questions import NEWEST, Question

ALL = "all"
"""The value of an index, level or group that stands for every one."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What is asked for: values by column, and one day or a period; what is left out is left to its default."""

    by: Mapping[str, str] = field(default_factory=dict)
    on: date | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The rows meant: values by column, and the first and the last day, where the question has a day."""

    chosen: Mapping[str, str]
    day: str = ""
    first: date | None = None
    last: date | None = None

    @property
    def condition(self) -> str:
        """The SQL condition; a row without a value of a column belongs to every value of it."""
        terms = [f'("{name}" = ${name} OR "{name}" IS NULL)' for name in self.chosen]
        terms += [f'"{self.day}" >= $since'] if self.first else []
        terms += [f'"{self.day}" <= $until'] if self.last else []
        return " AND ".join(terms) or "TRUE"

    @property
    def values(self) -> dict[str, Any]:
        """What the condition's parameters stand for."""
        days = {name: day for name, day in (("since", self.first), ("until", self.last)) if day}
        return {**self.chosen, **days}

    @property
    def told(self) -> dict[str, str]:
        """The narrowing in words."""
        if self.first and self.first == self.last:
            return {**self.chosen, "on": self.first.isoformat()}
        days = {name: day.isoformat() for name, day in (("since", self.first), ("until", self.last)) if day}
        return {**self.chosen, **days}


def narrow(view: Published, question: Question, narrowing: Narrowing, newest: Callable[[str], date | None]) -> Narrowed:
    """Complete what is asked for with the question's defaults; ``newest`` tells the newest day of an index (of the
    whole answer, where there is none).

    Raises:
        UsageError: for a column that does not narrow the question, an unknown index, level or group, or a period that
            ends before it begins.
    """
    for column in narrowing.by:
        if column not in question.choices:
            raise UsageError(f"{question.title}: {unknown('narrowing', column, question.choices)}")
    chosen = {
        column: value
        for column in question.choices
        if (value := _value(view, column, narrowing.by.get(column, "")))
    }  # fmt: skip
    first, last = _period(question, narrowing)
    if question.day and question.without_a_date == NEWEST and not (first or last):
        first = last = newest(chosen.get("index", ""))
    return Narrowed(chosen, question.day, first, last)


def values_of(view: Published, column: str) -> tuple[str, ...]:
    """Return every published value of one of the ``CHOICES``."""
    sql = f'SELECT DISTINCT "{column}" FROM {CHOICES[column].listed_in} ORDER BY 1'
    return view.remember(("values", column), lambda: tuple(row[column] for row in view.ask(sql)))


def _value(view: Published, column: str, value: str) -> str:
    if column not in CHOICES:
        return value
    values = values_of(view, column)
    if value == ALL and value not in values:
        return ""
    if value and value not in values:
        raise UsageError(unknown(column, value, values))
    first = CHOICES[column].first
    return value or (first if first in values else values[0] if values else "")


def _period(question: Question, narrowing: Narrowing) -> tuple[date | None, date | None]:
    on, since, until = narrowing.on, narrowing.since, narrowing.until
    if (on or since or until) and not question.day:
        raise UsageError(f"{question.title} has no day: leave the date out")
    if on and (since or until):
        raise UsageError("a day and a period are asked at once: give either")
    if since and until and since > until:
        raise UsageError(f"the period ends ({until}) before it begins ({since}): swap since and until")
    return on or since, on or until
