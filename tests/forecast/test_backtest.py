"""A backtest: who is asked what, in one process or several, and what becomes of models that fail."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from support.histories import task_of
from support.strange_models import DYING, ECHOING, PEEKING, RAGGED, TRIPPING
from topheavy.core.errors import UsageError
from topheavy.forecast.backtest import Backtest, backtest
from topheavy.forecast.folds import Fold, folds
from topheavy.forecast.model import Model, models
from topheavy.forecast.scoring.conformal import learn, spread
from topheavy.forecast.task import Task

NAIVE, DRIFT = models()["naive"], models()["drift"]
FOLDS = folds(300, first=120, step=60)


@dataclass
class Heard:
    """What somebody watching saw."""

    total: int = 0
    steps: list[bool] = field(default_factory=list)
    finished: bool = False

    def start(self, title: str, total: int) -> None:
        self.total = total

    def advance(self, *, failed: bool = False) -> None:
        self.steps.append(failed)

    def finish(self) -> None:
        self.finished = True


@pytest.fixture(scope="module")
def one() -> Task:
    return task_of("return", 5, sessions=300)


@pytest.fixture(scope="module")
def back(one: Task) -> Backtest:
    return backtest(one, [NAIVE, DRIFT], FOLDS)


def test_every_row_from_the_first_cut_on_is_asked_and_answered(one: Task, back: Backtest) -> None:
    drift = back.tried["drift"]
    assert list(back.tried) == ["naive", "drift"]
    assert back.failed == {}
    assert drift.origins.tolist() == list(range(120, 295))
    assert drift.change.shape == drift.low.shape == drift.high.shape == (175, 3)
    assert drift.fits == 3
    assert drift.seconds > 0
    assert (back.tried["naive"].change == 0).all()


def test_each_fold_is_answered_by_a_model_that_learned_until_its_cut(one: Task, back: Backtest) -> None:
    """Drift by hand: the mean of the steps before the cut, five times."""
    for fold in FOLDS:
        here = (back.tried["drift"].origins >= fold.cut) & (back.tried["drift"].origins < fold.end)
        expected = 5 * (one.x[fold.cut - 1] - one.x[0]) / (fold.cut - 1)
        assert np.allclose(back.tried["drift"].change[here], expected, atol=1e-12)


def test_a_fixed_window_forgets_what_lies_before_it(one: Task) -> None:
    fixed = backtest(one, [DRIFT], folds(300, first=120, step=60, window="fixed", width=50)).tried["drift"]
    expected = 5 * (one.x[239] - one.x[190]) / 49
    assert np.allclose(fixed.change[fixed.origins >= 240], expected, atol=1e-12)


def test_intervals_know_only_errors_that_were_known_before_the_cut(one: Task, back: Backtest) -> None:
    drift = back.tried["drift"]
    assert np.isnan(drift.low[:60]).all(), "the first fold teaches the second"
    known = slice(0, 180 - 5 - 120)
    came, wide = one.change[120:175], spread(one.x, 5)
    below, above = learn(came, drift.change[known], wide[120:175]).bounds(0.8)
    assert np.allclose(drift.low[60:120], drift.change[60:120] + below * wide[180:240], atol=1e-12)
    assert np.allclose(drift.high[60:120], drift.change[60:120] + above * wide[180:240], atol=1e-12)


def test_what_came_later_changes_no_earlier_interval(one: Task, back: Backtest) -> None:
    cut = one.until(250)
    earlier = backtest(cut, [DRIFT], folds(250, first=120, step=60)).tried["drift"]
    rows = len(earlier.origins)
    assert rows == 125
    assert np.array_equal(earlier.low, back.tried["drift"].low[:rows], equal_nan=True)


def test_where_too_few_errors_are_known_for_a_level_there_is_no_interval(one: Task) -> None:
    strict = backtest(one.of(0), [NAIVE], FOLDS, level=0.98).tried["naive"]
    assert np.isnan(strict.low[:120]).all(), "55 errors are too few for 98 %"
    assert np.isfinite(strict.low[120:]).all(), "115 are enough"


def test_several_processes_say_what_one_says(one: Task, back: Backtest) -> None:
    apart = backtest(one, [NAIVE, DRIFT, ECHOING], FOLDS, workers=2)
    assert apart.failed == {}
    for name, here in back.tried.items():
        assert np.array_equal(apart.tried[name].change, here.change)
        assert np.array_equal(apart.tried[name].low, here.low, equal_nan=True)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_model_that_fails_is_named_with_its_cause_and_the_others_go_on(one: Task, workers: int) -> None:
    heard = Heard()
    found = backtest(one, [TRIPPING, RAGGED, NAIVE], FOLDS, workers=workers, progress=heard)
    assert list(found.tried) == ["naive"]
    assert found.failed["tripping"].endswith(" on: ZeroDivisionError: no variance left")
    assert "origins × 3 series" in found.failed["ragged"]
    assert heard.finished
    assert (heard.total, len(heard.steps)) == (9, 9)


def test_a_cause_names_the_session_it_was_met_at_and_no_later_fold_is_tried(one: Task) -> None:
    heard = Heard()
    found = backtest(one, [TRIPPING], FOLDS, progress=heard)
    assert found.failed["tripping"].startswith(f"from {one.sessions[180]} on: ")
    assert heard.steps == [False, True, True]


def test_a_process_that_dies_takes_no_other_model_with_it(one: Task) -> None:
    found = backtest(one, [NAIVE, DYING, DRIFT], FOLDS[:2], workers=2)
    assert sorted(found.tried) == ["drift", "naive"]
    assert "its process died" in found.failed["dying"]


def test_a_model_that_cannot_go_to_another_process_says_so(one: Task) -> None:
    local = Model("local", "local", "Made on the spot.", lambda task, _: NAIVE.learn(task))
    found = backtest(one, [local, NAIVE], FOLDS, workers=2)
    assert list(found.tried) == ["naive"]
    assert "pickle" in found.failed["local"]
    assert list(backtest(one, [local], FOLDS).tried) == ["local"]


def test_a_model_that_looks_ahead_is_not_scored(one: Task) -> None:
    found = backtest(one, [PEEKING], FOLDS)
    assert found.tried == {}
    assert found.failed["peeking"].endswith(
        f"its forecast of {one.sessions[120]} changes with what came later: it looks ahead"
    )


def test_parameters_reach_their_model(one: Task) -> None:
    found = backtest(one, [ECHOING], FOLDS, params={"echoing": {"size": "0.5"}}).tried["echoing"]
    assert np.allclose(found.change[0], 0.5 * (one.x[120] - one.x[119]))


@pytest.mark.parametrize(
    ("tried", "asked", "options", "why"),
    [
        ([], FOLDS, {}, "not none"),
        ([NAIVE, NAIVE], FOLDS, {}, "each once, not naive, naive"),
        ([NAIVE], [Fold(0, 296, 300)], {}, "no fold has an outcome that is known"),
        ([NAIVE], [Fold(0, 100, 120), Fold(0, 130, 150)], {}, "folds have to follow each other"),
        ([NAIVE], FOLDS, {"params": {"drift": {}}}, "given for drift, which is not tried"),
        ([NAIVE], FOLDS, {"params": {"naive": {"colour": 1}}}, "'colour'"),
        ([NAIVE], FOLDS, {"level": 1.0}, "between 0 and 1"),
    ],
)
def test_what_cannot_be_tried_is_refused_before_it_starts(
    one: Task, tried: Sequence[Model], asked: Sequence[Fold], options: dict[str, object], why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        backtest(one, tried, asked, **options)  # type: ignore[arg-type]
