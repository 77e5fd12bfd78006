"""A panel: one long frame (session, series, value) laid out as a matrix, with the snapshot it was read from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from topheavy.core.errors import ForecastError

Matrix: TypeAlias = NDArray[np.float64]
Days: TypeAlias = NDArray[np.datetime64]

LONGEST_GAP = 5
"""So many sessions without a value (a suspension) are bridged with the last one; what lies before more is left out."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Values by session (rows, ascending) and series (columns); NaN where a series has none.

    ``snapshot`` names the state of the tables it was read from, ``bridged`` counts the gaps that were filled.
    """

    sessions: Days
    series: tuple[str, ...]
    values: Matrix
    snapshot: str = ""
    bridged: int = 0

    def until(self, last: date) -> "Panel":
        """Return the panel up to and including the session ``last``."""
        rows = int(np.searchsorted(self.sessions, np.datetime64(last, "D"), side="right"))
        return Panel(self.sessions[:rows], self.series, self.values[:rows], self.snapshot, self.bridged)

    def only(self, series: Sequence[str]) -> "Panel":
        """Return the panel of some of its series, in the order asked.

        Raises:
            ForecastError: when one of them is not there.
        """
        if missing := [name for name in series if name not in self.series]:
            raise ForecastError(f"no history of {', '.join(missing)}: there is one of {', '.join(self.series[:8])} …")
        at = [self.series.index(name) for name in series]
        return Panel(self.sessions, tuple(series), self.values[:, at], self.snapshot, self.bridged)


def from_long(rows: pa.Table, snapshot: str = "") -> Panel:
    """Lay out a long frame with the columns ``session``, ``series``, ``value``; the order of its rows does not matter.

    Raises:
        ForecastError: when it is empty, or a series has two values on one session.
    """
    if not rows.num_rows:
        raise ForecastError("there is no history to learn from: publish some first, or ask for another period")
    sessions, down = np.unique(rows["session"].to_numpy().astype("datetime64[D]"), return_inverse=True)
    names, across = np.unique(np.array(rows["series"].to_pylist(), dtype=object).astype(str), return_inverse=True)
    if len(np.unique(down * len(names) + across)) != rows.num_rows:
        raise ForecastError("a series has two values on one session: read it from the published tables")
    values = np.full((len(sessions), len(names)), np.nan)
    values[down, across] = rows["value"].to_numpy(zero_copy_only=False)
    filled, bridged = _bridge(values)
    return Panel(sessions, tuple(str(name) for name in names), filled, snapshot, bridged)


def to_long(panel: Panel) -> pa.Table:
    """Return the long frame of a panel, absent values left out."""
    down, across = np.nonzero(~np.isnan(panel.values))
    columns: dict[str, Any] = {
        "session": pa.array(panel.sessions[down].astype("datetime64[D]"), type=pa.date32()),
        "series": pa.array([panel.series[at] for at in across], type=pa.string()),
        "value": pa.array(panel.values[down, across], type=pa.float64()),
    }
    return pa.table(columns)


def _bridge(values: Matrix) -> tuple[Matrix, int]:
    """Fill short gaps with the last value; a series with a longer gap begins after it, where history is whole again."""
    filled, bridged = values.copy(), 0
    for column in filled.T:
        there = np.flatnonzero(~np.isnan(column))
        for before, after in pairwise(there):
            if after - before > LONGEST_GAP + 1:
                column[: before + 1] = np.nan
            elif after - before > 1:
                column[before + 1 : after] = column[before]
                bridged += int(after - before - 1)
    return filled, bridged
