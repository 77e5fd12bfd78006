"""Scores of forecasts: arrays of what came and what was said, in, one number out; cells with NaN do not count."""

from dataclasses import dataclass

import numpy as np

from topheavy.forecast.panel import Matrix
from topheavy.forecast.scoring.compare import variance_of_mean

SURE = 1.959963984540054
"""Standard deviations to either side that hold 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Hits:
    """How often the direction was right: ``rate`` and its 95 % interval, of ``count`` forecasts that gave one."""

    rate: float
    low: float
    high: float
    count: int


def mean(values: Matrix) -> float:
    """Return the mean of the cells that are there; NaN where none is."""
    there = values[np.isfinite(values)]
    return float(there.mean()) if there.size else float("nan")


def mae(came: Matrix, forecast: Matrix) -> float:
    """Return the mean absolute error."""
    return mean(np.abs(came - forecast))


def rmse(came: Matrix, forecast: Matrix) -> float:
    """Return the root of the mean squared error."""
    return float(np.sqrt(mean((came - forecast) ** 2)))


def scales(change: Matrix) -> tuple[Matrix, Matrix]:
    """Return naive's mean absolute and root mean squared error, by series, over a training part.

    ``change`` (sessions × series) is what came less what naive said, at the horizon that is forecast. NaN for a series
    that never moved or is not there: in its units nothing can be said.
    """
    there = np.isfinite(change)
    counts = np.maximum(there.sum(axis=0), 1)
    observed = np.where(there, change, 0.0)
    absolute, squared = np.abs(observed).sum(axis=0) / counts, np.sqrt((observed**2).sum(axis=0) / counts)
    return np.where(absolute > 0, absolute, np.nan), np.where(squared > 0, squared, np.nan)


def means(change: Matrix) -> Matrix:
    """Return the mean change by series over a training part; NaN for a series that is not there."""
    there = np.isfinite(change)
    counts = there.sum(axis=0)
    return np.where(counts, np.where(there, change, 0.0).sum(axis=0) / np.maximum(counts, 1), np.nan)


def mase(came: Matrix, forecast: Matrix, scale: Matrix) -> float:
    """Return the mean absolute error, each in units of ``scale``: naive's in training (Hyndman and Koehler 2006)."""
    return mean(np.abs(came - forecast) / scale)


def rmsse(came: Matrix, forecast: Matrix, scale: Matrix) -> float:
    """Return the root of the mean squared error, each in units of ``scale``: naive's root mean square in training."""
    return float(np.sqrt(mean(((came - forecast) / scale) ** 2)))


def pinball(came: Matrix, forecast: Matrix, quantile: float) -> float:
    """Return the mean loss of a forecast of a quantile: an error above it costs ``quantile``, one below the rest."""
    error = came - forecast
    return mean(np.maximum(quantile * error, (quantile - 1) * error))


def coverage(came: Matrix, low: Matrix, high: Matrix) -> float:
    """Return how often what came lay within the interval, its bounds included."""
    there = np.isfinite(came) & np.isfinite(low) & np.isfinite(high)
    return mean(np.where(there, (low <= came) & (came <= high), np.nan))


def wilson(rate: float, count: float) -> tuple[float, float]:
    """Return the 95 % interval of a rate seen in ``count`` independent trials (Wilson 1927)."""
    if not count > 0:
        return float("nan"), float("nan")
    square = SURE**2 / count
    middle = (rate + square / 2) / (1 + square)
    half = SURE * np.sqrt(rate * (1 - rate) / count + square / (4 * count)) / (1 + square)
    return float(middle - half), float(middle + half)


def hits(came: Matrix, forecast: Matrix, horizon: int) -> Hits:
    """Return how often a predicted change (origins × series) had the sign of the one that came.

    A change of zero has no direction: where one came or was predicted, nothing is counted. Securities move together and
    forecasts more than one session ahead overlap, so the interval is Wilson's for the number of independent forecasts
    that would make the rate as certain as it is: rate × (1 - rate) ÷ its variance over sessions (HAC, h - 1 lags). For
    one series one session ahead that is the number of forecasts.
    """
    counted = np.isfinite(came) & np.isfinite(forecast) & (came != 0) & (forecast != 0)
    counts = counted.sum(axis=1).astype(np.float64)
    right = (counted & (np.sign(came) == np.sign(forecast))).sum(axis=1)
    count = int(counts.sum())
    if not count:
        return Hits(float("nan"), float("nan"), float("nan"), 0)
    rate = float(right.sum() / count)
    some = counts > 0
    apart = variance_of_mean((right - rate * counts)[some] / counts[some].mean(), horizon - 1)
    most = count if apart > 0 else some.sum() / horizon
    effective = min(float(most), rate * (1 - rate) / apart) if apart > 0 else float(most)
    return Hits(rate, *wilson(rate, effective), count)


def r2(came: Matrix, forecast: Matrix, historical: Matrix) -> float:
    """Return the out-of-sample R²: 1 - squared errors ÷ those of the historical mean (Campbell and Thompson 2008).

    ``historical`` is the mean change of the training part. Below zero, the mean was the better forecast.
    """
    there = np.isfinite(came) & np.isfinite(forecast) & np.isfinite(historical)
    base = float(((came - historical)[there] ** 2).sum())
    return 1 - float(((came - forecast)[there] ** 2).sum()) / base if base > 0 else float("nan")
