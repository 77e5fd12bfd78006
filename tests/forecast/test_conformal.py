"""Intervals cover what they say, on errors they have not seen."""

import numpy as np
import pytest

from topheavy.core.errors import ForecastError
from topheavy.forecast.scoring.conformal import MOST_KEPT, MOVES, Intervals, learn, moving, spread


def test_a_move_is_as_wide_as_the_root_of_its_mean_square_and_of_the_horizon() -> None:
    x = np.cumsum(np.tile([0.0, 0.3, -0.3], 40))[:, None]
    wide = spread(x, 4)
    assert np.isnan(wide[:MOVES]).all()
    assert wide[90, 0] == pytest.approx(2 * np.sqrt(2 / 3 * 0.09))


def test_bounds_are_the_order_statistics_of_split_conformal() -> None:
    known = Intervals(tuple(float(n) for n in range(1, 20)))
    assert known.bounds(0.9) == (1.0, 19.0)
    assert known.bounds(0.8) == (2.0, 18.0)


def test_too_few_errors_for_a_level_are_refused() -> None:
    with pytest.raises(ForecastError, match="too few for an interval of 95%"):
        Intervals((0.0, 1.0, 2.0)).bounds(0.95)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95])
def test_errors_not_seen_are_covered_as_often_as_was_said(level: float) -> None:
    rng = np.random.default_rng(5)
    seen, unseen = rng.standard_t(3, 6_000), rng.standard_t(3, 20_000)
    low, high = learn(seen, np.zeros(6_000), np.ones(6_000)).bounds(level)
    assert np.mean((unseen >= low) & (unseen <= high)) == pytest.approx(level, abs=0.02)


def test_of_many_errors_a_few_are_kept_and_what_is_not_known_teaches_nothing() -> None:
    came = np.append(np.arange(10_000.0), np.nan)
    known = learn(came, np.zeros(10_001), np.ones(10_001))
    assert len(known.errors) <= MOST_KEPT
    assert known.errors[0] == 0.0
    assert list(known.errors) == sorted(known.errors)


def test_a_series_that_never_moved_teaches_nothing_and_gets_no_interval() -> None:
    """The errors of a flat series, 0 ÷ 0 and 1 ÷ 0 of its moves, would count as misses of every interval."""
    came, spreads = np.array([[1.0, 0.0], [2.0, 1.0]]), np.array([[1.0, 0.0], [1.0, 0.0]])
    assert learn(came, np.zeros((2, 2)), spreads).errors == (1.0, 2.0)
    assert np.array_equal(np.isnan(moving(spreads)), [[False, True], [False, True]])
