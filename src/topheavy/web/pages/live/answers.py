"""Every live answer as its processor declares it: what it says, its rows, and what they rest on."""

from collections.abc import Sequence
from datetime import date, datetime

from dash import html

from topheavy.answers.live.processed import LiveAnswer, LiveColumn, Value
from topheavy.core.clock import NEW_YORK
from topheavy.core.text import NONE, PAGE, counted, quantity
from topheavy.web.components.table import table
from topheavy.web.frame.page import Component

MOST = 8
"""So many rows of each are shown; all are in the JSON interface."""


def answers(live_answers: Sequence[LiveAnswer]) -> Component:
    """List all live answers, each folded away under what it says."""
    return [_answer(answer) for answer in live_answers]


def _answer(answer: LiveAnswer) -> Component:
    about = f"{answer.text}: {counted(answer.total, 'row')}"
    link = html.A("as JSON", href=f"/api/live/{answer.name}")
    head = html.Summary([html.Strong(answer.name), f" {about} ", link])
    return html.Details([head, html.Div(_rows(answer), className="wide")], className="read")


def _rows(answer: LiveAnswer) -> Component:
    if not answer.rows:
        return html.P("There are no rows yet.", className="fine")
    names = tuple(_title(column) for column in answer.columns)
    rows = [[cell(row[column.name], column.unit) for column in answer.columns] for row in answer.rows[:MOST]]
    return table(names, rows, answer.text)


def _title(column: LiveColumn) -> str:
    return "At (New York)" if column.name == "event_time" else column.name.replace("_", " ")


def cell(value: Value, unit: str) -> str:
    """Write a value by its column's unit."""
    if value is None:
        return NONE
    if isinstance(value, datetime):
        return f"{value.astimezone(NEW_YORK):%H:%M:%S}"
    if isinstance(value, bool | str | date):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else quantity(value, unit, PAGE)
