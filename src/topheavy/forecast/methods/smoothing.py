"""Exponential smoothing of many series at once: its errors, the search for its parameters, and its forecasts."""

from dataclasses import dataclass
from itertools import product

import numpy as np

from topheavy.forecast.panel import Matrix
from topheavy.forecast.windows import Cube

LEVELS = (0.01, 1.0)
"""Bounds of the level's share of an error."""

DAMPINGS = (0.8, 0.98)
"""Bounds of the damping of a trend, as in R's forecast package and statsmodels."""

ROUNDS = 12
"""Each halves the step of the search: the last is a 4,000th of the range."""


@dataclass(frozen=True, slots=True)
class Smoothing:
    """ETS(A,N,N), or ETS(A,Ad,N) where ``trend`` is not 0, in error-correction form.

    An error moves the level by ``level`` of it and the trend by ``trend`` of it; each step damps the trend. A value
    each for every series, or candidates × series.
    """

    level: Matrix
    trend: Matrix
    damping: Matrix

    def squares(self, x: Matrix) -> Matrix:
        """Return the sum of squared one-step errors; level starts at the first value, trend at 0."""
        level = np.broadcast_to(x[0], self.level.shape)
        trend = np.zeros(self.level.shape)
        total = np.zeros(self.level.shape)
        for value in x[1:]:
            ahead = level + trend
            error = value - ahead
            total += error**2
            level = ahead + self.level * error
            trend = (trend + self.trend * error) * self.damping
        return total

    def path(self, values: Cube, horizon: int) -> Cube:
        """Forecast step by step; level starts at a history's oldest value."""
        share, slope, damping = self.level[:, None], self.trend[:, None], self.damping[:, None]
        level, trend = values[0], np.zeros(values.shape[1:])
        for value in values[1:]:
            error = value - level - trend
            level, trend = level + trend + share * error, (trend + slope * error) * damping
        steps = np.cumsum([damping**step for step in range(horizon)], axis=0)
        return np.asarray(level + steps * trend)


def simple(x: Matrix) -> tuple[Smoothing, Matrix]:
    """Return the simple smoothing with the least squared errors for each series, and their sum."""
    return _search(x, (21,))


def damped(x: Matrix) -> tuple[Smoothing, Matrix]:
    """Return the smoothing with a damped trend with the least squared errors for each series, and their sum."""
    return _search(x, (7, 5, 4))


def _smoothing(at: Matrix) -> Smoothing:
    """Read points of the unit cube (parameters × … × series) as parameters."""
    level = LEVELS[0] + (LEVELS[1] - LEVELS[0]) * at[0]
    if len(at) == 1:
        return Smoothing(level, np.zeros_like(level), np.ones_like(level))
    return Smoothing(level, level * at[1], DAMPINGS[0] + (DAMPINGS[1] - DAMPINGS[0]) * at[2])


def _search(x: Matrix, points: tuple[int, ...]) -> tuple[Smoothing, Matrix]:
    """Try a grid over the unit cube, then the neighbours of the best with ever smaller steps."""
    best = np.full((len(points), x.shape[1]), 0.5)
    around = np.array(list(product(*(np.linspace(-0.5, 0.5, count) for count in points))))
    near = np.array(list(product((-1.0, 0.0, 1.0), repeat=len(points))))
    for turn in range(ROUNDS):
        steps = around if turn == 0 else near * 0.5 ** (turn + 1) / 2
        tried = np.clip(best[:, None, :] + steps.T[:, :, None], 0.0, 1.0)
        squares = _smoothing(tried).squares(x)
        chosen = squares.argmin(axis=0)
        best = np.take_along_axis(tried, chosen[None, None, :], axis=1)[:, 0]
    return _smoothing(best), squares.min(axis=0)
