"""A security's newest minutes as a figure: a candle each, the shares traded under it, and its last price."""

from collections.abc import Sequence
from typing import Any

from topheavy.answers.live.facts import LiveMinute
from topheavy.core.clock import NEW_YORK
from topheavy.core.text import counted
from topheavy.web.frame.theme import Look, template

Figure = dict[str, Any]
PRICE, VOLUME = (0.27, 1.0), (0.0, 0.18)
"""The two panels' parts of the height."""

TICKS = 5
NARROW = 20
"""So many places are kept, so that the first candles are not as broad as a barn."""


def chart(minutes: Sequence[LiveMinute], last: float | None, look: Look, stamp: str) -> Figure:
    """Draw the minutes; ``stamp`` is written across where the market never was."""
    at = [_local(minute) for minute in minutes]
    return {
        "data": [_candles(minutes, at, look), _average(minutes, at, look), _volume(minutes, at, look)],
        "layout": {
            "template": template(look),
            "margin": {"l": 62, "r": 62, "t": 10, "b": 40},
            "hovermode": "x unified",
            "hoversubplots": "axis",
            "bargap": 0.35,
            "uirevision": "same",
            "xaxis": {"type": "category", "anchor": "y2", "rangeslider": {"visible": False}, "tickangle": 0,
                      "range": [-0.7, max(len(at), NARROW) - 0.3], **_ticks(at)},
            "yaxis": {"domain": PRICE, "nticks": 6, "tickformat": ",.2f"},
            "yaxis2": {"domain": VOLUME, "nticks": 2, "rangemode": "tozero", "tickformat": "~s"},
            "shapes": _line(last, look),
            "annotations": [*_label(last, look), *_stamp(stamp, look)],
        },
    }  # fmt: skip


def blank() -> Figure:
    """Draw nothing, on the page's own ground."""
    nothing = {"visible": False}
    return {"data": [], "layout": {"paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
                                   "xaxis": nothing, "yaxis": nothing}}  # fmt: skip


def in_words(security: str, minutes: Sequence[LiveMinute]) -> str:
    """Describe the figure in a sentence, for those who cannot see it."""
    if not minutes:
        return f"{security} has no minute yet."
    low, high = min(minute.low for minute in minutes), max(minute.high for minute in minutes)
    shares = sum(minute.volume for minute in minutes)
    still = "" if minutes[-1].final else " The last one is still open."
    return (
        f"{counted(len(minutes), 'minute')} with trades, {_local(minutes[0])} to {_local(minutes[-1])} in New York: "
        f"{low:,.2f} to {high:,.2f}, {shares:,.0f} shares, the dots their average price.{still}"
    )


def _local(minute: LiveMinute) -> str:
    """Write a minute in New York's time; minutes without trades, and nights, take no place in the figure."""
    return f"{minute.minute.astimezone(NEW_YORK):%Y-%m-%d %H:%M}"


def _ticks(at: list[str]) -> Figure:
    """Write the time under every so many minutes, and the day where it is another than before."""
    places = range(0, len(at), max(1, -(-max(len(at), NARROW) // TICKS)))
    days = ["", *(at[place][:10] for place in places)]
    texts = [at[place][11:] + ("" if at[place][:10] == before else f"<br>{at[place][:10]}")
             for place, before in zip(places, days, strict=False)]  # fmt: skip
    return {"tickmode": "array", "tickvals": list(places), "ticktext": texts}


def _candles(minutes: Sequence[LiveMinute], at: list[str], look: Look) -> Figure:
    up = {"line": {"color": look.accent, "width": 1.2}, "fillcolor": look.accent}
    down = {"line": {"color": look.muted, "width": 1.2}, "fillcolor": look.card}
    figures = {name: [getattr(minute, name) for minute in minutes] for name in ("open", "high", "low", "close")}
    return {"type": "candlestick", "name": "price", "x": at, **figures, "increasing": up, "decreasing": down,
            "yhoverformat": ",.2f"}  # fmt: skip


def _average(minutes: Sequence[LiveMinute], at: list[str], look: Look) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "average",
        "x": at,
        "y": [minute.vwap for minute in minutes],
        "marker": {"size": 3.5, "color": look.ink},
        "hovertemplate": "average %{y:,.2f}<extra></extra>",
    }


def _volume(minutes: Sequence[LiveMinute], at: list[str], look: Look) -> Figure:
    return {
        "type": "bar",
        "name": "shares",
        "x": at,
        "y": [minute.volume for minute in minutes],
        "yaxis": "y2",
        "marker": {"color": [look.rest if minute.final else look.accent for minute in minutes]},
        "hovertemplate": "%{y:,.0f} shares<extra></extra>",
    }


def _line(last: float | None, look: Look) -> list[Figure]:
    if last is None:
        return []
    line = {"color": look.accent, "width": 1, "dash": "dot"}
    return [{"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": last, "y1": last, "line": line, "layer": "below"}]


def _label(last: float | None, look: Look) -> list[Figure]:
    if last is None:
        return []
    at = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 4, "y": last, "yanchor": "middle", "showarrow": False}
    return [{"text": f"<b>{last:,.2f}</b>", "font": {"size": 12, "color": look.accent}, **at}]


def _stamp(stamp: str, look: Look) -> list[Figure]:
    """Write what kind of market it is into the figure itself, for the day it is cut out and sent on."""
    at = {"xref": "paper", "yref": "paper", "x": 0.5, "y": 0.62, "opacity": 0.22, "showarrow": False}
    return [{"text": f"<b>{stamp}</b>", "font": {"size": 34, "color": look.muted}, **at}] if stamp else []
