"""Seasonal naive: this week goes as last week went."""

import numpy as np

from topheavy.forecast.methods.linear import Linear
from topheavy.forecast.model import Fitted, Model, Training
from topheavy.forecast.task import Task
from topheavy.forecast.volatility import OfVariances, over

SEASON = 5
"""A week has five sessions, but for holidays."""


def fit(task: Task, training: Training) -> Fitted:
    """Return last week's steps for those ahead or, of volatility, last week's variances."""
    series = len(task.series)
    lookback = max(SEASON + 1, over(task))
    picks = np.zeros(lookback)
    for ahead in range(task.horizon):
        picks[lookback - SEASON + ahead % SEASON] += 1.0
    if over(task) == SEASON:  # the last five sessions are what naive says, too: no change, to the last digit
        return Linear(np.zeros((series, lookback)), np.zeros(series))
    if task.target.reads == "variances":
        nought = np.zeros(series)
        return OfVariances(np.tile(picks / task.horizon, (series, 1)), nought, nought, over(task))
    return Linear(np.tile(picks - np.append(picks[1:], 0.0), (series, 1)), np.zeros(series))


MODEL = Model(
    name="seasonal_naive",
    title="as last week",
    text=(
        "Each session ahead moves as the same session of last week did; volatility is what it was on the same "
        "session of last week. A week is five sessions."
    ),
    fit=fit,
)
