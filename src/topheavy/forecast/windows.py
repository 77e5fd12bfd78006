"""Windows: the last ``lookback`` values before an origin, and features that are one matrix times them."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from topheavy.core.errors import ForecastError
from topheavy.forecast.panel import Matrix
from topheavy.forecast.task import Task

Origins: TypeAlias = NDArray[np.int64]
Cube: TypeAlias = NDArray[np.float64]


def windows(x: Matrix, lookback: int, origins: Origins) -> Cube:
    """Return origins × series × lookback: each origin's row and those before it, oldest first.

    NaN where history does not reach back so far.
    """
    padded = np.concatenate([np.full((lookback - 1, x.shape[1]), np.nan), x])
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, lookback, axis=0)[origins])


def changes_and_averages(lookback: int, lags: tuple[int, ...], averages: tuple[int, ...]) -> Matrix:
    """Return lookback × features: the change at each lag (1: the newest), then moving averages less the newest value.

    Every column sums to zero, so that the features do not know the level.
    """
    columns = []
    for lag in lags:
        column = np.zeros(lookback)
        column[lookback - lag], column[lookback - lag - 1] = 1.0, -1.0
        columns.append(column)
    for width in averages:
        column = np.zeros(lookback)
        column[lookback - width :] = 1.0 / width
        column[-1] -= 1.0
        columns.append(column)
    return np.stack(columns, axis=1)


def examples(task: Task, features: Matrix) -> tuple[Matrix, Matrix, NDArray[np.int64]]:
    """Return what there is to learn from: examples × features, the change of each, and its series' number.

    Only origins whose window and outcome are whole; oldest first, series beside each other.

    Raises:
        ForecastError: when there is none.
    """
    every = np.arange(len(task.sessions))
    cube = windows(task.x, features.shape[0], every)
    change = task.change
    there = ~np.isnan(cube).any(axis=-1) & ~np.isnan(change)
    if not there.any():
        least = len(features) + task.horizon
        raise ForecastError(f"no series has {least} sessions of history to learn from: ask for a longer period")
    _, series = np.nonzero(there)
    return np.asarray(cube[there] @ features), np.asarray(change[there]), series
