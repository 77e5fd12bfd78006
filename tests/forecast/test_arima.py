"""ARIMA against statsmodels: what it estimates, which order it picks, and the forecasts it makes."""

from dataclasses import replace

import numpy as np
import pytest

from support.histories import task_of
from topheavy.forecast.methods.arma import Arma, fit
from topheavy.forecast.models.arima import MODEL, best, on_levels
from topheavy.forecast.panel import Matrix


def arma(ar: list[float], ma: list[float], series: int = 2, sessions: int = 1_000, seed: int = 6) -> Matrix:
    shocks = np.random.default_rng(seed).normal(0, 1, (sessions, series))
    x = np.zeros_like(shocks)
    for at in range(sessions):
        before = sum(weight * x[at - 1 - lag] for lag, weight in enumerate(ar) if at > lag)
        x[at] = before + shocks[at] + sum(weight * shocks[at - 1 - lag] for lag, weight in enumerate(ma) if at > lag)
    return x


@pytest.mark.parametrize(
    ("ar", "ma"), [([0.6], []), ([], [-0.5]), ([0.95], [-0.7]), ([0.5, 0.3], []), ([1.2, -0.4], [0.5])]
)
def test_parameters_are_those_of_maximum_likelihood(ar: list[float], ma: list[float]) -> None:
    from statsmodels.tsa.arima.model import ARIMA

    x = arma(ar, ma)
    model, squares = fit(x, (len(ar), len(ma)), np.zeros(2))
    for at in range(2):
        theirs = ARIMA(x[:, at], order=(len(ar), 0, len(ma)), trend="n").fit(method="innovations_mle")
        assert model.ar[:, at] == pytest.approx(theirs.arparams, abs=0.02)
        assert model.ma[:, at] == pytest.approx(theirs.maparams, abs=0.02)
        assert squares[at] / len(x) == pytest.approx(theirs.params[-1], rel=0.01)


@pytest.mark.parametrize("horizon", [1, 5])
def test_forecasts_are_those_of_statsmodels_with_the_same_parameters(horizon: int) -> None:
    from statsmodels.tsa.arima.model import ARIMA

    window = arma([0.5, 0.3], [-0.4, 0.2])[-300:] + 3
    model = Arma(np.array([[0.5, 0.9], [0.3, 0.0]]), np.array([[-0.4, -0.6], [0.2, 0.0]]), np.array([3.0, 2.5]))
    said = model.path(window[:, :, None], horizon)[:, :, 0]
    for at in range(2):
        given = [model.mean[at], *model.ar[:, at], *model.ma[:, at], 1.0]
        theirs = ARIMA(window[:, at], order=(2, 0, 2), trend="c").smooth(given).forecast(horizon)
        assert said[:, at] == pytest.approx(theirs, abs=1e-9)


def test_the_order_is_found_and_noise_has_none() -> None:
    def shape(x: Matrix) -> list[tuple[int, int]]:
        found = best(x, constants=(False,))
        return [((ar != 0).sum(), (ma != 0).sum()) for ar, ma in zip(found.ar.T, found.ma.T, strict=True)]

    assert shape(arma([], [], 20)).count((0, 0)) >= 14
    assert shape(arma([0.5, 0.3], [], 10)).count((2, 0)) >= 9
    assert (0, 0) not in shape(arma([0.3], [], 10))


def test_a_price_is_forecast_by_its_steps_and_its_level_does_not_matter() -> None:
    one = task_of("price", 5)
    x = np.cumsum(arma([0.6], [], 3, 400), axis=0)
    fitted = MODEL.learn(replace(one, x=x))
    at = np.array([300, 399])
    change = fitted.predict(x, at)
    assert fitted.predict(x + 100, at) == pytest.approx(change, abs=1e-9)
    expected = (x[at] - x[at - 1]) * sum(0.6**step for step in range(1, 6))
    assert np.corrcoef(change.ravel(), expected.ravel())[0, 1] > 0.9


def test_only_a_series_with_a_unit_root_is_differenced() -> None:
    walks = np.cumsum(arma([], [], 2, 400), axis=0)
    one = replace(task_of("volatility"), x=np.hstack([arma([0.5], [], 1, 400), walks]))
    assert on_levels(one).tolist() == [True, False, False]
    assert not on_levels(task_of("price")).any()
    levels, differences = (MODEL.learn(one).predict(one.x + shift, np.array([399]))[0] for shift in (0.0, 1.0))
    assert differences[0] < levels[0] - 0.2
    assert differences[1:] == pytest.approx(levels[1:])


def test_roots_stay_within_the_unit_circle() -> None:
    exploding = np.exp(0.02 * np.arange(400))[:, None] * np.array([1.0, -1.0])
    for order in ((1, 0), (2, 0), (2, 2)):
        model, _ = fit(exploding, order, np.zeros(2))
        assert np.abs(model.path(exploding[:, :, None], 21)).max() <= 1.01 * np.abs(exploding).max()
