"""The portfolio through time, by the holdings files of every date there are: worked out when it is asked for."""

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import html

from topheavy.answers.exposure.history import Moment
from topheavy.core.text import day, number, percent
from topheavy.web.components.table import table
from topheavy.web.frame.page import Component

CARD, BUTTON, COURSE = "exposure-course-card", "exposure-course-button", "exposure-course"


def course_card() -> Component:
    """Build the card, which is seen once there is an answer."""
    return html.Section(
        [
            html.Div(
                [html.H2("Through time"), dmc.Button("Show its course", id=BUTTON, variant="default")],
                className="card-head",
            ),
            html.P("With today's parts, by the holdings of every date there are: what moves is what the funds hold.",
                   className="fine"),
            html.Div(id=COURSE, role="status"),
        ],
        id=CARD,
        className="card",
        hidden=True,
    )  # fmt: skip


def course(moments: Sequence[Moment]) -> Component:
    """Build the table of the course, the newest date first."""
    groups = {group.group: group.title for moment in moments for group in moment.groups}
    head = ("By the holdings of", "New then", "Equal companies", "Ten largest", *groups.values())
    rows = [
        [
            day(moment.on),
            ", ".join(moment.changed),
            number(moment.figures.effective_n),
            percent(moment.figures.top10),
            *(percent(next((item.share for item in moment.groups if item.group == group), None)) for group in groups),
        ]
        for moment in reversed(moments)
    ]
    return table(head, rows, "The portfolio through time") if rows else html.P("No fund of it has holdings here.")
