"""Folds: rolling origins, each cut a model fitted anew on what was known before it and asked about what came after."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from topheavy.core.errors import UsageError
from topheavy.forecast.windows import Origins

Window: TypeAlias = Literal["expanding", "fixed"]


@dataclass(frozen=True, slots=True)
class Fold:
    """A model is fitted on ``task.until(cut, begin)`` and asked at the origins in rows ``cut`` to ``end`` (excluded).

    ``until`` keeps the embargo: of the rows before the cut, the last ``horizon`` have no outcome yet. An origin may use
    its own row and all before it, but up to ``end`` the model stays the one that was fitted at the cut.
    """

    begin: int
    cut: int
    end: int

    def origins(self, sessions: int, horizon: int) -> Origins:
        """Return the rows that are asked about: those whose outcome lies within ``sessions`` rows."""
        return np.arange(self.cut, max(self.cut, min(self.end, sessions - horizon)), dtype=np.int64)


def folds(sessions: int, *, first: int, step: int, window: Window = "expanding", width: int = 0) -> list[Fold]:
    """Return the folds over ``sessions`` rows: a cut, where models are fitted anew, at ``first`` and every ``step``.

    An expanding window learns from row 0 on, a fixed one from the ``width`` rows before the cut.

    Raises:
        UsageError: when there is nothing to learn from or to be asked, or a fixed window does not fit before ``first``.
    """
    if not 1 <= first < sessions or step < 1:
        raise UsageError(
            f"no folds: the first cut is {first} and the step {step}, with {sessions} sessions of history; "
            f"the cut has to lie within them and the step be 1 or more"
        )
    if window == "fixed" and not 1 <= width <= first:
        raise UsageError(f"a fixed window of {width} sessions does not fit before the first cut at {first}")
    return [
        Fold(cut - width if window == "fixed" else 0, cut, min(cut + step, sessions))
        for cut in range(first, sessions, step)
    ]
