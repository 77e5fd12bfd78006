"""Weights are found by trying a recursion out; a history too short gets none."""

import numpy as np
import pytest

from support.histories import task_of
from topheavy.forecast.methods.linear import Linear
from topheavy.forecast.methods.statistics import LEAST, akaike, filled, linear
from topheavy.forecast.models import arima, ets, garch, har, theta
from topheavy.forecast.windows import Cube


def halving(values: Cube, horizon: int) -> Cube:
    """One more than half of the sum of the last two values, at each step."""
    return np.stack([1 + (values[-1] + values[-2]) / 2 * step for step in range(1, horizon + 1)])


def test_a_recursion_becomes_weights_and_a_constant() -> None:
    one = task_of("price", 3)
    fitted = linear(one, halving, 4)
    assert fitted.weights.tolist() == [[0.0, 0.0, 1.5, 0.5]] * 3
    assert fitted.constants.tolist() == [1.0] * 3


def test_of_volatility_the_mean_of_all_steps_is_said_and_errors_average_to_nought() -> None:
    one = task_of("volatility", 3)
    fitted = linear(one, halving, 4)
    assert fitted.weights == pytest.approx(np.array([[0.0, 0.0, 1.0, 0.0]] * 3))
    errors = one.change - fitted.predict(one.x, np.arange(400))
    assert np.nanmean(errors, axis=0) == pytest.approx([0.0] * 3, abs=1e-12)


@pytest.mark.parametrize("model", [arima, ets, theta, garch, har], ids=lambda module: module.MODEL.name)
def test_a_series_of_too_few_values_is_not_fitted(model: object) -> None:
    one = task_of("volatility")
    one.x[: 300 - LEAST + 1, 1] = np.nan
    one.x[: 300 - LEAST, 2] = np.nan
    fitted = model.MODEL.learn(one.until(300))  # type: ignore[attr-defined]
    said = fitted.predict(one.x, np.array([399]))[0]
    assert np.isnan(said).tolist() == [False, True, False]
    assert isinstance(fitted, Linear) is (model is not garch)


def test_before_a_series_begins_its_first_value_stands() -> None:
    x = np.array([[np.nan, 1.0], [2.0, 3.0], [4.0, 5.0]])
    assert filled(x).tolist() == [[2.0, 1.0], [2.0, 3.0], [4.0, 5.0]]


def test_a_better_fit_has_to_pay_for_its_parameters() -> None:
    count = np.array([100])
    # 100·ln(1/100) + 2·3·100/96 = -460.517 + 6.25
    assert akaike(np.array([1.0]), count, 3)[0] == pytest.approx(-454.267, abs=1e-3)
    assert akaike(np.array([0.99]), count, 4)[0] > akaike(np.array([1.0]), count, 3)[0]
