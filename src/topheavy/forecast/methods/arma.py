"""ARMA models of many series at once, by conditional least squares, and their forecasts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topheavy.forecast.panel import Matrix
from topheavy.forecast.windows import Cube

LONG = 12
"""Lags of the long autoregression whose errors stand for the unknown shocks at the start."""

STEPS = 20
"""Gauss-Newton steps; those that do not lessen the squared errors are not taken."""

EDGE = 0.99
"""Inverse roots keep within this radius, as in auto.arima: no explosion, and shocks that a window tells."""

SETTLED = 1e-8
"""A relative gain in squared errors below which there is nothing more to gain."""


@dataclass(frozen=True, slots=True)
class Arma:
    """x[t] = Σ ar[i]·x[t−i] + e[t] + Σ ma[j]·e[t−j], around ``mean``; ``ar`` and ``ma`` are lags × series."""

    ar: Matrix
    ma: Matrix
    mean: Matrix

    def path(self, values: Cube, horizon: int) -> Cube:
        """Forecast step by step (horizon × series × cases); values and shocks before a history are nought."""
        x = [value - self.mean[:, None] for value in values]
        shocks: list[Matrix] = []
        for at in range(len(x)):
            shocks.append(x[at] - self._next(x[:at], shocks))
        for _ in range(horizon):
            x.append(self._next(x, shocks))
            shocks.append(np.zeros_like(x[0]))
        return np.stack(x[len(values) :]) + self.mean[:, None]

    def _next(self, x: list[Matrix], shocks: list[Matrix]) -> Matrix:
        return _weigh(self.ar, x) + _weigh(self.ma, shocks)


def fit(x: Matrix, order: tuple[int, int], mean: Matrix) -> tuple[Arma, Matrix]:
    """Fit ARMA(p, q) to each column less its ``mean``; NaN (before a series begins) counts as the mean.

    Gauss-Newton steps, damped as Levenberg and Marquardt do, from Hannan and Rissanen's estimate. Returns the models
    and their sums of squared errors.
    """
    y = np.nan_to_num(x - mean)
    p, q = order
    coefficients = _inside(_start(y, p, q), p) if p + q else np.zeros((0, y.shape[1]))
    shocks = _shocks(y, coefficients, p)
    squares, damping, settled = (shocks**2).sum(axis=0), np.full(y.shape[1], 1e-3), np.zeros(y.shape[1], bool)
    for _ in range(STEPS if q else 0):
        undone = _undo(np.hstack([y, shocks]), np.hstack([coefficients[p:], coefficients[p:]]))
        slopes = np.concatenate([_lags(undone[:, : y.shape[1]], p), _lags(undone[:, y.shape[1] :], q)])
        tried = _inside(coefficients + _solve(slopes, shocks, damping), p)
        errors = _shocks(y, tried, p)
        gain = squares - (errors**2).sum(axis=0)
        better = (gain > 0) & ~settled
        coefficients, shocks = np.where(better, tried, coefficients), np.where(better, errors, shocks)
        damping = np.where(better, damping / 10, damping * 10)
        settled |= np.where(better, gain < SETTLED * squares, damping > 1.0)
        squares = np.where(better, squares - gain, squares)
        if settled.all():
            break
    return Arma(coefficients[:p], coefficients[p:], mean), squares


def _weigh(weights: Matrix, before: list[Matrix]) -> Matrix:
    """Return Σ weights[i] · (the value i + 1 steps before), as far as there are such."""
    pairs = zip(weights, before[::-1], strict=False)
    return sum((weight[:, None] * value for weight, value in pairs), np.zeros((weights.shape[1], 1)))


def _lags(y: Matrix, count: int) -> Cube:
    """Return lags 1 to ``count`` of a matrix, nought before its start (count × sessions × series)."""
    lagged = np.zeros((count, *y.shape))
    for lag in range(1, count + 1):
        lagged[lag - 1, lag:] = y[:-lag]
    return lagged


def _undo(y: Matrix, ma: Matrix) -> Matrix:
    """Return e of e[t] = y[t] − Σ ma[j]·e[t−j]: a moving average undone, step by step."""
    if not len(ma):
        return y
    e = np.empty_like(y)
    e[0] = y[0]
    if len(y) > 1:
        e[1] = y[1] - ma[0] * e[0]
    for at in range(2, len(y)):
        e[at] = y[at] - ma[0] * e[at - 1]
        if len(ma) > 1:
            e[at] -= ma[1] * e[at - 2]
    return e


def _shocks(y: Matrix, parameters: Matrix, p: int) -> Matrix:
    return _undo(y - np.einsum("ps,pts->ts", parameters[:p], _lags(y, p)), parameters[p:])


def _solve(slopes: Cube, left: Matrix, damping: float | NDArray[np.float64] = 1e-9) -> Matrix:
    """Return the parameters that explain what is left best, series by series."""
    gram = np.einsum("its,jts->sij", slopes, slopes)
    within = np.einsum("its,ts->si", slopes, left)
    scale = np.maximum(np.einsum("sii->si", gram), np.finfo(float).tiny)
    gram += (np.reshape(damping, (-1, 1)) * scale)[:, :, None] * np.eye(len(slopes))
    return np.asarray(np.linalg.solve(gram, within[..., None])[..., 0].T)


def _start(y: Matrix, p: int, q: int) -> Matrix:
    """Return Hannan and Rissanen's estimate: regress on own lags and on lags of a long autoregression's errors."""
    if not q:
        return _solve(_lags(y, p), y)
    long = _lags(y, LONG)
    shocks = y - np.einsum("ps,pts->ts", _solve(long, y), long)
    return _solve(np.concatenate([_lags(y, p), _lags(shocks, q)]), y)


def _inside(parameters: Matrix, p: int) -> Matrix:
    """Draw roots towards nought where they leave the unit circle: that of the AR part and that of the MA part."""
    return np.concatenate([_within(parameters[:p]), -_within(-parameters[p:])])


def _within(polynomial: Matrix) -> Matrix:
    """Bound 1 − a·z − b·z² (at most two coefficients): every root's inverse is shrunk to at most ``EDGE``."""
    if not len(polynomial):
        return polynomial
    a, b = polynomial[0], polynomial[1] if len(polynomial) > 1 else np.zeros(polynomial.shape[1])
    root = np.sqrt(a.astype(complex) ** 2 + 4 * b)
    largest = np.maximum(np.abs(a + root), np.abs(a - root)) / 2
    shrink = np.minimum(1.0, EDGE / np.maximum(largest, EDGE))
    return np.asarray(polynomial * np.stack([shrink, shrink**2])[: len(polynomial)])
