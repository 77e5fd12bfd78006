"""A trading check: what following a forecast would have earned after costs, beside buying and holding."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from topheavy.forecast.panel import Matrix
from topheavy.forecast.task import Task
from topheavy.forecast.windows import Origins

YEAR = 252
"""Sessions of a year."""

COST = 5.0
"""Basis points paid per unit of turnover, unless said otherwise: spread and fees of a large security."""

Rule: TypeAlias = Literal["long-flat", "long-short"]


@dataclass(frozen=True, slots=True)
class Trading:
    """What a rule earned after costs: annualised Sharpe ratios and returns of it and of buying and holding.

    ``turnover`` is the part of the portfolio traded a session. A Sharpe ratio is NaN where nothing was ever held.
    """

    sharpe: float
    hold: float
    earned: float
    hold_earned: float
    turnover: float
    cost: float


NOT_TRADED = Trading(*(float("nan") for _ in range(6)))
"""Of a target that is no price."""


def trade(task: Task, origins: Origins, change: Matrix, *, cost: float = COST, rule: Rule = "long-flat") -> Trading:
    """Follow predicted changes (origins × series) of log prices: hold what is to rise, by equal parts.

    A position taken at an origin's close earns from there to the next close. For forecasts h sessions ahead, one h-th
    of the portfolio follows each of the last h origins, so that every forecast is held as long as it speaks of.
    ``origins`` are consecutive rows. Weights are set anew every session; drift between is not modelled.
    """
    signal = np.sign(np.nan_to_num(change))
    if rule == "long-flat":
        signal = np.maximum(signal, 0.0)
    gains = np.expm1(task.x[origins + 1] - task.x[origins])
    there = np.isfinite(gains)
    parts = there / np.maximum(there.sum(axis=1, keepdims=True), 1)
    filled = np.where(there, gains, 0.0)
    mine, turnover = _net(_held(signal, task.horizon) * parts, filled, cost)
    hold, _ = _net(parts, filled, cost)
    return Trading(_sharpe(mine), _sharpe(hold), _yearly(mine), _yearly(hold), turnover, cost)


def _held(signal: Matrix, horizon: int) -> Matrix:
    """Return the mean of the last ``horizon`` signals; before the first, nothing was held."""
    padded = np.concatenate([np.zeros((horizon - 1, signal.shape[1])), signal])
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, horizon, axis=0).mean(axis=-1))


def _net(weights: Matrix, gains: Matrix, cost: float) -> tuple[Matrix, float]:
    traded = np.abs(np.diff(weights, axis=0, prepend=np.zeros((1, weights.shape[1])))).sum(axis=1)
    return (weights * gains).sum(axis=1) - traded * cost / 1e4, float(traded.mean())


def _sharpe(earned: Matrix) -> float:
    spread = float(earned.std(ddof=1)) if len(earned) > 1 else 0.0
    return float(earned.mean() / spread * np.sqrt(YEAR)) if spread > 0 else float("nan")


def _yearly(earned: Matrix) -> float:
    """Return the growth of a year; who lost all has -1."""
    return float(np.prod(np.maximum(1 + earned, 0.0)) ** (YEAR / len(earned)) - 1)
