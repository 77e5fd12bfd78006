"""The input transform: a window becomes its moves in units of their own size, with nothing known outside the window."""

import numpy as np

from topheavy.forecast.panel import Matrix
from topheavy.forecast.windows import Cube

STILL = 1e-8
"""The least size of a usual move: a window without any move has nothing to divide by, and says "no change"."""

FURTHEST = 10.0
"""A change of more usual moves than this counts as this many while learning, lest one crash be all that is learned."""


def inputs(windows: Cube) -> tuple[Cube, Matrix]:
    """Return the moves of each window over their root mean square, … × (lookback − 1), and that root mean square, ….

    There is no scaler to fit, so none that could have seen the future. NaN where a window is not whole.
    """
    moves = np.diff(windows, axis=-1)
    scale = np.maximum(np.sqrt((moves**2).mean(axis=-1)), STILL)
    return moves / scale[..., None], scale


def targets(change: Matrix, scale: Matrix, horizon: int) -> Matrix:
    """Return changes in units of the usual move over ``horizon`` sessions, cut off at ``FURTHEST``."""
    return np.asarray(np.clip(change / (scale * np.sqrt(horizon)), -FURTHEST, FURTHEST))
