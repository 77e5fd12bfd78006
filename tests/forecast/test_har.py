"""HAR against least squares written out."""

import numpy as np
import pytest

from support.histories import task_of
from topheavy.forecast.models.har import MODEL


@pytest.mark.parametrize("horizon", [1, 5, 30])
def test_forecasts_are_those_of_least_squares_on_a_day_a_week_and_a_month(horizon: int) -> None:
    one = task_of("volatility", horizon).until(330)
    begin = max(20, horizon - 1)
    said = one.now[300] + MODEL.learn(one).predict(one.x, np.array([300]))[0]
    for series in range(3):
        x = one.x[:, series]
        rows = np.array([[1, x[at], x[at - 4 : at + 1].mean(), x[at - 20 : at + 1].mean()] for at in range(begin, 330)])
        found = np.linalg.lstsq(rows[:-horizon], one.outcome[begin:-horizon, series])[0]
        assert said[series] == pytest.approx(rows[300 - begin] @ found, abs=1e-9)


def test_it_beats_naive_where_volatility_comes_back_to_its_level() -> None:
    whole = task_of("volatility", 1, 800)
    fitted, later = MODEL.learn(whole.until(500)), np.arange(500, 799)
    came = whole.change[later]
    assert ((came - fitted.predict(whole.x, later)) ** 2).mean() < 0.7 * (came**2).mean()
