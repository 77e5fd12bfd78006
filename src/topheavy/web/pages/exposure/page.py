"""The exposure page: what a portfolio really owns, at once, from a few pasted lines or a broker's export."""

from datetime import date
from typing import Any

from dash import Input, Output, State, ctx, dcc, html, no_update

from topheavy.answers import evidence
from topheavy.answers.exposure.ask import Asked, exposure, today
from topheavy.answers.exposure.history import through_time
from topheavy.answers.exposure.what_if import what_if
from topheavy.core.errors import LakeError, UsageError
from topheavy.core.text import sentence
from topheavy.portfolios.read import read_portfolio
from topheavy.web.frame.page import App, Component, Page
from topheavy.web.pages.exposure.companies import companies, groups, sectors
from topheavy.web.pages.exposure.controls import (
    ADD,
    DAY,
    EXAMPLE,
    FILE,
    KEEP,
    KEPT,
    NAME,
    TEXT,
    controls,
    example,
    keeping,
    names,
)
from topheavy.web.pages.exposure.course import BUTTON, CARD, COURSE, course, course_card
from topheavy.web.pages.exposure.funds import funds, overlaps, positions
from topheavy.web.pages.exposure.given import content, described, is_empty, kept_as, portfolio, typed, uploaded
from topheavy.web.pages.exposure.headline import changed, headline, tiles
from topheavy.web.pages.exposure.unknown import unknown
from topheavy.web.services import View, shelf_of

PATH = "/exposure"
GIVEN = "exposure-given"
"""Where what was given rests, in the open page alone: never in its address, never in the browser's storage."""

LISTED = 250

_NAME_FILE = """
function(id) {
    const name = () => {
        const field = document.querySelector(`#${id} input`);
        field ? field.setAttribute("aria-label", "A broker's export") : setTimeout(name, 100);
    };
    name();
    return "upload";
}
"""
"""The library's field for files has no name, which a reader of screens would miss."""


def layout(view: View) -> Component:
    """Build the page as it stands before anything is given."""
    evidence.noted(view)  # where nothing is published, the shell says so
    return html.Div(
        [
            dcc.Store(id=GIVEN),
            controls(view),
            html.Div(id="exposure-problem", role="alert"),
            html.Div(id="exposure-read", className="notes", role="status"),
            html.Div(id="exposure-result", **{"aria-live": "polite"}),
            course_card(),
            html.Section(keeping(view), id="exposure-keeping", className="card", hidden=True),
        ],
        className="page",
    )


def register(app: App, view: View) -> None:
    """Register what happens when something is given."""
    _take(app)
    _answer(app, view)
    _keep(app, view)
    _course(app, view)

    app.clientside_callback(_NAME_FILE, Output(FILE, "className"), Input(FILE, "id"))

    @app.callback(Output(TEXT, "value"), Input(EXAMPLE, "n_clicks"), prevent_initial_call=True)
    def try_example(_: int | None) -> str:
        return example(view)


def _take(app: App) -> None:
    @app.callback(
        Output(GIVEN, "data"),
        Input(TEXT, "value"),
        Input(FILE, "contents"),
        Input(KEPT, "value"),
        State(FILE, "filename"),
        prevent_initial_call=True,
    )
    def take(text: str | None, contents: str | None, kept: str | None, name: str | None) -> Any:
        """Take what was given last."""
        if ctx.triggered_id == FILE and contents:
            return uploaded(contents, name or "the file")
        if ctx.triggered_id == KEPT and kept:
            return kept_as(kept)
        return typed(text or "")


def _answer(app: App, view: View) -> None:
    @app.callback(
        Output("exposure-result", "children"),
        Output("exposure-problem", "children"),
        Output("exposure-read", "children"),
        Output("exposure-keeping", "hidden"),
        Output(CARD, "hidden"),
        Output(COURSE, "children", allow_duplicate=True),
        Input(GIVEN, "data"),
        Input(ADD, "value"),
        Input(DAY, "value"),
        prevent_initial_call=True,
    )
    def answer(given: dict[str, str] | None, add: str | None, day: str | None) -> tuple[Any, ...]:
        """Answer what was given; what cannot be read is said, and nothing old is left standing beside it."""
        if given is None or is_empty(given):
            return None, None, None, True, True, None
        asked = Asked(on=date.fromisoformat(day[:10]) if day else None, most=LISTED)
        try:
            read = portfolio(view, given)
            shown = result(view, read, asked, add or "")
        except UsageError as error:
            return None, html.P(sentence(f"{error}."), className="asking wrong"), None, True, True, None
        said = described(given, read)
        return shown, None, html.P(sentence(f"{said}.")) if said else None, view.shelf is None, False, None


def result(view: View, read: Any, asked: Asked, add: str) -> Component:
    """Build all cards of the answer."""
    found = what_if(view, read, read_portfolio(add.encode(), "what is added"), asked) if add.strip() else None
    answer = found.before if found else exposure(view, read, asked)
    return html.Div(
        [
            headline(answer),
            tiles(answer),
            changed(found) if found else None,
            html.Div(
                [
                    companies(answer),
                    html.Div([unknown(answer), groups(answer), sectors(answer), overlaps(answer)], className="stack"),
                ],
                className="columns owned",
            ),
            funds(answer),
            positions(answer),
        ]
    )


def _course(app: App, view: View) -> None:
    @app.callback(
        Output(COURSE, "children"),
        Input(BUTTON, "n_clicks"),
        State(GIVEN, "data"),
        State(DAY, "value"),
        prevent_initial_call=True,
    )
    def show(_: int | None, given: dict[str, str] | None, day: str | None) -> Component:
        """Work the course out, which may take a while where there are holdings of many dates."""
        if not given or is_empty(given):
            return None
        on = date.fromisoformat(day[:10]) if day else today(view)
        return course(through_time(view, portfolio(view, given), Asked(on=on), on))


def _keep(app: App, view: View) -> None:
    @app.callback(
        Output("exposure-kept-note", "children"),
        Output(KEPT, "data"),
        Input(KEEP, "n_clicks"),
        State(NAME, "value"),
        State(GIVEN, "data"),
        prevent_initial_call=True,
    )
    def keep(_: int | None, name: str | None, given: dict[str, str] | None) -> tuple[Any, ...]:
        """Keep what was given under a name."""
        if not given or is_empty(given):
            return "nothing is given yet", no_update
        try:
            shelf_of(view).keep((name or "").strip(), content(view, given)[0])
        except (UsageError, LakeError) as error:
            return sentence(f"{error}."), no_update
        return f"Kept as {(name or '').strip()}, for you alone.", names(view)


PAGE = Page(
    name="exposure",
    path=PATH,
    title="Exposure",
    icon="M12 3a9 9 0 1 0 9 9h-9ZM15 3.5A9 9 0 0 1 20.5 9H15Z",
    order=15,
    layout=layout,
    register=register,
)
