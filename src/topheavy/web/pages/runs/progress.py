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
    running = [one for one in collections if one.stage is Stage.RUNNING]
    if not running:
        return [html.H1("Nothing is being collected right now"), html.P(_all_units(sources), className="when")]
    ended, asked = sum(one.ended for one in running), sum(one.asked for one in running)
    said = html.H1(["Collecting: ", html.Span(f"{ended:,}", className="figure"), f" of {counted(asked, 'unit')}"])
    return [said, *(_progress(one) for one in running)]


def _all_units(sources: Sequence[SourceUnits]) -> str:
    units = sum(one.ok + one.unchanged + one.failed for one in sources)
    failed = sum(one.failed for one in sources)
    if not units:
        return "Nothing was ever asked for here."
    return f"Ever asked for: {counted(units, 'unit')}. The last attempt failed at {failed:,} of them."


def _progress(one: Collecting) -> Component:
    part = one.ended / one.asked if one.asked else 1
    lost = one.failed / one.asked if one.asked else 0
    bar = html.Div(
        [html.Div(className="came", style={"width": f"{100 * (part - lost):.2f}%"}),
         html.Div(className="lost", style={"width": f"{100 * lost:.2f}%"})],
        className="progress",
        role="progressbar",
        **{"aria-label": one.title, "aria-valuenow": round(100 * part), "aria-valuemin": 0, "aria-valuemax": 100},
    )  # fmt: skip
    head = [html.Strong(one.title), html.Span(f"{one.ended:,} of {one.asked:,}"), _failures(one.failed)]
    tail = [html.Span(_pace(one.rate)), html.Span(_left(one)), html.Span(f"began {moment(one.began_at)} UTC")]
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


def _left(one: Collecting) -> str:
    return f"{span(one.seconds_left)} left" if one.seconds_left is not None else "time left not known yet"


def before(collections: Sequence[Collecting]) -> Component:
    """List the collections that are over."""
    over = [one for one in collections if one.stage is not Stage.RUNNING]
    if not over:
        return html.P("None yet.", className="fine")
    head = ("Collection", "State", "Asked", "Ended", "Failed", "Pace", "Took", "Began (UTC)")
    return table(head, [_over(one) for one in over], "Earlier collections")


def _over(one: Collecting) -> list[Component]:
    took = span((one.ended_at - one.began_at).total_seconds()) if one.ended_at else NONE
    pace = _pace(one.rate) if one.rate else NONE
    broken = one.stage is Stage.BROKEN_OFF
    state = html.Span(one.stage.value, className="state broken" if broken else "state")
    return [one.title, state, f"{one.asked:,}", f"{one.ended:,}", _count(one.failed), pace, took, moment(one.began_at)]


def by_source(sources: Sequence[SourceUnits]) -> Component:
    """List the sources with their units and sessions by state; what failed leads to its rows."""
    if not sources:
        return html.P("Nothing was ever asked for here.", className="fine")
    head = ("Source", "Units ok", "Unchanged", "Failed", "Sessions complete", "Sessions partial", "Sessions failed")
    return table(head, [_source(one) for one in sources], "Units and sessions by source")


def _source(one: SourceUnits) -> list[Component]:
    href = f"/runs?state=failed&source={one.source}"
    failed = dcc.Link(f"{one.failed:,}", href=href, className="state failed") if one.failed else "0"
    sessions = [f"{one.complete_sessions:,}", _count(one.partial_sessions), _count(one.failed_sessions)]
    return [one.source, f"{one.ok:,}", f"{one.unchanged:,}", failed, *sessions]


def said_of(asking: Asking, wrong: str) -> Component:
    """Say how the asking again stands, or why it was not begun."""
    said = wrong or asking.said
    if not said:
        return None
    return html.P(said, className="asking wrong" if wrong or asking.wrong else "asking")


def _count(count: int) -> Any:
    return html.Span(f"{count:,}", className="state failed") if count else "0"
