"""Trees as arrays say what the libraries say, and what their graph says."""

import numpy as np
import pytest

from topheavy.forecast.methods.graph import Graph
from topheavy.forecast.methods.trees import Tree, asked, features_node, leaf, of_booster, of_forest, split, write

RNG = np.random.default_rng(5)
SEEN = RNG.normal(0, 1, (400, 3)).astype(np.float32)
CHANGE = np.sin(SEEN[:, 0]) + SEEN[:, 1] * (SEEN[:, 2] > 0) + RNG.normal(0, 0.1, 400)


def walked(tree: Tree, row: np.ndarray) -> float:
    at = 0
    while tree.left[at] >= 0:
        at = tree.left[at] if row[tree.feature[at]] <= tree.threshold[at] else tree.right[at]
    return float(tree.value[at])


def test_a_tree_of_trees_asks_the_right_one() -> None:
    low = split(1, 5.0, leaf(1.0), leaf(2.0))
    whole = split(0, 0.5, low, split(1, 7.0, leaf(3.0), leaf(4.0)))
    rows = {(0.5, 5.0): 1.0, (0.0, 6.0): 2.0, (0.6, 7.0): 3.0, (1.0, 8.0): 4.0}
    assert {row: walked(whole, np.array(row)) for row in rows} == rows


def test_a_forest_is_the_sum_of_its_trees() -> None:
    from sklearn.ensemble import RandomForestRegressor

    forest = RandomForestRegressor(7, min_samples_leaf=5, random_state=1).fit(SEEN, CHANGE)
    trees = of_forest(forest)
    assert [sum(walked(tree, row) for tree in trees) for row in SEEN] == pytest.approx(forest.predict(SEEN))


def test_a_booster_is_the_sum_of_its_trees() -> None:
    import lightgbm

    booster = lightgbm.train({"verbosity": -1, "num_threads": 1}, lightgbm.Dataset(SEEN, CHANGE), num_boost_round=9)
    trees = of_booster(booster)
    assert [sum(walked(tree, row) for tree in trees) for row in SEEN] == pytest.approx(booster.predict(SEEN))


def test_on_the_edge_of_a_threshold_the_graph_goes_where_training_went() -> None:
    import onnxruntime

    edge = float(np.float32(0.1))  # in double precision 0.1 lies below it, in single they are the same
    graph = Graph(1)
    tree = split(
        0, edge, leaf(1.0), split(0, float(np.nextafter(np.float32(0.1), np.float32(1))), leaf(2.0), leaf(3.0))
    )
    model = graph.end(write(graph, [tree, leaf(10.0)], features_node(graph, "window", np.eye(1))))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    window = np.array([[0.1], [0.100000003], [0.10000001], [0.2]])
    (change,) = session.run(["change"], {"window": window, "series": np.zeros(4, np.int64)})
    assert change == pytest.approx([10 + walked(tree, row) for row in window.astype(np.float32)])
    assert change.tolist() == [11.0, 11.0, 12.0, 13.0]


def test_what_is_not_whole_is_not_asked() -> None:
    seen = np.array([[1.0, 2.0], [np.nan, 3.0]], np.float32)
    heard: list[float] = []

    def answer(rows: np.ndarray) -> np.ndarray:
        heard.extend(rows.ravel().tolist())
        return rows.sum(axis=1)

    assert asked(answer, seen).tolist() == pytest.approx([3.0, np.nan], nan_ok=True)
    assert np.isnan(asked(answer, seen[1:])).all()
    assert heard == [1.0, 2.0]
