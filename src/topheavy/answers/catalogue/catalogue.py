"""The catalogue: every question that people and programs may ask, by the name it is asked by."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from topheavy.core.errors import UsageError
from topheavy.core.plugins import unknown
from topheavy.metrics.questions import Question, questions


@cache
def catalogue() -> Mapping[str, Question]:
    """Return every question that may be asked, by name."""
    asked = sorted((item for item in questions().values() if item.asked), key=lambda item: item.title)
    return MappingProxyType({item.title: item for item in asked})


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
