"""Historical mean: what came on average comes again. Out-of-sample R² is measured against it."""

import numpy as np

from topheavy.forecast.methods.linear import Linear
from topheavy.forecast.model import Fitted, Model, Training
from topheavy.forecast.panel import Matrix
from topheavy.forecast.task import Task
from topheavy.forecast.volatility import over


def fit(task: Task, training: Training) -> Fitted:
    """Return each series' mean return (of a share: mean change of its logit) or, of volatility, its mean level."""
    series = len(task.series)
    if task.target.reads == "variances":
        weights = np.zeros((series, max(1, task.horizon)))
        weights[:, -1] = -1.0
        return Linear(weights, _mean(task.outcome), over(task))
    prices = task.target.reads == "prices"
    mean = np.log1p(_mean(np.expm1(task.change))) if prices else _mean(task.change)
    return Linear(np.zeros((series, 1)), mean)


def _mean(values: Matrix) -> Matrix:
    """Return the mean of what is there, one a series; NaN where there is nothing."""
    there = ~np.isnan(values)
    count = there.sum(axis=0)
    return np.where(count > 0, np.where(there, values, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)


MODEL = Model(
    name="historical_mean",
    title="historical mean",
    text=(
        "The mean of all returns over as many sessions so far; volatility goes back to the mean of its logarithm. "
        "Goyal and Welch's yardstick: out-of-sample R² is measured against it."
    ),
    fit=fit,
)
