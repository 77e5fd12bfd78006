"""Trees: features they split on, ensembles of them as arrays, and the same in ONNX."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from topheavy.forecast.panel import Matrix
from topheavy.forecast.task import Task
from topheavy.forecast.volatility import over, surplus, surplus_node
from topheavy.forecast.windows import Origins, changes_and_averages, examples, windows

if TYPE_CHECKING:
    from onnx import ModelProto

    from topheavy.forecast.methods.graph import Graph

LAGS = (1, 2, 3, 4, 5)
AVERAGES = (5, 10, 21)

THREADS = 1
"""Folds run beside each other, a process each: threads within a fit would only stand in each other's way."""

Single = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tree:
    """A regression tree as arrays, one entry a node, the root first.

    A node sends what is at most ``threshold`` in ``feature`` to ``left``, all else to ``right``; where ``left`` is −1
    it is a leaf and answers ``value``.
    """

    feature: NDArray[np.int64]
    threshold: Matrix
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: Matrix


def leaf(value: float) -> Tree:
    """Return the tree that always answers the same."""
    none = np.array([-1])
    return Tree(np.array([0]), np.array([0.0]), none, none, np.array([value]))


def split(feature: int, threshold: float, low: Tree, high: Tree) -> Tree:
    """Return the tree that asks ``low`` up to a threshold and ``high`` above it."""
    shift = 1 + len(low.left)
    return Tree(
        np.concatenate([[feature], low.feature, high.feature]),
        np.concatenate([[threshold], low.threshold, high.threshold]),
        np.concatenate([[1], _shifted(low.left, 1), _shifted(high.left, shift)]),
        np.concatenate([[shift], _shifted(low.right, 1), _shifted(high.right, shift)]),
        np.concatenate([[0.0], low.value, high.value]),
    )


def _shifted(child: NDArray[np.int64], by: int) -> NDArray[np.int64]:
    return np.where(child < 0, -1, child + by)


def of_forest(forest: Any) -> list[Tree]:
    """Return the trees of a fitted scikit-learn forest; the sum of their answers is its own."""
    count = len(forest.estimators_)
    return [
        Tree(t.feature, t.threshold, t.children_left, t.children_right, t.value[:, 0, 0] / count)
        for t in (estimator.tree_ for estimator in forest.estimators_)
    ]


def of_booster(booster: Any) -> list[Tree]:
    """Return the trees of a fitted LightGBM booster; the sum of their answers is its own."""

    def read(node: dict[str, Any]) -> Tree:
        if "leaf_value" in node:
            return leaf(node["leaf_value"])
        return split(node["split_feature"], node["threshold"], read(node["left_child"]), read(node["right_child"]))

    return [read(info["tree_structure"]) for info in booster.dump_model()["tree_info"]]


def write(graph: "Graph", trees: Sequence[Tree], features: str) -> str:
    """Write an ensemble over ``features`` (batch × features, double) and return the name of the sum of its answers."""
    from onnx import numpy_helper

    sizes = [len(tree.left) for tree in trees]
    number = np.repeat(np.arange(len(trees)), sizes)
    at = np.concatenate([np.arange(size) for size in sizes])
    whole = {name: np.concatenate([getattr(tree, name) for tree in trees]) for name in Tree.__slots__}
    leaves = whole["left"] < 0
    inner = {"feature": "nodes_featureids", "left": "nodes_truenodeids", "right": "nodes_falsenodeids"}
    answer = graph.node(
        "TreeEnsembleRegressor",
        features,
        domain="ai.onnx.ml",
        n_targets=1,
        nodes_treeids=number.tolist(),
        nodes_nodeids=at.tolist(),
        nodes_modes=np.where(leaves, "LEAF", "BRANCH_LEQ").tolist(),
        nodes_values_as_tensor=numpy_helper.from_array(np.where(leaves, 0.0, whole["threshold"])),
        target_treeids=number[leaves].tolist(),
        target_nodeids=at[leaves].tolist(),
        target_ids=[0] * int(leaves.sum()),
        target_weights_as_tensor=numpy_helper.from_array(whole["value"][leaves]),
        **{name: np.where(leaves, 0, whole[of]).tolist() for of, name in inner.items()},
    )
    sums = graph.node("Squeeze", answer, graph.constant(np.array([1])))
    return graph.node("Cast", sums, to=_type("DOUBLE"))


def features_node(graph: "Graph", window: str, features: Matrix) -> str:
    """Write features of a window, rounded to single precision as training saw them, and return their name."""
    rounded = graph.node("Cast", graph.node("MatMul", window, graph.constant(features)), to=_type("FLOAT"))
    return graph.node("Cast", rounded, to=_type("DOUBLE"))


def _type(name: str) -> int:
    from onnx import TensorProto

    return int(getattr(TensorProto, name))


@dataclass(frozen=True, slots=True)
class Grown:
    """Trees that have learned the change of the newest value from features of the window, one ensemble for all series.

    ``answer`` is the library's own prediction (examples × features → examples), ``trees`` the same as arrays.
    """

    answer: Callable[[Single], Matrix]
    trees: Sequence[Tree]
    features: Matrix
    over: int

    @property
    def lookback(self) -> int:
        """How many values up to the origin it needs."""
        return len(self.features)

    def predict(self, x: Matrix, origins: Origins) -> Matrix:
        """Return the predicted change, origins × series."""
        seen = (windows(x, self.lookback, origins) @ self.features).astype(np.float32)
        return asked(self.answer, seen) - surplus(x, self.over, origins)

    def graph(self) -> "ModelProto":
        """Return the same as ONNX."""
        from topheavy.forecast.methods.graph import Graph

        graph = Graph(self.lookback)
        change = write(graph, self.trees, features_node(graph, "window", self.features))
        return graph.end(surplus_node(graph, change, self.over))


def asked(answer: Callable[[Single], Matrix], seen: Single) -> Matrix:
    """Return the answers to features (… × features), NaN where one of them is NaN."""
    whole = ~np.isnan(seen).any(axis=-1)
    answers = np.full(whole.shape, np.nan)
    if whole.any():
        answers[whole] = answer(seen[whole])
    return answers


def lessons(task: Task) -> tuple[Matrix, Single, Matrix]:
    """Return the feature matrix, the features of all examples and the change of the newest value each teaches."""
    features = changes_and_averages(max(AVERAGES[-1], LAGS[-1] + 1, over(task)), LAGS, AVERAGES)
    seen, change, _ = examples(replace(task, now=task.x), features)
    return features, seen.astype(np.float32), change
