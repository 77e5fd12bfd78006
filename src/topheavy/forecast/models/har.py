"""HAR: volatility from its last day, week and month."""

import numpy as np

from topheavy.forecast.methods.linear import Linear
from topheavy.forecast.methods.statistics import enough
from topheavy.forecast.model import Fitted, Model, Training
from topheavy.forecast.task import Task
from topheavy.forecast.volatility import over
from topheavy.forecast.windows import windows

SPANS = (1, 5, 21)
"""A day, a week, a month."""


def fit(task: Task, training: Training) -> Fitted:
    """Regress each series' outcome on its averages over a day, a week and a month (Corsi 2009), in logarithms."""
    lookback = max(SPANS[-1], over(task))
    averages = np.stack([np.where(np.arange(lookback) >= lookback - span, 1 / span, 0.0) for span in SPANS], axis=1)
    seen = windows(task.x, lookback, np.arange(len(task.x))) @ averages
    rows = np.concatenate([seen, np.ones((*seen.shape[:2], 1))], axis=-1)
    whole = ~np.isnan(seen).any(axis=-1) & ~np.isnan(task.outcome)
    rows, outcome = np.where(whole[..., None], rows, 0.0), np.where(whole, task.outcome, 0.0)
    gram = np.einsum("tsi,tsj->sij", rows, rows)
    within = np.einsum("tsi,ts->si", rows, outcome)
    coefficients = np.einsum("sij,sj->si", np.linalg.pinv(gram, hermitian=True), within)
    coefficients[~enough(task)] = np.nan
    weights = coefficients[:, :-1] @ averages.T
    weights[:, -1] -= 1.0
    return Linear(weights, coefficients[:, -1], over(task))


MODEL = Model(
    name="har",
    title="HAR",
    text=(
        "Corsi's heterogeneous autoregression: the logarithm of volatility ahead, regressed on its averages over the "
        "last day, week and month, series by series."
    ),
    fit=fit,
    targets=frozenset({"volatility"}),
)
