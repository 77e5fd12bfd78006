"""The catalogue: every question that people and programs may ask, by the name it is asked by."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from pydantic import Field

from topheavy.answers.evidence import Fact
from topheavy.core.errors import UsageError
from topheavy.core.plugins import unknown
from topheavy.metrics.choices import CHOICES
from topheavy.metrics.questions import Question, questions


class AskableQuestion(Fact):
    """A question that may be asked, and how.

    Example:
        >>> question = next(item for item in home.questions() if item.name == "concentration")
        >>> question.day, list(question.narrowed_by)
        ('session', ['index', 'level', 'group'])
    """

    name: str = Field(examples=["concentration"])
    asks: str = Field(description="the question in a sentence")
    narrowed_by: dict[str, str] = Field(description="columns that narrow it, and what each means")
    day: str = Field(description="the column that a day or a period narrows; empty: none")
    without_a_date: str = Field(description="what is answered when no date is asked: newest, or all")
    order: tuple[str, ...] = Field(description="the columns that its rows are ordered by, perhaps with DESC")
    unit: str = Field(description="what its figures count, where columns say no other")


def askable() -> tuple[AskableQuestion, ...]:
    """Return every question that may be asked, by name."""
    return tuple(
        AskableQuestion(
            name=name,
            asks=item.text,
            narrowed_by={column: _about(column) for column in item.choices},
            day=item.day,
            without_a_date=item.without_a_date,
            order=item.order,
            unit=item.unit,
        )
        for name, item in catalogue().items()
    )


@cache
def catalogue() -> Mapping[str, Question]:
    """Return every question that may be asked, by name."""
    askable = sorted((item for item in questions().values() if item.asked), key=lambda item: item.title)
    return MappingProxyType({item.title: item for item in askable})


def question_called(name: str) -> Question:
    """Return one question, by the name it is asked by, or by that of its file.

    Raises:
        UsageError: when there is none of that name; the message suggests the nearest.
    """
    if name in catalogue():
        return catalogue()[name]
    by_file = {item.name: item for item in catalogue().values()}
    if name in by_file:
        return by_file[name]
    raise UsageError(unknown("question", name, list(catalogue())))


def _about(column: str) -> str:
    if column not in CHOICES:
        return f"a {column}; left out: all"
    return f"{CHOICES[column].about}; all: every one; left out: {CHOICES[column].first}, where it is published"
