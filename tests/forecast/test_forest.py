"""Forests and boosting find what can be foreseen and nothing else; a forest on price levels cannot follow a price."""

from dataclasses import replace

import numpy as np
import pytest

from support.histories import task_of, walk
from topheavy.core.errors import ForecastError
from topheavy.forecast.model import Model, Training
from topheavy.forecast.models import boosting, forest, forest_levels
from topheavy.forecast.target import target
from topheavy.forecast.task import task

CUT = 500
each = pytest.mark.parametrize("model", [forest.MODEL, boosting.MODEL], ids=lambda model: model.name)


def ratio(model: Model, persistence: float, horizon: int = 1) -> float:
    """Root mean squared error to that of naive, out of sample."""
    one = task(walk(800, 4, 3, persistence), target("price"), horizon)
    later = np.arange(CUT, 800 - horizon)
    came = one.change[later]
    errors = came - model.learn(one.until(CUT)).predict(one.x, later)
    return float(np.sqrt((errors**2).mean() / (came**2).mean()))


@each
def test_what_is_planted_is_found(model: Model) -> None:
    # at a persistence of 0.6 the best there is has √(1 − 0.6²) = 0.8 of naive's error
    assert 0.78 < ratio(model, 0.6) < 0.87


@each
def test_on_a_random_walk_there_is_nothing_to_find(model: Model) -> None:
    assert 0.99 < ratio(model, 0.0) < 1.1


@each
def test_another_seed_grows_other_trees_but_for_boosting_which_draws_nothing(model: Model) -> None:
    one = task_of("price").until(300)
    first, second = (model.learn(one, Training(seed)).predict(one.x, np.array([299])) for seed in (1, 2))
    assert (first == second).all() == (model is boosting.MODEL)


@each
def test_without_a_whole_window_there_is_nothing_to_learn_from(model: Model) -> None:
    with pytest.raises(ForecastError, match="no series has 22 sessions"):
        model.learn(task_of("price").until(21))


def test_a_forest_on_levels_cannot_follow_a_price_beyond_what_it_has_seen() -> None:
    rising = task(walk(400, 2, 5), target("price"), 1)
    rising = replace(rising, x=rising.x + np.linspace(0, 2, 400)[:, None])
    rising = replace(rising, now=rising.x, outcome=np.vstack([rising.x[1:], np.full((1, 2), np.nan)]))
    learned, later = rising.until(300), np.arange(350, 399)
    said = rising.now[later] + forest_levels.MODEL.learn(learned).predict(rising.x, later)
    most = learned.x.max(axis=0)
    assert (rising.x[later] > most).all()
    assert (said <= most).all()
    on_changes = rising.now[later] + forest.MODEL.learn(learned).predict(rising.x, later)
    assert (on_changes > most).any()
    assert ((said - rising.outcome[later]) ** 2).mean() > 20 * (rising.change[later] ** 2).mean()
