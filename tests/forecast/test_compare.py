"""Comparing forecasts: against sums written out, tables of t, and how often a true null is rejected."""

import math

import numpy as np
import pytest
from scipy import stats

from topheavy.core.errors import ForecastError
from topheavy.forecast.scoring.compare import by_session, diebold_mariano, holm, ratio, variance_of_mean


def looped(differences: list[float], horizon: int) -> float:
    """The statistic, sum by sum, as Harvey, Leybourne and Newbold (1997) print it."""
    n = len(differences)
    mean = sum(differences) / n
    variance = 0.0
    for lag in range(horizon):
        gamma = 0.0
        for at in range(lag, n):
            gamma += (differences[at] - mean) * (differences[at - lag] - mean)
        variance += (1 if lag == 0 else 2) * gamma / n
    corrected = (n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n
    return math.sqrt(corrected) * mean / math.sqrt(variance / n)


@pytest.mark.parametrize("horizon", [1, 2, 5])
def test_the_statistic_is_the_one_written_out(horizon: int) -> None:
    noise = np.random.default_rng(horizon).normal(0.2, 1, 120)
    differences = np.convolve(noise, np.ones(horizon), "valid")
    found = diebold_mariano(differences, horizon)
    assert found.statistic == pytest.approx(looped(differences.tolist(), horizon))
    assert found.p == pytest.approx(2 * stats.t.sf(abs(found.statistic), len(differences) - 1))
    assert found.p_better == pytest.approx(stats.t.cdf(found.statistic, len(differences) - 1))


def test_one_session_ahead_it_is_students_t_of_the_mean() -> None:
    """n ÷ (n - 1) of the correction makes the sample variance of the other: by hand, 1 to 5 give 3√2."""
    found = diebold_mariano(np.arange(1.0, 6.0), 1)
    assert found.statistic == pytest.approx(3 * math.sqrt(2))
    differences = np.random.default_rng(1).normal(-0.1, 1, 50)
    expected = stats.ttest_1samp(differences, 0)
    assert (diebold_mariano(differences, 1).statistic, diebold_mariano(differences, 1).p) == pytest.approx(
        (expected.statistic, expected.pvalue)
    )


def test_where_the_variance_is_not_positive_bartlett_by_hand() -> None:
    """Off the mean 1: 1, -1, 0, 2, -2, 0. γ₀ = 10/6, γ₁ = -5/6: γ₀ + 2γ₁ = 0. Bartlett's: 5/6, over 6: 5/36.

    The correction is (7 - 4 + 2/6)/6 = 5/9, so the statistic is √(5/9 × 36/5) = 2; 10.2 % in a table of t with 5.
    """
    differences = np.array([2.0, 0.0, 1.0, 3.0, -1.0, 1.0])
    assert variance_of_mean(differences, 1) == pytest.approx(5 / 36)
    found = diebold_mariano(differences, 2)
    assert found.statistic == pytest.approx(2.0)
    assert found.p == pytest.approx(0.102, abs=5e-4)
    assert found.p_better == pytest.approx(1 - 0.051, abs=5e-4)


def test_smaller_losses_are_below_zero_and_turned_round_above() -> None:
    differences = np.random.default_rng(2).normal(-0.5, 1, 60)
    one, other = diebold_mariano(differences, 1), diebold_mariano(-differences, 1)
    assert one.statistic == -other.statistic < 0
    assert one.p == pytest.approx(other.p)
    assert one.p_better == pytest.approx(1 - other.p_better)


def test_equal_forecasts_are_no_evidence() -> None:
    for same in (np.zeros(40), np.full(40, 0.1)):
        found = diebold_mariano(same, 3)
        assert (found.statistic, found.p, found.p_better) == (0.0, 1.0, 1.0)


def test_too_few_sessions_are_refused() -> None:
    with pytest.raises(ForecastError, match="10 sessions are too few to compare forecasts 5 ahead"):
        diebold_mariano(np.arange(10.0), 5)


@pytest.mark.parametrize(("horizon", "sessions"), [(1, 60), (5, 250)])
def test_a_true_null_is_rejected_as_often_as_it_says(horizon: int, sessions: int) -> None:
    """Two forecasts with errors of the same size, overlapping h - 1 sessions: 5 % of 1,000, give or take 3.3σ."""
    rng, kernel = np.random.default_rng(11), np.ones(horizon)
    rejected = 0
    for _ in range(1_000):
        one, other = (np.convolve(rng.normal(size=sessions + horizon - 1), kernel, "valid") for _ in range(2))
        rejected += diebold_mariano(one**2 - other**2, horizon).p < 0.05
    assert 0.027 <= rejected / 1_000 <= 0.073


def test_what_happens_to_all_securities_in_a_session_is_one_piece_of_evidence() -> None:
    losses = np.array([[1.0, 3.0], [np.nan, 4.0], [np.nan, np.nan], [0.0, 1.0]])
    assert by_session(losses).tolist() == [2.0, 4.0, 0.5]
    once = np.random.default_rng(3).normal(0.1, 1, (80, 1))
    assert diebold_mariano(by_session(np.tile(once, 30)), 1).p == pytest.approx(diebold_mariano(once[:, 0], 1).p)


def test_holm_by_hand() -> None:
    """In order 0.005 × 4, 0.01 × 3, 0.03 × 2 and 0.04 × 1, which may not be below the one before it."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.5]) == [1.0, 1.0]
    assert holm([]) == []


def test_a_ratio_is_that_of_the_roots_and_one_to_itself() -> None:
    naive = np.random.default_rng(4).chisquare(1, 200)
    assert ratio(4 * naive, naive, 1, seed=1) == pytest.approx((2.0, 2.0, 2.0))
    assert all(map(math.isnan, ratio(naive, np.zeros(200), 1, seed=1)))
    assert all(map(math.isnan, ratio(np.empty(0), np.empty(0), 1, seed=1)))


def test_its_interval_is_that_of_the_delta_method_where_both_hold_and_has_a_seed() -> None:
    rng = np.random.default_rng(5)
    naive = rng.chisquare(1, 4_000)
    mine = naive * rng.uniform(0.5, 1.3, 4_000)
    found, low, high = ratio(mine, naive, 1, seed=2)
    square = mine.mean() / naive.mean()
    error = np.std(mine - square * naive) / naive.mean() / math.sqrt(4_000) / (2 * math.sqrt(square))
    assert found == pytest.approx(math.sqrt(square))
    assert (low, high) == pytest.approx((found - 1.96 * error, found + 1.96 * error), abs=0.15 * error)
    assert ratio(mine, naive, 1, seed=2) == (found, low, high)
    assert ratio(mine, naive, 1, seed=3) != (found, low, high)


@pytest.mark.parametrize("horizon", [1, 5])
def test_the_interval_of_a_ratio_holds_the_true_one(horizon: int) -> None:
    """Two forecasts of the same error variance: the ratio is 1, and 95 % of intervals hold it, a few less in blocks."""
    rng, kernel = np.random.default_rng(6), np.ones(horizon)
    inside = 0
    for seed in range(300):
        one, other = (np.convolve(rng.normal(size=499 + horizon), kernel, "valid") ** 2 for _ in range(2))
        _, low, high = ratio(one, other, horizon, seed=seed)
        inside += low <= 1 <= high
    assert 0.88 <= inside / 300 <= 0.985
