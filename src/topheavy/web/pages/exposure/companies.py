"""The largest companies, each bar parted by the ways it is owned; groups and sectors beside them."""

from collections.abc import Iterator, Sequence

from dash import html

from topheavy.answers.exposure.facts import Company, ExposureAnswer, Via
from topheavy.core.text import percent
from topheavy.web.frame.page import Component

SHOWN = 25
WAYS = 4
"""So many ways have a shade of their own; the rest share the last."""


def companies(answer: ExposureAnswer) -> Component:
    """Build the card of the largest companies."""
    positions = ways_in(answer.companies)
    scale = max((item.share for item in answer.companies[:SHOWN]), default=1.0) or 1.0
    rows = [_row(place, item, scale, positions) for place, item in enumerate(answer.companies[:SHOWN], 1)]
    return html.Section(
        [
            html.H2("What is inside"),
            _legend(positions),
            html.Ol(rows, className="bars holdings"),
            _others(answer),
        ],
        className="card",
        id="exposure-companies",
        **{"aria-label": "The largest companies"},
    )


def ways_in(found: Sequence[Company]) -> list[str]:
    """Return the positions through which most is owned, largest first."""
    sums: dict[str, float] = {}
    for company in found:
        for way in company.via:
            sums[way.position] = sums.get(way.position, 0.0) + abs(way.share)
    return sorted(sums, key=lambda position: (-sums[position], position))


def _legend(positions: Sequence[str]) -> Component:
    keys = [html.Span([html.I(className=f"key way{place}"), name]) for place, name in enumerate(positions[:WAYS])]
    if len(positions) > WAYS:
        keys.append(html.Span([html.I(className=f"key way{WAYS}"), f"{len(positions) - WAYS} others"]))
    return html.P(["Part of your money, by way of", *keys], className="legend")


def _row(place: int, item: Company, scale: float, positions: Sequence[str]) -> Component:
    bars = list(_segments(item.via, scale, positions))
    told = ", ".join(f"{way.position} {percent(way.share, 2)}" for way in item.via)
    short = f" · short {percent(item.short, 2)}" if item.short else ""
    return html.Li(
        [
            html.Div([html.Strong(item.name), f" {item.security}"], className="who"),
            html.Div(bars, className="track parted", **{"aria-hidden": "true"}),
            html.Div([html.Strong(percent(item.share, 2)), html.Small(short)] if short else
                     html.Strong(percent(item.share, 2)), className="much"),
            html.Span(f"by way of {told}", className="unseen") if told else None,
        ],
        title=f"{place}. {item.name}: {told}{short}",
    )  # fmt: skip


def _segments(via: Sequence[Via], scale: float, positions: Sequence[str]) -> Iterator[Component]:
    order = {name: place for place, name in enumerate(positions)}
    for way in sorted(via, key=lambda item: order[item.position]):
        if way.share > 0:
            shade = min(order[way.position], WAYS)
            yield html.Div(className=f"bar way{shade}", style={"width": f"{100 * way.share / scale:.3f}%"})


def _others(answer: ExposureAnswer) -> Component:
    shown = sum(item.share for item in answer.companies[:SHOWN])
    rest = answer.figures.companies - min(len(answer.companies), SHOWN)
    rows = [html.Div([html.Strong("Together"), html.Strong(percent(shown, 2))])]
    if rest > 0:
        other = percent(answer.companies_share - shown, 2)
        rows.append(html.Div([html.Span(f"{rest:,} other companies"), html.Span(other)], className="rest"))
    rows += [html.Div([html.Span(_kind(part.what)), html.Span(percent(part.share, 2))], className="rest")
             for part in answer.other]  # fmt: skip
    rows.append(html.Div([html.Span("Not looked through"), html.Span(percent(answer.not_looked_through, 2))],
                         className="rest"))  # fmt: skip
    return html.Div(rows, className="sum")


def _kind(what: str) -> str:
    return what[:1].upper() + what[1:]


def parts(title: str, rows: Sequence[tuple[str, str, float]], label: str, note: str = "") -> Component:
    """Build a card of bars, each with its name, a remark and its part of the whole."""
    scale = max((share for _, _, share in rows), default=1.0) or 1.0
    items = [
        html.Li(
            [
                html.Div([html.Strong(name), f" {remark}"], className="who"),
                html.Div(html.Div(className="bar now", style={"width": f"{max(0.0, 100 * share / scale):.2f}%"}),
                         className="track", **{"aria-hidden": "true"}),
                html.Div(html.Strong(percent(share, 2)), className="much"),
            ]
        )
        for name, remark, share in rows
    ]  # fmt: skip
    said = html.P(note, className="fine") if note else None
    return html.Section(
        [html.H2(title), said, html.Ul(items, className="bars")], className="card", **{"aria-label": label}
    )


def groups(answer: ExposureAnswer) -> Component:
    """Build the card of named groups."""
    rows = [(item.title, f"{item.members} of {item.of} companies", item.share) for item in answer.groups]
    return parts("Named groups", rows, "Groups of companies", "Groups may share companies: do not add them up.")


def sectors(answer: ExposureAnswer) -> Component:
    """Build the card of sectors."""
    rows = [(item.sector, f"{item.companies:,}", item.share) for item in answer.sectors[:14]]
    return parts("Sectors", rows, "Sectors", "As the funds' files name them; not every issuer uses the same list.")
