"""What is marked in the figure of the course: repairs, chosen days, withheld stretches, who joined and left."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby, pairwise
from typing import Any

from topheavy.answers import concentration, evidence, indices
from topheavy.answers import repairs as answers_repairs
from topheavy.answers.indices import Level
from topheavy.answers.repairs import ActingRepair
from topheavy.core.text import day, percent
from topheavy.web.pages.concentration.chart_data import COVERAGE, SHARE, TOTAL, Figure, Scene

TOLD = 2
"""So many repairs of one day are told on hovering; all of them are listed under the figure."""


def points(scene: Scene) -> list[Figure]:
    """Return the marks that are points: repairs on the share's axis, the chosen days on its line."""
    return [*_repairs(scene), *_chosen(scene)]


def shapes(scene: Scene) -> list[Figure]:
    """Return the marks that are lines and stretches."""
    return [*_unstated(scene), *_verticals(scene), _floor(scene)]


def annotations(scene: Scene, letter: str) -> list[Figure]:
    """Return the marks that are words."""
    return [*_titles(scene, letter), *_day_labels(scene), *_changes_of_membership(scene), *_stamp(scene)]


def _repairs(scene: Scene) -> Iterator[Figure]:
    """Mark each day on which a repair begins to act."""
    repairs = answers_repairs.acting_repairs(scene.view, scene.choice.index.index)
    by_day = [(session, list(group)) for session, group in groupby(repairs, key=lambda item: item.acts_from)]
    if by_day:
        edge = {"color": scene.look.muted, "width": 1.5}
        yield {
            "type": "scatter",
            "mode": "markers",
            "name": "repairs",
            "x": [session for session, _ in by_day],
            "y": [0 for _ in by_day],
            "text": [_told(session, group) for session, group in by_day],
            "marker": {"symbol": "diamond", "size": 9, "color": scene.look.card, "line": edge},
            "cliponaxis": False,
            "hovertemplate": "%{text}<extra></extra>",
        }


def _told(session: date, repairs: list[ActingRepair]) -> str:
    """Tell a day's repairs; the day is named because the pointer may be beside it."""
    lines = [f"◆ <b>from {day(session)}</b>"]
    for repair in repairs[:TOLD]:
        state = "" if repair.active else " (switched off)"
        lines += [f"{repair.security}, {repair.rule.replace('_', ' ')}{state}:", *_wrapped(repair.evidence)]
    more = len(repairs) - TOLD
    return "<br>".join(lines + ([f"and {more} more, listed below"] if more > 0 else []))


def _wrapped(text: str, width: int = 46) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _chosen(scene: Scene) -> Iterator[Figure]:
    for session, colour in ((scene.choice.compare, scene.look.muted), (scene.choice.on, scene.look.accent)):
        share = scene.share_on(session)
        if share is not None:
            yield {
                "type": "scatter",
                "mode": "markers",
                "x": [session],
                "y": [100 * share],
                "marker": {"size": 10, "color": colour, "line": {"color": scene.look.card, "width": 2}},
                "hoverinfo": "skip",
                "cliponaxis": False,
            }


def _unstated(scene: Scene) -> Iterator[Figure]:
    """Grey every stretch on which no share is stated, as far as the line is broken, and say why."""
    for why, places in scene.stretches():
        if why:
            font = {"size": 11, "color": scene.look.muted}
            yield {
                "type": "rect",
                "yref": "y domain",
                "x0": scene.days[max(places[0] - 1, 0)].session,
                "x1": scene.days[min(places[-1] + 1, len(scene.days) - 1)].session,
                "y0": 0,
                "y1": 1,
                "fillcolor": scene.look.faint,
                "line": {"width": 0},
                "label": {"text": why, "font": font, "textposition": "top center"},
            }


def _verticals(scene: Scene) -> Iterator[Figure]:
    choice, look = scene.choice, scene.look
    for session, colour, dash in ((choice.compare, look.muted, "dot"), (choice.on, look.accent, "solid")):
        if session:
            yield {
                "type": "line",
                "yref": "paper",
                "x0": session,
                "x1": session,
                "y0": 0,
                "y1": SHARE[1],
                "line": {"color": colour, "width": 1, "dash": dash},
                "layer": "below",
            }


def _floor(scene: Scene) -> Figure:
    floor = indices.about(scene.view).coverage_floor
    line = {"color": scene.look.muted, "width": 1, "dash": "dot"}
    return {"type": "line", "xref": "paper", "yref": "y3", "x0": 0, "x1": 1, "y0": floor, "y1": floor, "line": line}


def _titles(scene: Scene, letter: str) -> Iterator[Figure]:
    choice = scene.choice
    what = choice.group.title if choice.group else "Ten largest"
    low = min(item.coverage for item in scene.days)
    panels = ((SHARE, f"<b>{what} in {choice.index.title}</b>, share"), (TOTAL, f"<b>Total value</b>, $ {letter}"),
              (COVERAGE, f"<b>Coverage by weight</b>, lowest {percent(low)}"))  # fmt: skip
    for (_, top), text in panels:
        at = {"xref": "paper", "yref": "paper", "x": 0, "y": top, "xanchor": "left", "yanchor": "bottom", "yshift": 4}
        yield _note(text, scene.look.muted, **at)


def _day_labels(scene: Scene) -> Iterator[Figure]:
    """Write the chosen days at the foot of their lines, on the side that has room; never one over the other."""
    choice = scene.choice
    yield _day_label(scene, choice.on, f"<b>{day(choice.on)}</b>", scene.look.accent)
    apart = choice.compare and abs(choice.on - choice.compare) > (scene.until - scene.since) / 3
    if choice.compare and apart and choice.compare >= scene.since:
        yield _day_label(scene, choice.compare, day(choice.compare), scene.look.muted)


def _day_label(scene: Scene, session: date, text: str, colour: str) -> Figure:
    at = {"x": session, "y": 0, "yref": "y3 domain", "yshift": 4, "yanchor": "bottom"}
    return _note(text, colour, **at, xanchor=_side(scene, session))


def _changes_of_membership(scene: Scene) -> Iterator[Figure]:
    """Name who came into the index or left it: such a step in the share is no move of the market."""
    for before, after in pairwise(scene.group.values()):
        if before.members != after.members:
            at = {"x": after.session, "y": 0, "yref": "y domain", "ay": -30, "showarrow": True}
            text = _moved(scene, before.session, after.session)
            yield _note(text, scene.look.muted, **at, xanchor=_side(scene, after.session))


def _moved(scene: Scene, before: date, after: date) -> str:
    then, now = _inside(scene, before), _inside(scene, after)
    come = sorted(now[issuer] for issuer in now.keys() - then.keys())
    gone = sorted(then[issuer] for issuer in then.keys() - now.keys())
    moves = (f"{', '.join(come)} joins" if come else "", f"{', '.join(gone)} leaves" if gone else "")
    return "; ".join(text for text in moves if text)


def _inside(scene: Scene, session: date) -> dict[str, str]:
    """Return the group's issuers that are in the index on a day, each with its symbol."""
    group = scene.choice.group.group if scene.choice.group else ""
    issuers = concentration.issuers_of(scene.view, group, session)
    members = concentration.members(scene.view, scene.choice.index.index, Level.ISSUER, session)
    return {item.issuer: item.security for item in members if item.issuer in issuers}


def _side(scene: Scene, session: date) -> str:
    """Return the side of a day's line on which words have room."""
    return "left" if session - scene.since < scene.until - session else "right"


def _stamp(scene: Scene) -> list[Figure]:
    """Write SIMULATED into the figure itself, for the day it is cut out and sent on."""
    if evidence.noted(scene.view)["world"] != "simulated":
        return []
    at = {"xref": "paper", "yref": "paper", "x": 0.5, "y": 0.7, "opacity": 0.3}
    stamp = _note("<b>SIMULATED</b>", scene.look.muted, **at)
    return [stamp | {"font": {"size": 34, "color": scene.look.muted}}]


def _note(text: str, colour: str, **place: Any) -> Figure:
    return {"text": text, "showarrow": False, "font": {"size": 12, "color": colour}, "arrowcolor": colour,
            "arrowhead": 0, "arrowwidth": 1, "ax": 0, **place}  # fmt: skip
