"""The export: the transform and the network as one ONNX graph, with ONNX's own LSTM where all series share one."""

from typing import TYPE_CHECKING, Any

import numpy as np

from topheavy.forecast.lstm.network import Floats, Network
from topheavy.forecast.lstm.transform import STILL
from topheavy.forecast.methods.graph import Graph

if TYPE_CHECKING:
    from onnx import ModelProto

FLOAT, DOUBLE = 1, 11
"""ONNX's numbers for the two types."""

ONNX_ORDER = (0, 3, 1, 2)
"""ONNX's gates (input, output, forget, candidate) by their places among Keras'."""


def graph(network: Network, weights: Floats, lookback: int, horizon: int) -> "ModelProto":
    """Return ``window`` and ``series`` → ``change``: moves over their size, the network, and back.

    ``weights`` has one row for all series, or one for each.
    """
    written = Graph(lookback)
    steps = lookback - 1
    differences = np.eye(steps + 1)[:, 1:] - np.eye(steps + 1)[:, :-1]
    moves = written.node("MatMul", "window", written.constant(differences))
    last = written.constant(np.array([1]))
    mean = written.node("ReduceMean", written.node("Mul", moves, moves), last, keepdims=1)
    scale = written.node("Max", written.node("Sqrt", mean), written.constant(np.array(STILL)))
    x = written.node("Cast", written.node("Div", moves, scale), to=FLOAT)
    answer = (
        _shared(written, network, weights[0], x) if len(weights) == 1 else _each(written, network, weights, x, steps)
    )
    answer = written.node("Cast", answer, to=DOUBLE)
    unit = written.node("Mul", scale, written.constant(np.array(np.sqrt(horizon))))
    return written.end(written.node("Squeeze", written.node("Mul", answer, unit), last))


def _shared(written: Graph, network: Network, row: Floats, x: str) -> str:
    """Write ONNX's LSTM with the weights that all series share; batch × 1."""
    units = network.units
    kernel, recurrent, bias, weights, constant = network.split(row)
    steps = written.node("Unsqueeze", written.node("Transpose", x, perm=[1, 0]), written.constant(np.array([2])))
    arrays = [_reordered(array, units) for array in (kernel, recurrent, bias[None])]
    both = np.concatenate([arrays[2], np.zeros_like(arrays[2])], axis=1)
    outputs = written.node(
        "LSTM",
        steps,
        written.constant(arrays[0].T[None]),
        written.constant(arrays[1].T[None]),
        written.constant(both),
        hidden_size=units,
    )
    ended = written.node("Gather", outputs, written.constant(np.array(-1)), axis=0)
    output = written.node("Squeeze", ended, written.constant(np.array([0])))
    return written.node("Add", written.node("MatMul", output, written.constant(weights)), written.constant(constant))


def _reordered(array: Any, units: int) -> Any:
    """Return … × 4 units with the gates in ONNX's order."""
    return np.concatenate([array[:, gate * units : (gate + 1) * units] for gate in ONNX_ORDER], axis=1)


def _each(written: Graph, network: Network, weights: Floats, x: str, steps: int) -> str:
    """Write every step out, with weights gathered by series, for ONNX's LSTM has the same for a whole batch; batch × 1.

    Gates lie on an axis of their own: a step is one multiplication, batch × 4 × 1 × units by batch × 4 × units × units.
    """
    networks, units = len(weights), network.units
    split = [np.stack(arrays) for arrays in zip(*map(network.split, weights), strict=True)]

    def gathered(array: Any) -> str:
        return written.node("Gather", written.constant(array), "series")

    kernel = gathered(split[0].reshape(networks, 4, 1, units))
    recurrent = gathered(split[1].reshape(networks, units, 4, units).swapaxes(1, 2))
    bias = gathered(split[2].reshape(networks, 4, 1, units))
    gate = [written.constant(np.array(place)) for place in range(4)]
    axes = written.constant(np.array([1, 2]))
    output = memory = ""
    for step in range(steps):
        value = written.node("Gather", x, written.constant(np.array([step])), axis=1)
        value = written.node("Unsqueeze", value, axes)
        gates = written.node("Add", written.node("Mul", value, kernel), bias)
        if output:
            before = written.node("Unsqueeze", output, axes)
            gates = written.node("Add", gates, written.node("MatMul", before, recurrent))
        gates = written.node("Squeeze", gates, written.constant(np.array([2])))
        open_ = written.node("Sigmoid", gates)
        enter, keep, leave = (written.node("Gather", open_, gate[place], axis=1) for place in (0, 1, 3))
        candidate = written.node("Gather", written.node("Tanh", gates), gate[2], axis=1)
        new = written.node("Mul", enter, candidate)
        memory = written.node("Add", written.node("Mul", keep, memory), new) if memory else new
        output = written.node("Mul", leave, written.node("Tanh", memory))
    row = written.node("Unsqueeze", output, written.constant(np.array([1])))
    answer = written.node("MatMul", row, gathered(split[3]))
    return written.node("Add", written.node("Squeeze", answer, written.constant(np.array([1]))), gathered(split[4]))
