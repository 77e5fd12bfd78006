"""Folds: where models are fitted anew, what they may learn from and what they are asked."""

import numpy as np
import pytest

from support.histories import task_of
from topheavy.core.errors import UsageError
from topheavy.forecast.folds import Fold, folds


def test_an_expanding_window_learns_from_all_before_the_cut() -> None:
    assert folds(25, first=10, step=6) == [Fold(0, 10, 16), Fold(0, 16, 22), Fold(0, 22, 25)]


def test_a_fixed_window_learns_from_so_many_rows_before_the_cut() -> None:
    assert folds(22, first=10, step=6, window="fixed", width=8) == [Fold(2, 10, 16), Fold(8, 16, 22)]


def test_every_row_from_the_first_cut_on_is_asked_about_once() -> None:
    asked = np.concatenate([fold.origins(400, 5) for fold in folds(400, first=100, step=63)])
    assert asked.tolist() == list(range(100, 395))


def test_a_fold_whose_outcomes_are_all_unknown_asks_nothing() -> None:
    assert Fold(0, 22, 25).origins(25, 3).tolist() == []
    assert Fold(0, 22, 25).origins(25, 2).tolist() == [22]


@pytest.mark.parametrize("horizon", [1, 5])
@pytest.mark.parametrize("window", ["expanding", "fixed"])
def test_no_outcome_that_came_at_or_after_the_cut_is_learned_from(horizon: int, window: str) -> None:
    one = task_of("price", horizon, sessions=200)
    for fold in folds(200, first=80, step=30, window=window, width=50):
        learned = one.until(fold.cut, fold.begin)
        known = np.flatnonzero(np.isfinite(learned.outcome).all(axis=1))
        assert fold.begin + known[-1] + horizon == fold.cut - 1, "the newest outcome is the last row's"
        assert learned.sessions[-1] == one.sessions[fold.cut - 1]
        assert fold.origins(200, horizon)[0] == fold.cut


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"first": 0, "step": 5}, "first cut is 0"),
        ({"first": 50, "step": 5}, "with 50 sessions"),
        ({"first": 10, "step": 0}, "step 0"),
        ({"first": 10, "step": 5, "window": "fixed"}, "a fixed window of 0 sessions"),
        ({"first": 10, "step": 5, "window": "fixed", "width": 11}, "does not fit before the first cut at 10"),
    ],
)
def test_folds_that_cannot_be_are_refused(asked: dict[str, object], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        folds(50, **asked)  # type: ignore[arg-type]
