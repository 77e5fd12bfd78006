"""Naive: tomorrow is today. What every other model has to beat."""

import numpy as np

from topheavy.forecast.methods.linear import Linear
from topheavy.forecast.model import Fitted, Model, Training
from topheavy.forecast.task import Task


def fit(task: Task, training: Training) -> Fitted:
    """Return no change, for every series."""
    series = len(task.series)
    return Linear(np.zeros((series, 1)), np.zeros(series))


MODEL = Model(
    name="naive",
    title="tomorrow = today",
    text="No change: the last price, share or volatility stands for what comes. A random walk's best forecast.",
    fit=fit,
)
