"""Drift: the average step of the history goes on."""

import numpy as np

from topheavy.forecast.methods.linear import Linear
from topheavy.forecast.model import Fitted, Model, Training
from topheavy.forecast.task import Task


def fit(task: Task, training: Training) -> Fitted:
    """Fit the mean step of each series' history, times the horizon."""
    steps = np.diff(task.x, axis=0)
    there = ~np.isnan(steps)
    mean = np.where(there, steps, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    return Linear(np.zeros((len(task.series), 1)), mean * task.horizon)


MODEL = Model(
    name="drift",
    title="drift",
    text="The last value, and the mean step of its history for each session ahead.",
    fit=fit,
    targets=frozenset({"return", "price", "share"}),
)
