"""A plain table whose first column names its rows."""

from collections.abc import Sequence

from dash import html

from topheavy.web.frame.page import Component


def table(head: Sequence[str], rows: Sequence[Sequence[Component]], label: str) -> Component:
    """Build a table whose first column names its rows."""
    top = html.Thead(html.Tr([html.Th(text, scope="col") for text in head]))
    body = [html.Tr([html.Th(row[0], scope="row"), *(html.Td(cell) for cell in row[1:])]) for row in rows]
    table = html.Table([top, html.Tbody(body)], className="plain", **{"aria-label": label})
    return html.Div(table, className="wide", tabIndex=0, role="region", **{"aria-label": label})
