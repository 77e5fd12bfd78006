"""GARCH: the variance ahead from the last variances, geometrically fading, and a level they return to."""

import numpy as np

from topheavy.forecast.extra import forecasting
from topheavy.forecast.methods.statistics import LOOKBACK, bias, enough
from topheavy.forecast.model import Fitted, Model, Training
from topheavy.forecast.panel import Matrix
from topheavy.forecast.task import Task
from topheavy.forecast.volatility import OfVariances, over


def fit(task: Task, training: Training) -> Fitted:
    """Fit GARCH(1,1) to each series, as a set of weights on the last variances."""
    series = len(task.series)
    lookback = max(LOOKBACK, over(task))
    weights, constants = np.full((series, lookback), np.nan), np.full(series, np.nan)
    for at in np.flatnonzero(enough(task)):
        variances = np.exp(2 * task.x[~np.isnan(task.x[:, at]), at])
        weights[at], constants[at] = _weights(parameters(variances), variances.mean(), lookback, task.horizon)
    rough = OfVariances(weights, constants, np.zeros(series), over(task))
    lift = bias(task, rough.predict(task.x, np.arange(len(task.x))))
    return OfVariances(weights, constants, lift, over(task))


def parameters(variances: Matrix) -> tuple[float, float, float]:
    """Return ω, α and β of σ²[t+1] = ω + α·v[t] + β·σ²[t], by Gaussian quasi-likelihood.

    The likelihood knows a return by its square alone. So a session's variance, however it was measured, stands for the
    squared return (Engle and Gallo's multiplicative error model, 2006), and its root is handed over as the return.
    """
    scale = variances.mean()
    with forecasting():
        from arch import arch_model
    model = arch_model(np.sqrt(variances / scale), mean="Zero", vol="GARCH", p=1, q=1, rescale=False)
    omega, alpha, beta = np.asarray(model.fit(disp="off", show_warning=False).params)
    return float(omega * scale), float(alpha), float(beta)


def _weights(parameters: tuple[float, float, float], start: float, lookback: int, horizon: int) -> tuple[Matrix, float]:
    """Return weights and constant of the mean variance ahead, with σ² = ``start`` before the window."""
    omega, alpha, beta = parameters
    fading = beta ** np.arange(lookback)
    weights = alpha * fading[::-1]
    constant = omega * fading.sum() + beta**lookback * start
    share, rest = 1.0, 0.0  # the variance k sessions ahead is share · (that of the next session) + rest
    shares, rests = [], []
    for _ in range(horizon):
        shares.append(share)
        rests.append(rest)
        share, rest = (alpha + beta) * share, omega + (alpha + beta) * rest
    return np.mean(shares) * weights, float(np.mean(shares) * constant + np.mean(rests))


MODEL = Model(
    name="garch",
    title="GARCH(1,1)",
    text=(
        "The variance ahead is a fading sum of the last ones that returns to a level, series by series; a session's "
        "measured variance stands for the squared return. A constant puts errors of the logarithm in training to 0."
    ),
    fit=fit,
    targets=frozenset({"volatility"}),
)
