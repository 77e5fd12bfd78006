"""Panels, targets and tasks: what is laid out, what counts as now, and what a cut hides."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from support.histories import days, task_of, walk
from topheavy.core.errors import ForecastError, UsageError
from topheavy.forecast.panel import LONGEST_GAP, Panel, from_long, to_long
from topheavy.forecast.target import TARGETS, target
from topheavy.forecast.task import task
from topheavy.forecast.windows import changes_and_averages, examples, windows


def long(rows: list[tuple[str, str, float]]) -> pa.Table:
    return pa.table(
        {
            "session": pa.array([date.fromisoformat(day) for day, _, _ in rows], pa.date32()),
            "series": [name for _, name, _ in rows],
            "value": [value for _, _, value in rows],
        }
    )


ROWS = [("2024-01-02", "B", 1.0), ("2024-01-02", "A", 2.0), ("2024-01-03", "A", 3.0), ("2024-01-03", "B", 4.0)]


def test_a_long_frame_is_laid_out_by_session_and_series_whatever_its_order() -> None:
    one, other = from_long(long(ROWS)), from_long(long(ROWS[::-1]))
    assert one.series == other.series == ("A", "B")
    assert one.values.tolist() == other.values.tolist() == [[2.0, 1.0], [3.0, 4.0]]
    assert from_long(to_long(one)).values.tolist() == one.values.tolist()


def test_two_values_of_one_session_are_refused() -> None:
    with pytest.raises(ForecastError, match="two values on one session"):
        from_long(long([*ROWS, ROWS[0]]))


def test_no_history_is_refused() -> None:
    with pytest.raises(ForecastError, match="no history to learn from"):
        from_long(long(ROWS).slice(0, 0))


def test_a_short_gap_is_bridged_and_counted_and_history_before_a_long_one_is_left_out() -> None:
    every = [str(day) for day in days(20)]
    whole = [(day, "A", 1.0) for day in every]
    short = [(day, "B", float(n)) for n, day in enumerate(every) if n not in (5, 6)]
    long_gap = [(day, "C", 1.0) for n, day in enumerate(every) if not 4 <= n <= 4 + LONGEST_GAP]
    panel = from_long(long(whole + short + long_gap))
    assert panel.bridged == 2
    assert panel.values[4:8, 1].tolist() == [4.0, 4.0, 4.0, 7.0]
    assert np.isnan(panel.values[: 4 + LONGEST_GAP + 1, 2]).all()
    assert not np.isnan(panel.values[4 + LONGEST_GAP + 1 :, 2]).any()


def test_a_series_that_is_not_there_is_named() -> None:
    with pytest.raises(ForecastError, match="no history of XYZ"):
        from_long(long(ROWS)).only(["A", "XYZ"])


def test_a_price_doubled_is_a_return_of_one() -> None:
    panel = Panel(days(4), ("A",), np.array([[1.0], [2.0], [4.0], [8.0]]))
    one = task(panel, target("return"), 2)
    assert np.expm1(one.change[0, 0]) == pytest.approx(3.0)
    assert one.target.said(one.now, one.change)[0, 0] == pytest.approx(3.0)
    price = task(panel, target("price"), 2)
    assert price.target.said(price.now, price.change)[0, 0] == pytest.approx(4.0)
    assert np.isnan(one.outcome[2:]).all()


def test_volatility_is_the_root_of_the_mean_variance_before_and_after() -> None:
    values = np.array([[1.0], [4.0], [9.0], [16.0], [25.0]])
    one = task(Panel(days(5), ("A",), values), target("volatility"), 2)
    assert np.exp(one.now[1, 0]) == pytest.approx(np.sqrt(2.5))
    assert np.exp(one.outcome[1, 0]) == pytest.approx(np.sqrt(12.5))
    assert np.isnan(one.now[0, 0])
    assert np.isnan(one.outcome[3, 0])


def test_a_share_goes_to_the_logit_and_back() -> None:
    one = task(Panel(days(2), ("G",), np.array([[0.25], [0.5]])), target("share"), 1)
    assert one.change[0, 0] == pytest.approx(np.log(3))
    assert one.target.said(one.now, one.change)[0, 0] == pytest.approx(0.5)


@pytest.mark.parametrize("name", sorted(TARGETS))
@pytest.mark.parametrize("horizon", [1, 5])
def test_a_cut_hides_every_outcome_that_was_not_known(name: str, horizon: int) -> None:
    one = task_of(name, horizon)
    cut = one.until(200)
    assert len(cut.sessions) == 200
    assert np.isnan(cut.outcome[200 - horizon :]).all()
    assert np.array_equal(cut.outcome[: 200 - horizon], one.outcome[: 200 - horizon], equal_nan=True)
    later = task_of(name, horizon).until(220, begin=100)
    assert np.array_equal(later.outcome[: 120 - horizon], one.outcome[100 : 220 - horizon], equal_nan=True)
    assert np.isnan(later.outcome[120 - horizon :]).all()


def test_a_horizon_longer_than_the_history_is_refused() -> None:
    with pytest.raises(UsageError, match="the horizon is 400"):
        task(walk(400), target("price"), 400)


def test_a_window_ends_with_its_origin() -> None:
    x = np.arange(10.0)[:, None]
    assert windows(x, 3, np.array([1, 9]))[:, 0].tolist()[1] == [7.0, 8.0, 9.0]
    assert np.isnan(windows(x, 3, np.array([1]))[0, 0, 0])


def test_features_are_changes_at_lags_and_averages_less_the_newest() -> None:
    matrix = changes_and_averages(5, lags=(1, 2), averages=(3,))
    window = np.array([10.0, 11.0, 13.0, 16.0, 20.0])
    assert (window @ matrix).tolist() == pytest.approx([4.0, 3.0, (13 + 16 + 20) / 3 - 20])
    assert np.abs(matrix.sum(axis=0)).max() < 1e-12


def test_examples_are_whole_and_in_order_of_time() -> None:
    one = task_of("price", 5).until(100)
    one.x[:50, 1] = np.nan
    features, change, series = examples(one, changes_and_averages(4, (1,), ()))
    assert features.shape == (len(change), 1)
    assert sorted(set(series.tolist())) == [0, 1, 2]
    assert (series == 1).sum() == 95 - 53
    assert (series == 0).sum() == 95 - 3
    assert change[0] == pytest.approx(one.x[8, 0] - one.x[3, 0])
