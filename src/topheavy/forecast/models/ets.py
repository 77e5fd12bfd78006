"""ETS: exponential smoothing, with a damped trend where the history is for it."""

import numpy as np
from numpy.typing import NDArray

from topheavy.forecast.methods.smoothing import Smoothing, damped, simple
from topheavy.forecast.methods.statistics import akaike, filled, linear
from topheavy.forecast.model import Fitted, Model, Training
from topheavy.forecast.task import Task


def fit(task: Task, training: Training) -> Fitted:
    """Fit simple and damped smoothing to each series and keep the one with the lower AICc."""
    x = filled(task.x)
    count = np.maximum((~np.isnan(task.x)).sum(axis=0) - 1, 1)
    plain, plain_squares = simple(x)
    trending, trending_squares = damped(x)
    trends = akaike(trending_squares, count, 5) < akaike(plain_squares, count, 3)
    return linear(task, _either(trends, trending, plain).path)


def _either(first: NDArray[np.bool_], candidate: Smoothing, other: Smoothing) -> Smoothing:
    return Smoothing(
        np.where(first, candidate.level, other.level),
        np.where(first, candidate.trend, other.trend),
        np.where(first, candidate.damping, other.damping),
    )


MODEL = Model(
    name="ets",
    title="exponential smoothing",
    text=(
        "ETS(A,N,N) or ETS(A,Ad,N), whichever has the lower AICc; parameters with the least squared one-step errors, "
        "series by series."
    ),
    fit=fit,
)
