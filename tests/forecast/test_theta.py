"""Theta against statsmodels."""

from dataclasses import replace

import numpy as np
import pytest

from support.histories import task_of
from topheavy.forecast.methods.statistics import LEAST
from topheavy.forecast.models.theta import MODEL, slope


@pytest.mark.parametrize("horizon", [1, 5, 21])
def test_forecasts_are_those_of_statsmodels(horizon: int) -> None:
    from statsmodels.tsa.forecasting.theta import ThetaModel

    rng = np.random.default_rng(2)
    drifting = np.cumsum(rng.normal([0.05, -0.02, 0.0], 0.3, (LEAST, 3)), axis=0)
    x = drifting + rng.normal(0, 0.5, drifting.shape) + 50
    one = replace(task_of("price", horizon, LEAST), x=x)
    said = x[-1] + MODEL.learn(one).predict(x, np.array([LEAST - 1]))[0]
    for at in range(3):
        theirs = ThetaModel(x[:, at], period=1, deseasonalize=False).fit().forecast(horizon)
        assert said[at] == pytest.approx(theirs.iloc[-1], abs=0.01)
        assert said[at] != pytest.approx(x[-1, at], abs=0.01)


def test_a_young_series_has_the_slope_of_its_own_sessions() -> None:
    x = np.full((50, 2), np.nan)
    x[:, 0] = np.random.default_rng(3).normal(0, 1, 50)
    x[20:, 1] = 7 + 0.3 * np.arange(30)
    assert slope(x) == pytest.approx([np.polyfit(np.arange(50), x[:, 0], 1)[0], 0.3])
