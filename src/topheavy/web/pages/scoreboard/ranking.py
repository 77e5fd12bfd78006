"""Who stands where: every model's error as a part of naive's, with its interval, on one axis, and what that means."""

from collections.abc import Sequence
from math import log
from typing import Any

from dash import dcc, html

from topheavy.answers.models.facts import NAIVE, Backtested, Standing, Trial
from topheavy.answers.models.selection import Looked
from topheavy.core.text import GAP, NONE, counted, day, moment, number, percent
from topheavy.web.frame.page import Component
from topheavy.web.frame.world import SIMULATED, badge
from topheavy.web.pages.scoreboard.verdict import QUOTED, answer, chance, kind, of_how_many, ratio, subject, what

REACHES = (1.01, 1.02, 1.05, 1.1, 1.2, 1.5, 2.0, 5.0, 20.0)
"""How far the axis may reach to either side of 1; the smallest is taken that holds most models' intervals."""

MOST = 0.7

_SHIFTED = "It follows what was, not what comes: moved back by the horizon, its line is the actual one."


def headline(looked: Looked) -> Component:
    """State whether anything beats naive, of what, when, and what that rests on."""
    trial = looked.trial
    count, finding = answer(looked.models)
    figure = [html.Span(finding, className="figure"), " "] if finding else []
    title = [f"{count} ", *figure, f"{QUOTED} for {what(trial)} of {of_how_many(trial)}"]
    return html.Section(
        [
            html.Div(
                [
                    badge(trial.source_kind) if trial.source_kind == SIMULATED else None,
                    html.H1(title, id="scoreboard-answer"),
                    html.P(f"{subject(trial)}, {day(trial.since)} to {day(trial.until)}", className="when"),
                    _best(looked.models),
                ],
                className="said",
            ),
            _rests_on(trial, looked.models),
        ],
        className="card headline",
        **{"aria-label": "The answer"},
    )


def _best(models: Sequence[Standing]) -> Component:
    best = next((model for model in models if model.better), None)
    if best is None:
        return None
    return html.P(["Best: ", html.Strong(best.title), f", with {ratio(best.ratio)} times naive's error"],
                  className="change")  # fmt: skip


def _rests_on(trial: Trial, models: Sequence[Standing]) -> Component:
    most = max((model.forecasts for model in models), default=0)
    origins = max((model.origins for model in models), default=0)
    return html.Div(
        [
            html.Div("Rests on", className="label"),
            html.Div([html.Strong(f"{most:,}"), " forecasts a model"], className="coverage"),
            html.P(f"{counted(origins, 'origin')}, models fitted anew every {counted(trial.step, 'session')} on "
                   f"{'all that was known' if trial.window == 'expanding' else 'a window of fixed length'} by then."),
            html.P(f"Backtest of {moment(trial.made_at)[:16]} UTC, publication {trial.snapshot[:12]}, "
                   f"topheavy {trial.code_version}, seed {trial.seed}.", className="fine"),
        ],
        className="rests",
    )  # fmt: skip


def standings(looked: Looked) -> Component:
    """List the models, naive first, each with its place on the axis, its p-value, and what that says in words."""
    shown = looked.models
    reach = reach_of(shown)
    traded = next((model.hold_sharpe for model in shown if model.hold_sharpe is not None), None)
    labels = [f"In {percent(looked.trial.level, 0)} interval", *([] if traded is None else ["Sharpe, net"])]
    last = [] if traded is None else [f"Sharpe, net (hold {number(traded, 2)})"]
    head = ["Model", _axis(reach), "Error ÷ naive's", "p, Holm", "Verdict", "Direction", labels[0], *last]
    rows = [_row(model, looked, reach, labels) for model in shown]
    styles = {1: "axis", 4: "said"}
    names = [html.Th(text, scope="col", className=styles.get(at, "")) for at, text in enumerate(head)]
    table = html.Table(
        [html.Thead(html.Tr(names)), html.Tbody(rows)],
        className="plain standings",
        id="scoreboard-standings-table",
        **{"aria-label": "Models beside tomorrow = today"},
    )
    return html.Div(table, className="wide", tabIndex=0, role="region", **{"aria-label": "The standings"})


def horizons(accounts: Sequence[Backtested], looked: Looked) -> Component:
    """List the models' ratios at every horizon that the target was tried at; a column leads to its horizon."""
    by_model = [{model.model: model for model in account.models} for account in accounts]
    names = {model.model: model for account in accounts for model in account.models if not model.failed}
    head = [html.Th("Model", scope="col"), *(html.Th(_ahead(account, looked), scope="col") for account in accounts)]
    rows = [
        html.Tr([html.Th(model.title, scope="row"), *(html.Td(_small(standings.get(name))) for standings in by_model)])
        for name, model in names.items()
    ]
    table = html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="plain horizons",
                       **{"aria-label": "Error ÷ naive's at every horizon"})  # fmt: skip
    wide = html.Div(table, className="wide", tabIndex=0, role="region", **{"aria-label": "Every horizon"})
    marks = {kind(model): model.skill for every in accounts for model in every.models if not model.failed}
    return [
        html.P(
            [html.Span(meaning, className=f"verdict {mark}") for mark, meaning in marks.items()], className="legend"
        ),
        wide,
    ]


def _ahead(backtest: Backtested, looked: Looked) -> Component:
    text = f"{counted(backtest.horizon, 'session')} ahead"
    here = backtest.horizon == looked.trial.horizon
    href = f"/scoreboard{looked.search(horizon=str(backtest.horizon), run='', model='')}"
    return html.Strong(text) if here else dcc.Link(text, href=href)


def _small(standing: Standing | None) -> Component:
    if standing is None or standing.failed:
        return NONE
    hint = f"{standing.skill}; p after Holm {chance(standing.p_holm)}"
    words = [ratio(standing.ratio), html.Span(standing.skill, className="unseen")]
    return html.Span(words, className=f"verdict {kind(standing)}", title=hint)


def reach_of(models: Sequence[Standing]) -> float:
    """Return how far the axis reaches: far enough for most models' intervals; what lies beyond is cut with an arrow."""
    ends = sorted(
        max(abs(log(end)) for end in (model.ratio_low or model.ratio, model.ratio_high or model.ratio))
        for model in models
        if model.ratio and model.model != NAIVE
    )
    if not ends:
        return REACHES[0]
    wanted = ends[min(int(MOST * len(ends)), len(ends) - 1)]
    return next((reach for reach in REACHES if log(reach) >= wanted), REACHES[-1])


def place(value: float, reach: float) -> float:
    """Return where a ratio stands on the axis, in percent from the left; the axis is logarithmic, 1 is its middle.

    >>> place(1, 2), place(2, 2), place(0.5, 2), place(9, 2)
    (50.0, 100.0, 0.0, 100.0)
    """
    return 50 + 50 * max(-1.0, min(1.0, log(value) / log(reach)))


def _axis(reach: float) -> Component:
    ends = [html.Span(number(value, 2)) for value in (1 / reach, 1, reach)]
    return [html.Div([html.Span("← better"), html.Span("worse →")], className="sides"),
            html.Div(ends, className="sides")]  # fmt: skip


def _row(standing: Standing, looked: Looked, reach: float, labels: Sequence[str]) -> Component:
    here = looked.model is not None and standing.model == looked.model.model
    if standing.failed:
        cells = [
            html.Td(
                ["not scored: ", html.Span(standing.failed, className="fine")],
                colSpan=5 + len(labels),
                className="cause",
            )
        ]
        return html.Tr([html.Th(standing.title, scope="row"), *cells], className="out")
    cells = [
        _cell(_track(standing, reach), "", "axis"),
        _cell(_ratio(standing), "Error ÷ naive's"),
        _cell(NONE if standing.model == NAIVE else chance(standing.p_holm), "p, Holm"),
        _cell(html.Span(standing.skill, className=f"verdict {kind(standing)}"), "", "said"),
        _cell(_hits(standing), "Direction"),
        _cell(percent(standing.coverage), labels[0]),
    ]
    if labels[1:]:
        cells.append(_cell(number(standing.net_sharpe, 2), labels[1]))
    return html.Tr(
        [html.Th(_name(standing, looked), scope="row"), *cells],
        className=f"{kind(standing)}{' chosen' if here else ''}",
    )


def _name(standing: Standing, looked: Looked) -> list[Component]:
    link = dcc.Link(standing.title, href=f"/scoreboard{looked.search(model=standing.model)}")
    if not standing.lagged_copy or standing.model == NAIVE:
        return [link]
    return [link, html.Span("lagged copy", className="tag", title=_SHIFTED)]


def _cell(inside: Any, label: str, style: str = "") -> Component:
    return html.Td(inside, className=style, **{"data-label": label} if label else {})


def _ratio(standing: Standing) -> list[Component]:
    figure = html.Strong(ratio(standing.ratio))
    if standing.model == NAIVE or standing.ratio_low is None or standing.ratio_high is None:
        return [figure]
    return [figure, html.Small(f"{ratio(standing.ratio_low)}{GAP}–{GAP}{ratio(standing.ratio_high)}")]


def _hits(standing: Standing) -> list[Component]:
    if standing.hit_rate is None:
        return [NONE]
    low, high = standing.hit_low, standing.hit_high
    interval = [] if low is None or high is None else [html.Small(f"{100 * low:.0f}{GAP}–{GAP}{100 * high:.0f}")]
    return [percent(standing.hit_rate), *interval]


def _track(standing: Standing, reach: float) -> Component:
    """Draw the interval and the dot; a dot beyond the axis is an arrow at its end."""
    if standing.ratio is None:
        return None
    at = place(standing.ratio, reach)
    low, high = (
        place(end, reach) for end in (standing.ratio_low or standing.ratio, standing.ratio_high or standing.ratio)
    )
    beyond = abs(log(standing.ratio)) > log(reach)
    dot = html.I("▶" if at > 50 else "◀", className=f"beyond {'right' if at > 50 else 'left'}")
    if not beyond:
        dot = html.I(className="dot", style={"left": f"{at:.2f}%"})
    span = html.I(className="span", style={"left": f"{low:.2f}%", "width": f"{high - low:.2f}%"})
    marks = [span, dot] if high > low else [dot]
    return html.Div(
        marks, className="lane", role="img", **{"aria-label": f"{ratio(standing.ratio)} times naive's error"}
    )
