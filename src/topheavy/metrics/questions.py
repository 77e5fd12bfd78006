"""A question: one SQL file with a header that says what is asked, per what, of which tables, and how it may be asked.

SQL stays in the subset that DuckDB and Spark share (no MEDIAN, GROUP BY ALL, EXCLUDE, ASOF, QUALIFY), so that
another engine can answer the same files. A package of SQL files named by the entry point group ``topheavy.question``
adds questions of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from topheavy.core.errors import MetricError
from topheavy.core.plugins import File, files_of, unknown
from topheavy.datasets.schema import datasets
from topheavy.metrics.header import Header, read_header, refuse_unaskable

GIVEN = frozenset({"sessions", "coverage_floor"})
"""Inputs that are no dataset: the calendar's sessions in the period, and the coverage floor."""

NEWEST, ALL = "newest", "all"
"""What is answered when no date is asked."""


class QuestionKind(StrEnum):
    """What an answer is for."""

    STEP = "step"  # on the way to another answer
    TABLE = "table"  # stored as the dataset of the same name
    VIEW = "view"  # computed when asked, from stored tables
    CHECK = "check"  # rows that must not exist before anything is published


@dataclass(frozen=True, slots=True)
class Question:
    """One SQL file. ``inputs`` are datasets, other questions, or the names in ``GIVEN``.

    ``title`` is the name it is asked by. ``narrowed_by`` are columns of the answer, ``day`` the one of them that is a
    date (empty: none); ``order`` are columns, perhaps with DESC. ``units`` are those declared in the header alone.
    """

    name: str
    text: str
    kind: QuestionKind
    grain: tuple[str, ...]
    inputs: tuple[str, ...]
    unit: str
    sql: str
    advice: str = ""
    title: str = ""
    narrowed_by: tuple[str, ...] = ()
    day: str = ""
    order: tuple[str, ...] = ()
    without_a_date: str = ALL
    units: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    place: str = ""

    @property
    def asked(self) -> bool:
        """True where the answer is for people and programs, not for other questions alone."""
        return self.kind in (QuestionKind.TABLE, QuestionKind.VIEW)

    @property
    def choices(self) -> tuple[str, ...]:
        """The columns that narrow it, but for the day."""
        return tuple(column for column in self.narrowed_by if column != self.day)


@cache
def questions() -> dict[str, Question]:
    """Return every question by the name of its file.

    Raises:
        MetricError: when a header cannot be read, or two questions have one name.
    """
    read: dict[str, Question] = {}
    for file in _files():
        asked = read_question(file.name.removesuffix(".sql"), file.text, file.place)
        for other in read.values():
            if asked.name == other.name or (asked.asked and other.asked and asked.title == other.title):
                raise MetricError(f"{asked.place} and {other.place} are both asked as '{asked.title}': rename one")
        read[asked.name] = asked
    return dict(sorted(read.items()))


def question(name: str) -> Question:
    """Return one question.

    Raises:
        MetricError: when there is none of that name.
    """
    if name not in questions():
        raise MetricError(unknown("question", name, list(questions())))
    return questions()[name]


def stored_answers() -> list[str]:
    """Return the questions whose answers are stored as tables."""
    return [item.name for item in questions().values() if item.kind is QuestionKind.TABLE]


def read_question(name: str, content: str, place: str = "") -> Question:
    """Read a SQL file; ``place`` is where it lies.

    Raises:
        MetricError: when its header is not as it must be; the message names file and line.
    """
    header = read_header(f"{name}.sql", content)
    kind = QuestionKind(header.one_of("kind", "kind of question", tuple(QuestionKind)))
    asked = Question(
        name=name,
        text=header.text("question"),
        kind=kind,
        grain=header.columns("grain"),
        inputs=header.columns("inputs"),
        unit=header.text("unit"),
        sql=content,
        advice=header.text("advice"),
        title=header.text("shown as") or name.replace("_", "-"),
        narrowed_by=header.columns("narrowed by"),
        day=header.text("day"),
        order=header.order(),
        without_a_date=_without_a_date(header),
        units=MappingProxyType(header.units()),
        place=place,
    )
    if asked.asked:
        refuse_unaskable(header)
    return asked


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


def _files() -> Iterator[File]:
    return files_of("question", "topheavy.metrics", "sql", ".sql")


def _without_a_date(header: Header) -> str:
    """Say what is answered when no date is asked: the newest day where there is a day, unless the header says other."""
    if "without a date" not in header.lines:
        return NEWEST if header.text("day") else ALL
    return header.one_of("without a date", "way without a date", (NEWEST, ALL))
