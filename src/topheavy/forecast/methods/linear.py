"""Linear forecasts: where a change is a weighted sum of the last values and a constant, whatever found the weights."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from topheavy.forecast.panel import Matrix
from topheavy.forecast.volatility import surplus, surplus_node
from topheavy.forecast.windows import Origins

if TYPE_CHECKING:
    from onnx import ModelProto


@dataclass(frozen=True, slots=True)
class Linear:
    """``weights`` are series × lookback (oldest first), ``constants`` one a series; NaN where a series has no model.

    They say the change of the newest value. Where ``now`` is not the newest value but the root mean variance of the
    last ``over`` sessions (volatility at longer horizons), what it lies above the newest is subtracted.
    """

    weights: Matrix
    constants: Matrix
    over: int = 1

    @property
    def lookback(self) -> int:
        """How many values up to the origin it needs."""
        return int(self.weights.shape[1])

    def predict(self, x: Matrix, origins: Origins) -> Matrix:
        """Return the predicted change, origins × series."""
        padded = np.concatenate([np.full((self.lookback - 1, x.shape[1]), np.nan), x])
        change = self.constants - surplus(x, self.over, origins)
        for back in range(self.lookback):  # a cube of all windows would need a gigabyte at 500 series
            change += padded[origins + back] * self.weights[:, back]
        return change

    def graph(self) -> "ModelProto":
        """Return the same as ONNX: the series' own weights are gathered, multiplied and summed."""
        from topheavy.forecast.methods.graph import Graph

        graph = Graph(self.lookback)
        weights = graph.node("Gather", graph.constant(self.weights), "series")
        constants = graph.node("Gather", graph.constant(self.constants), "series")
        products = graph.node("Mul", "window", weights)
        sums = graph.node("ReduceSum", products, graph.constant(np.array([1])), keepdims=0)
        return graph.end(surplus_node(graph, graph.node("Add", sums, constants), self.over))
