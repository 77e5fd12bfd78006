"""Writing ONNX: a graph from ``window`` and ``series`` to ``change``, node by node."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnx import ModelProto

OPSET = 18
"""The version of ONNX's operators that graphs are written in; their file format is the oldest that carries it."""

IR_VERSION = 8

TREES = 3
"""The version of ONNX's operators for classical machine learning (``ai.onnx.ml``)."""


@dataclass(slots=True)
class Graph:
    """A graph that is being written. Values are named by the text that ``node`` and ``constant`` return."""

    lookback: int
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def constant(self, value: NDArray[Any]) -> str:
        """Write an array into the graph and return its name."""
        from onnx import numpy_helper

        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def node(self, operator: str, *inputs: str, domain: str = "", output: str = "", **attributes: Any) -> str:
        """Add a node with one output and return that output's name."""
        from onnx import helper

        name = output or f"value{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], domain=domain, **attributes))
        return name

    def end(self, change: str) -> "ModelProto":
        """Return the whole model: ``change`` is its output, one number a row of the batch."""
        from onnx import TensorProto, checker, helper

        self.node("Identity", change, output="change")
        graph = helper.make_graph(
            self.nodes,
            "topheavy",
            [
                helper.make_tensor_value_info("window", TensorProto.DOUBLE, ["batch", self.lookback]),
                helper.make_tensor_value_info("series", TensorProto.INT64, ["batch"]),
            ],
            [helper.make_tensor_value_info("change", TensorProto.DOUBLE, ["batch"])],
            self.constants,
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", TREES)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="topheavy")
        checker.check_model(model, full_check=True)
        return model
