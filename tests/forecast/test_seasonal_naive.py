"""Seasonal naive repeats last week, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from support.histories import task_of, variances
from topheavy.forecast.models.seasonal_naive import MODEL
from topheavy.forecast.target import target
from topheavy.forecast.task import task


@pytest.mark.parametrize(("horizon", "change"), [(1, 1.0), (2, 3.0), (5, 31.0), (7, 34.0)])
def test_a_price_moves_as_the_same_sessions_of_last_week_did(horizon: int, change: float) -> None:
    steps = np.array([100.0, 1.0, 2.0, 4.0, 8.0, 16.0])  # the last five are last week's
    one = replace(task_of("price", horizon), x=np.cumsum(steps)[:, None], series=("S0",))
    assert MODEL.learn(one).predict(one.x, np.array([5]))[0, 0] == pytest.approx(change)


@pytest.mark.parametrize("horizon", [1, 3, 21])
def test_volatility_is_that_of_the_same_sessions_of_last_week(horizon: int) -> None:
    panel = variances(60, 2)
    one = task(panel, target("volatility"), horizon)
    said = one.now[-1] + MODEL.learn(one).predict(one.x, np.array([59]))[0]
    week = panel.values[-5:]
    expected = np.mean([week[step % 5] for step in range(horizon)], axis=0)
    assert np.exp(said) == pytest.approx(np.sqrt(expected))


def test_five_sessions_ahead_it_is_naive_to_the_last_digit() -> None:
    one = task(variances(60, 2), target("volatility"), 5)
    assert (MODEL.learn(one).predict(one.x, np.arange(20, 60)) == 0.0).all()
