"""Asking: a question of the catalogue, narrowed, a page of its rows, with what they rest on."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from topheavy.answers.answer import Answer, AnswerEvidence
from topheavy.answers.catalogue.catalogue import question_called
from topheavy.answers.catalogue.days import newest_day, refuse_unknown_day
from topheavy.answers.catalogue.narrowing import Narrowed, Narrowing, narrow
from topheavy.answers.evidence import ABOUT
from topheavy.answers.published import Published
from topheavy.core.errors import UsageError, WarehouseError
from topheavy.core.plugins import unknown
from topheavy.metrics.choices import CHOICES
from topheavy.metrics.questions import Question
from topheavy.metrics.units import units_of

_COVERAGE = """
SELECT MIN(coverage) AS coverage FROM concentration
WHERE "index" = $index AND level = $level AND session BETWEEN $since AND $until
"""


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows of an answer, counted from 0; without a limit all that follow."""

    limit: int | None = None
    offset: int = 0


EVERYTHING = Page()


def ask(view: Published, name: str, narrowing: Narrowing, page: Page = EVERYTHING) -> Answer:
    """Answer a question of the catalogue: its rows in their order, all of one publication.

    Raises:
        NotPublished: while nothing is published.
        UsageError: for an unknown question, narrowing, value or day; the message suggests the nearest.
    """
    question = question_called(name)
    narrowed = narrow(view, question, narrowing, lambda index: newest_day(view, question, index))
    tables = _answered(view, question, narrowed, page)
    rows, total = tables["rows"], int(tables["total"]["total"][0].as_py())
    if not total:
        _refuse_unknown(view, question, narrowing, narrowed.chosen.get("index", ""))
    evidence = _evidence(tables)
    return Answer(question.title, rows, evidence, units_of(question), narrowed.told, total, page.offset)


def _answered(view: Published, question: Question, narrowed: Narrowed, page: Page) -> dict[str, pa.Table]:
    where = f'FROM "{question.name}" WHERE {narrowed.condition}'
    limit = "" if page.limit is None else f" LIMIT {page.limit:d}"
    queries: dict[str, tuple[str, dict[str, Any]]] = {
        "about": (ABOUT, {}),
        "total": (f"SELECT COUNT(*) AS total {where}", narrowed.values),
        "rows": (f"SELECT * {where} ORDER BY {_order(question)}{limit} OFFSET {page.offset:d}", narrowed.values),
    }
    if narrowed.chosen.get("index"):
        queries["coverage"] = (_COVERAGE, _covered(narrowed))
    try:
        return view.together(queries)
    except WarehouseError as error:
        if f"{question.name} does not exist" in str(error):
            raise UsageError(
                f"{question.title} was no question yet when this home was published: run 'topheavy publish'"
            ) from error
        raise


def _order(question: Question) -> str:
    """Return the order of the rows; the grain makes it a full one, so that no page has a row of another."""
    parts = [part.split() for part in question.order]
    named = {part[0] for part in parts}
    parts += [[column] for column in question.grain if column not in named]
    return ", ".join(" ".join([f'"{column}"', *direction]) for column, *direction in parts)


def _covered(narrowed: Narrowed) -> dict[str, Any]:
    level = narrowed.chosen.get("level", CHOICES["level"].first)
    since, until = narrowed.first or date.min, narrowed.last or date.max
    return {"index": narrowed.chosen["index"], "level": level, "since": since, "until": until}


def _evidence(tables: dict[str, pa.Table]) -> AnswerEvidence:
    about = {row["name"]: row["value"] for row in tables["about"].to_pylist()}
    coverage = tables["coverage"]["coverage"][0].as_py() if "coverage" in tables else None
    return AnswerEvidence(
        world=about["world"],
        published_at=datetime.fromisoformat(about["published_at"]),
        fingerprint=about["fingerprint"],
        coverage=coverage,
    )


def _refuse_unknown(view: Published, question: Question, narrowing: Narrowing, index: str) -> None:
    """Refuse what has no rows because a value or the day is not known; nothing found is an answer else."""
    for column, value in narrowing.by.items():
        if column not in CHOICES and value:
            values = _values(view, question, column)
            if value not in values:
                raise UsageError(f"{question.title}: {unknown(column, value, values)}")
    if narrowing.on:
        refuse_unknown_day(view, question, index, narrowing.on)


def _values(view: Published, question: Question, column: str) -> tuple[str, ...]:
    sql = f'SELECT DISTINCT CAST("{column}" AS VARCHAR) AS value FROM "{question.name}" WHERE "{column}" IS NOT NULL'
    return view.remember((question.name, column), lambda: tuple(row["value"] for row in view.ask(sql)))
