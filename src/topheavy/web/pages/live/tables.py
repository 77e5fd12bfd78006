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
    shown += [one for one in live.prices[MOST:] if one.security == chosen]
    head = html.Thead(html.Tr([html.Th(text, scope="col") for text in ("Security", "Last", "Change", "Turnover")]))
    body = html.Tbody([_price(one, here=one.security == chosen) for one in shown])
    more = live.securities - len(shown)
    rest = [html.P(f"and {more:,} more of smaller turnover", className="fine")] if more > 0 else []
    return [html.Div(html.Table([head, body], className="plain prices"), className="wide"), *rest, _against(shown)]


def _price(one: LivePrice, *, here: bool) -> Component:
    link = dcc.Link(one.security, href=f"/live?security={one.security}")
    last = html.Span(f"{one.price:,.2f}", key=f"{one.event_time}{one.price}", className="fresh")
    cells = [html.Td(last), html.Td(_change(one.change)), html.Td(money(one.dollars))]
    return html.Tr([html.Th(link, scope="row"), *cells], className="chosen" if here else "", title=_hint(one))


def _change(change: float | None) -> Component:
    if change is None:
        return NONE
    way = "up" if change > 0 else "down" if change < 0 else "level"
    arrow = {"up": "▲", "down": "▼", "level": "="}[way]
    text = percent(abs(change), 2)
    return html.Span([html.Span(arrow, className="arrow", **{"aria-hidden": "true"}), f"{GAP}{text}"], className=way,
                     **{"aria-label": f"{way} {text}"})  # fmt: skip


def _hint(one: LivePrice) -> str:
    return (
        f"{one.against}: {one.reference:,.2f}; {one.low:,.2f} to {one.high:,.2f} in "
        f"{counted(one.trades, 'trade')}; {one.source_kind.value} data"
    )


def _against(shown: Sequence[LivePrice]) -> Component:
    ways = sorted({one.against for one in shown})
    return html.P(f"Change against the {' or the '.join(ways)}. Turnover of the day so far.", className="fine")


def groups(live: Live) -> Component:
    """Show the part that each group has of what can be valued now, the first one large."""
    if not live.groups:
        why = "None of what streams is in a group, or no counts of shares are published here: 'topheavy run SOURCE' "
        return html.P([why, "publishes them."], className="fine")
    ordered = sorted(live.groups, key=lambda one: (one.group != FIRST_GROUP, one.title))
    return [_first(ordered[0]), *(_other(one) for one in ordered[1:])]


def _first(one: LiveGroup) -> Component:
    bar = html.Div(
        html.Div(className="fill", style={"width": f"{100 * one.share:.2f}%"}),
        className="meter share",
        role="img",
        **{"aria-label": f"{one.title}: {percent(one.share)}"},
    )
    of = "of all companies' value" if one.priced == one.issuers else "of the value of what streams"
    return html.Div(
        [
            html.Div(percent(one.share, 2), className="big share", id="live-share"),
            html.P([html.Strong(one.title), f" {of}: {money(one.group_cap)} of {money(one.total_cap)}"]),
            bar,
            html.P(_rests_on(one), className="fine"),
        ]
    )


def _rests_on(one: LiveGroup) -> str:
    whole = one.priced == one.issuers
    members = f"{one.members_priced} of {one.members} members and {one.priced:,} of {one.issuers:,} companies"
    return f"{members} have a live price. " + (
        "Last price × published count of shares." if whole
        else "It is no share of the index: only what streams is counted, last price × published count of shares."
    )  # fmt: skip


def _other(one: LiveGroup) -> Component:
    members = html.Small(f" {one.members_priced} of {one.members} members")
    row = html.Div([html.Span([one.title, members]), html.Strong(percent(one.share, 2))])
    return html.Div(row, className="sum")


def flags(live: Live) -> Component:
    """List the newest trades that lie far from those before them."""
    if not live.flags:
        return html.P("No trade lay far from those before it.", className="fine")
    head = ("Security", "At (New York)", "Price", "Usual", "Away")
    return table(head, [_flag(one) for one in live.flags[:8]], "Trades far from those before them")


def _flag(one: Flag) -> list[Component]:
    at = one.event_time.astimezone(NEW_YORK).time().isoformat("milliseconds")  # two within a second are two
    away = html.Span(
        f"{one.deviations:,.0f}{GAP}σ", className="state broken", title="standard deviations of those before"
    )
    return [one.security, at, f"{one.price:,.2f}", f"{one.usual:,.2f}", away]


def work(live: Live) -> Component:
    """List partitions and sinks."""
    if live.flow is Flow.NEVER:
        return html.P("No sink was ever at work here.", className="fine")
    parts = ("Partition", "Read up to", "Ends at", "Behind")
    sinks = ("Sink", "State", "Heard of", "Kept", "Repeated", "Unreadable", "Began (UTC)")
    return [
        table(parts, [_lag(one) for one in live.lags], "How far each partition was read"),
        table(sinks, [_sink(one) for one in live.sinks], "The sinks at work"),
    ]


def _lag(one: Lag) -> list[Component]:
    end, behind = (NONE if value is None else f"{value:,}" for value in (one.end, one.behind))
    return [f"{one.topic} {one.partition}", f"{one.offset:,}", end, behind]


def _sink(one: SinkWork) -> list[Component]:
    broken = one.stage is SinkStage.BROKEN_OFF
    state = html.Span(one.stage.value, className="state broken" if broken else "state", title=one.why)
    heard = f"{span(one.silent)} ago"
    counts = (f"{value:,}" for value in (one.trades, one.repeated, one.unreadable))
    return [f"{one.topic} {one.part}", state, heard, *counts, moment(one.began_at)]
