"""The runs page: what is being collected, every unit that was ever asked for, and asking again for what failed."""

from asyncio import to_thread
from typing import Any
from urllib.parse import urlencode

from dash import Input, Output, State, ctx, dcc, html, no_update

from topheavy.answers import evidence
from topheavy.answers.choice import asked_in
from topheavy.answers.collections.facts import CollectionsReader, SourceUnits, Stage
from topheavy.core.errors import UsageError
from topheavy.core.text import counted, sentence
from topheavy.core.units import Outcome
from topheavy.web.api.collections import NO_DESK
from topheavy.web.frame.page import App, Component, Page
from topheavy.web.frame.world import tell_world
from topheavy.web.pages.runs.progress import before, by_source, said_of, under_way
from topheavy.web.pages.runs.units import AGAIN, ANEW, DESELECT, FILTERS, GRID, as_json, options, units_card
from topheavy.web.pages.runs.units_grid import height, shown, wanted
from topheavy.web.services import View

PATH = "/runs"
ADDRESS = "runs-address"
"""The browser's address, whose query says which units are listed."""

STAMP = "runs-stamp"
"""Where the desk's mark rests in the browser: the rows are fetched again once it is another."""

LOOK_AGAIN = 1_000
"""Milliseconds from one look to the next."""


def layout(view: View) -> Component:
    """Build the page as it stands now; the callbacks keep it so."""
    if view.collections is None:
        evidence.noted(view)  # where nothing is published either, the shell says so
        return html.Section([html.H1("Runs"), html.P(sentence(f"{NO_DESK}."))], id="runs-none", className="card empty")
    return html.Div(
        [
            dcc.Location(id=ADDRESS, refresh=False),
            dcc.Interval(id="runs-tick", interval=LOOK_AGAIN),
            *(dcc.Store(id=name) for name in (STAMP, "runs-world", "runs-going", "runs-refused")),
            html.Section(id="runs-now", className="card now", **{"aria-label": "Being collected"}),
            html.Section([html.H2("By source"), html.Div(id="runs-sources")], className="card"),
            units_card(view.collections.sources()),
            html.Section([html.H2("Earlier collections"), html.Div(id="runs-before")], className="card"),
        ],
        className="page",
    )


def register(app: App, view: View) -> None:
    """Register what happens as time goes by and when something is chosen; without a desk there is nothing to do."""
    _steer(app)
    if view.collections:
        _watch(app, view.collections)
        _list(app, view.collections)
        _ask_again(app, view.collections)


def _steer(app: App) -> None:
    @app.callback(
        *(Output(control, "value") for control in FILTERS),
        Output(ADDRESS, "search"),
        Output("runs-json", "href"),
        Input(ADDRESS, "search"),
        *(Input(control, "value") for control in FILTERS),
    )
    def steer(search: str | None, *chosen: str | None) -> tuple[Any, ...]:
        """Bring address and filters to say the same, whichever of them moved."""
        if ctx.triggered_id in FILTERS:
            filters = {name: value for name, value in zip(FILTERS.values(), chosen, strict=True) if value}
            return (*(no_update for _ in FILTERS), f"?{urlencode(filters)}" if filters else "", as_json(filters))
        filters = asked_in(search)
        return (*(filters.get(name, "") for name in FILTERS.values()), no_update, as_json(filters))


def _watch(app: App, desk: CollectionsReader) -> None:
    @app.callback(
        Output("runs-now", "children"),
        Output("runs-sources", "children"),
        Output("runs-before", "children"),
        Output("runs-asking", "children"),
        Output("runs-again", "children"),
        Output("runs-again", "disabled"),
        Output("runs-source", "data"),
        Output("runs-going", "data"),
        Output("runs-world", "data"),
        Output(STAMP, "data"),
        Input("runs-tick", "n_intervals"),
        Input("runs-source", "value"),
        Input("runs-refused", "data"),
        State(STAMP, "data"),
        State("runs-world", "data"),
        running=[(Output("runs-tick", "disabled"), True, False)],  # else a tick overtakes the answer to a choice
    )
    async def watch(_: int | None, source: str, refused: str | None, stamp: str | None, world: str | None) -> Any:
        mark, collections = await to_thread(desk.mark), await to_thread(desk.collections)
        running = any(collection.stage is Stage.RUNNING for collection in collections)
        only_time_went_by = set(ctx.triggered_prop_ids.values()) == {"runs-tick"}  # a choice may come with a tick
        if mark == stamp and not running and only_time_went_by:
            return (no_update,) * 10
        sources, asking = await to_thread(desk.sources), desk.asking()
        tell_world(desk.world(), world)
        return (
            under_way(collections, sources), by_source(sources), before(collections), said_of(asking, refused or ""),
            *_button(sources, source, going=asking.going), options(sources), asking.going, desk.world(), mark,
        )  # fmt: skip


def _button(sources: tuple[SourceUnits, ...], source: str, *, going: bool) -> tuple[str, bool]:
    """Return what the button says, and whether it is at rest."""
    failed = sum(item.failed for item in sources if source in ("", item.source))
    of = f" of {source}" if source else ""
    return f"Ask again for what failed{of} ({failed:,})", going or not failed


def _list(app: App, desk: CollectionsReader) -> None:
    @app.callback(
        Output(GRID, "getRowsResponse"),
        Output(GRID, "style"),
        Output("runs-count", "children"),
        Input(GRID, "getRowsRequest"),
        *(State(control, "value") for control in FILTERS),
        prevent_initial_call=True,
    )
    async def list_units(request: dict[str, Any] | None, *chosen: str | None) -> tuple[Any, ...]:
        if request is None:
            return no_update, no_update, no_update
        stretch = await to_thread(desk.units, wanted(request, *(value or "" for value in chosen)))
        rows = [shown(run) for run in stretch.units]
        return {"rowData": rows, "rowCount": stretch.total}, height(stretch.total), counted(stretch.total, "unit")

    anew = [Input(control, "value") for control in FILTERS]
    app.clientside_callback(ANEW, *anew, prevent_initial_call=True)
    app.clientside_callback(AGAIN, Input(STAMP, "data"), prevent_initial_call=True)


def _ask_again(app: App, desk: CollectionsReader) -> None:
    @app.callback(
        Output("runs-selected", "children"),
        Output("runs-selected", "disabled"),
        Input(GRID, "selectedRows"),
        Input("runs-going", "data"),
    )
    def name(selected: list[dict[str, Any]] | None, going: bool | None) -> tuple[str, bool]:
        failed = len(_failed(selected))
        return f"Ask again for the selected ({failed:,})", bool(going) or not failed

    @app.callback(
        Output("runs-refused", "data"),
        Input("runs-again", "n_clicks"),
        Input("runs-selected", "n_clicks"),
        State("runs-source", "value"),
        State(GRID, "selectedRows"),
        prevent_initial_call=True,
    )
    async def ask(_: int | None, __: int | None, source: str, selected: list[dict[str, Any]] | None) -> str:
        units = _failed(selected) if ctx.triggered_id == "runs-selected" else []
        try:
            await to_thread(desk.ask_again, [source] if source and not units else [], units)
        except UsageError as error:
            return sentence(f"{error}.")
        return ""

    app.clientside_callback(DESELECT, Input("runs-refused", "data"), prevent_initial_call=True)


def _failed(selected: list[dict[str, Any]] | None) -> list[str]:
    return [row["unit"] for row in selected or [] if row["outcome"] == Outcome.FAILED.value]


PAGE = Page(
    name="runs",
    path=PATH,
    title="Runs",
    icon="M4 6h10M4 12h16M4 18h7M18 3v6M15 6h6M15 15v6l5-3z",
    order=90,
    layout=layout,
    register=register,
)
