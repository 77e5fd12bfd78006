"""How a live market stands, in a sentence and five figures; and what to do where nothing streams."""

from collections.abc import Sequence
from datetime import datetime

from dash import html

from topheavy.answers.live.facts import Flow, Live, SecondRate, SinkStage
from topheavy.core.clock import NEW_YORK
from topheavy.core.text import GAP, NONE, counted, day, moment, sentence, span
from topheavy.core.units import SourceKind
from topheavy.web.frame.page import Component
from topheavy.web.frame.world import world_of
from topheavy.web.services import View

MODES = {SourceKind.VENDOR: "LIVE", SourceKind.FILE: "REPLAY", SourceKind.SIMULATED: "SIMULATED"}
_FLOWING = {
    SourceKind.VENDOR: "Live, at ",
    SourceKind.FILE: "Played again, at ",
    SourceKind.SIMULATED: "A made-up market, at ",
}
_MEANING = {
    SourceKind.VENDOR: "Trades as a vendor sends them.",
    SourceKind.FILE: "What once happened is played again from a file: figures are of that moment, not of today.",
    SourceKind.SIMULATED: "This market never was: no figure here is about a real company.",
}
PRACTICE = "topheavy stream feed simulator --rate 500 --sink"
SILENT = 5.0
"""Seconds without a word from a sink that is at work, after which one is told."""


def head(live: Live, view: View) -> Component:
    """Say whether a market streams and which kind it is, in plain sight."""
    match live.flow:
        case Flow.STREAMING:
            state = _streaming(live)
        case Flow.REPEATING:
            state = _repeating(live)
        case Flow.QUIET:
            state = _quiet(live)
        case Flow.STOPPED:
            state = _stopped(live, view)
        case Flow.NEVER:
            state = _never(view)
    return [html.Div(modes(live), className="modes"), *state, *_notes(live)]


def modes(live: Live) -> list[Component]:
    """Return LIVE, REPLAY or SIMULATED, each kind that streams; greyed where it does not any more."""
    still = "" if live.flow is Flow.STREAMING else " still"
    shown = [html.Span(MODES[kind], className=f"mode {kind.value}{still}") for kind in live.kinds]
    if live.flow is Flow.STREAMING:
        return shown
    word = {Flow.REPEATING: "REPEATED", Flow.QUIET: "WAITING", Flow.STOPPED: "STOPPED", Flow.NEVER: "NOTHING STREAMS"}[
        live.flow
    ]
    return [html.Span(word, className="mode"), *([html.Span("was", className="fine"), *shown] if shown else [])]


def _streaming(live: Live) -> list[Component]:
    first = live.kinds[0] if len(live.kinds) == 1 else SourceKind.VENDOR
    pace = html.Span(counted(round(live.rate), "trade") + " a second", className="figure")
    return [
        html.H1([_FLOWING[first] if len(live.kinds) == 1 else "At ", pace]),
        html.P([f"{live.securities:,} {'security' if live.securities == 1 else 'securities'}. ", *_clock(live)],
               className="when"),
        *(html.P(_MEANING[kind], className="fine") for kind in live.kinds),
    ]  # fmt: skip


def _clock(live: Live) -> list[Component]:
    if live.newest_trade is None:
        return []
    here = live.newest_trade.astimezone(NEW_YORK)
    return ["The newest trade was at ", html.Strong(f"{here:%H:%M:%S}"), f" in New York on {day(here.date())}."]


def _repeating(live: Live) -> list[Component]:
    return [
        html.H1("What comes is in the tables already"),
        html.P(f"{counted(live.repeated, 'record')} came again. Each trade is kept once, so nothing changes here until "
               "a new one comes.", className="when"),
    ]  # fmt: skip


def _quiet(live: Live) -> list[Component]:
    since = f" since {moment(last)} UTC" if (last := _last(live)) else ""
    return [
        html.H1("The sink listens, and nothing comes"),
        html.P(f"No new trade{since}. Start a feed in another terminal:", className="when"),
        html.Pre("topheavy stream replay trades.parquet --speed 10\ntopheavy stream feed simulator --rate 2000"),
    ]


def _stopped(live: Live, view: View) -> list[Component]:
    last = _last(live) if live.prices else None
    stood = f"Below is how it stood when a sink was last heard of, {moment(last)} UTC." if last else ""
    made_up = [html.P("A made-up market in one process, without a Kafka:"), html.Pre(_practice(view))]
    real = [
        html.P("To go on where the tables end, with the Kafka it came from:"),
        html.Pre(f"{_home(view)}topheavy stream sink"),
    ]
    ways = made_up + real if live.kinds == (SourceKind.SIMULATED,) else real + made_up
    return [html.H1("Nothing streams now"), html.P(stood, className="when"), *ways]


def _never(view: View) -> list[Component]:
    return [
        html.H1("No market was followed here yet"),
        html.P("Trades go through Kafka into the tables, once each, and onto this page. To try it with a made-up "
               "market, in one process and without a Kafka:", className="when"),
        html.Pre(_practice(view)),
        html.P("With a Kafka, each line in a terminal of its own:"),
        html.Pre(f"make kafka\n{_home(view)}export TOPHEAVY_KAFKA=127.0.0.1:9092\ntopheavy stream sink\n"
                 "topheavy stream replay trades.parquet --speed 10"),
        html.P("This page shows it from the first second on.", className="fine"),
    ]  # fmt: skip


def _practice(view: View) -> str:
    """Return what begins a made-up market: here, or in a home of its own where this one holds real data."""
    if world_of(view) == "real":
        own = "export TOPHEAVY_HOME=.topheavy-live"
        return f"{own}  # made-up trades never share a home with real data\n{PRACTICE} &\ntopheavy serve"
    return f"{_home(view)}{PRACTICE}"


def _home(view: View) -> str:
    return f"export TOPHEAVY_HOME={view.home}\n"


def _last(live: Live) -> datetime | None:
    return max((sink.said_at for sink in live.sinks), default=None)


def _notes(live: Live) -> list[Component]:
    """Tell what is amiss: a sink that broke off or is silent, partitions that nobody follows, clocks that differ."""
    warnings = [f"Sink {sink.part} of {sink.topic} broke off: {sink.why or 'its process is gone'}."
                for sink in live.sinks if sink.stage is SinkStage.BROKEN_OFF]  # fmt: skip
    warnings += [f"Sink {sink.part} of {sink.topic} has not been heard of for {span(sink.silent)}: is its broker there?"
                 for sink in live.sinks if sink.stage is SinkStage.RUNNING and sink.silent > SILENT]  # fmt: skip
    warnings += [live.missing] if live.missing else []
    if live.ahead:
        warnings.append(
            f"The newest trade's clock is {span(live.ahead)} ahead of this machine's: one of them is wrong."
        )
    return [html.P(sentence(text), className="asking wrong", role="alert") for text in warnings]


def tiles(live: Live) -> Component:
    """Show the stream's own figures; nothing where none ever was."""
    if live.flow is Flow.NEVER:
        return None
    return [
        _tile("Throughput", f"{live.rate:,.0f}{GAP}/s", _spark(live.rates)),
        _tile("Behind", NONE if live.behind is None else f"{live.behind:,}", _behind(live)),
        _tile("Freshness", _age(live.age), _freshness(live)),
        _tile("Kept", f"{live.trades:,}", _kept(live)),
        _tile("Dead letters", f"{live.unreadable:,}", _dead(live)),
    ]


def _tile(label: str, figure: str, meaning: Component) -> Component:
    name = f"live-{label.lower().replace(' ', '-')}"
    return html.Div(
        [
            html.Div(label, className="label"),
            html.Div(figure, className="big", id=name),
            html.Div(meaning, className="meaning"),
        ],
        className="card tile",
    )


def _spark(rates: Sequence[SecondRate]) -> Component:
    """Draw the last minute's trades a second."""
    top = max((second.records for second in rates), default=0) or 1
    bars = [html.I(style={"height": f"{max(100 * second.records / top, 2):.0f}%"}) for second in rates]
    caption = f"trades a second over the last minute, {top:,} at most"
    return html.Div(bars, className="spark", role="img", title=caption, **{"aria-label": caption})


def _behind(live: Live) -> str:
    if live.behind is None:
        return "the broker has not said yet where the topic ends"
    return "messages not read yet" if live.behind else "all that the broker has is read"


def _age(age: float | None) -> str:
    """Write an age to a tenth of a second while that is a figure.

    >>> _age(0.84).replace(GAP, " "), _age(75.0), _age(None)
    ('0.8 s', '1 min 15 s', '—')
    """
    if age is None:
        return NONE
    return f"{age:.1f}{GAP}s" if age < 60 else span(age)


def _freshness(live: Live) -> str:
    kept = SourceKind.FILE in live.kinds or live.ahead
    return "since the last trades were kept" if kept else "since the newest trade was made"


def _kept(live: Live) -> str:
    again = f"; {live.repeated:,} more came again and were left out" if live.repeated else ""
    return f"new trades in the table since the sink began{again}"


def _dead(live: Live) -> Component:
    newest = next((sink for sink in live.sinks if sink.newest_dead), None)
    if newest is None:
        return "every message could be read"
    return [f"in {newest.topic}.dead, the last: ", html.Span(newest.newest_dead, title=newest.newest_dead)]
