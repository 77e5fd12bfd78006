"""Ridge against least squares written out."""

import numpy as np
import pytest

from support.histories import task_of, walk
from topheavy.forecast.methods.linear import Linear
from topheavy.forecast.model import Training
from topheavy.forecast.models.ridge import MODEL
from topheavy.forecast.target import target
from topheavy.forecast.task import task


@pytest.mark.parametrize("penalty", [0.0, 0.5])
def test_weights_are_those_of_least_squares_with_a_penalty(penalty: float) -> None:
    one = task(walk(300, 2, persistence=0.3), target("price"), 2)
    steps = np.diff(one.x, axis=0)
    rows = [(steps[at - 3 : at, s][::-1], one.x[at + 2, s] - one.x[at, s]) for at in range(3, 298) for s in range(2)]
    seen, change = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    scaled = (seen - seen.mean(axis=0)) / seen.std(axis=0)
    shrink = np.sqrt(penalty * len(rows)) * np.eye(3)
    found = np.linalg.lstsq(np.vstack([scaled, shrink]), np.append(change - change.mean(), np.zeros(3)))[0]
    fitted = MODEL.learn(one, Training(params={"lags": 3, "penalty": penalty}))
    newest = (steps[-3:][::-1].T - seen.mean(axis=0)) / seen.std(axis=0)
    assert fitted.predict(one.x, np.array([299]))[0] == pytest.approx(newest @ found + change.mean(), abs=1e-12)


def test_all_series_have_the_same_weights_and_none_knows_the_level() -> None:
    fitted = MODEL.learn(task_of("price"))
    assert isinstance(fitted, Linear)
    assert np.ptp(fitted.weights, axis=0).max() == 0.0
    assert fitted.weights.sum(axis=1) == pytest.approx([0.0] * 3, abs=1e-12)
