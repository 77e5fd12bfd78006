"""Models in the registry and how they do since: what they were on held-out days, what became of their forecasts."""

from collections.abc import Sequence

from dash import html

from topheavy.answers.models.facts import LiveScore, Registered
from topheavy.core.text import GAP, NONE, day, percent
from topheavy.web.components.table import table
from topheavy.web.frame.page import Component
from topheavy.web.pages.scoreboard.verdict import held_out, ratio

TRAIN = "topheavy forecast train --model drift"


def registry(models: Sequence[Registered]) -> Component:
    """List the registered models by the question they answer, the champion first."""
    if not models:
        return [html.P("No model is registered here yet. To train and register one:"), html.Pre(TRAIN)]
    head = ("Question", "Stands as", "Model", "Version", "Trained until", "Held-out error ÷ naive's", "That is")
    return table(head, [_model(one) for one in models], "Registered models")


def _model(one: Registered) -> list[Component]:
    alias = (
        html.Span(one.alias, className=f"alias {one.alias}") if one.alias else html.Span("earlier", className="fine")
    )
    said = held_out(one.ratio_low, one.ratio_high, one.p)
    style = {"better than naive": "better", "worse than naive": "worse"}.get(said, "chance")
    verdict = html.Span(said, className=f"verdict {style}")
    return [one.name, alias, one.title, str(one.version), day(one.trained_until), _interval(one), verdict]


def _interval(one: Registered) -> Component:
    figure = html.Strong(ratio(one.ratio))
    if one.ratio_low is None or one.ratio_high is None:
        return figure
    return [figure, html.Small(f"{ratio(one.ratio_low)}{GAP}–{GAP}{ratio(one.ratio_high)}")]


def live(scores: Sequence[LiveScore]) -> Component:
    """List what became of recorded forecasts, and whether a model does worse than its backtest promised."""
    if not scores:
        said = "No forecast is recorded here yet. To write forecasts down, and to score them once their day has come:"
        return [html.P(said), html.Pre("topheavy forecast predict\ntopheavy forecast score")]
    head = ("Question", "Version", "Model", "Recorded", "Ahead of the fact", "Came due", "Error ÷ naive's",
            "In the interval", "Drift")  # fmt: skip
    alarms = [_alarm(one) for one in scores if one.drift.alarm]
    notes = [_note(one) for one in scores if not one.drift.alarm and not one.drift.watched]
    return [*alarms, table(head, [_score(one) for one in scores], "Live scores"), *notes]


def _score(one: LiveScore) -> list[Component]:
    held = NONE if one.coverage is None else f"{percent(one.coverage)} of {percent(one.level, 0)}"
    came = html.Span(
        f"{one.scored:,}", title=f"{day(one.since)} to {day(one.until)}" if one.since and one.until else ""
    )
    return [one.name, str(one.version), one.model, f"{one.recorded:,}", f"{one.ahead:,}", came,
            html.Strong(ratio(one.ratio)), held, _drift(one)]  # fmt: skip


def _drift(one: LiveScore) -> Component:
    if one.drift.alarm:
        return html.Span("drift", className="state failed", title=one.drift.said)
    return html.Span("none" if one.drift.watched else "not watched", title=one.drift.said)


def _alarm(one: LiveScore) -> Component:
    return html.P([html.Strong(f"{one.name} {one.version} ({one.model}): "), f"{one.drift.said}."],
                  className="asking wrong", role="alert")  # fmt: skip


def _note(one: LiveScore) -> Component:
    return html.P(f"{one.name} {one.version}: {one.drift.said}.", className="fine")
