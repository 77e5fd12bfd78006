"""What streams, in tables: prices, group shares, trades that stand out, and how far each partition was read."""

from collections.abc import Sequence

from dash import dcc, html

from topheavy.answers.choice import FIRST_GROUP
from topheavy.answers.live.facts import Flag, Flow, Lag, Live, LiveGroup, LivePrice, SinkStage, SinkWork
from topheavy.core.clock import NEW_YORK
from topheavy.core.text import GAP, NONE, counted, moment, money, percent, span
from topheavy.web.components.table import table
from topheavy.web.frame.page import Component

MOST = 14
"""So many prices are shown; all are in the JSON interface."""


def prices(live: Live, chosen: str | None) -> Component:
    """List the securities of the largest turnover, each with its change; a click shows its minutes."""
    if not live.prices:
        return html.P("No trade has come yet.", className="fine")
    shown = list(live.prices[:MOST])
    shown += [price for price in live.prices[MOST:] if price.security == chosen]
    head = html.Thead(html.Tr([html.Th(text, scope="col") for text in ("Security", "Last", "Change", "Turnover")]))
    body = html.Tbody([_price(price, here=price.security == chosen) for price in shown])
    more = live.securities - len(shown)
    rest = [html.P(f"and {more:,} more of smaller turnover", className="fine")] if more > 0 else []
    return [html.Div(html.Table([head, body], className="plain prices"), className="wide"), *rest, _against(shown)]


def _price(price: LivePrice, *, here: bool) -> Component:
    link = dcc.Link(price.security, href=f"/live?security={price.security}")
    last = html.Span(f"{price.price:,.2f}", key=f"{price.event_time}{price.price}", className="fresh")
    cells = [html.Td(last), html.Td(_change(price.change)), html.Td(money(price.dollars))]
    return html.Tr([html.Th(link, scope="row"), *cells], className="chosen" if here else "", title=_hint(price))


def _change(change: float | None) -> Component:
    if change is None:
        return NONE
    way = "up" if change > 0 else "down" if change < 0 else "level"
    arrow = {"up": "▲", "down": "▼", "level": "="}[way]
    text = percent(abs(change), 2)
    return html.Span([html.Span(arrow, className="arrow", **{"aria-hidden": "true"}), f"{GAP}{text}"], className=way,
                     **{"aria-label": f"{way} {text}"})  # fmt: skip


def _hint(price: LivePrice) -> str:
    return (
        f"{price.against}: {price.reference:,.2f}; {price.low:,.2f} to {price.high:,.2f} in "
        f"{counted(price.trades, 'trade')}; {price.source_kind.value} data"
    )


def _against(shown: Sequence[LivePrice]) -> Component:
    ways = sorted({price.against for price in shown})
    return html.P(f"Change against the {' or the '.join(ways)}. Turnover of the day so far.", className="fine")


def groups(live: Live) -> Component:
    """Show the part that each group has of what can be valued now, the first one large."""
    if not live.groups:
        why = "None of what streams is in a group, or no counts of shares are published here: 'topheavy run SOURCE' "
        return html.P([why, "publishes them."], className="fine")
    ordered = sorted(live.groups, key=lambda group: (group.group != FIRST_GROUP, group.title))
    return [_first(ordered[0]), *(_other(group) for group in ordered[1:])]


def _first(group: LiveGroup) -> Component:
    bar = html.Div(
        html.Div(className="fill", style={"width": f"{100 * group.share:.2f}%"}),
        className="meter share",
        role="img",
        **{"aria-label": f"{group.title}: {percent(group.share)}"},
    )
    of = "of all companies' value" if group.priced == group.issuers else "of the value of what streams"
    return html.Div(
        [
            html.Div(percent(group.share, 2), className="big share", id="live-share"),
            html.P([html.Strong(group.title), f" {of}: {money(group.group_cap)} of {money(group.total_cap)}"]),
            bar,
            html.P(_rests_on(group), className="fine"),
        ]
    )


def _rests_on(group: LiveGroup) -> str:
    whole = group.priced == group.issuers
    members = f"{group.members_priced} of {group.members} members and {group.priced:,} of {group.issuers:,} companies"
    return f"{members} have a live price. " + (
        "Last price × published count of shares." if whole
        else "It is no share of the index: only what streams is counted, last price × published count of shares."
    )  # fmt: skip


def _other(group: LiveGroup) -> Component:
    members = html.Small(f" {group.members_priced} of {group.members} members")
    row = html.Div([html.Span([group.title, members]), html.Strong(percent(group.share, 2))])
    return html.Div(row, className="sum")


def flags(live: Live) -> Component:
    """List the newest trades that lie far from those before them."""
    if not live.flags:
        return html.P("No trade lay far from those before it.", className="fine")
    head = ("Security", "At (New York)", "Price", "Usual", "Away")
    return table(head, [_flag(flag) for flag in live.flags[:8]], "Trades far from those before them")


def _flag(flag: Flag) -> list[Component]:
    at = flag.event_time.astimezone(NEW_YORK).time().isoformat("milliseconds")  # two within a second are two
    away = html.Span(
        f"{flag.deviations:,.0f}{GAP}σ", className="state broken", title="standard deviations of those before"
    )
    return [flag.security, at, f"{flag.price:,.2f}", f"{flag.usual:,.2f}", away]


def work(live: Live) -> Component:
    """List partitions and sinks."""
    if live.flow is Flow.NEVER:
        return html.P("No sink was ever at work here.", className="fine")
    parts = ("Partition", "Read up to", "Ends at", "Behind")
    sinks = ("Sink", "State", "Heard of", "Kept", "Repeated", "Unreadable", "Began (UTC)")
    return [
        table(parts, [_lag(lag) for lag in live.lags], "How far each partition was read"),
        table(sinks, [_sink(sink) for sink in live.sinks], "The sinks at work"),
    ]


def _lag(lag: Lag) -> list[Component]:
    end, behind = (NONE if value is None else f"{value:,}" for value in (lag.end, lag.behind))
    return [f"{lag.topic} {lag.partition}", f"{lag.offset:,}", end, behind]


def _sink(sink: SinkWork) -> list[Component]:
    broken = sink.stage is SinkStage.BROKEN_OFF
    state = html.Span(sink.stage.value, className="state broken" if broken else "state", title=sink.why)
    heard = f"{span(sink.silent)} ago"
    counts = (f"{value:,}" for value in (sink.trades, sink.repeated, sink.unreadable))
    return [f"{sink.topic} {sink.part}", state, heard, *counts, moment(sink.began_at)]
