"""A task: one target at one horizon over a panel, cut so that nothing after the cut can be seen."""

from dataclasses import dataclass

import numpy as np

from topheavy.core.errors import UsageError
from topheavy.forecast.panel import Days, Matrix, Panel
from topheavy.forecast.target import Target


@dataclass(frozen=True, slots=True)
class Task:
    """What a model learns from. Every matrix is sessions × series, NaN where there is nothing.

    ``x`` is the history on the working scale, ``now`` what "tomorrow = today" says, ``outcome`` what came ``horizon``
    sessions later, in the row of the origin.
    """

    target: Target
    horizon: int
    sessions: Days
    series: tuple[str, ...]
    x: Matrix
    now: Matrix
    outcome: Matrix

    @property
    def change(self) -> Matrix:
        """What a model predicts: outcome less now."""
        return np.asarray(self.outcome - self.now)

    def until(self, end: int, begin: int = 0) -> "Task":
        """Return rows ``begin`` to ``end`` (excluded), without the outcomes that were not known before row ``end``.

        That is the embargo: the last ``horizon`` origins have no outcome yet.
        """
        outcome = self.outcome[begin:end].copy()
        outcome[max(0, end - begin - self.horizon) :] = np.nan
        rows = slice(begin, end)
        return Task(self.target, self.horizon, self.sessions[rows], self.series, self.x[rows], self.now[rows], outcome)

    def of(self, at: int) -> "Task":
        """Return the task of the series in column ``at`` alone."""
        column = slice(at, at + 1)
        names = (self.series[at],)
        return Task(
            self.target,
            self.horizon,
            self.sessions,
            names,
            self.x[:, column],
            self.now[:, column],
            self.outcome[:, column],
        )


def task(panel: Panel, target: Target, horizon: int) -> Task:
    """Return the task of forecasting ``target`` ``horizon`` sessions ahead over a panel of its history.

    Raises:
        UsageError: when the horizon is not positive, or longer than the history.
    """
    if not 1 <= horizon < len(panel.sessions):
        raise UsageError(f"the horizon is {horizon}: it has to be 1 to {len(panel.sessions) - 1} sessions here")
    x = target.working(panel.values)
    return Task(target, horizon, panel.sessions, panel.series, x, target.now(x, horizon), target.outcome(x, horizon))
