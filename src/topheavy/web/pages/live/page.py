"""The live page: a market as it streams, with its prices, minutes and group shares, and how well it is kept up with."""

from asyncio import to_thread
from typing import Any
from urllib.parse import urlencode

import dash_mantine_components as dmc
from dash import Input, Output, State, ctx, dcc, html, no_update

from topheavy.answers import evidence
from topheavy.answers.choice import asked_in
from topheavy.answers.live.facts import Flow, Live, LiveMarket
from topheavy.core.text import sentence
from topheavy.web.api.live import NO_TAPE
from topheavy.web.frame.page import App, Component, Page
from topheavy.web.frame.shell import SCHEME
from topheavy.web.frame.theme import look
from topheavy.web.frame.world import tell_world
from topheavy.web.pages.live.answers import MOST, answers
from topheavy.web.pages.live.head import MODES, head, tiles
from topheavy.web.pages.live.minute_chart import blank, chart, in_words
from topheavy.web.pages.live.tables import flags, groups, prices, work
from topheavy.web.services import View

PATH = "/live"
ADDRESS = "live-address"
"""The browser's address, whose query says which security's minutes are shown."""

SECURITY = "live-security"
LOOK_AGAIN = 600
"""Milliseconds from an answer to the next look: while one is awaited none is asked for, so that a slow machine shows
fewer answers, and not none.
"""

ANSWERS_AGAIN = 3_000
"""Milliseconds to the next look at every live answer: tables that are large, and folded away at first."""

MINUTES = 90
SHOWN = ("live-head", "live-tiles", "live-prices", "live-groups", "live-flags", "live-work")
"""The parts that every look builds anew."""


def layout(view: View) -> Component:
    """Build the page as it stands now; the callbacks keep it so."""
    if view.live is None:
        evidence.noted(view)  # where nothing is published either, the shell says so
        return html.Section([html.H1("Live"), html.P(sentence(f"{NO_TAPE}."))], id="live-none", className="card empty")
    live = view.live.now()
    parts = dict(zip(SHOWN, _parts(live, view, None), strict=True))
    return html.Div(
        [
            dcc.Location(id=ADDRESS, refresh=False),
            *(dcc.Interval(id=name, interval=LOOK_AGAIN) for name in ("live-tick", "live-beat")),
            dcc.Store(id="live-world", data=live.world),
            dcc.Store(id="live-known", data=[price.security for price in live.prices]),
            dcc.Store(id="live-drawn"),
            dcc.Store(id="live-told"),
            dcc.Interval(id="live-slow", interval=ANSWERS_AGAIN),
            html.Section(parts["live-head"], id="live-head", className="card now", **_label("How the market stands")),
            html.Div(_market(parts), id="live-market", hidden=live.flow is Flow.NEVER),
        ],
        className="page",
    )


def _market(parts: dict[str, Component]) -> list[Component]:
    inner = {name: html.Div(parts[name], id=name) for name in SHOWN[2:]}
    return [
        html.Section(parts["live-tiles"], id="live-tiles", className="tiles", **_label("The stream's figures")),
        html.Div([_card([_title("Prices", "/api/live"), inner["live-prices"]]), _card([_chart_head(), _chart()])],
                 className="columns"),
        html.Div([_card([html.H2("A group's share"), inner["live-groups"]]),
                  _card([html.H2("Trades that stand out"), inner["live-flags"]])], className="columns"),
        _card([html.H2("Every live answer"), html.Div(id="live-answers")]),
        _card([html.H2("How far it is read"), inner["live-work"]]),
    ]  # fmt: skip


def _parts(live: Live, view: View, chosen: str | None) -> tuple[Component, ...]:
    return head(live, view), tiles(live), prices(live, chosen), groups(live), flags(live), work(live)


def _card(inside: list[Component]) -> Component:
    return html.Section(inside, className="card")


def _label(text: str) -> dict[str, str]:
    return {"aria-label": text}


def _title(text: str, href: str) -> Component:
    return html.Div([html.H2(text), html.A("as JSON", href=href)], className="card-head")


def _chart_head() -> Component:
    choose = dmc.Select(id=SECURITY, data=[], value="", size="xs", w=130, searchable=True, allowDeselect=False,
                        **{"aria-label": "Security"})  # fmt: skip
    return html.Div([html.H2("Minute by minute"), choose, html.A("as JSON", id="live-json", href="/api/minutes")],
                    className="card-head")  # fmt: skip


def _chart() -> Component:
    drawn = dcc.Graph(id="live-chart", figure=blank(), config={"displayModeBar": False}, responsive=True)
    return html.Figure([html.Div(drawn, className="minutes"), html.Figcaption(id="live-words")])


def register(app: App, view: View) -> None:
    """Register what happens as time goes by and when a security is chosen; without a tape there is nothing to watch."""
    _steer(app)
    if view.live:
        _watch(app, view, view.live)
        _draw(app, view.live)
        _tell(app, view.live)


def _steer(app: App) -> None:
    @app.callback(
        Output(SECURITY, "data"),
        Output(SECURITY, "value"),
        Output(ADDRESS, "search"),
        Input(ADDRESS, "search"),
        Input(SECURITY, "value"),
        Input("live-known", "data"),
        State(SECURITY, "data"),
    )
    def steer(
        search: str | None, value: str | None, securities: list[str] | None, offered: list[str]
    ) -> tuple[Any, Any, Any]:
        """Bring address and choice to say the same; until somebody chooses, it is what is traded most."""
        if ctx.triggered_id == SECURITY:
            return no_update, no_update, f"?{urlencode({'security': value})}" if value else no_update
        chosen = asked_in(search).get("security") or value or next(iter(securities or []), "")
        names = sorted({*(securities or []), *([chosen] if chosen else [])})
        same = names == offered, chosen == (value or "")
        return no_update if same[0] else names, no_update if same[1] else chosen, no_update


def _watch(app: App, view: View, tape: LiveMarket) -> None:
    @app.callback(
        *(Output(name, "children") for name in SHOWN),
        Output("live-market", "hidden"),
        Output("live-known", "data"),
        Output("live-world", "data"),
        Input("live-tick", "n_intervals"),
        Input(SECURITY, "value"),
        State("live-known", "data"),
        State("live-world", "data"),
        running=[(Output("live-tick", "disabled"), True, False)],
    )
    async def watch(
        _: int | None, chosen: str | None, securities: list[str] | None, world: str | None
    ) -> tuple[Any, ...]:
        live = await to_thread(tape.now)
        tell_world(live.world, world)
        names = [price.security for price in live.prices]
        news = no_update if set(names) == set(securities or []) else names
        return *_parts(live, view, chosen), live.flow is Flow.NEVER, news, live.world


def _draw(app: App, tape: LiveMarket) -> None:
    @app.callback(
        Output("live-chart", "figure"),
        Output("live-words", "children"),
        Output("live-json", "href"),
        Output("live-drawn", "data"),
        Input("live-beat", "n_intervals"),
        Input(SECURITY, "value"),
        Input(SCHEME, "data"),
        State("live-drawn", "data"),
        running=[(Output("live-beat", "disabled"), True, False)],
    )
    async def draw(_: int | None, security: str | None, scheme: str | None, drawn: str | None) -> tuple[Any, ...]:
        live = await to_thread(tape.now)
        price = next((row for row in live.prices if row.security == security), None)
        if price is None:
            return (no_update,) * 4
        minutes = await to_thread(tape.minutes, price.security, MINUTES)
        now = f"{price.security} {price.price} {scheme} {hash(minutes)}"
        if now == drawn:
            return (no_update,) * 4
        figure = chart(minutes, price.price, look(scheme), _stamp(live))
        return figure, in_words(price.security, minutes), f"/api/minutes?{urlencode({'security': price.security})}", now


def _tell(app: App, tape: LiveMarket) -> None:
    @app.callback(
        Output("live-answers", "children"),
        Output("live-told", "data"),
        Input("live-slow", "n_intervals"),
        State("live-told", "data"),
        running=[(Output("live-slow", "disabled"), True, False)],
    )
    async def tell(_: int | None, shown: str | None) -> tuple[Any, ...]:
        live_answers = await to_thread(tape.answers, MOST)
        now = str(hash("".join(answer.model_dump_json() for answer in live_answers)))
        return (no_update, no_update) if now == shown else (answers(live_answers), now)


def _stamp(live: Live) -> str:
    return " · ".join(MODES[kind] for kind in live.kinds if kind.value != "vendor")


PAGE = Page(
    name="live",
    path=PATH,
    title="Live",
    icon="M3 12h4l3-8 4 16 3-8h4",
    order=20,
    layout=layout,
    register=register,
)
