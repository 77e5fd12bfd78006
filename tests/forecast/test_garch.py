"""GARCH: parameters found again in a simulated market, and forecasts as arch and the recursion make them."""

import numpy as np
import pytest

from support.histories import days
from topheavy.forecast.methods.statistics import LOOKBACK
from topheavy.forecast.models.garch import MODEL, parameters
from topheavy.forecast.panel import Matrix, Panel
from topheavy.forecast.target import target
from topheavy.forecast.task import Task, task
from topheavy.forecast.volatility import OfVariances

OMEGA, ALPHA, BETA = 4e-6, 0.1, 0.85


def simulated(sessions: int, seed: int = 8) -> Matrix:
    """Squared returns of a GARCH(1,1) market."""
    normal = np.random.default_rng(seed).normal(0, 1, sessions)
    squares, variance = np.zeros(sessions), OMEGA / (1 - ALPHA - BETA)
    for at in range(sessions):
        squares[at] = variance * normal[at] ** 2
        variance = OMEGA + ALPHA * squares[at] + BETA * variance
    return squares


def learned(horizon: int, sessions: int = 800) -> tuple[Task, OfVariances]:
    one = task(Panel(days(sessions), ("A",), simulated(sessions)[:, None]), target("volatility"), horizon)
    fitted = MODEL.learn(one)
    assert isinstance(fitted, OfVariances)
    return one, fitted


def test_parameters_are_found_again() -> None:
    omega, alpha, beta = parameters(simulated(6_000))
    assert alpha == pytest.approx(ALPHA, abs=0.025)
    assert beta == pytest.approx(BETA, abs=0.04)
    assert omega / (1 - alpha - beta) == pytest.approx(OMEGA / (1 - ALPHA - BETA), rel=0.15)


@pytest.mark.parametrize("horizon", [1, 5, 21])
def test_the_variance_ahead_is_that_which_arch_forecasts(horizon: int) -> None:
    from arch import arch_model

    one, fitted = learned(horizon)
    returns = np.exp(one.x[:, 0])
    scale = np.sqrt((returns**2).mean())
    model = arch_model(returns / scale, mean="Zero", vol="GARCH", rescale=False).fit(disp="off")
    theirs = model.forecast(horizon=horizon).variance.to_numpy()[-1].mean() * scale**2
    ahead = (np.exp(2 * one.x[-LOOKBACK:, 0]) * fitted.weights[0]).sum() + fitted.constants[0]
    assert ahead == pytest.approx(theirs, rel=1e-3)


def test_errors_of_the_logarithm_in_training_average_to_nought() -> None:
    one, fitted = learned(5)
    errors = one.change - fitted.predict(one.x, np.arange(len(one.x)))
    assert np.nanmean(errors) == pytest.approx(0.0, abs=1e-9)
    assert abs(fitted.lift[0]) > 0.01
