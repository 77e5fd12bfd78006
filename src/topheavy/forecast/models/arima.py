"""ARIMA: its order found series by series, by an information criterion."""

from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from topheavy.forecast.extra import forecasting
from topheavy.forecast.methods.arma import Arma
from topheavy.forecast.methods.arma import fit as fit_arma
from topheavy.forecast.methods.linear import Linear
from topheavy.forecast.methods.statistics import akaike, enough, linear
from topheavy.forecast.model import Fitted, Model, Training
from topheavy.forecast.panel import Matrix
from topheavy.forecast.task import Task
from topheavy.forecast.windows import Cube

ORDERS = tuple((p, q) for p, q in product(range(3), repeat=2) if p + q <= 2)
"""Richer ones find roots that nearly cancel: they fit better, and forecast worse what comes after."""

UNIT_ROOT = 0.05
"""A series is differenced unless the augmented Dickey-Fuller test refuses a unit root at this level."""

LAGS = 5


def fit(task: Task, training: Training) -> Fitted:
    """Fit ARIMA(p, d, q) to each series; prices are always differenced, other series where they have a unit root."""
    stationary = on_levels(task)
    levels = linear(task, best(task.x, constants=(True,)).path) if stationary.any() else None
    if levels is not None and stationary.all():
        return levels
    steps = np.diff(task.x, axis=0)
    model = best(steps, constants=(False, True))

    def path(values: Cube, horizon: int) -> Cube:
        return np.asarray(values[-1] + np.cumsum(model.path(np.diff(values, axis=0), horizon), axis=0))

    differenced = linear(task, path)
    return differenced if levels is None else _either(stationary, levels, differenced)


def on_levels(task: Task) -> NDArray[np.bool_]:
    """Return which series are forecast on their level, not on their differences."""
    stationary = np.zeros(len(task.series), bool)
    if task.target.reads == "prices":
        return stationary
    with forecasting():
        from statsmodels.tsa.stattools import adfuller
    for at in np.flatnonzero(enough(task)):
        x = task.x[~np.isnan(task.x[:, at]), at]
        stationary[at] = np.ptp(x) > 0 and adfuller(x, maxlag=LAGS, autolag=None, result_object=True).pvalue < UNIT_ROOT
    return stationary


def best(x: Matrix, constants: tuple[bool, ...]) -> Arma:
    """Return the ARMA model with the least AICc for each column, among all orders, with and without a constant."""
    there = ~np.isnan(x)
    count = np.maximum(there.sum(axis=0), 1)
    mean = np.where(there, x, 0.0).sum(axis=0) / count
    chosen = Arma(np.zeros((2, x.shape[1])), np.zeros((2, x.shape[1])), mean)
    least = np.full(x.shape[1], np.inf)
    for constant, order in product(constants, ORDERS):
        model, squares = fit_arma(x, order, mean * constant)
        value = akaike(squares, count, sum(order) + constant + 1)
        better = value < least
        least = np.where(better, value, least)
        for lags, kept in ((model.ar, chosen.ar), (model.ma, chosen.ma)):
            kept[:, better] = 0.0
            kept[: len(lags), better] = lags[:, better]
        chosen = replace(chosen, mean=np.where(better, model.mean, chosen.mean))
    return chosen


def _either(first: NDArray[np.bool_], candidate: Linear, other: Linear) -> Linear:
    return Linear(
        np.where(first[:, None], candidate.weights, other.weights),
        np.where(first, candidate.constants, other.constants),
        candidate.over,
    )


MODEL = Model(
    name="arima",
    title="ARIMA, order by AICc",
    text=(
        "ARIMA(p, d, q), p + q at most 2, the order with the least AICc series by series; prices are differenced "
        "once, shares and volatility where a unit root is not refused. Conditional least squares."
    ),
    fit=fit,
)
