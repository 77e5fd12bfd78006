"""Scores, against numbers worked out by hand, printed in the literature or counted one by one."""

import math

import numpy as np
import pytest

from topheavy.forecast.scoring import score

NAN = float("nan")


def column(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)[:, None]


CAME, SAID = column(1, 2, 4, NAN), column(2, 2, 1, 5)


def test_errors_by_hand() -> None:
    assert score.mae(CAME, SAID) == pytest.approx(4 / 3)
    assert score.rmse(CAME, SAID) == pytest.approx(math.sqrt(10 / 3))
    assert math.isnan(score.mae(CAME, np.full((4, 1), NAN)))


def test_scaled_errors_by_hand_each_series_in_units_of_its_own_naive_errors() -> None:
    training = np.array([[1.0, 10.0], [-3.0, 10.0], [NAN, -40.0]])
    absolute, squared = score.scales(training)
    assert absolute.tolist() == [2.0, 20.0]
    assert squared.tolist() == pytest.approx([math.sqrt(5), math.sqrt(600)])
    came, said = np.array([[1.0, 0.0]]), np.array([[0.0, 60.0]])
    assert score.mase(came, said, absolute) == pytest.approx((1 / 2 + 60 / 20) / 2)
    assert score.rmsse(came, said, squared) == pytest.approx(math.sqrt((1 / 5 + 3600 / 600) / 2))


def test_the_naive_forecast_of_its_own_training_part_has_scaled_errors_of_one() -> None:
    change = np.random.default_rng(2).normal(0, [0.01, 3.0], (90, 2))
    absolute, squared = score.scales(change)
    assert score.mase(change, np.zeros_like(change), absolute) == pytest.approx(1)
    assert score.rmsse(change, np.zeros_like(change), squared) == pytest.approx(1)


def test_in_units_of_a_series_that_never_moved_nothing_is_said() -> None:
    absolute, squared = score.scales(np.array([[0.0, NAN], [0.0, NAN]]))
    assert np.isnan(absolute).all()
    assert np.isnan(squared).all()


def test_means_are_of_what_is_there() -> None:
    found = score.means(np.array([[1.0, NAN], [4.0, NAN]]))
    assert found[0] == 2.5
    assert math.isnan(found[1])


def test_pinball_by_hand_and_at_the_median_half_the_absolute_error() -> None:
    assert score.pinball(column(10, 10), column(8, 14), 0.9) == pytest.approx((0.9 * 2 + 0.1 * 4) / 2)
    assert score.pinball(CAME, SAID, 0.5) == pytest.approx(score.mae(CAME, SAID) / 2)


def test_pinball_is_least_at_the_quantile() -> None:
    came = column(*np.random.default_rng(1).normal(size=4_001))
    losses = {said: score.pinball(came, np.full_like(came, said), 0.1) for said in np.linspace(-3, 1, 81)}
    assert min(losses, key=losses.__getitem__) == pytest.approx(float(np.quantile(came, 0.1)), abs=0.06)


def test_an_interval_covers_its_bounds_and_nothing_where_one_is_missing() -> None:
    low, high = column(1, 0, 0, NAN, 0), column(2, 1, 1, 1, 1)
    assert score.coverage(column(1, 1, 5, 0, NAN), low, high) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)],
)
def test_wilson_as_printed(right: int, of: int, low: float, high: float) -> None:
    """The last two: Newcombe, Statistics in Medicine 17 (1998), table I, method 3."""
    assert score.wilson(right / of, of) == pytest.approx((low, high), abs=6e-5)


def test_of_one_series_one_session_ahead_every_forecast_counts() -> None:
    came = column(*[1.0] * 10, 0.0, 1.0, NAN)
    said = column(*[0.1] * 8, -0.1, -0.1, 0.1, 0.0, 0.1)
    found = score.hits(came, said, 1)
    assert (found.rate, found.count) == (0.8, 10)
    assert (found.low, found.high) == pytest.approx((0.4902, 0.9433), abs=6e-5)


def test_a_forecast_of_no_change_has_no_direction() -> None:
    found = score.hits(column(1, -1), column(0, 0), 1)
    assert found.count == 0
    assert all(map(math.isnan, (found.rate, found.low, found.high)))


def test_securities_that_move_as_one_are_no_more_evidence_than_one() -> None:
    rng = np.random.default_rng(3)
    came, said = rng.normal(size=(200, 1)), rng.normal(size=(200, 1))
    one, ten = score.hits(came, said, 1), score.hits(np.tile(came, 10), np.tile(said, 10), 1)
    assert ten.count == 10 * one.count
    assert (ten.low, ten.high) == pytest.approx((one.low, one.high))


def test_ten_securities_that_move_alone_are_about_ten_times_the_evidence() -> None:
    rng = np.random.default_rng(4)
    found = score.hits(rng.normal(size=(400, 10)), rng.normal(size=(400, 10)), 1)
    low, high = score.wilson(found.rate, 4_000)
    assert found.high - found.low == pytest.approx(high - low, rel=0.1)


def test_all_right_is_still_not_certain_and_overlapping_forecasts_are_less_so() -> None:
    came = np.ones((50, 2))
    found = score.hits(came, came, 5)
    assert found.rate == 1
    assert (found.low, found.high) == pytest.approx(score.wilson(1, 10))


@pytest.mark.parametrize("horizon", [1, 5])
def test_the_interval_of_a_hit_rate_holds_one_half_nineteen_times_of_twenty(horizon: int) -> None:
    """What comes in h sessions and a guess that lasts as long: both overlap with their neighbours."""
    rng, kernel = np.random.default_rng(7), np.ones(horizon)
    inside = 0
    for _ in range(400):
        both = [np.convolve(rng.normal(size=299 + horizon), kernel, "valid")[:, None] for _ in range(2)]
        found = score.hits(both[0], both[1], horizon)
        inside += found.low <= 0.5 <= found.high
    assert inside / 400 == pytest.approx(0.95, abs=0.035)


def test_r2_by_hand_is_zero_for_the_mean_itself_and_below_for_a_worse_forecast() -> None:
    came, mean = column(1, 2, 3), np.array([1.0])
    assert score.r2(came, column(1, 2, 2), mean) == pytest.approx(1 - 1 / 5)
    assert score.r2(came, column(1, 1, 1), mean) == 0
    assert score.r2(came, column(4, 2, 3), mean) == pytest.approx(1 - 9 / 5)
