"""The historical mean is a mean of returns, or a level that volatility goes back to."""

import numpy as np
import pytest

from support.histories import days, task_of
from topheavy.forecast.models.historical_mean import MODEL
from topheavy.forecast.panel import Panel
from topheavy.forecast.target import target
from topheavy.forecast.task import task


def test_the_mean_return_is_that_of_returns_and_not_of_their_logarithms() -> None:
    prices = np.array([[100.0], [200.0], [100.0], [200.0]])  # +100 %, −50 %, +100 %: 50 % on average
    one = task(Panel(days(4), ("A",), prices), target("return"), 1)
    change = MODEL.learn(one).predict(one.x, np.array([3]))
    assert one.target.said(one.now[3:], change)[0, 0] == pytest.approx(0.5)


@pytest.mark.parametrize("horizon", [1, 5])
def test_volatility_goes_back_to_its_mean_from_wherever_it_is(horizon: int) -> None:
    one = task_of("volatility", horizon).until(300)
    said = one.now[200:] + MODEL.learn(one).predict(one.x, np.arange(200, 300))
    known = one.outcome[horizon - 1 : 300 - horizon] if horizon == 1 else one.outcome[: 300 - horizon]
    assert said == pytest.approx(np.tile(known.mean(axis=0), (100, 1)))


def test_a_share_s_logit_moves_by_its_mean_change() -> None:
    one = task_of("share", 5)
    mean = (one.x[5:, 0] - one.x[:-5, 0]).mean()
    assert MODEL.learn(one).predict(one.x, np.array([399]))[0, 0] == pytest.approx(mean)
