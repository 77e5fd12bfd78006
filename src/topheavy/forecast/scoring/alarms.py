"""Alarms: a line that is yesterday's, a model that looks ahead, errors that grow after a model went live."""

from dataclasses import dataclass

import numpy as np

from topheavy.core.errors import ForecastError
from topheavy.forecast.model import Fitted
from topheavy.forecast.panel import Matrix
from topheavy.forecast.scoring.compare import by_session, variance_of_mean
from topheavy.forecast.task import Task
from topheavy.forecast.windows import Origins

BEYOND = 5
"""Sessions before the origin that a line may be a copy of, too."""

ALIKE = 0.5
"""From this correlation on, the moves of two lines are alike."""

TELLING = 2.0
"""Standard errors above zero from which a correlation with what came is foresight."""

SLACK = 0.25
"""Standard deviations by which ranks of errors may exceed their mean without counting towards an alarm."""

WATCH = 250
"""Sessions, about a year, over which the chance of a false alarm is held."""

LEAST = 50
"""Known errors below which nothing can be said of what is usual."""

PATHS = 1_000
"""Simulated futures in which nothing changed, by which the threshold is found."""


@dataclass(frozen=True, slots=True)
class Following:
    """Whether a forecast line runs ahead of the actual one or behind it.

    ``lag``: the sessions by which the actual line, moved later, is most like the forecast; 0 is a true forecast.
    ``at_lag`` and ``at_zero``: the correlations of the two lines' moves there. ``echo``: the correlation of predicted
    changes with the session's last move. ``foresight``: that with what came, in standard errors.
    """

    horizon: int
    lag: int
    at_lag: float
    at_zero: float
    echo: float
    foresight: float

    @property
    def copy(self) -> bool:
        """Whether the line is a lagged copy: most like what was known when it was made, and blind to what came.

        "Tomorrow = today" is one by definition, and so is any constant drift: it draws the same line a little higher.
        """
        return self.lag >= self.horizon and self.at_lag >= ALIKE and self.foresight < TELLING


def follows(task: Task, origins: Origins, change: Matrix) -> Following:
    """Compare the line of forecasts (origins × series, consecutive rows) with the actual line at every lag.

    Moves are compared, not levels: two lines that rise are alike without either knowing of the other.
    """
    line = np.diff(task.now[origins] + change, axis=0)
    likeness = np.array(
        [
            _like(line, np.diff(_rows(task.now, origins + task.horizon - lag), axis=0))
            for lag in range(task.horizon + BEYOND + 1)
        ]
    )
    lag = int(likeness.argmax())
    last = task.now[origins] - _rows(task.now, origins - 1)
    products = by_session(_standard(change, task.change[origins]) * _standard(task.change[origins], change))
    error = np.sqrt(variance_of_mean(products, task.horizon - 1)) if len(products) else 0.0
    foresight = float(products.mean() / error) if error > 0 else 0.0
    return Following(task.horizon, lag, float(likeness[lag]), float(likeness[0]), _like(change, last), foresight)


def _rows(x: Matrix, rows: Origins) -> Matrix:
    """Return rows of ``x``, NaN for those before its first."""
    return np.where((rows >= 0)[:, None], x[np.maximum(rows, 0)], np.nan)


def _standard(values: Matrix, beside: Matrix) -> Matrix:
    """Return values less their series' mean in units of its deviation, where ``beside`` is there too; 0 if constant."""
    there = np.isfinite(values) & np.isfinite(beside)
    counts = np.maximum(there.sum(axis=0), 1)
    off = np.where(there, values - np.where(there, values, 0.0).sum(axis=0) / counts, 0.0)
    deviation = np.sqrt((off**2).sum(axis=0) / counts)
    return np.where(there, off / np.where(deviation > 1e-15, deviation, np.inf), np.nan)


def _like(matrix: Matrix, other: Matrix) -> float:
    """Return the correlation of two matrices, each series in its own units; 0 where one is constant or nothing is."""
    products = _standard(matrix, other) * _standard(other, matrix)
    finite = products[np.isfinite(products)]
    return float(finite.mean()) if finite.size else 0.0


def looks_ahead(fitted: Fitted, x: Matrix, origins: Origins) -> Origins:
    """Return the origins at which a forecast changes when what comes after the origin is made another: none may."""
    before, noise = fitted.predict(x, origins), np.random.default_rng(0).normal(1.0, 0.1, x.shape)
    seen = []
    for at, origin in enumerate(origins):
        other = x.copy()
        other[origin + 1 :] += noise[origin + 1 :]
        if not np.allclose(before[at], fitted.predict(other, origins)[at], rtol=1e-6, atol=1e-9, equal_nan=True):
            seen.append(origin)
    return np.array(seen, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Worsening:
    """Whether live errors have grown: ``height`` of the alarm's sum at its highest, against ``threshold``.

    ``at`` is the place in the live errors where the threshold was passed first, -1 where it was not.
    """

    height: float
    threshold: float
    at: int

    @property
    def alarm(self) -> bool:
        """Whether the threshold was passed."""
        return self.at >= 0


def worsening(live: Matrix, backtest: Matrix, horizon: int, *, seed: int = 0, chance: float = 0.01) -> Worsening:
    """Watch live absolute errors, oldest first, against those of the ``backtest``: a one-sided CUSUM (Page 1954).

    What is summed is the rank of each error among the backtest's, so that a single wild day is not a worse model. Give
    both in units of how much each series moved lately, or divided by naive's, so that a wilder market is not, either.
    The threshold is the one that ``chance`` of the futures passes in ``WATCH`` sessions, or as many as are live if
    more, when futures are blocks of its neighbouring errors put together anew, each with a mean as uncertain as the
    backtest leaves it.

    Raises:
        ForecastError: when fewer than ``LEAST`` errors are given, or all are the same.
    """
    past = backtest[np.isfinite(backtest)]
    if len(past) < LEAST or past.min() == past.max():
        raise ForecastError(f"{len(past)} errors of a backtest are too few, or too alike, to watch a model by")
    usual = _ranks(past, past)
    count, length = max(WATCH, len(live)), min(len(past), max(4 * horizon, int(np.ceil(len(past) ** (1 / 3)))))
    rng = np.random.default_rng(seed)
    starts = rng.integers(0, len(past) - length + 1, (PATHS, -(-count // length)))
    futures = usual[(starts[:, :, None] + np.arange(length)).reshape(PATHS, -1)[:, :count]]
    futures += rng.normal(0, np.sqrt(variance_of_mean(usual, horizon - 1)), (PATHS, 1))
    threshold = float(np.quantile(_sums(futures).max(axis=1), 1 - chance))
    sums = _sums(np.where(np.isfinite(live), _ranks(live, past), 0.0)[None])[0]
    passed = np.flatnonzero(sums > threshold)
    return Worsening(float(sums.max(initial=0.0)), threshold, int(passed[0]) if len(passed) else -1)


def _ranks(errors: Matrix, past: Matrix) -> Matrix:
    """Return which part of the past errors is smaller (ties by half), less one half, in standard deviations."""
    ascending = np.sort(past)
    places = np.searchsorted(ascending, errors, side="left") + np.searchsorted(ascending, errors, side="right")
    return np.asarray((places / (2 * len(past)) - 0.5) * np.sqrt(12))


def _sums(off: Matrix) -> Matrix:
    """Return the sums of each row less ``SLACK`` a session, begun again at 0 whenever they fall below."""
    walk = np.cumsum(off - SLACK, axis=1)
    return np.asarray(walk - np.minimum(np.minimum.accumulate(walk, axis=1), 0.0))
