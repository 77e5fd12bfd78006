"""Targets: what is forecast, on which working scale, and what "tomorrow = today" says of it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from topheavy.core.errors import UsageError
from topheavy.core.plugins import unknown
from topheavy.forecast.panel import Matrix

CALM = 1e-8
"""The least variance of a session (one basis point squared): a day without any move has a logarithm too."""


@dataclass(frozen=True, slots=True)
class Target:
    """A quantity that is forecast ``horizon`` sessions ahead.

    Models see ``working(values)`` and predict a change of ``now`` on that scale; ``naive`` predicts no change.

    working: raw values (sessions × series) → the scale models work on, the same shape.
    now: working scale, horizon → what "tomorrow = today" says at each origin, on the scale of the outcome.
    outcome: working scale, horizon → what came, in the row of the origin; NaN in the last ``horizon`` rows.
    back: outcome scale → the target's unit; where ``relative``, the change alone.
    """

    name: str
    text: str
    unit: str
    reads: str
    """The history it is made of: ``prices``, ``variances`` or ``shares``."""
    working: Callable[[Matrix], Matrix]
    now: Callable[[Matrix, int], Matrix]
    outcome: Callable[[Matrix, int], Matrix]
    back: Callable[[Matrix], Matrix]
    relative: bool = False

    def said(self, now: Matrix, change: Matrix) -> Matrix:
        """Return a forecast in the target's unit, from ``now`` and a predicted change of it."""
        return self.back(change) if self.relative else self.back(now + change)


def _last(x: Matrix, _: int) -> Matrix:
    return x


def _later(x: Matrix, horizon: int) -> Matrix:
    later = np.full_like(x, np.nan)
    later[:-horizon] = x[horizon:]
    return later


def _log_variance(values: Matrix) -> Matrix:
    return np.asarray(0.5 * np.log(np.maximum(values, CALM)))


def _log_volatility(x: Matrix, horizon: int) -> Matrix:
    """Return the logarithm of the root of the mean variance of the last ``horizon`` sessions."""
    variance = np.exp(2 * x)
    mean = np.full_like(x, np.nan)
    mean[horizon - 1 :] = np.lib.stride_tricks.sliding_window_view(variance, horizon, axis=0).mean(axis=-1)
    return np.asarray(0.5 * np.log(mean))


def _logit(values: Matrix) -> Matrix:
    return np.asarray(np.log(values / (1 - values)))


def _share(z: Matrix) -> Matrix:
    return np.asarray(1 / (1 + np.exp(-z)))


TARGETS = {
    target.name: target
    for target in (
        Target("return", "total change of the price", "1", "prices", np.log, _last, _later, np.expm1, relative=True),
        Target("price", "price on today's share unit", "currency", "prices", np.log, _last, _later, np.exp),
        Target(
            "volatility",
            "root of the mean daily variance of the sessions ahead",
            "1 a day",
            "variances",
            _log_variance,
            _log_volatility,
            lambda x, horizon: _later(_log_volatility(x, horizon), horizon),
            np.exp,
        ),
        Target("share", "part of the index that a group is", "1", "shares", _logit, _last, _later, _share),
    )
}
"""Every target by name."""


def target(name: str) -> Target:
    """Return one target.

    Raises:
        UsageError: when there is none of that name.
    """
    if name not in TARGETS:
        raise UsageError(unknown("target", name, TARGETS))
    return TARGETS[name]
