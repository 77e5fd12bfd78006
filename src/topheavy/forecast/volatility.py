"""Volatility: its "now" is the root mean variance of several sessions, which is not the newest value of the history."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from topheavy.forecast.panel import Matrix
from topheavy.forecast.task import Task
from topheavy.forecast.windows import Origins, windows

if TYPE_CHECKING:
    from onnx import ModelProto

    from topheavy.forecast.methods.graph import Graph


def over(task: Task) -> int:
    """Return over how many sessions the task's ``now`` is averaged: 1 where it is the newest value."""
    return task.horizon if task.target.reads == "variances" else 1


def surplus(x: Matrix, over: int, origins: Origins) -> Matrix:
    """Return how far the logarithm of the root mean variance of the last ``over`` sessions lies above the newest."""
    if over == 1:
        return np.zeros((len(origins), x.shape[1]))
    return np.asarray(0.5 * np.log(np.exp(2 * windows(x, over, origins)).mean(axis=-1)) - x[origins])


def surplus_node(graph: "Graph", change: str, over: int) -> str:
    """Write the subtraction of the surplus from a change of the newest value and return its name."""
    if over == 1:
        return change
    last = graph.constant(np.array([graph.lookback - 1]))
    newest = graph.node("Squeeze", graph.node("Gather", "window", last, axis=1), graph.constant(np.array([1])))
    return graph.node("Sub", graph.node("Add", change, newest), _now_node(graph, over))


@dataclass(frozen=True, slots=True)
class OfVariances:
    """A forecast of the mean variance ahead that is a weighted sum of the last variances and a constant.

    ``weights`` are series × lookback (oldest first), ``constants`` one a series (variance), ``lift`` is added to the
    logarithm of the root: the logarithm of a mean is not the mean of a logarithm. NaN where a series has no model.
    """

    weights: Matrix
    constants: Matrix
    lift: Matrix
    over: int

    @property
    def lookback(self) -> int:
        """How many values up to the origin it needs."""
        return int(self.weights.shape[1])

    def predict(self, x: Matrix, origins: Origins) -> Matrix:
        """Return the predicted change, origins × series."""
        variances = np.exp(2 * np.concatenate([np.full((self.lookback - 1, x.shape[1]), np.nan), x]))
        ahead = np.tile(self.constants, (len(origins), 1))
        for back in range(self.lookback):
            ahead += variances[origins + back] * self.weights[:, back]
        return np.asarray(0.5 * np.log(ahead) + self.lift - surplus(x, self.over, origins) - x[origins])

    def graph(self) -> "ModelProto":
        """Return the same as ONNX."""
        from topheavy.forecast.methods.graph import Graph

        graph = Graph(self.lookback)
        weights, constants, lift = (
            graph.node("Gather", graph.constant(each), "series") for each in (self.weights, self.constants, self.lift)
        )
        products = graph.node("Mul", _variances_node(graph, "window"), weights)
        sums = graph.node("ReduceSum", products, graph.constant(np.array([1])), keepdims=0)
        ahead = _log_root_node(graph, graph.node("Add", sums, constants))
        return graph.end(graph.node("Sub", graph.node("Add", ahead, lift), _now_node(graph, self.over)))


def _now_node(graph: "Graph", over: int) -> str:
    last = graph.constant(np.arange(graph.lookback - over, graph.lookback))
    variances = _variances_node(graph, graph.node("Gather", "window", last, axis=1))
    mean = graph.node("ReduceMean", variances, graph.constant(np.array([1])), keepdims=0)
    return _log_root_node(graph, mean)


def _variances_node(graph: "Graph", of: str) -> str:
    return graph.node("Exp", graph.node("Mul", of, graph.constant(np.array(2.0))))


def _log_root_node(graph: "Graph", of: str) -> str:
    return graph.node("Mul", graph.node("Log", of), graph.constant(np.array(0.5)))
