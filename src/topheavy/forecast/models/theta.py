"""Theta: simple exponential smoothing, and half the slope of the history."""

import numpy as np

from topheavy.forecast.methods.smoothing import simple
from topheavy.forecast.methods.statistics import filled, linear
from topheavy.forecast.model import Fitted, Model, Training
from topheavy.forecast.panel import Matrix
from topheavy.forecast.task import Task
from topheavy.forecast.windows import Cube


def fit(task: Task, training: Training) -> Fitted:
    """Fit the standard Theta method (θ = 0 and 2) to each series, in Hyndman and Billah's (2003) closed form."""
    smoothing, _ = simple(filled(task.x))
    half = slope(task.x) / 2

    def path(values: Cube, horizon: int) -> Cube:
        # The smoothing of a window lags behind a trend by that much: as in the closed form, n is what it has seen.
        lag = (1 - (1 - smoothing.level) ** len(values)) / smoothing.level
        drift = half * (np.arange(horizon)[:, None] + lag)
        return smoothing.path(values, horizon) + drift[:, :, None]

    return linear(task, path)


def slope(x: Matrix) -> Matrix:
    """Return the least-squares slope of each series over its own sessions; 0 where there are none."""
    there = ~np.isnan(x)
    count = np.maximum(there.sum(axis=0), 1)
    time = np.where(there, np.arange(len(x))[:, None], 0.0)
    apart = np.where(there, time - time.sum(axis=0) / count, 0.0)
    return np.asarray((apart * np.nan_to_num(x)).sum(axis=0) / np.maximum((apart**2).sum(axis=0), 1.0))


MODEL = Model(
    name="theta",
    title="Theta",
    text="Simple exponential smoothing plus half the slope of the history: the method that won the M3 competition.",
    fit=fit,
)
