"""What is not looked through and why, and what is in no sum at all."""

from dash import html

from topheavy.answers.exposure.facts import ExposureAnswer, Residual
from topheavy.core.text import percent, sentence
from topheavy.web.frame.page import Component

WORTH_TELLING = 5e-6


def unknown(answer: ExposureAnswer) -> Component:
    """Build the card of what is not known; it says so, too, where there is nothing of the kind."""
    told = [item for item in answer.residuals if abs(item.share) >= WORTH_TELLING]
    rows = [_row(item) for item in told] + [_unvalued(item.position, item.reason) for item in answer.unvalued]
    notes = [html.P(f"{sentence(note)}.", className="fine") for note in answer.notes]
    content = html.Ul(rows, className="reasons") if rows else html.P("Everything was looked through.")
    title = f"Not looked through: {percent(answer.not_looked_through)}"
    return html.Section([html.H2(title), content, *notes], className="card", id="exposure-unknown")


def _row(item: Residual) -> Component:
    remedy = [html.Br(), html.Code(item.remedy)] if item.remedy else []
    return html.Li([html.Strong(f"{percent(item.share, 2)} {item.what}"), f": {item.reason}", *remedy])


def _unvalued(position: str, reason: str) -> Component:
    return html.Li([html.Strong(f"{position}, in no sum"), f": {reason}"])
