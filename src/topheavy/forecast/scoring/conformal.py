"""Intervals: how wrong a model was, in units of how much its series moved lately, is how wrong it may be next time."""

from dataclasses import dataclass

import numpy as np

from topheavy.core.errors import ForecastError
from topheavy.forecast.panel import Matrix

MOVES = 63
"""Sessions over which a series' usual move is measured: a quarter."""

MOST_KEPT = 2_000
"""So many errors are kept; of more, every n-th of them in order of size."""


def spread(x: Matrix, horizon: int) -> Matrix:
    """Return the usual move over ``horizon`` sessions, by session and series: √horizon × the root mean square move.

    It looks back over ``MOVES`` sessions; NaN where history does not reach so far.
    """
    moves = np.diff(x, axis=0)
    wide = np.full(x.shape, np.nan)
    if len(moves) >= MOVES:
        recent = np.lib.stride_tricks.sliding_window_view(moves, MOVES, axis=0)
        wide[MOVES:] = np.sqrt(horizon * (recent**2).mean(axis=-1))
    return wide


def moving(spreads: Matrix) -> Matrix:
    """Return the spreads of series that moved; NaN for those that did not, as nothing can be counted in their moves."""
    return np.where(spreads > 0, spreads, np.nan)


@dataclass(frozen=True, slots=True)
class Intervals:
    """Errors a model made on origins it had not learned from: (came − predicted) ÷ spread, ascending."""

    errors: tuple[float, ...]

    def bounds(self, level: float) -> tuple[float, float]:
        """Return the lowest and highest error, in spreads, of an interval that covers ``level`` of what comes.

        Split conformal: with n errors, the ⌈(n + 1)·q⌉-th smallest, so that coverage holds for any exchangeable errors.

        Raises:
            ForecastError: when there are too few errors for so high a level.
        """
        count, tail = len(self.errors), (1 - level) / 2
        low = int(np.floor(round((count + 1) * tail, 9)))
        high = count + 1 - low
        if not 0 < level < 1 or low < 1 or high > count:
            raise ForecastError(f"{count} known errors are too few for an interval of {level:.0%}: ask for a lower one")
        return self.errors[low - 1], self.errors[high - 1]


def learn(came: Matrix, predicted: Matrix, spreads: Matrix) -> Intervals:
    """Return the intervals that errors of the same shape teach.

    Nothing is learned where one of the three is NaN, nor of a series that did not move: it has no spread.
    """
    errors = ((came - predicted) / moving(spreads)).ravel()
    ordered = np.sort(errors[np.isfinite(errors)])
    return Intervals(tuple(float(error) for error in ordered[:: len(ordered) // MOST_KEPT + 1]))
