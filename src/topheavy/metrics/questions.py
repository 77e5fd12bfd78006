"""A question: one SQL file with a header that says what is asked, per what, of which tables, in which unit.

SQL stays in the subset that DuckDB and Spark share (no MEDIAN, GROUP BY ALL, EXCLUDE, ASOF, QUALIFY), so that
another engine can answer the same files.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from topheavy.core.errors import MetricError
from topheavy.core.plugins import unknown
from topheavy.datasets.schema import datasets

_HEADER = re.compile(r"^-- (question|kind|grain|inputs|unit|advice): (.*)$", re.MULTILINE)

GIVEN = frozenset({"sessions", "coverage_floor"})
"""Inputs that are no dataset: the calendar's sessions in the period, and the coverage floor."""


class QuestionKind(StrEnum):
    """What an answer is for."""

    STEP = "step"  # on the way to another answer
    TABLE = "table"  # stored as the dataset of the same name
    VIEW = "view"  # computed when asked, from stored tables
    CHECK = "check"  # rows that must not exist before anything is published


@dataclass(frozen=True, slots=True)
class Question:
    """One SQL file. ``inputs`` are datasets, other questions, or the names in ``GIVEN``."""

    name: str
    text: str
    kind: QuestionKind
    grain: tuple[str, ...]
    inputs: tuple[str, ...]
    unit: str
    sql: str
    advice: str = ""


@cache
def questions() -> dict[str, Question]:
    """Return every question by name."""
    folder = files("topheavy.metrics").joinpath("sql")
    return {
        item.name.removesuffix(".sql"): read_question(item.name.removesuffix(".sql"), item.read_text())
        for item in sorted(folder.iterdir(), key=lambda item: item.name)
        if item.name.endswith(".sql")
    }


def question(name: str) -> Question:
    """Return one question.

    Raises:
        MetricError: when there is none of that name.
    """
    if name not in questions():
        raise MetricError(unknown("question", name, list(questions())))
    return questions()[name]


def read_question(name: str, content: str) -> Question:
    """Read a SQL file's header.

    Raises:
        MetricError: when a line of the header is missing, or names a kind there is none of.
    """
    header = dict(_HEADER.findall(content))
    if missing := {"question", "kind", "grain", "inputs", "unit"} - set(header):
        raise MetricError(f"{name}.sql has no '-- {sorted(missing)[0]}: …' line in its header: add it")
    if header["kind"] not in set(QuestionKind):
        raise MetricError(f"{name}.sql: {unknown('kind of question', header['kind'], QuestionKind)}")
    return Question(
        name=name,
        text=header["question"],
        kind=QuestionKind(header["kind"]),
        grain=_names(header["grain"]),
        inputs=_names(header["inputs"]),
        unit=header["unit"],
        sql=content,
        advice=header.get("advice", ""),
    )


def in_order(wanted: list[str]) -> list[Question]:
    """Return the questions behind ``wanted``, each after those it stands on, ``wanted`` included.

    Raises:
        MetricError: for an unknown question or input, or questions that stand on each other in a ring.
    """
    ordered: dict[str, Question] = {}
    for name in wanted:
        _add(question(name).name, ordered, ())
    return list(ordered.values())


def tables_behind(wanted: list[str]) -> set[str]:
    """Return the names of the datasets (and given inputs) that answering ``wanted`` reads from outside."""
    ordered = in_order(wanted)
    answered = {item.name for item in ordered}
    return {name for item in ordered for name in item.inputs if name not in answered}


def _add(name: str, ordered: dict[str, Question], path: tuple[str, ...]) -> None:
    if name in path:
        raise MetricError(f"questions stand on each other in a ring: {' → '.join((*path, name))}")
    if name in ordered:
        return
    if name not in questions():
        if name not in datasets() and name not in GIVEN:
            raise MetricError(f"{path[-1]}.sql: {unknown('dataset or question', name, [*datasets(), *questions()])}")
        return
    for needed in question(name).inputs:
        _add(needed, ordered, (*path, name))
    ordered[name] = question(name)


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
