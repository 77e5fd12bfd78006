"""Volatility's "now", and forecasts that are sums of variances, against sums written out."""

import numpy as np
import pytest

from support.histories import task_of
from topheavy.forecast.methods.linear import Linear
from topheavy.forecast.volatility import OfVariances, over, surplus

X = np.log(np.array([[1.0], [2.0], [3.0], [6.0]]))  # roots of variances 1, 4, 9, 36


def test_now_is_the_newest_value_but_for_volatility_over_several_sessions() -> None:
    assert [over(task_of(name, 5)) for name in ("price", "return", "share", "volatility")] == [1, 1, 1, 5]
    one = task_of("volatility", 5)
    at = np.array([4, 200, 399])
    assert one.x[at] + surplus(one.x, 5, at) == pytest.approx(one.now[at], abs=1e-12)


def test_a_linear_forecast_says_a_change_of_now() -> None:
    doubled = Linear(np.array([[0.0, 1.0]]), np.array([0.5]), over=3)
    root = np.sqrt((4 + 9 + 36) / 3)
    said = doubled.predict(X, np.array([1, 3]))
    assert said[1, 0] == pytest.approx(2 * np.log(6) + 0.5 - np.log(root))
    assert np.isnan(said[0, 0])


def test_a_sum_of_variances_becomes_a_change_of_the_logarithm_of_the_root() -> None:
    model = OfVariances(np.array([[0.25, 0.5]]), np.array([1.0]), np.array([0.1]), over=2)
    ahead = 0.25 * 9 + 0.5 * 36 + 1
    said = model.predict(X, np.array([0, 3]))
    assert said[1, 0] == pytest.approx(0.5 * np.log(ahead) + 0.1 - 0.5 * np.log((9 + 36) / 2))
    assert np.isnan(said[0, 0])
