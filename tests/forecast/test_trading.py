"""What following a forecast earns, by hand: prices, positions, costs."""

import math

import numpy as np
import pytest

from support.histories import days, task_of
from topheavy.forecast.panel import Panel
from topheavy.forecast.scoring.trading import YEAR, trade
from topheavy.forecast.target import target
from topheavy.forecast.task import Task, task


def priced(*prices: list[float], horizon: int = 1) -> Task:
    return task(Panel(days(len(prices)), ("A", "B")[: len(prices[0])], np.array(prices)), target("return"), horizon)


def said(*changes: float) -> np.ndarray:
    return np.array(changes)[:, None]


def yearly(*earned: float) -> float:
    return math.prod(1 + one for one in earned) ** (YEAR / len(earned)) - 1


def sharpe(*earned: float) -> float:
    return float(np.mean(earned) / np.std(earned, ddof=1) * math.sqrt(YEAR))


def test_long_or_flat_by_hand() -> None:
    """+10 %, -10 %, +10 %: held, not held, held; each purchase and sale of everything costs 10 basis points."""
    one = priced([100.0], [110.0], [99.0], [108.9])
    found = trade(one, np.arange(3), said(0.2, -0.2, 0.2), cost=10)
    earned, hold = (0.1 - 0.001, 0.0 - 0.001, 0.1 - 0.001), (0.1 - 0.001, -0.1, 0.1)
    assert found.turnover == pytest.approx(1.0)
    assert (found.earned, found.sharpe) == pytest.approx((yearly(*earned), sharpe(*earned)))
    assert (found.hold_earned, found.hold) == pytest.approx((yearly(*hold), sharpe(*hold)))
    assert found.cost == 10


def test_long_or_short_by_hand() -> None:
    one = priced([100.0], [110.0], [99.0], [108.9])
    found = trade(one, np.arange(3), said(0.2, -0.2, 0.2), cost=10, rule="long-short")
    earned = (0.1 - 0.001, 0.1 - 0.002, 0.1 - 0.002)
    assert (found.earned, found.sharpe, found.turnover) == pytest.approx((yearly(*earned), sharpe(*earned), 5 / 3))


def test_of_overlapping_forecasts_each_is_followed_by_its_part_for_as_long_as_it_speaks_of() -> None:
    """Two sessions ahead: half of the portfolio follows each origin. Up, flat, flat: ½, ½, 0 are held."""
    one = priced([100.0], [110.0], [121.0], [133.1], [133.1], horizon=2)
    found = trade(one, np.arange(3), said(0.2, -0.2, -0.2), cost=0)
    assert found.earned == pytest.approx(yearly(0.05, 0.05, 0.0))
    assert found.turnover == pytest.approx((0.5 + 0.0 + 0.5) / 3)


def test_two_securities_share_the_money_and_one_that_is_not_there_has_none() -> None:
    one = priced([100.0, math.nan], [110.0, 50.0], [110.0, 60.0])
    found = trade(one, np.arange(2), np.array([[0.1, math.nan], [-0.1, 0.1]]), cost=0)
    assert found.earned == pytest.approx(yearly(0.1, 0.2 / 2))
    assert found.hold_earned == pytest.approx(yearly(0.1, 0.0 + 0.2 / 2))


def test_who_never_buys_earns_nothing_and_pays_nothing() -> None:
    one = task_of("return")
    found = trade(one, np.arange(300, 390), np.zeros((90, 3)))
    assert (found.earned, found.turnover) == (0.0, 0.0)
    assert math.isnan(found.sharpe)


def test_costs_eat_a_true_but_restless_forecast() -> None:
    """A forecast that is right a little more often than not turns everything over every other day."""
    one = task_of("return", sessions=1_500, series=1, seed=8)
    origins = np.arange(100, 1_499)
    rng = np.random.default_rng(1)
    right = np.where(rng.random((len(origins), 1)) < 0.53, 1, -1) * one.change[origins]
    free, dear = (trade(one, origins, right, cost=cost) for cost in (0.0, 50.0))
    assert free.sharpe > 0 > dear.sharpe
    assert free.turnover == dear.turnover


def test_who_loses_all_has_lost_all() -> None:
    one = priced([100.0], [250.0], [250.0])
    assert trade(one, np.arange(2), said(-0.1, -0.1), cost=0, rule="long-short").earned == -1.0
