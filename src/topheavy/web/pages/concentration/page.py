"""The concentration page: how much of an index a group is, how that came about, and who makes it up."""

from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, ctx, dcc, html, no_update

from topheavy.answers.choice import Choice, asked_in, choose
from topheavy.core.errors import UsageError
from topheavy.web.frame.empty import problem
from topheavy.web.frame.page import App, Component, Page
from topheavy.web.frame.shell import SCHEME
from topheavy.web.frame.theme import look
from topheavy.web.pages.concentration.chart_data import RANGES
from topheavy.web.pages.concentration.controls import COMPARE, DAY, GROUP, INDEX, LEVEL, calendar_of, compared, controls
from topheavy.web.pages.concentration.group_bars import makeup
from topheavy.web.pages.concentration.headline import headline, tiles
from topheavy.web.pages.concentration.members_table import columns, grid, height
from topheavy.web.pages.concentration.members_table import rows as member_rows
from topheavy.web.pages.concentration.notes import course_notes, how_to_read
from topheavy.web.pages.concentration.share_chart import course
from topheavy.web.services import View

PATH = "/concentration"
ADDRESS = "concentration-address"
"""The browser's address, whose query says what is shown."""

CHOICE = "concentration-choice"
"""Where the choice rests in the browser: what its address's query says, made whole."""

CONTROLS = {INDEX: "index", GROUP: "group", LEVEL: "level", DAY: "day", COMPARE: "compare"}
CHART = "concentration-course"
_NO_BUTTONS = {"displayModeBar": False, "responsive": True, "scrollZoom": False, "doubleClick": False}


def layout(view: View) -> Component:
    """Build the page as it stands before anything is chosen; the callbacks fill it."""
    return html.Div(
        [
            dcc.Location(id=ADDRESS, refresh=False),
            dcc.Store(id=CHOICE),
            controls(view, choose(view, {})),
            html.Div(id="concentration-notes", className="notes", role="status"),
            html.Div(id="concentration-problem"),
            html.Div(
                [
                    html.Div(id="concentration-headline"),
                    html.Div(id="concentration-tiles"),
                    _course_card(),
                    html.Div([html.Div(id="concentration-makeup"), _members_card()], className="columns"),
                    how_to_read(),
                ],
                id="concentration-body",
            ),
        ],
        className="page",
    )


def _course_card() -> Component:
    ranges = dmc.SegmentedControl(
        id="concentration-range", data=list(RANGES), value="All", size="xs", **{"aria-label": "Range"}
    )
    chart = html.Div(dcc.Graph(id=CHART, config=_NO_BUTTONS, responsive=True), id=f"{CHART}-box", className="chart")
    return html.Section(
        [
            html.Div([html.H2("Day by day"), ranges], className="card-head"),
            html.Figure([chart, html.Figcaption(id="concentration-course-words")]),
            html.Div(id="concentration-course-notes"),
        ],
        className="card",
        **{"aria-label": "The course over time"},
    )


def _members_card() -> Component:
    search = dmc.TextInput(id="concentration-find", placeholder="Find a company", size="xs", debounce=150,
                           **{"aria-label": "Find a company"})  # fmt: skip
    return html.Section(
        [
            html.Div([html.H2("All members"), html.Span(id="concentration-json"), search], className="card-head"),
            grid(),
        ],
        className="card",
        **{"aria-label": "The index's members"},
    )


def register(app: App, view: View) -> None:
    """Register what happens when something is chosen."""
    _steer(app, view)
    _say(app, view)
    _draw(app, view)
    _list(app, view)


def _steer(app: App, view: View) -> None:
    @app.callback(
        Output(CHOICE, "data"),
        Output(ADDRESS, "search"),
        *(Output(control, "value") for control in CONTROLS),
        *(Output(day, part) for day in (DAY, COMPARE) for part in ("minDate", "maxDate", "disabledDates")),
        Output("concentration-compare-box", "hidden"),
        Output("concentration-notes", "children"),
        Input(ADDRESS, "search"),
        *(Input(control, "value") for control in CONTROLS),
        Input(CHART, "clickData"),
    )
    def steer(search: str | None, *chosen: Any) -> tuple[Any, ...]:
        """Bring address, controls and choice to say the same, whichever of them moved."""
        moved = _moved()
        wanted = asked_in(search) if moved is None else _asked(moved, chosen)
        try:
            choice = choose(view, wanted)
        except UsageError as error:
            return ({"problem": str(error)}, *(no_update for _ in range(14)))
        return (choice.asked, no_update if moved is None else choice.search, *_shown(view, choice))


def _moved() -> str | None:
    """Return the control the reader moved; ``None`` where the address did, or the page has just come."""
    moved = {entry["prop_id"].rsplit(".", 1)[0] for entry in ctx.triggered}
    return moved.pop() if len(moved) == 1 and moved <= {*CONTROLS, CHART} else None


def _asked(moved: str, chosen: tuple[Any, ...]) -> dict[str, str]:
    """Return what the controls ask for; another index begins with its own days."""
    wanted = {name: value or "" for name, value in zip(CONTROLS.values(), chosen, strict=False)}
    if moved == INDEX:
        wanted |= {"day": "", "compare": ""}
    if moved == CHART:
        wanted["day"] = str(chosen[len(CONTROLS)]["points"][0]["x"])[:10]
    return wanted


def _shown(view: View, choice: Choice) -> list[Any]:
    """Return what the controls show for a choice, in the order of ``steer``'s outputs."""
    group = choice.group.group if choice.group else None
    values = [choice.index.index, group, choice.level.value, choice.on.isoformat(), compared(choice)]
    allowed = list(calendar_of(view, choice).values())
    return [*values, *allowed, *allowed, choice.compare is None, [html.P(note) for note in choice.notes]]


def _say(app: App, view: View) -> None:
    @app.callback(
        Output("concentration-headline", "children"),
        Output("concentration-tiles", "children"),
        Output("concentration-makeup", "children"),
        Output("concentration-course-notes", "children"),
        Output("concentration-course-words", "children"),
        Output("concentration-problem", "children"),
        Output("concentration-body", "hidden"),
        Input(CHOICE, "data"),
        prevent_initial_call=True,
    )
    def say(chosen: dict[str, str]) -> tuple[Any, ...]:
        if "problem" in chosen:
            return None, None, None, None, None, problem(chosen["problem"], PATH), True
        choice = choose(view, chosen)
        notes, words = course_notes(view, choice)
        return headline(view, choice), tiles(view, choice), makeup(view, choice), notes, words, None, False


def _draw(app: App, view: View) -> None:
    @app.callback(
        Output(CHART, "figure"),
        Output(f"{CHART}-box", "hidden"),
        Output("concentration-range", "display"),
        Input(CHOICE, "data"),
        Input("concentration-range", "value"),
        Input(SCHEME, "data"),
        prevent_initial_call=True,
    )
    def draw(chosen: dict[str, str] | None, reach: str, scheme: str | None) -> tuple[Any, ...]:
        if not chosen or not scheme or "problem" in chosen:
            return no_update, no_update, no_update
        choice = choose(view, chosen)
        if choice.compare is None:
            return {"data": [], "layout": {}}, True, "none"
        return course(view, choice, look(scheme), reach), False, None


def _list(app: App, view: View) -> None:
    @app.callback(
        Output("concentration-grid", "rowData"),
        Output("concentration-grid", "columnDefs"),
        Output("concentration-grid", "style"),
        Output("concentration-json", "children"),
        Input(CHOICE, "data"),
        prevent_initial_call=True,
    )
    def list_members(chosen: dict[str, str]) -> tuple[Any, ...]:
        if "problem" in chosen:
            return no_update, no_update, no_update, no_update
        choice = choose(view, chosen)
        href = f"/api/members?index={choice.index.index}&level={choice.level.value}&on={choice.on}"
        rows = member_rows(view, choice)
        door = html.A("as JSON", href=href)
        return rows, columns(choice), height(len(rows)), door

    app.clientside_callback(
        "function(text, options) { return {...options, quickFilterText: text || ''}; }",
        Output("concentration-grid", "dashGridOptions"),
        Input("concentration-find", "value"),
        State("concentration-grid", "dashGridOptions"),
        prevent_initial_call=True,
    )


PAGE = Page(
    name="concentration",
    path=PATH,
    title="Concentration",
    icon="M3 20h18M6 20V5h4v15M12 20v-8h3v8M17 20v-4h3v4",
    order=10,
    layout=layout,
    register=register,
)
