"""Comparing two forecasts: whether one's losses are smaller than chance explains, and by how much."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from topheavy.core.errors import ForecastError
from topheavy.forecast.extra import forecasting
from topheavy.forecast.panel import Matrix

DRAWS = 1_000
"""Resamples of the bootstrap."""

ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Verdict:
    """A Diebold-Mariano test: ``statistic`` below zero where the first forecast's losses are smaller.

    ``p`` is two-sided, ``p_better`` of the side that the first is better.
    """

    statistic: float
    p: float
    p_better: float


def by_session(losses: Matrix) -> Matrix:
    """Return the mean over series of each session that has any.

    What happened to all securities on one day is one piece of evidence, not one a security.
    """
    there = np.isfinite(losses)
    some = there.any(axis=1)
    sums = np.where(there, losses, 0.0).sum(axis=1)
    return np.asarray(sums[some] / there.sum(axis=1)[some])


def variance_of_mean(values: Matrix, lags: int) -> float:
    """Return the variance of the mean of a series whose members are correlated over ``lags`` steps.

    The autocovariances up to ``lags`` count in full, as those of forecasts h ahead do up to h - 1 (Diebold and Mariano
    1995). Where their sum is not positive, Bartlett's falling weights are taken, whose sum is never negative; a sum
    that only rounding keeps from zero is not positive.
    """
    count = len(values)
    off = values - values.mean()
    covariances = np.array([off[lag:] @ off[: count - lag] for lag in range(min(lags, count - 1) + 1)]) / count
    total = covariances[0] + 2 * covariances[1:].sum()
    if total <= ROUNDING * covariances[0]:
        falling = 1 - np.arange(1, len(covariances)) / len(covariances)
        total = covariances[0] + 2 * (falling * covariances[1:]).sum()
    return float(max(total, 0.0) / count)


def diebold_mariano(differences: Matrix, horizon: int) -> Verdict:
    """Test whether the mean of a series of loss differences is zero, for forecasts ``horizon`` ahead.

    With the small-sample correction of Harvey, Leybourne and Newbold (1997), against Student's t with n - 1 degrees of
    freedom. Differences that are all the same number, as those of two equal forecasts, are no evidence: p is 1.

    Of equal forecasts 5 % are told apart at p < 0.05 where there are 25 sessions or more for each of the horizon, 8 %
    where there are 12 and 13 % where there are 5.

    Raises:
        ForecastError: when there are not more than ``2 * horizon`` sessions: too few to tell anything.
    """
    with forecasting():
        from scipy.special import stdtr
    count = len(differences)
    if count <= 2 * horizon:
        raise ForecastError(f"{count} sessions are too few to compare forecasts {horizon} ahead: give a longer history")
    variance = variance_of_mean(differences, horizon - 1)
    if variance <= (ROUNDING * np.abs(differences).max()) ** 2:
        return Verdict(0.0, 1.0, 1.0)
    corrected = (count + 1 - 2 * horizon + horizon * (horizon - 1) / count) / count
    statistic = float(np.sqrt(corrected / variance) * differences.mean())
    below = float(stdtr(count - 1, statistic))
    return Verdict(statistic, 2 * min(below, 1 - below), below)


def holm(p: Sequence[float]) -> list[float]:
    """Return p-values of several tests, raised so that one false alarm or more among all stays as rare as p says.

    Sture Holm's step-down procedure (1979): the smallest is multiplied by their number, the next by one less.
    """
    adjusted, least = [0.0] * len(p), 0.0
    for place, at in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        least = max(least, min(1.0, (len(p) - place) * p[at]))
        adjusted[at] = least
    return adjusted


def ratio(losses: Matrix, naive: Matrix, horizon: int, *, seed: int, level: float = 0.95) -> tuple[float, float, float]:
    """Return √(mean loss ÷ naive's mean loss) with the bounds of its interval, from squared losses by session.

    Blocks of neighbouring sessions are drawn again and again, the two forecasts' side by side, so that what is
    correlated stays so (moving-block bootstrap, percentiles). Where naive is never wrong, all three are NaN.
    """
    count = len(losses)
    if not count or not naive.sum() > 0:
        return np.nan, np.nan, np.nan
    length = min(count, max(horizon, int(np.ceil(count ** (1 / 3)))))
    sums = np.lib.stride_tricks.sliding_window_view(np.stack([losses, naive]), length, axis=1).sum(axis=-1)
    starts = np.random.default_rng(seed).integers(0, sums.shape[1], (DRAWS, -(-count // length)))
    drawn = sums[:, starts].sum(axis=-1)
    low, high = np.quantile(np.sqrt(drawn[0] / drawn[1]), [(1 - level) / 2, (1 + level) / 2])
    return float(np.sqrt(losses.sum() / naive.sum())), float(low), float(high)
