"""Two charts of the same forecasts: the line beside what came, which persuades, and its loss to naive, which tells."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from dash import html

from topheavy.answers.models.facts import Single
from topheavy.answers.models.selection import Looked
from topheavy.core.text import counted, day, number
from topheavy.web.frame.page import Component
from topheavy.web.frame.theme import Look, template
from topheavy.web.frame.world import SIMULATED
from topheavy.web.pages.scoreboard.verdict import QUOTED, ratio

Figure = dict[str, Any]

RANGES = {"3M": 91, "1Y": 366, "All": 0}
"""Range buttons: how many days back from the last session; zero is everything."""

FLATTERING = 0.5
"""From this R² of naive's on, the chart flatters any model: what comes is close to what is there."""


def beside(looked: Looked, singles: Sequence[Single], look: Look, reach: str) -> Figure:
    """Draw the forecast with its interval over what came."""
    digits = "$,.2f" if looked.trial.target == "price" else ".2%"
    high = _line(singles, lambda single: single.high, "rgba(0,0,0,0)", 0) | {"hoverinfo": "skip"}
    low = _line(singles, lambda single: single.low, "rgba(0,0,0,0)", 0)
    band = low | {"fill": "tonexty", "fillcolor": look.accent_soft, "hoverinfo": "skip"}
    came = _line(singles, lambda single: single.actual, look.ink, 1.25) | {
        "hovertemplate": f"came %{{y:{digits}}}<extra></extra>"
    }
    forecast = _line(singles, lambda single: single.value, look.accent, 2.5) | {
        "hovertemplate": f"forecast <b>%{{y:{digits}}}</b><extra></extra>"
    }
    axis = {"nticks": 5, "tickprefix": "$"} if looked.trial.target == "price" else {"nticks": 5, "tickformat": ".1~%"}
    seen = [single for single in singles if single.session >= _since(singles, reach)]
    notes = [_title(f"<b>{looked.series}</b>, {looked.trial.target}, {ahead(looked)}", look), *_stamp(looked, look)]
    return _figure([high, band, forecast, came], axis | {"range": _room(seen)}, singles, look, reach, notes)


def telling(looked: Looked, singles: Sequence[Single], look: Look, reach: str) -> Figure:
    """Draw what the model has lost to naive so far: up where it loses, down where it gains."""
    wins = bool(singles) and singles[-1].lost < 0
    line = _line(singles, lambda single: single.lost, look.accent if wins else look.ink, 2) | {
        "fill": "tozeroy",
        "fillcolor": look.accent_soft if wins else look.faint,
        "hovertemplate": "<b>%{y:+.2f}</b> of naive's mean squared error<extra></extra>",
    }
    zero = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 0, "y1": 0,
            "line": {"color": look.muted, "width": 1, "dash": "dot"}}  # fmt: skip
    notes = [_title("<b>Error against naive</b>: ▲ loses, ▼ gains", look), *_stamp(looked, look)]
    figure = _figure([line], {"nticks": 5, "tickformat": "~s"}, singles, look, reach, notes)
    figure["layout"]["shapes"] = [zero]
    return figure


def persuading_words(singles: Sequence[Single]) -> Component:
    """Say why the chart on the left persuades, with the R² that it shows and that naive's would show."""
    came = [single.actual for single in singles]
    own, other = _r2(came, [single.value for single in singles]), _r2(came, [single.naive for single in singles])
    if other is None or other < FLATTERING:
        return [html.Strong("Nothing to hide behind. "), "Repeating today follows this line badly, so a forecast "
                f"that follows it knows something. R² of this chart: {number(own, 3)}; of {QUOTED}: ",
                html.Strong(number(other, 3)), "."]  # fmt: skip
    return [html.Strong("This chart persuades. "), "The lines lie close because what comes is close to what is there, "
            f"and any model may repeat that. R² of this chart: {number(own, 3)}. R² of {QUOTED} on the same days: ",
            html.Strong(number(other, 3)), "."]  # fmt: skip


def telling_words(looked: Looked, singles: Sequence[Single]) -> Component:
    """Say what the chart on the right tells, and how it ends."""
    model = looked.model.title if looked.model else ""
    part = 1 + singles[-1].lost / len(singles)
    rises = singles[-1].lost > 0
    return [html.Strong("This chart tells. "), f"Squared errors so far, less those of {QUOTED}: the line rises when "
            f"repeating today would have been closer. It ends {'above' if rises else 'at or below'} zero: for "
            f"{looked.series}, the mean squared error of {model} was {ratio(part)} times naive's."]  # fmt: skip


def _line(singles: Sequence[Single], value: Callable[[Single], float | None], colour: str, width: float) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [single.session for single in singles],
        "y": [value(single) for single in singles],
        "line": {"color": colour, "width": width},
    }


def _figure(
    data: list[Figure], axis: Figure, singles: Sequence[Single], look: Look, reach: str, notes: list[Figure]
) -> Figure:
    since, until = _since(singles, reach), singles[-1].session
    months = (until - since).days > 100
    return {
        "data": data,
        "layout": {
            "template": template(look),
            "margin": {"l": 52, "r": 12, "t": 30, "b": 38},
            "hovermode": "x unified",
            "xaxis": {"type": "date", "range": [since, until + timedelta(days=2)], "nticks": 6, "tickangle": 0,
                      "hoverformat": "%A %-d %B %Y", "tickformat": "%b\n%Y" if months else "%-d %b\n%Y"},
            "yaxis": axis,
            "annotations": notes,
        },
    }  # fmt: skip


def _since(singles: Sequence[Single], reach: str) -> date:
    first, last = singles[0].session, singles[-1].session
    back = RANGES.get(reach, 0)
    return max(first, last - timedelta(days=back)) if back else first


def _room(seen: Sequence[Single]) -> list[float]:
    """Return the range of what came, with room for forecasts around it; one far off does not flatten the rest."""
    came = [single.actual for single in seen]
    room = 0.2 * (max(came) - min(came)) or 0.1 * abs(max(came)) or 1.0
    low = min(came) - room
    return [max(low, 0.0) if min(came) >= 0 else low, max(came) + room]


def _r2(came: Sequence[float], forecasts: Sequence[float]) -> float | None:
    mean = sum(came) / len(came)
    spread = sum((value - mean) ** 2 for value in came)
    missed = sum((value - other) ** 2 for value, other in zip(came, forecasts, strict=True))
    return 1 - missed / spread if spread else None


def _title(text: str, look: Look) -> Figure:
    return {"text": text, "showarrow": False, "xref": "paper", "yref": "paper", "x": 0, "y": 1, "xanchor": "left",
            "yanchor": "bottom", "yshift": 6, "font": {"size": 12, "color": look.muted}}  # fmt: skip


def _stamp(looked: Looked, look: Look) -> list[Figure]:
    """Write SIMULATED into the figure itself, for the day it is cut out and sent on."""
    if looked.trial.source_kind != SIMULATED:
        return []
    return [{"text": "<b>SIMULATED</b>", "showarrow": False, "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5,
             "opacity": 0.3, "font": {"size": 30, "color": look.muted}}]  # fmt: skip


def ahead(looked: Looked) -> str:
    """Say how far ahead the forecasts are."""
    return f"{counted(looked.trial.horizon, 'session')} ahead"


def in_words(looked: Looked, singles: Sequence[Single]) -> str:
    """Say which forecasts are drawn."""
    level = f"{100 * looked.trial.level:.0f} %"
    return f"{len(singles):,} sessions, {day(singles[0].session)} to {day(singles[-1].session)}; interval of {level}"
