"""Statistical models: a way to forecast the steps ahead, tried on unit histories, is a set of weights."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from topheavy.forecast.methods.linear import Linear
from topheavy.forecast.panel import Matrix
from topheavy.forecast.task import Task
from topheavy.forecast.volatility import over
from topheavy.forecast.windows import Cube

LOOKBACK = 126
"""Half a year of sessions: what lies before hardly weighs in any smoothing worth the name."""

LEAST = LOOKBACK + 63
"""A series with fewer values than a whole window and a quarter is not fitted: its forecasts are NaN, not a guess."""

Path: TypeAlias = Callable[[Cube, int], Cube]
"""Histories (lookback × series × cases) and a horizon → forecasts, step by step (horizon × series × cases)."""


def enough(task: Task, least: int = LEAST) -> NDArray[np.bool_]:
    """Return which series have history enough to be fitted."""
    return np.asarray((~np.isnan(task.x)).sum(axis=0) >= least)


def filled(x: Matrix) -> Matrix:
    """Return a history whose leading gaps hold the first value: there, nothing moves and no error is made."""
    first = np.argmax(~np.isnan(x), axis=0)
    value = np.nan_to_num(x[first, np.arange(x.shape[1])])
    return np.where(np.isnan(x), value, x)


def linear(task: Task, path: Path, lookback: int = LOOKBACK) -> Linear:
    """Return what a way to forecast amounts to: weights, found by trying it on one history for each value, and nought.

    The outcome is the last step's value or, of volatility, the mean over all steps. There a constant is added so that
    errors in training average to nought, for the outcome is the logarithm of a mean and no mean of logarithms.
    """
    span = max(lookback, task.horizon)
    series = len(task.series)
    cases = np.broadcast_to(np.eye(span, span + 1)[:, None, :], (span, series, span + 1))
    steps = path(cases, task.horizon)
    ahead = steps.mean(axis=0) if over(task) > 1 else steps[-1]
    weights = ahead[:, :-1] - ahead[:, -1:]
    weights[:, -1] -= 1.0
    weights[~enough(task)] = np.nan
    fitted = Linear(weights, ahead[:, -1].copy(), over(task))
    return centred(task, fitted) if fitted.over > 1 else fitted


def centred(task: Task, fitted: Linear) -> Linear:
    """Return a forecast whose errors in training average to nought, series by series."""
    return replace(fitted, constants=fitted.constants + bias(task, fitted.predict(task.x, np.arange(len(task.x)))))


def bias(task: Task, predicted: Matrix) -> Matrix:
    """Return the mean of what came less what was predicted, one a series; NaN where nothing is known."""
    errors = task.change - predicted
    there = ~np.isnan(errors)
    count = there.sum(axis=0)
    return np.where(count > 0, np.where(there, errors, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)


def akaike(squares: Matrix, count: NDArray[np.int64], parameters: int) -> Matrix:
    """Return AICc of Gaussian errors from their sum of squares, their number and the parameters (variance included)."""
    likelihood = count * np.log(np.maximum(squares, np.finfo(float).tiny) / count)
    return np.asarray(likelihood + 2 * parameters * count / np.maximum(count - parameters - 1, 1))
