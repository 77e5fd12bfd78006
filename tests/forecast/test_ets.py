"""Exponential smoothing against statsmodels: the parameters it finds, and the forecasts it makes with them."""

from dataclasses import replace

import numpy as np
import pytest

from support.histories import task_of
from topheavy.forecast.methods.smoothing import Smoothing, damped, simple
from topheavy.forecast.methods.statistics import LOOKBACK
from topheavy.forecast.model import Training
from topheavy.forecast.models.ets import MODEL
from topheavy.forecast.panel import Matrix


def wandering(seed: int = 4, sessions: int = 400) -> Matrix:
    """Levels seen through noise: the first hardly moves, the last does little else."""
    rng = np.random.default_rng(seed)
    levels = np.cumsum(rng.normal(0, [0.1, 0.4, 2.0], (sessions, 3)), axis=0)
    return levels + rng.normal(0, 1, levels.shape)


def trending(sessions: int = 400) -> Matrix:
    """A level whose slope goes on for a while."""
    rng = np.random.default_rng(9)
    slope = np.zeros((sessions, 2))
    for at in range(1, sessions):
        slope[at] = 0.95 * slope[at - 1] + rng.normal(0, 0.3, 2)
    return np.cumsum(slope, axis=0) + rng.normal(0, 0.3, slope.shape)


def test_simple_smoothing_has_the_parameter_that_statsmodels_finds() -> None:
    from statsmodels.tsa.api import SimpleExpSmoothing

    x = wandering()
    found, squares = simple(x)
    for at in range(3):
        theirs = SimpleExpSmoothing(x[:, at], initialization_method="known", initial_level=x[0, at]).fit()
        assert found.level[at] == pytest.approx(theirs.params["smoothing_level"], abs=0.003)
        assert squares[at] == pytest.approx(theirs.sse, rel=1e-4)


def test_a_damped_trend_fits_as_well_as_statsmodels_does() -> None:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    x = trending()
    _, squares = damped(x)
    for at in range(2):
        start = {"initialization_method": "known", "initial_level": x[0, at], "initial_trend": 0.0}
        theirs = ETSModel(x[:, at], trend="add", damped_trend=True, **start).fit(disp=False)
        assert squares[at] <= theirs.sse * 1.001


@pytest.mark.parametrize("horizon", [1, 5, 21])
def test_forecasts_are_those_of_statsmodels_with_the_same_parameters(horizon: int) -> None:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    window = trending()[-LOOKBACK:]
    smoothing = Smoothing(np.array([0.4, 0.9]), np.array([0.2, 0.05]), np.array([0.9, 0.98]))
    said = smoothing.path(window[:, :, None], horizon)[:, :, 0]
    for at in range(2):
        start = {"initialization_method": "known", "initial_level": window[0, at], "initial_trend": 0.0}
        model = ETSModel(window[:, at], trend="add", damped_trend=True, **start)
        given = [smoothing.level[at], smoothing.trend[at], smoothing.damping[at]]
        assert said[:, at] == pytest.approx(model.smooth(given).forecast(horizon), rel=1e-9)


def test_as_weights_it_says_what_the_recursion_says_at_every_origin() -> None:
    one = task_of("price", 5)
    one = replace(one, x=np.hstack([wandering()[:, :2], trending()[:, :1]]))
    fitted = MODEL.learn(one, Training())
    plain, trended = simple(one.x)[0], damped(one.x)[0]
    for origin in (200, 399):
        window = one.x[origin - LOOKBACK + 1 : origin + 1]
        said = window[-1] + fitted.predict(one.x, np.array([origin]))[0]
        expected = [each.path(window[:, :, None], 5)[-1, :, 0] for each in (plain, trended)]
        assert said == pytest.approx([expected[0][0], expected[0][1], expected[1][2]], rel=1e-9)
