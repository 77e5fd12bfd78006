"""Ridge: the change ahead as a weighted sum of the last steps, with the same weights for all series."""

from dataclasses import replace

import numpy as np

from topheavy.forecast.extra import forecasting
from topheavy.forecast.methods.linear import Linear
from topheavy.forecast.model import Fitted, Model, Training
from topheavy.forecast.task import Task
from topheavy.forecast.volatility import over
from topheavy.forecast.windows import changes_and_averages, examples


def fit(task: Task, training: Training) -> Fitted:
    """Regress the change on the last ``lags`` steps, scaled to unit variance, over all series at once."""
    lags = int(training.params["lags"])
    features = changes_and_averages(max(lags + 1, over(task)), tuple(range(1, lags + 1)), ())
    seen, change, _ = examples(replace(task, now=task.x), features)
    centre, scale = seen.mean(axis=0), np.maximum(seen.std(axis=0), np.finfo(float).eps)
    strength = float(training.params["penalty"]) * len(seen)
    with forecasting():
        from sklearn.linear_model import Ridge
    model = Ridge(alpha=strength, solver="cholesky").fit((seen - centre) / scale, change)
    slopes = model.coef_ / scale
    series = len(task.series)
    weights, constant = features @ slopes, model.intercept_ - centre @ slopes
    return Linear(np.tile(weights, (series, 1)), np.full(series, constant), over(task))


MODEL = Model(
    name="ridge",
    title="ridge on the last steps",
    text=(
        "A linear regression of the change on the last steps of the history, shrunk towards none; one set of weights "
        "for all series. `penalty` is relative to the number of examples: 1 halves a lone weight."
    ),
    fit=fit,
    scope="global",
    defaults={"lags": 21, "penalty": 0.001},
)
