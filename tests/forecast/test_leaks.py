"""Leak alarms: where there is nothing to foresee no model foresees it, and one that looks ahead is caught.

``TOPHEAVY_TRIALS`` says how many random walks no model may beat naive on (default 20; ``make endurance``: 400).
"""

import os
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from support.histories import task_of, walk
from support.strange_models import ECHOING, PEEKING
from topheavy.forecast.backtest import Backtest, backtest
from topheavy.forecast.folds import Fold
from topheavy.forecast.model import Model, Parameter, Training, models
from topheavy.forecast.scoring.alarms import looks_ahead
from topheavy.forecast.scoring.evaluate import BETTER, evaluate
from topheavy.forecast.target import target
from topheavy.forecast.task import Task, task

TRIALS = int(os.environ.get("TOPHEAVY_TRIALS", "20"))
QUICK = sorted((model for model in models().values() if not model.slow), key=lambda model: model.name)
FOLD = Fold(0, 240, 360)
SHORT = {"epochs": 2, "trees": 20, "units": 4, "rounds": 20}
each_model = pytest.mark.parametrize("model", QUICK, ids=lambda model: model.name)


def short(found: list[Model]) -> Mapping[str, Mapping[str, Parameter]]:
    return {model.name: {name: SHORT[name] for name in model.defaults if name in SHORT} for model in found}


def quick(one: Task) -> Backtest:
    """Every model that forecasts this target and is not slow, at one cut, with parameters that make learning short."""
    found = [model for model in QUICK if one.target.name in model.targets]
    back = backtest(one, found, [FOLD], params=short(found))
    assert back.failed == {}
    return back


def better(one: Task) -> list[str]:
    return [row.model for row in evaluate(one, quick(one).tried) if row.skill == BETTER]


# nothing to foresee


def shuffled(one: Task) -> Task:
    """The same history, with outcomes that belong to other sessions."""
    known = np.flatnonzero(np.isfinite(one.change).all(axis=1))
    change = one.change.copy()
    change[known] = change[np.random.default_rng(4).permutation(known)]
    return replace(one, outcome=one.now + change)


@pytest.mark.parametrize("name", ["return", "price", "volatility", "share"])
def test_of_a_shuffled_target_no_model_has_skill(name: str) -> None:
    assert better(shuffled(task_of(name, sessions=360, series=2))) == []


def test_but_of_the_true_one_some_do() -> None:
    """Otherwise the alarm above could not ring: variances that come back to their level, returns that go on."""
    assert better(task_of("volatility", sessions=360, series=2))
    one = task(walk(360, 2, persistence=0.5), target("return"), 1)
    back = backtest(one, [models()["naive"], ECHOING], [FOLD], params={"echoing": {"size": 0.5}})
    assert evaluate(one, back.tried)[1].skill == BETTER
    back = backtest(shuffled(one), [models()["naive"], ECHOING], [FOLD], params={"echoing": {"size": 0.5}})
    assert evaluate(shuffled(one), back.tried)[1].skill != BETTER


def test_on_random_walks_no_model_beats_naive_in_more_than_one_trial_of_twenty() -> None:
    """One and five sessions ahead in turn. More than the bound is one run in a hundred if the true rate is 5 %."""
    winners = {}
    for seed in range(TRIALS):
        one = task_of("return", (1, 5)[seed % 2], sessions=360, series=2, seed=1_000 + seed)
        if found := better(one):
            winners[seed] = found
    print(f"\nof {TRIALS} random walks naive was beaten on {len(winners)}: {winners}")
    assert len(winners) <= stats.binom.ppf(0.99, TRIALS, 0.05), winners


# what came later


def spoilt(one: Task, after: int) -> Task:
    """The same history up to the row ``after``, and another one from there."""
    x = one.x.copy()
    x[after + 1 :] += np.random.default_rng(5).normal(3.0, 1.0, x[after + 1 :].shape)
    return replace(one, x=x, now=one.target.now(x, one.horizon), outcome=one.target.outcome(x, one.horizon))


@each_model
def test_all_that_was_learned_its_transform_included_is_of_the_training_part(model: Model) -> None:
    """The graph holds weights, means and scales; it is the same to the bit when another history comes after the cut."""
    for name in sorted(model.targets):
        one = task_of(name, sessions=360, series=2)
        learned = [
            model.learn(other.until(FOLD.cut), Training(3, short([model])[model.name])).graph().SerializeToString()
            for other in (one, spoilt(one, FOLD.cut - 1))
        ]
        assert learned[0] == learned[1], name


def test_what_is_said_at_the_cut_does_not_depend_on_what_came_after_it() -> None:
    """The whole way through a backtest: fit, forecast, and the interval of later folds left aside."""
    one = task_of("return", sessions=360, series=2)
    here, there = quick(one), quick(spoilt(one, FOLD.cut))
    for name, tried in here.tried.items():
        assert np.array_equal(tried.change[0], there.tried[name].change[0]), name


def test_a_planted_look_ahead_is_caught_where_it_would_have_won() -> None:
    one = task_of("return", sessions=360, series=2)
    back = backtest(one, [models()["naive"], PEEKING], [FOLD])
    assert "it looks ahead" in back.failed["peeking"]
    origins = FOLD.origins(360, 1)
    fitted = PEEKING.learn(one.until(FOLD.cut))
    assert looks_ahead(fitted, one.x, origins[::30]).tolist() == origins[::30].tolist()
    lucky = replace(back.tried["naive"], model="peeking", change=fitted.predict(one.x, origins))
    assert evaluate(one, back.tried | {"peeking": lucky})[1].ratio < 1e-9, "nobody would have known"
