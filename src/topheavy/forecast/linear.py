"""Linear forecasts: where a change is a weighted sum of the last values and a constant, whatever found the weights."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from topheavy.forecast.panel import Matrix
from topheavy.forecast.windows import Origins, windows

if TYPE_CHECKING:
    from onnx import ModelProto


@dataclass(frozen=True, slots=True)
class Linear:
    """``weights`` are series × lookback (oldest first), ``constants`` one a series."""

    weights: Matrix
    constants: Matrix

    @property
    def lookback(self) -> int:
        """How many values up to the origin it needs."""
        return int(self.weights.shape[1])

    def predict(self, x: Matrix, origins: Origins) -> Matrix:
        """Return the predicted change, origins × series."""
        cube = windows(x, self.lookback, origins)
        return np.asarray(np.einsum("osl,sl->os", cube, self.weights) + self.constants)

    def graph(self) -> "ModelProto":
        """Return the same as ONNX: the series' own weights are gathered, multiplied and summed."""
        from topheavy.forecast.graph import Graph

        graph = Graph(self.lookback)
        weights = graph.node("Gather", graph.constant(self.weights), "series")
        constants = graph.node("Gather", graph.constant(self.constants), "series")
        products = graph.node("Mul", "window", weights)
        sums = graph.node("ReduceSum", products, graph.constant(np.array([1])), keepdims=0)
        return graph.end(graph.node("Add", sums, constants))
