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
    return table(head, [_model(model) for model in models], "Registered models")


def _model(model: Registered) -> list[Component]:
    alias = (
        html.Span(model.alias, className=f"alias {model.alias}")
        if model.alias
        else html.Span("earlier", className="fine")
    )
    finding = held_out(model.ratio_low, model.ratio_high, model.p)
    style = {"better than naive": "better", "worse than naive": "worse"}.get(finding, "chance")
    verdict = html.Span(finding, className=f"verdict {style}")
    return [model.name, alias, model.title, str(model.version), day(model.trained_until), _interval(model), verdict]


def _interval(model: Registered) -> Component:
    figure = html.Strong(ratio(model.ratio))
    if model.ratio_low is None or model.ratio_high is None:
        return figure
    return [figure, html.Small(f"{ratio(model.ratio_low)}{GAP}–{GAP}{ratio(model.ratio_high)}")]


def live(scores: Sequence[LiveScore]) -> Component:
    """List what became of recorded forecasts, and whether a model does worse than its backtest promised."""
    if not scores:
        advice = "No forecast is recorded here yet. To write forecasts down, and to score them once their day has come:"
        return [html.P(advice), html.Pre("topheavy forecast predict\ntopheavy forecast score")]
    head = ("Question", "Version", "Model", "Recorded", "Ahead of the fact", "Came due", "Error ÷ naive's",
            "In the interval", "Drift")  # fmt: skip
    alarms = [_alarm(score) for score in scores if score.drift.alarm]
    notes = [_note(score) for score in scores if not score.drift.alarm and not score.drift.watched]
    return [*alarms, table(head, [_score(score) for score in scores], "Live scores"), *notes]


def _score(score: LiveScore) -> list[Component]:
    within = NONE if score.coverage is None else f"{percent(score.coverage)} of {percent(score.level, 0)}"
    came = html.Span(
        f"{score.scored:,}", title=f"{day(score.since)} to {day(score.until)}" if score.since and score.until else ""
    )
    return [score.name, str(score.version), score.model, f"{score.recorded:,}", f"{score.ahead:,}", came,
            html.Strong(ratio(score.ratio)), within, _drift(score)]  # fmt: skip


def _drift(score: LiveScore) -> Component:
    if score.drift.alarm:
        return html.Span("drift", className="state failed", title=score.drift.said)
    return html.Span("none" if score.drift.watched else "not watched", title=score.drift.said)


def _alarm(score: LiveScore) -> Component:
    return html.P([html.Strong(f"{score.name} {score.version} ({score.model}): "), f"{score.drift.said}."],
                  className="asking wrong", role="alert")  # fmt: skip


def _note(score: LiveScore) -> Component:
    return html.P(f"{score.name} {score.version}: {score.drift.said}.", className="fine")
