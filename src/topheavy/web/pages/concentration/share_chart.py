"""The course over time as a figure: the group's share, the index's total below it, and what both rest on."""

from datetime import date, timedelta
from math import ceil, floor, log10

from topheavy.answers.choice import Choice
from topheavy.core.text import between, day, percent
from topheavy.web.frame.theme import LIGHT, Look, template
from topheavy.web.pages.concentration.chart_data import COVERAGE, SHARE, TOTAL, Figure, Scene
from topheavy.web.pages.concentration.chart_marks import annotations, points, shapes
from topheavy.web.services import View

_UNITS = ((1e12, "T"), (1e9, "B"), (1e6, "M"))


def course(view: View, choice: Choice, look: Look, reach: str) -> Figure:
    """Draw the whole course, on the range chosen."""
    scene = Scene(view, choice, look, reach)
    unit, letter = _unit(scene)
    top = max((share for share in scene.shares if share is not None), default=0.1)
    return {
        "data": [_area(scene), _band(scene), _line(scene), _total(scene, unit, letter), _coverage(scene),
                 *points(scene)],
        "layout": {
            "template": template(look),
            "margin": {"l": 46, "r": 18, "t": 8, "b": 38},
            "hovermode": "x unified",
            "hoversubplots": "axis",
            "hoverdistance": _reach_of_hover(scene),
            "xaxis": _time(scene),
            "yaxis": {"domain": SHARE, "range": [0, 118 * top], "ticksuffix": "%", "nticks": 5},
            "yaxis2": {"domain": TOTAL, "range": _padded(scene, unit), "tickmode": "array",
                       "tickvals": _round_values(*_padded(scene, unit))},
            "yaxis3": {"domain": COVERAGE, "range": [0, 1.02], "tickvals": [0, 1], "ticktext": ["0", "100%"],
                       "showgrid": False},
            "shapes": shapes(scene),
            "annotations": annotations(scene, letter),
        },
    }  # fmt: skip


def in_words(view: View, choice: Choice) -> str:
    """Describe the figure in a sentence, for those who cannot see it."""
    scene = Scene(view, choice, LIGHT, "All")
    stated = [(share, item.session) for share, item in zip(scene.shares, scene.days, strict=True) if share is not None]
    if not stated:
        return "No share is stated on any day."
    low, high = min(stated), max(stated)
    return (
        f"From {day(stated[0][1])} to {day(stated[-1][1])} the share moved between {percent(low[0])} "
        f"({day(low[1])}) and {percent(high[0])} ({day(high[1])})."
    )


def _area(scene: Scene) -> Figure:
    """Draw the ground under the line; each stretch begins and ends at zero, so that it does not run into the next."""
    x: list[date] = []
    y: list[float] = []
    for why, places in scene.stretches():
        if not why:
            sessions = [scene.days[place].session for place in places]
            x += [sessions[0], *sessions, sessions[-1]]
            y += [0.0, *(100 * (scene.shares[place] or 0) for place in places), 0.0]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"width": 0},
        "fill": "tozeroy",
        "fillcolor": scene.look.accent_soft,
        "hoverinfo": "skip",
    }


def _band(scene: Scene) -> Figure:
    """Draw between what the share is at least and at most; each stretch is a ring of its own."""
    x: list[date | None] = []
    y: list[float | None] = []
    for why, places in scene.stretches():
        if not why:
            low, high = ([100 * (scene.bands[place][end] or 0) for place in places] for end in (0, 1))
            sessions = [scene.days[place].session for place in places]
            x += [*sessions, *reversed(sessions), None]
            y += [*low, *reversed(high), None]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "band",
        "x": x,
        "y": y,
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": scene.look.accent,
        "opacity": 0.25,
        "hoverinfo": "skip",
    }


def _line(scene: Scene) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "share",
        "x": [item.session for item in scene.days],
        "y": [None if share is None else 100 * share for share in scene.shares],
        "customdata": [f" ({band})" if (band := between(*ends, 2)) else "" for ends in scene.bands],
        "line": {"color": scene.look.accent, "width": 2.25},
        "hovertemplate": f"<b>%{{y:.2f}} %</b> of the {scene.choice.index.noun}%{{customdata}}<extra></extra>",
    }


def _total(scene: Scene, unit: float, letter: str) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "total",
        "x": [item.session for item in scene.days],
        "y": [None if item.total is None else item.total / unit for item in scene.days],
        "yaxis": "y2",
        "line": {"color": scene.look.muted, "width": 1.5},
        "hovertemplate": f"total $%{{y:,.1f}} {letter}<extra></extra>",
    }


def _coverage(scene: Scene) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "coverage",
        "x": [item.session for item in scene.days],
        "y": [item.coverage for item in scene.days],
        "customdata": [item.how for item in scene.days],
        "yaxis": "y3",
        "line": {"color": scene.look.rest, "width": 1},
        "fill": "tozeroy",
        "fillcolor": scene.look.faint,
        "hovertemplate": "coverage %{y:.1%} (%{customdata})<extra></extra>",
    }


def _time(scene: Scene) -> Figure:
    shown = (scene.until - scene.since).days
    margin = timedelta(days=max(1, shown // 90))
    since = scene.since - margin if scene.since == scene.days[0].session else scene.since
    return {
        "type": "date",
        "anchor": "y3",
        "range": [since, scene.until + margin],
        "hoverformat": "%A %-d %B %Y",
        "nticks": 8,
        "tickformat": "%b\n%Y" if shown > 100 else "%-d %b\n%Y",
        "tickangle": 0,
    }


def _reach_of_hover(scene: Scene) -> int:
    """Return how far, in pixels, a point is felt: enough to reach the next day, too little to reach another repair."""
    shown = sum(item.session >= scene.since for item in scene.days)
    return max(8, 700 // max(shown, 1))


def _unit(scene: Scene) -> tuple[float, str]:
    top = max((item.total or 0 for item in scene.days), default=0)
    return next(((scale, letter) for scale, letter in _UNITS if top >= scale), (1.0, ""))


def _round_values(low: float, high: float) -> list[float]:
    """Return two or three round values between ``low`` and ``high``, to be read at the axis of a panel this low.

    >>> _round_values(24.1, 54.0), _round_values(0.47, 0.52), _round_values(97.0, 131.0)
    ([30.0, 40.0, 50.0], [0.48, 0.5, 0.52], [100.0, 120.0])
    """
    size = 10.0 ** floor(log10((high - low) / 2))
    steps = (size * part for part in (5, 2, 1))
    places, step = next((within, step) for step in steps if len(within := _multiples(low, high, step)) > 1)
    shown = places if len(places) < 4 else [place for place in places if place % 2 == 0]
    return [round(place * step, 10) for place in shown]


def _multiples(low: float, high: float, step: float) -> range:
    """Return which multiples of a step lie between two values; one that lies there but for rounding is one."""
    return range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)


def _padded(scene: Scene, unit: float) -> list[float]:
    """Return the range of totals in sight, with room around it."""
    shown = [item.total / unit for item in scene.days if item.total is not None and item.session >= scene.since]
    low, high = min(shown, default=0.0), max(shown, default=1.0)
    room = 0.12 * (high - low) or 0.5 * (high or 1)
    return [low - room, high + room]
