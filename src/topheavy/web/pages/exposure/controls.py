"""Where a portfolio is given: typed or pasted lines, an export, a kept one; and what would be added to it."""

import dash_mantine_components as dmc
from dash import dcc, html

from topheavy.answers.exposure.ask import exposure, look, today
from topheavy.portfolios.read import read_portfolio
from topheavy.web.frame.page import Component
from topheavy.web.services import View

TEXT, FILE, KEPT, ADD, DAY, NAME, KEEP, SHOW = (
    f"exposure-{name}" for name in ("text", "file", "kept", "add", "day", "name", "keep", "show")
)
EXAMPLE = "exposure-example"
WAIT = 500
"""Milliseconds after the last key until what is typed is looked at."""


def controls(view: View) -> Component:
    """Build the card in which everything is given."""
    return html.Section(
        [
            html.H1("What do you really own?"),
            html.P(
                "Paste your funds and shares, or the export of your broker. It is looked at on this machine and goes "
                "nowhere else.",
                className="lead",
            ),
            html.Div([_typed(view), _others(view)], className="give"),
        ],
        className="card asks",
        **{"aria-label": "Give a portfolio"},
    )


def _typed(view: View) -> Component:
    return html.Div(
        [
            dmc.Textarea(
                id=TEXT,
                label="Your portfolio",
                placeholder=example(view),
                autosize=True,
                minRows=3,
                maxRows=10,
                debounce=WAIT,
                value="",
                **{"aria-describedby": "exposure-hint"},
            ),
            html.P(
                ["Per cent, shares (10 AAPL) or money ($5,000 VTI), parted by commas or lines. ",
                 html.Button("Try an example", id=EXAMPLE, className="plain-button", type="button")],
                className="fine", id="exposure-hint",
            ),
        ],
        className="typed",
    )  # fmt: skip


def _others(view: View) -> Component:
    return html.Div(
        [
            dcc.Upload(
                id=FILE,
                children=html.Button("Open a broker's export", className="button", type="button", id="exposure-open"),
                multiple=False,
                max_size=8 * 1024 * 1024,
                className="upload",
            ),
            html.P("CSV, OFX, QFX or a Flex query", className="fine"),
            dmc.Select(id=KEPT, label="Kept on this machine", data=names(view), clearable=True, searchable=True,
                       disabled=view.shelf is None, placeholder="none yet" if not names(view) else "choose one"),
            dmc.TextInput(id=ADD, label="What if I add", placeholder=more(view), debounce=WAIT, value=""),
            dmc.DatePickerInput(id=DAY, label="By the holdings known on", valueFormat="D MMM YYYY", clearable=True,
                                placeholder="now", value=None),
        ],
        className="others",
    )  # fmt: skip


def keeping(view: View) -> Component:
    """Build the line with which a portfolio is kept; nothing where there is no shelf."""
    return html.Div(
        [
            dmc.TextInput(id=NAME, label="Keep it on this machine as", placeholder="my-etfs", value=""),
            dmc.Button("Keep", id=KEEP, variant="default", disabled=view.shelf is None),
            html.Span(id="exposure-kept-note", role="status", className="fine"),
        ],
        className="keeping",
        hidden=view.shelf is None,
    )


def names(view: View) -> list[str]:
    """Return the names of kept portfolios."""
    return [item.name for item in view.shelf.names()] if view.shelf else []


def example(view: View) -> str:
    """Return a portfolio of what is published here, so that an example always has an answer."""
    books = look(view, today(view)).books.books.values()
    named = [book.fund for book in sorted(books, key=lambda book: (-book.lines, book.fund))[:2]]
    if not named:
        return "60% IVV, 20% QQQ, 20% AAPL"
    inside = exposure(view, read_portfolio(f"100% {named[0]}".encode())).companies
    company = inside[0].security if inside else "AAPL"
    parts = ["60%", "20%"] if len(named) > 1 else ["80%"]
    return ", ".join([*(f"{part} {name}" for part, name in zip(parts, named, strict=True)), f"20% {company}"])


def more(view: View) -> str:
    """Return what might be added: a tenth of the example's first."""
    return f"10% {example(view).split()[1].rstrip(',')}"
