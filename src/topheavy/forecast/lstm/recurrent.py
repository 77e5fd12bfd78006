"""What training leaves: a model that predicts, and exports itself."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from topheavy.forecast.lstm.network import Floats, Network
from topheavy.forecast.lstm.transform import inputs
from topheavy.forecast.panel import Matrix
from topheavy.forecast.windows import Origins, windows

if TYPE_CHECKING:
    from onnx import ModelProto

AT_ONCE = 64
"""Origins that are predicted together. Always as many, so that what is said of one does not depend on the others."""


@dataclass(frozen=True, slots=True)
class Recurrent:
    """``weights`` has one row for all series, or one for each."""

    network: Network
    weights: Floats
    lookback: int
    horizon: int

    @property
    def each(self) -> bool:
        """Whether every series has a network of its own."""
        return len(self.weights) > 1

    def predict(self, x: Matrix, origins: Origins) -> Matrix:
        """Return the predicted change, origins × series."""
        moves, scale = inputs(windows(x, self.lookback, origins))
        answers = np.empty(scale.shape)
        for start in range(0, len(origins), AT_ONCE):
            part = moves[start : start + AT_ONCE]
            full = np.zeros((AT_ONCE, *moves.shape[1:]), np.float32)
            full[: len(part)] = np.nan_to_num(part)
            answer = np.asarray(_saying(self.network)(self._rows(x.shape[1]), full))
            answers[start : start + AT_ONCE] = answer[: len(part)]
        return np.where(np.isfinite(scale), answers * scale * np.sqrt(self.horizon), np.nan)

    def _rows(self, series: int) -> Floats:
        return np.asarray(np.broadcast_to(self.weights, (series, self.weights.shape[1])))

    def graph(self) -> "ModelProto":
        """Return the same as ONNX."""
        from topheavy.forecast.lstm.export import graph

        return graph(self.network, self.weights, self.lookback, self.horizon)


@cache
def _saying(network: Network) -> Any:
    """Return (series × weights, origins × series × steps) → what the networks say, origins × series."""
    import jax

    def say(weights: Any, moves: Any) -> Any:
        return jax.lax.map(lambda part: network.apply(*part), (weights, moves.swapaxes(0, 1))).T

    return jax.jit(say)
