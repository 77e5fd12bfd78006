"""Evaluation: every figure of a row counted again the long way, and words that say no more than the figures."""

import math
from collections.abc import Callable
from dataclasses import astuple, replace

import numpy as np
import pytest
from scipy import stats

from support.histories import task_of, walk
from support.strange_models import ECHOING
from topheavy.core.errors import ForecastError, UsageError
from topheavy.forecast.backtest import Tried, backtest
from topheavy.forecast.folds import folds
from topheavy.forecast.model import models
from topheavy.forecast.scoring.evaluate import BETTER, NO_EVIDENCE, WORSE, YARDSTICK, Evaluation, evaluate
from topheavy.forecast.target import target
from topheavy.forecast.task import Task, task

NAIVE, DRIFT = models()["naive"], models()["drift"]
FOLDS = folds(300, first=120, step=60)


def rows(one: Task, tried: dict[str, Tried]) -> dict[str, Evaluation]:
    return {row.model: row for row in evaluate(one, tried)}


def imagined(like: Tried, name: str, change: np.ndarray) -> Tried:
    """What a model would have said, in place of one that was tried."""
    return replace(like, model=name, change=change, low=change - 0.03, high=change + 0.03)


@pytest.fixture(scope="module")
def one() -> Task:
    return task_of("price", sessions=300)


@pytest.fixture(scope="module")
def tried(one: Task) -> dict[str, Tried]:
    return backtest(one, [DRIFT, NAIVE], FOLDS).tried


def test_naive_comes_first_and_is_what_the_others_are_measured_by(one: Task, tried: dict[str, Tried]) -> None:
    first, other = evaluate(one, tried)
    assert (first.model, first.skill, first.ratio, first.p, first.lagged_copy) == ("naive", YARDSTICK, 1.0, 1.0, True)
    assert (other.model, other.skill) == ("drift", NO_EVIDENCE)


def test_a_row_counted_the_long_way(one: Task, tried: dict[str, Tried]) -> None:
    """Price by price and fold by fold, in plain loops."""
    drift = tried["drift"]
    errors, scaled, absolute, mine, naive, mean_errors, plain = [], [], [], [], [], [], []
    for place, origin in enumerate(drift.origins):
        cut = 120 + (origin - 120) // 60 * 60
        sessions: tuple[list[float], list[float]] = ([], [])
        for series in range(3):
            x = one.x[:, series]
            steps = [x[at + 1] - x[at] for at in range(cut - 1)]
            square = math.sqrt(sum(step**2 for step in steps) / len(steps))
            came, said = x[origin + 1] - x[origin], drift.change[place, series]
            errors.append(math.exp(x[origin + 1]) - math.exp(x[origin] + said))
            scaled.append((came - said) / square)
            absolute.append(abs(came - said) / (sum(map(abs, steps)) / len(steps)))
            mean_errors.append(came - sum(steps) / len(steps))
            plain.append(came - said)
            sessions[0].append(((came - said) / square) ** 2)
            sessions[1].append((came / square) ** 2)
        mine.append(sum(sessions[0]) / 3)
        naive.append(sum(sessions[1]) / 3)
    row = rows(one, tried)["drift"]
    assert row.mae == pytest.approx(sum(map(abs, errors)) / len(errors))
    assert row.rmse == pytest.approx(math.sqrt(sum(error**2 for error in errors) / len(errors)))
    assert row.mase == pytest.approx(sum(absolute) / len(absolute))
    assert row.rmsse == pytest.approx(math.sqrt(sum(error**2 for error in scaled) / len(scaled)))
    assert row.r2 == pytest.approx(1 - sum(e**2 for e in plain) / sum(e**2 for e in mean_errors))
    assert row.ratio == pytest.approx(math.sqrt(sum(mine) / sum(naive)))
    expected = stats.ttest_1samp(np.subtract(mine, naive), 0)
    assert (row.dm, row.p) == pytest.approx((expected.statistic, expected.pvalue))
    assert row.p_holm == row.p, "it is alone"
    assert row.ratio_low <= row.ratio <= row.ratio_high


def test_a_row_says_what_it_is_of(one: Task, tried: dict[str, Tried]) -> None:
    row = rows(one, tried)["drift"]
    assert (row.target, row.horizon, row.series, row.origins, row.forecasts, row.fits) == ("price", 1, 3, 179, 537, 3)
    assert (row.first, row.last) == (one.sessions[121].item(), one.sessions[299].item())
    assert (row.level, row.cost) == (0.8, 5.0)


def test_intervals_are_judged_in_the_targets_unit_where_there_are_any(one: Task, tried: dict[str, Tried]) -> None:
    drift, row = tried["drift"], rows(one, tried)["drift"]
    inside, widths, losses = [], [], []
    for place in range(60, 179):
        origin = drift.origins[place]
        for series in range(3):
            now, came = one.x[origin, series], math.exp(one.x[origin + 1, series])
            low, said, high = (math.exp(now + part[place, series]) for part in (drift.low, drift.change, drift.high))
            inside.append(low <= came <= high)
            widths.append(high - low)
            for quantile, value in ((0.1, low), (0.5, said), (0.9, high)):
                losses.append(quantile * (came - value) if came >= value else (1 - quantile) * (value - came))
    assert row.coverage == pytest.approx(sum(inside) / len(inside))
    assert row.width == pytest.approx(sum(widths) / len(widths))
    assert row.pinball == pytest.approx(sum(losses) / len(losses))


def test_a_single_fold_has_no_intervals_to_judge(one: Task) -> None:
    row = evaluate(one, backtest(one, [NAIVE], FOLDS[:1]).tried)[0]
    assert all(map(math.isnan, (row.coverage, row.width, row.pinball)))
    assert row.rmse > 0


def test_words_follow_the_figures(one: Task, tried: dict[str, Tried]) -> None:
    noise = np.random.default_rng(3).normal(0, 0.2, tried["naive"].change.shape)
    came = one.change[tried["naive"].origins]
    found = rows(
        one,
        tried
        | {"wild": imagined(tried["naive"], "wild", noise), "oracle": imagined(tried["naive"], "oracle", 0.5 * came)},
    )
    assert [row.model for row in found.values()] == ["naive", "oracle", "drift", "wild"]
    assert (found["oracle"].skill, found["wild"].skill, found["drift"].skill) == (BETTER, WORSE, NO_EVIDENCE)
    assert found["oracle"].ratio == pytest.approx(0.5)
    assert found["oracle"].hit_rate == 1.0
    assert found["oracle"].sharpe > 10 > found["oracle"].sharpe_hold
    assert [found[name].lagged_copy for name in found] == [True, False, True, False]
    assert found["drift"].p_holm == found["drift"].p, "the largest of the three"
    assert found["wild"].p_holm == pytest.approx(2 * found["wild"].p)


def test_many_models_are_not_allowed_one_lucky_hit_each() -> None:
    """One of forty that guess is below 5 % by itself; among forty it is no evidence."""
    one = task_of("return", sessions=300, series=1)
    naive = backtest(one, [NAIVE], FOLDS).tried["naive"]
    rng = np.random.default_rng(2)
    guesses = {str(n): imagined(naive, str(n), rng.normal(0, 0.0004, naive.change.shape)) for n in range(40)}
    found = rows(one, {"naive": naive} | guesses)
    assert any(row.p < 0.05 and row.dm < 0 for row in found.values())
    assert not any(row.skill == BETTER for row in found.values())


def test_where_a_model_says_nothing_it_is_compared_on_what_it_said(one: Task, tried: dict[str, Tried]) -> None:
    back = backtest(one, [NAIVE, DRIFT], FOLDS[:1]).tried
    part = back["drift"].change.copy()
    part[:20], part[:, 2] = math.nan, math.nan
    row = rows(one, back | {"part": imagined(back["drift"], "part", part)})["part"]
    came = np.diff(one.x[140:181, :2], axis=0)
    steps = np.diff(one.x[:120, :2], axis=0)
    square = (steps**2).mean(axis=0)
    mine, naive = ((came - steps.mean(axis=0)) ** 2 / square).mean(), (came**2 / square).mean()
    assert (row.series, row.origins, row.forecasts) == (2, 40, 80)
    assert row.ratio == pytest.approx(math.sqrt(mine / naive))


@pytest.mark.parametrize("name", ["volatility", "share"])
def test_what_cannot_be_bought_is_not_traded(name: str) -> None:
    one = task_of(name, sessions=300)
    row = evaluate(one, backtest(one, [NAIVE], FOLDS).tried)[0]
    assert all(map(math.isnan, (row.sharpe, row.sharpe_hold, row.earned, row.earned_hold, row.turnover, row.cost)))


def test_five_sessions_ahead_overlapping_errors_are_told_from_evidence() -> None:
    """A market that goes on as before: what is known of it shows one session ahead and fades five ahead."""
    near, far = (task(walk(1_200, persistence=0.4), target("return"), horizon) for horizon in (1, 5))
    found = [
        rows(
            one,
            backtest(one, [NAIVE, ECHOING], folds(1_200, first=300, step=300), params={"echoing": {"size": 0.4}}).tried,
        )["echoing"]
        for one in (near, far)
    ]
    assert [row.skill for row in found] == [BETTER, BETTER]
    assert found[0].ratio == pytest.approx(math.sqrt(1 - 0.4**2), abs=0.02), "the noise that is left"
    assert found[0].ratio < found[1].ratio < 1


@pytest.mark.parametrize(
    ("spoil", "wrong", "why"),
    [
        (lambda tried: {"drift": tried["drift"]}, UsageError, "naive was not tried"),
        (
            lambda tried: tried | {"drift": replace(tried["drift"], folds=tuple(FOLDS[:2]))},
            UsageError,
            "drift and naive were not tried at the same folds",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(
    one: Task,
    tried: dict[str, Tried],
    spoil: Callable[[dict[str, Tried]], dict[str, Tried]],
    wrong: type[Exception],
    why: str,
) -> None:
    with pytest.raises(wrong, match=why):
        evaluate(one, spoil(tried))


def test_too_few_sessions_are_refused() -> None:
    one = task_of("price", 21, sessions=200)
    with pytest.raises(ForecastError, match="29 sessions are too few to compare forecasts 21 ahead"):
        evaluate(one, backtest(one, [NAIVE], folds(200, first=150, step=60)).tried)


def test_the_same_seed_gives_the_same_row(one: Task, tried: dict[str, Tried]) -> None:
    assert astuple(rows(one, tried)["drift"]) == astuple(rows(one, tried)["drift"])


def test_a_flat_and_a_short_series_do_not_spoil_the_coverage_of_the_others() -> None:
    moved = walk(sessions=300, series=3)
    short = np.where(np.arange(300) < 241, np.nan, 40.0 + np.arange(300) / 100)
    values = np.column_stack([moved.values, np.full(300, 40.0), short])
    both = replace(moved, values=values, series=(*moved.series, "FLAT", "SHORT"))
    rates: list[float] = []
    for panel in (moved, both):
        asked = task(panel, target("price"), 1)
        row = evaluate(asked, backtest(asked, [NAIVE, DRIFT], FOLDS).tried)[0]
        rates.append(row.coverage)
    assert rates[0] == pytest.approx(rates[1], abs=0.01)
    assert rates[0] > 0.7
