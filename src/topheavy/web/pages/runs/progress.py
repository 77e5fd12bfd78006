"""What is being collected and what was: progress, sources with their units and sessions, the collections of before."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from topheavy.answers.collections.facts import Asking, Collecting, SourceUnits, Stage
from topheavy.core.text import NONE, counted, moment, span
from topheavy.web.components.table import table
from topheavy.web.frame.page import Component


def under_way(collections: Sequence[Collecting], sources: Sequence[SourceUnits]) -> Component:
    """Say what is being collected, each collection with its progress; where nothing is, how all units stand."""
    running = [collection for collection in collections if collection.stage is Stage.RUNNING]
    if not running:
        return [html.H1("Nothing is being collected right now"), html.P(_all_units(sources), className="when")]
    ended, planned = sum(collection.ended for collection in running), sum(collection.asked for collection in running)
    title = html.H1(["Collecting: ", html.Span(f"{ended:,}", className="figure"), f" of {counted(planned, 'unit')}"])
    return [title, *(_progress(collection) for collection in running)]


def _all_units(sources: Sequence[SourceUnits]) -> str:
    units = sum(source.ok + source.unchanged + source.failed for source in sources)
    failed = sum(source.failed for source in sources)
    if not units:
        return "Nothing was ever asked for here."
    return f"Ever asked for: {counted(units, 'unit')}. The last attempt failed at {failed:,} of them."


def _progress(collection: Collecting) -> Component:
    part = collection.ended / collection.asked if collection.asked else 1
    lost = collection.failed / collection.asked if collection.asked else 0
    bar = html.Div(
        [html.Div(className="came", style={"width": f"{100 * (part - lost):.2f}%"}),
         html.Div(className="lost", style={"width": f"{100 * lost:.2f}%"})],
        className="progress",
        role="progressbar",
        **{"aria-label": collection.title, "aria-valuenow": round(100 * part),
           "aria-valuemin": 0, "aria-valuemax": 100},
    )  # fmt: skip
    head = [
        html.Strong(collection.title),
        html.Span(f"{collection.ended:,} of {collection.asked:,}"),
        _failures(collection.failed),
    ]
    tail = [
        html.Span(_pace(collection.rate)),
        html.Span(_left(collection)),
        html.Span(f"began {moment(collection.began_at)} UTC"),
    ]
    lines = [html.Div(head, className="pace"), bar, html.Div(tail, className="pace fine")]
    return html.Div(lines, className="underway")


def _failures(failed: int) -> Component:
    return html.Span(f"{failed:,} failed", className="state failed") if failed else html.Span("none failed")


def _pace(rate: float | None) -> str:
    """Write a rate in the unit in which it is a figure one can read.

    >>> _pace(12.34), _pace(0.083), _pace(None)
    ('12.3 units a second', '5.0 units a minute', 'none ended yet')
    """
    if not rate:
        return "none ended yet"
    return f"{rate:,.1f} units a second" if rate >= 1 else f"{60 * rate:,.1f} units a minute"


def _left(collection: Collecting) -> str:
    return f"{span(collection.seconds_left)} left" if collection.seconds_left is not None else "time left not known yet"


def before(collections: Sequence[Collecting]) -> Component:
    """List the collections that are over."""
    over = [collection for collection in collections if collection.stage is not Stage.RUNNING]
    if not over:
        return html.P("None yet.", className="fine")
    head = ("Collection", "State", "Asked", "Ended", "Failed", "Pace", "Took", "Began (UTC)")
    return table(head, [_over(collection) for collection in over], "Earlier collections")


def _over(collection: Collecting) -> list[Component]:
    took = span((collection.ended_at - collection.began_at).total_seconds()) if collection.ended_at else NONE
    pace = _pace(collection.rate) if collection.rate else NONE
    broken = collection.stage is Stage.BROKEN_OFF
    state = html.Span(collection.stage.value, className="state broken" if broken else "state")
    return [
        collection.title,
        state,
        f"{collection.asked:,}",
        f"{collection.ended:,}",
        _count(collection.failed),
        pace,
        took,
        moment(collection.began_at),
    ]


def by_source(sources: Sequence[SourceUnits]) -> Component:
    """List the sources with their units and sessions by state; what failed leads to its rows."""
    if not sources:
        return html.P("Nothing was ever asked for here.", className="fine")
    head = ("Source", "Units ok", "Unchanged", "Failed", "Sessions complete", "Sessions partial", "Sessions failed")
    return table(head, [_source(source) for source in sources], "Units and sessions by source")


def _source(source: SourceUnits) -> list[Component]:
    href = f"/runs?state=failed&source={source.source}"
    failed = dcc.Link(f"{source.failed:,}", href=href, className="state failed") if source.failed else "0"
    sessions = [f"{source.complete_sessions:,}", _count(source.partial_sessions), _count(source.failed_sessions)]
    return [source.source, f"{source.ok:,}", f"{source.unchanged:,}", failed, *sessions]


def said_of(asking: Asking, wrong: str) -> Component:
    """Say how the asking again stands, or why it was not begun."""
    message = wrong or asking.said
    if not message:
        return None
    return html.P(message, className="asking wrong" if wrong or asking.wrong else "asking")


def _count(count: int) -> Any:
    return html.Span(f"{count:,}", className="state failed") if count else "0"
