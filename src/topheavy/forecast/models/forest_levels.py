"""Random forest on price levels: the way it is often done, kept to show what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from topheavy.forecast.extra import forecasting
from topheavy.forecast.methods.statistics import enough
from topheavy.forecast.methods.trees import (
    AVERAGES,
    LAGS,
    THREADS,
    Tree,
    asked,
    features_node,
    leaf,
    of_forest,
    split,
    write,
)
from topheavy.forecast.model import Fitted, Model, Training
from topheavy.forecast.panel import Matrix
from topheavy.forecast.task import Task
from topheavy.forecast.windows import Origins, windows

if TYPE_CHECKING:
    from onnx import ModelProto


@dataclass(frozen=True, slots=True)
class Levels:
    """A forest a series, from price levels to the price level ahead; ``None`` where history was too short."""

    forests: tuple[Any | None, ...]
    features: Matrix

    @property
    def lookback(self) -> int:
        """How many values up to the origin it needs."""
        return len(self.features)

    def predict(self, x: Matrix, origins: Origins) -> Matrix:
        """Return the predicted change of the logarithm, origins × series."""
        seen = (np.exp(windows(x, self.lookback, origins)) @ self.features).astype(np.float32)
        level = np.full((len(origins), x.shape[1]), np.nan)
        for at, forest in enumerate(self.forests):
            if forest is not None:
                level[:, at] = asked(forest.predict, seen[:, at])
        return np.asarray(np.log(level) - x[origins])

    def graph(self) -> "ModelProto":
        """Return the same as ONNX: one ensemble, whose trees first ask which series it is."""
        from onnx import TensorProto

        from topheavy.forecast.methods.graph import Graph

        graph = Graph(self.lookback)
        which = graph.node("Unsqueeze", "series", graph.constant(np.array([1])))
        series = graph.node("Cast", which, to=TensorProto.DOUBLE)
        prices = features_node(graph, graph.node("Exp", "window"), self.features)
        level = write(graph, self._trees(), graph.node("Concat", prices, series, axis=1))
        last = graph.constant(np.array([self.lookback - 1]))
        newest = graph.node("Squeeze", graph.node("Gather", "window", last, axis=1), graph.constant(np.array([1])))
        return graph.end(graph.node("Sub", graph.node("Log", level), newest))

    def _trees(self) -> list[Tree]:
        count = max((len(forest.estimators_) for forest in self.forests if forest is not None), default=1)
        grown = [[leaf(np.nan)] * count if forest is None else of_forest(forest) for forest in self.forests]
        series = self.features.shape[1]  # the feature behind the prices
        return [_by_series([trees[n] for trees in grown], series, 0) for n in range(count)]


def _by_series(trees: Sequence[Tree], feature: int, first: int) -> Tree:
    """Return one tree that finds the series' own by halving; ``trees`` are those of the series from ``first`` on."""
    if len(trees) == 1:
        return trees[0]
    half = len(trees) // 2
    low, high = _by_series(trees[:half], feature, first), _by_series(trees[half:], feature, first + half)
    return split(feature, first + half - 0.5, low, high)


def levels_and_averages() -> Matrix:
    """Return lookback × features: the last prices, and moving averages of them."""
    lookback = AVERAGES[-1]
    ages = np.arange(lookback)[::-1, None]
    return np.hstack([ages == np.array(LAGS) - 1, (ages < np.array(AVERAGES)) / np.array(AVERAGES)])


def fit(task: Task, training: Training) -> Fitted:
    """Grow a forest on each series' price levels."""
    features = levels_and_averages()
    seen = (np.exp(windows(task.x, len(features), np.arange(len(task.x)))) @ features).astype(np.float32)
    whole = ~np.isnan(seen).any(axis=-1) & ~np.isnan(task.outcome)
    with forecasting():
        from sklearn.ensemble import RandomForestRegressor
    forests: list[Any | None] = []
    for at, there in enumerate(enough(task)):
        rows = whole[:, at]
        forest = RandomForestRegressor(
            n_estimators=training.params["trees"],
            min_samples_leaf=training.params["leaf"],
            random_state=training.seed,
            n_jobs=THREADS,
        )
        forests.append(forest.fit(seen[rows, at], np.exp(task.outcome[rows, at])) if there else None)
    return Levels(tuple(forests), features)


MODEL = Model(
    name="forest_levels",
    title="random forest on price levels",
    text=(
        "A random forest a series, on the last prices and moving averages of them; it predicts the price. For "
        "comparison only: a forest answers with averages of prices it has seen, so it cannot follow a price beyond "
        "them, and what it learns is to repeat the level."
    ),
    fit=fit,
    targets=frozenset({"price", "return"}),
    defaults={"trees": 30, "leaf": 5},
    slow=True,
)
