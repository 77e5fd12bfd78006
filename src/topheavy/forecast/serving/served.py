"""Served models: a graph and its card, from raw values to a forecast in their unit, by training's own transform."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topheavy.core.errors import ForecastError, UsageError, one_line
from topheavy.core.plugins import unknown
from topheavy.forecast.extra import forecasting
from topheavy.forecast.panel import Matrix
from topheavy.forecast.scoring.conformal import MOVES, spread
from topheavy.forecast.serving.card import Card

LEVEL = 0.9
"""How often an interval covers what comes, unless another level is asked for."""

MOST_OPEN = 32
"""So many models are kept open; the one asked for longest ago gives way."""

DOMAINS: dict[str, tuple[str, Callable[[Matrix], NDArray[np.bool_]]]] = {
    "prices": ("above 0", lambda values: values > 0),
    "variances": ("0 or more", lambda values: values >= 0),
    "shares": ("between 0 and 1", lambda values: (values > 0) & (values < 1)),
}
"""What a target reads → which values it can have."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a model says of one series, in the target's unit; ``naive`` is what "tomorrow = today" says.

    ``low`` and ``high`` are absent where no interval can be told, and ``reason`` says why.
    """

    value: float
    naive: float
    low: float | None = None
    high: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Served:
    """An open model."""

    card: Card
    session: Any
    """An ``onnxruntime.InferenceSession``."""

    @property
    def fewest(self) -> int:
        """How many values up to the origin a forecast needs."""
        return self.card.fewest

    @property
    def wanted(self) -> int:
        """How many values a forecast with an interval needs; more make no difference."""
        return self.card.wanted

    def number(self, series: str) -> int:
        """Return a series' number in training; 0 for an unknown one where one model takes any.

        Raises:
            UsageError: when each series has a model of its own, and this one has none.
        """
        if series in self.card.series:
            return self.card.series.index(series)
        if self.card.scope == "global":
            return 0
        if not series and len(self.card.series) == 1:
            return 0
        if not series:
            raise UsageError(f"{self.card.name} has a model for each series: say which, as '{self.card.series[0]}'")
        raise UsageError(unknown(f"series of {self.card.name}", series, self.card.series))

    def forecast(self, values: Matrix, series: Sequence[int], level: float = LEVEL) -> list[Forecast]:
        """Forecast a batch: ``values`` are batch × sessions, oldest first, the last one the origin.

        They are what the target reads (prices, variances or shares); a shorter history begins with NaN. ``series`` are
        numbers in training, one a row.

        Raises:
            ForecastError: when values cannot be what the target reads, or are too few.
        """
        recent = values[:, -self.wanted :]
        self._refuse(recent)
        with np.errstate(over="ignore", invalid="ignore"):
            x = self.card.aim.working(recent.T)
            now = self.card.aim.now(x, self.card.horizon)[-1]
            change = self._run(x[-self.card.lookback :].T, np.asarray(series, dtype=np.int64))
            forecasts, naive = self.card.aim.said(now, change), self.card.aim.said(now, np.zeros_like(now))
            if not (np.isfinite(forecasts).all() and np.isfinite(naive).all()):
                raise ForecastError(
                    f"{self.card.name} has no finite answer to these values: they are out of all bounds"
                )
            bounds = self._bounds(now, change, spread(x, self.card.horizon)[-1], level)
        return [Forecast(float(a), float(b), *bound) for a, b, bound in zip(forecasts, naive, bounds, strict=True)]

    def _refuse(self, values: Matrix) -> None:
        reads = self.card.aim.reads
        words, allowed = DOMAINS[reads]
        absent = np.isnan(values)
        readable = (allowed(values) & np.isfinite(values)) | absent
        torn = np.diff(absent.astype(int), axis=1) > 0
        if (wrong := ~readable.all(axis=1) | torn.any(axis=1)).any():
            row = _row(values, int(wrong.argmax()))
            raise ForecastError(f"{self.card.name} reads {reads}: every value has to be a number {words}{row}")
        counts = (~absent).sum(axis=1)
        if (short := counts < self.fewest).any():
            at = int(short.argmax())
            got = f"got {counts[at]}{_row(values, at)}"
            raise ForecastError(f"{self.card.name} needs {self.fewest} values up to the last session, and {got}")

    def _run(self, window: Matrix, series: NDArray[np.int64]) -> Matrix:
        (change,) = self.session.run(["change"], {"window": np.ascontiguousarray(window), "series": series})
        return np.asarray(change, dtype=np.float64)

    def _bounds(
        self, now: Matrix, change: Matrix, wide: Matrix, level: float
    ) -> list[tuple[float | None, float | None, str]]:
        try:
            least, most = self.card.intervals.bounds(level)
        except ForecastError as error:
            return [(None, None, one_line(error))] * len(now)
        low, high = (self.card.aim.said(now, change + errors * wide) for errors in (least, most))
        return [self._bound(*row) for row in zip(low, high, wide, strict=True)]

    def _bound(self, low: float, high: float, wide: float) -> tuple[float | None, float | None, str]:
        if np.isnan(wide):
            return None, None, f"an interval needs {MOVES + 1} values, to know how much the series moved lately"
        if not wide or not np.isfinite([low, high]).all():
            return None, None, "the series did not move lately, or moved beyond all bounds: no interval can be told"
        return float(low), float(high), ""


def _row(values: Matrix, at: int) -> str:
    """Say which row of a batch is meant."""
    return f" (instance {at + 1} of {len(values)})" if len(values) > 1 else ""


def opened(path: Path, card: Card) -> Served:
    """Return the model in the file at ``path``; loaded once and kept until the file changes.

    Raises:
        UsageError: when onnxruntime is not installed.
        ForecastError: when it is not the file that was registered, or is no such model.
    """
    try:
        state = path.stat()
    except OSError as error:
        raise ForecastError(f"{path} cannot be read ({one_line(error)}): train the model again") from error
    return Served(card, _session(path, (state.st_mtime_ns, state.st_size, state.st_ino), card.sha256, card.lookback))


@lru_cache(maxsize=MOST_OPEN)
def _session(path: Path, _edition: tuple[int, ...], sha: str, lookback: int) -> Any:
    with forecasting():
        import onnxruntime as runtime
    content = path.read_bytes()
    if sha256(content).hexdigest() != sha:
        raise ForecastError(f"{path} is not the file that was registered: its hash is another; train the model again")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = runtime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 3
    try:
        session = runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors have no common root
        raise ForecastError(f"{path} is no ONNX model ({one_line(error)}): train the model again") from error
    shapes = {entry.name: (entry.type, len(entry.shape)) for entry in session.get_inputs()}
    width = session.get_inputs()[0].shape[-1] if session.get_inputs() else None
    if shapes != {"window": ("tensor(double)", 2), "series": ("tensor(int64)", 1)} or width != lookback:
        raise ForecastError(f"{path} does not take a window of {lookback} values and a series: train the model again")
    return session
