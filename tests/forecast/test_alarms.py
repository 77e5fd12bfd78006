"""Alarms ring when they should, and hardly ever when they should not."""

import math
from dataclasses import replace

import numpy as np
import pytest

from support.histories import task_of, walk
from support.strange_models import PEEKING
from topheavy.core.errors import ForecastError
from topheavy.forecast.model import models
from topheavy.forecast.panel import Matrix
from topheavy.forecast.scoring.alarms import LEAST, follows, looks_ahead, worsening
from topheavy.forecast.target import target
from topheavy.forecast.task import Task, task
from topheavy.forecast.windows import Origins

NOISE = np.random.default_rng(12)
each_horizon = pytest.mark.parametrize("horizon", [1, 5])


def asked(one: Task) -> Origins:
    return np.arange(100, len(one.sessions) - one.horizon)


def last_move(one: Task, origins: Origins) -> Matrix:
    return one.x[origins] - one.x[origins - 1]


# lagged copies


@each_horizon
def test_naive_is_a_lagged_copy_by_definition(horizon: int) -> None:
    one = task_of("price", horizon, sessions=600)
    found = follows(one, asked(one), np.zeros_like(one.now[asked(one)]))
    assert (found.lag, found.copy, found.foresight) == (horizon, True, 0.0)
    assert found.at_lag == pytest.approx(1.0)


@each_horizon
def test_a_line_that_repeats_the_last_change_is_a_lagged_copy_and_its_echo_is_heard(horizon: int) -> None:
    one = task_of("price", horizon, sessions=600)
    found = follows(one, asked(one), 0.8 * last_move(one, asked(one)))
    assert found.copy
    assert found.lag == horizon
    assert found.echo == pytest.approx(1.0)
    assert found.at_lag > 0.8 > 0.2 > found.at_zero


def test_a_line_that_lags_two_sessions_behind_as_one_learned_from_levels_does_is_a_copy() -> None:
    one = task_of("price", sessions=600)
    found = follows(one, asked(one), -last_move(one, asked(one)))
    assert found.copy
    assert found.lag == 2


@each_horizon
def test_an_oracle_with_noise_is_none(horizon: int) -> None:
    one = task_of("price", horizon, sessions=600)
    came = one.change[asked(one)]
    found = follows(one, asked(one), came + NOISE.normal(0, came.std(), came.shape))
    assert not found.copy
    assert found.foresight > 5


@each_horizon
def test_a_faint_oracle_whose_line_looks_like_yesterdays_is_none(horizon: int) -> None:
    """A forecast that explains 4 % of what comes moves little: its line is nearly naive's, but it sees ahead."""
    one = task_of("price", horizon, sessions=2_000)
    came = one.change[asked(one)]
    found = follows(one, asked(one), 0.04 * (came + NOISE.normal(0, 5 * came.std(), came.shape)))
    assert found.lag == horizon
    assert found.at_lag > 0.8
    assert not found.copy


def test_one_that_knows_a_market_that_goes_on_as_before_is_none() -> None:
    one = task(walk(1_000, persistence=0.3), target("price"), 1)
    assert not follows(one, asked(one), 0.3 * last_move(one, asked(one))).copy


def test_a_line_of_its_own_is_no_copy_however_wrong() -> None:
    one = task_of("price", sessions=600)
    found = follows(one, asked(one), NOISE.normal(0, 0.2, one.now[asked(one)].shape))
    assert found.at_lag < 0.5
    assert not found.copy


@each_horizon
def test_changes_made_of_noise_are_called_a_copy_but_for_chance(horizon: int) -> None:
    """Noise has foresight at two standard errors in 2.3 % of trials: of 200, 12 or more once in a hundred runs."""
    told = 0
    for seed in range(200):
        one = task_of("price", horizon, sessions=350, series=1, seed=seed)
        told += not follows(one, asked(one), NOISE.normal(0, 0.004, one.now[asked(one)].shape)).copy
    assert told < 16


def test_a_series_that_came_later_does_not_matter() -> None:
    one = task_of("price", sessions=600)
    one.now[:300, 1] = math.nan
    assert follows(one, asked(one), np.zeros_like(one.now[asked(one)])).copy


def test_from_the_first_row_on_there_is_no_move_before() -> None:
    one = task_of("price", sessions=100)
    assert follows(one, np.arange(99), np.zeros((99, 3))).copy


# looking ahead


def test_a_model_that_sees_the_next_row_is_caught_and_an_honest_one_is_not() -> None:
    one, origins = task_of("return"), np.array([200, 250, 399])
    assert looks_ahead(PEEKING.learn(one), one.x, origins).tolist() == [200, 250], "after the last row there is none"
    assert looks_ahead(models()["drift"].learn(one), one.x, origins).tolist() == []


# worsening


def errors(rng: np.random.Generator, count: int, overlap: int = 1) -> Matrix:
    noise = rng.standard_t(5, count + overlap - 1)
    return np.abs(np.convolve(noise, np.ones(overlap), "valid"))


@each_horizon
def test_an_unchanged_model_rings_in_less_than_one_year_of_twenty(horizon: int) -> None:
    """200 models, a year each, with errors of heavy tails; a chance of 1 % was asked for."""
    rng = np.random.default_rng(21)
    rung = sum(
        worsening(errors(rng, 250, horizon), errors(rng, 750, horizon), horizon, seed=seed).alarm for seed in range(200)
    )
    assert rung / 200 < 0.05


@pytest.mark.parametrize(("horizon", "within"), [(1, 63), (5, 189)])
def test_errors_that_double_are_noticed(horizon: int, within: int) -> None:
    """Nine of ten within a quarter one session ahead; five ahead three quarters, as errors repeat each other."""
    rng, noticed = np.random.default_rng(22), 0
    for seed in range(100):
        live = np.concatenate([errors(rng, 60, horizon), 2 * errors(rng, within, horizon)])
        noticed += worsening(live, errors(rng, 750, horizon), horizon, seed=seed).at >= 60
    assert noticed >= 90


def test_smaller_errors_are_no_alarm_and_the_sum_is_by_hand() -> None:
    """Half of the known errors are 1, half 3: a 3 ranks at ¾, a 1 at ¼, a 4 above all, in units of 1/√12."""
    known = np.tile([1.0, 3.0], 100)
    calm = worsening(np.full(50, 1.0), known, 1)
    assert (calm.alarm, calm.height, calm.at) == (False, 0.0, -1)
    found = worsening(np.array([1.0, 3.0, 4.0, math.nan, 1.0]), known, 1)
    assert found.height == pytest.approx((1 / 4 + 1 / 2) * math.sqrt(12) - 2 * 0.25)
    assert replace(found, at=3).alarm


def test_it_says_when_the_threshold_was_passed_first() -> None:
    known = np.tile([1.0, 3.0], 100)
    found = worsening(np.full(60, 4.0), known, 1)
    step = math.sqrt(12) / 2 - 0.25
    assert found.at == math.floor(found.threshold / step)
    assert found.height == pytest.approx(60 * step)


def test_too_few_or_too_equal_errors_are_refused() -> None:
    with pytest.raises(ForecastError, match="10 errors of a backtest are too few"):
        worsening(np.ones(5), np.arange(10.0), 1)
    with pytest.raises(ForecastError, match="too alike"):
        worsening(np.ones(5), np.ones(LEAST), 1)
