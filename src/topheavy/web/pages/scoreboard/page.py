"""The scoreboard page: naive first, then whether anything beats it, and what forecasts look like beside what came."""

from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, ctx, dcc, html, no_update

from topheavy.answers import evidence
from topheavy.answers.choice import asked_in
from topheavy.answers.models.facts import BacktestsReader, Single
from topheavy.answers.models.selection import NO_BOARD, Looked, look_at, look_near, newest, with_models
from topheavy.core.errors import UsageError
from topheavy.core.text import sentence
from topheavy.web.frame.empty import problem
from topheavy.web.frame.page import App, Component, Page
from topheavy.web.frame.shell import SCHEME
from topheavy.web.frame.theme import look
from topheavy.web.pages.scoreboard.controls import (
    CONTROLS,
    HORIZON,
    MODEL,
    RUN,
    SERIES,
    TARGET,
    choices,
    controls,
    options,
)
from topheavy.web.pages.scoreboard.forecast_charts import (
    RANGES,
    beside,
    in_words,
    persuading_words,
    telling,
    telling_words,
)
from topheavy.web.pages.scoreboard.notes import NOTHING_TRIED, how_to_read, no_singles
from topheavy.web.pages.scoreboard.ranking import headline, horizons, standings
from topheavy.web.pages.scoreboard.registry import live, registry
from topheavy.web.services import View, board_of

PATH = "/scoreboard"
ADDRESS = "scoreboard-address"
"""The browser's address, whose query says what is shown."""

CHOICE = "scoreboard-choice"
"""Where the choice rests in the browser: what its address's query says, made whole."""

BESIDE, TELLING = "scoreboard-beside", "scoreboard-telling"
_NO_BUTTONS = {"displayModeBar": False, "responsive": True, "scrollZoom": False, "doubleClick": False}


def layout(view: View) -> Component:
    """Build the page as it stands before anything is chosen; the callbacks fill it."""
    if view.backtests is None:
        evidence.noted(view)  # where nothing is published either, the shell says so
        advice = html.P(sentence(f"{NO_BOARD}."))
        return html.Section([html.H1("Scoreboard"), advice], id="scoreboard-none", className="card empty")
    tried = view.backtests.trials()
    shown = _tried(look_at(view.backtests, {})) if tried else [NOTHING_TRIED]
    return html.Div([*shown, *_since(view.backtests)], className="page")


def _tried(looked: Looked) -> list[Component]:
    return [
        dcc.Location(id=ADDRESS, refresh=False),
        dcc.Store(id=CHOICE),
        controls(looked),
        html.Div(id="scoreboard-problem"),
        html.Div(
            [
                html.Div(id="scoreboard-headline"),
                html.Section(
                    [_head("Beside naive", "/api/scoreboard"), html.Div(id="scoreboard-standings")], className="card"
                ),
                _charts_card(looked),
                html.Section(
                    [_head("Every horizon", "/api/scoreboard"), html.Div(id="scoreboard-horizons")],
                    className="card",
                    id="scoreboard-horizons-card",
                ),
            ],
            id="scoreboard-body",
        ),
    ]


def _head(title: str, href: str) -> Component:
    return html.Div([html.H2(title), html.A("as JSON", href=href)], className="card-head")


def _charts_card(looked: Looked) -> Component:
    ranges = dmc.SegmentedControl(
        id="scoreboard-range", data=list(RANGES), value="All", size="xs", **{"aria-label": "Range"}
    )
    head = [html.H2("Forecast by forecast"), *choices(looked), ranges, html.A("as JSON", id="scoreboard-json")]
    return html.Section(
        [
            html.Div(head, className="card-head"),
            html.Div(
                [
                    html.P([html.Span([html.I(className="key forecast"), "forecast, with its interval"]),
                            html.Span([html.I(className="key came"), "what came"]),
                            html.Span(id="scoreboard-drawn")], className="legend"),
                    html.Div([_chart(BESIDE), _chart(TELLING)], className="pair"),
                ],
                id="scoreboard-charts",
            ),
            html.Div(no_singles(), id="scoreboard-no-singles", hidden=True),
        ],
        className="card",
        **{"aria-label": "Forecast by forecast"},
    )  # fmt: skip


def _chart(name: str) -> Component:
    chart = html.Div(dcc.Graph(id=name, config=_NO_BUTTONS, responsive=True), className="chart small")
    return html.Figure([chart, html.Figcaption(id=f"{name}-words")])


def _since(board: BacktestsReader) -> list[Component]:
    return [
        html.Section([_head("Registered models", "/api/scores"), html.Div(registry(board.registered()))],
                     className="card", id="scoreboard-registered"),
        html.Section([_head("Forecasts that came due", "/api/scores"), html.Div(live(board.live()))],
                     className="card", id="scoreboard-live"),
        how_to_read(),
    ]  # fmt: skip


def register(app: App, view: View) -> None:
    """Register what happens when something is chosen."""
    _steer(app, view)
    _say(app, view)
    _draw(app, view)


def _steer(app: App, view: View) -> None:
    @app.callback(
        Output(CHOICE, "data"),
        Output(ADDRESS, "search"),
        *(Output(control, "value") for control in CONTROLS),
        *(Output(control, "data") for control in (HORIZON, RUN, MODEL, SERIES)),
        Output("scoreboard-run-box", "hidden"),
        Input(ADDRESS, "search"),
        *(Input(control, "value") for control in CONTROLS),
    )
    def steer(search: str | None, *chosen: str | None) -> tuple[Any, ...]:
        """Bring address, controls and choice to say the same, whichever of them moved."""
        board, moved = board_of(view), _moved()
        if moved is None:
            try:
                looked = look_at(board, asked_in(search))
            except UsageError as error:
                return ({"problem": str(error)}, *(no_update for _ in range(11)))
            return looked.asked, no_update, *_shown(looked)
        wanted = {name: value or "" for name, value in zip(CONTROLS.values(), chosen, strict=True)}
        looked = look_near(board, wanted | ({"run": ""} if moved in (TARGET, HORIZON) else {}))
        return looked.asked, looked.search(), *_shown(looked)


def _moved() -> str | None:
    """Return the control the reader moved; ``None`` where the address did, or the page has just come."""
    moved = {entry["prop_id"].rsplit(".", 1)[0] for entry in ctx.triggered}
    return moved.pop() if len(moved) == 1 and moved <= set(CONTROLS) else None


def _shown(looked: Looked) -> list[Any]:
    """Return what the controls show for a choice, in the order of ``steer``'s outputs."""
    trial, model = looked.trial, looked.model.model if looked.model else None
    values = [trial.target, str(trial.horizon), trial.run, model, looked.series or None]
    data = options(looked)
    return [*values, *data.values(), len(data[RUN]) < 2]


def _say(app: App, view: View) -> None:
    @app.callback(
        Output("scoreboard-headline", "children"),
        Output("scoreboard-standings", "children"),
        Output("scoreboard-horizons", "children"),
        Output("scoreboard-horizons-card", "hidden"),
        Output("scoreboard-problem", "children"),
        Output("scoreboard-body", "hidden"),
        Output("scoreboard-json", "href"),
        Input(CHOICE, "data"),
        prevent_initial_call=True,
    )
    def say(choice: dict[str, str]) -> tuple[Any, ...]:
        if "problem" in choice:
            return None, None, None, True, problem(choice["problem"], PATH), True, no_update
        board = board_of(view)
        looked = look_at(board, choice)
        same = [trial for trial in newest(looked.trials) if trial.target == looked.trial.target]
        every = [with_models(board, trial) for trial in sorted(same, key=lambda trial: trial.horizon)]
        href = f"/api/scoreboard/forecasts{looked.search(run=looked.trial.run)}"
        return headline(looked), standings(looked), horizons(every, looked), len(every) < 2, None, False, href


def _draw(app: App, view: View) -> None:
    @app.callback(
        Output(BESIDE, "figure"),
        Output(TELLING, "figure"),
        Output(f"{BESIDE}-words", "children"),
        Output(f"{TELLING}-words", "children"),
        Output("scoreboard-drawn", "children"),
        Output("scoreboard-charts", "hidden"),
        Output("scoreboard-no-singles", "hidden"),
        Input(CHOICE, "data"),
        Input("scoreboard-range", "value"),
        Input(SCHEME, "data"),
        prevent_initial_call=True,
    )
    def draw(choice: dict[str, str] | None, reach: str, scheme: str | None) -> tuple[Any, ...]:
        if not choice or not scheme or "problem" in choice:
            return (no_update,) * 7
        looked = look_at(board_of(view), choice)
        singles = _singles(board_of(view), looked)
        if not singles:
            nothing: dict[str, Any] = {"data": [], "layout": {}}
            return nothing, nothing, None, None, None, True, False
        palette = look(scheme)
        figures = beside(looked, singles, palette, reach), telling(looked, singles, palette, reach)
        words = persuading_words(singles), telling_words(looked, singles), in_words(looked, singles)
        return *figures, *words, False, True


def _singles(board: BacktestsReader, looked: Looked) -> tuple[Single, ...]:
    if looked.model is None or not looked.series:
        return ()
    trial = looked.trial
    return board.singles(trial.run, trial.target, trial.horizon, looked.model.model, looked.series)


PAGE = Page(
    name="scoreboard",
    path=PATH,
    title="Scoreboard",
    icon="M4 20h16M12 4v16M6 8h6M12 13h7M6 6v4M19 11v4",
    order=30,
    layout=layout,
    register=register,
)
