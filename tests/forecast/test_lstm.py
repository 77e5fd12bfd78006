"""The LSTM: what it reads, what it learns, and that JAX, Keras and ONNX say the same of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from support.histories import task_of, walk
from topheavy.core.errors import ForecastError, UsageError
from topheavy.core.progress import Silent
from topheavy.forecast.lstm.keras_model import keras_model
from topheavy.forecast.lstm.network import Network
from topheavy.forecast.lstm.recurrent import Recurrent
from topheavy.forecast.lstm.train import Recipe, train
from topheavy.forecast.lstm.transform import FURTHEST, inputs, targets
from topheavy.forecast.lstm.windows import FEWEST, lessons, read
from topheavy.forecast.model import Fitted, Training, models
from topheavy.forecast.target import target
from topheavy.forecast.task import Task, task

END, LOOKBACK = 600, 11
SHORT = {"lookback": LOOKBACK, "units": 8, "epochs": 12, "rate": 0.01, "patience": 4}
both = pytest.mark.parametrize("name", ["lstm", "lstm_each"])


def of_walk(persistence: float, seed: int = 1) -> Task:
    return task(walk(900, 12, seed, persistence), target("price"), 1)


def learned(name: str, one: Task, **params: float) -> Fitted:
    return models()[name].learn(one.until(END), Training(seed=2, params=SHORT | {"batch": 128} | params))


def ratio_to_naive(fitted: Fitted, one: Task) -> float:
    """Mean square error on rows that were not learned from, over that of "tomorrow = today"."""
    origins = np.arange(END, len(one.sessions) - 1)
    came = one.change[origins]
    return float(np.mean((came - fitted.predict(one.x, origins)) ** 2) / np.mean(came**2))


def at_random(networks: int, units: int = 5) -> Recurrent:
    """A network that says something, trained or not."""
    network = Network(units)
    weights = np.random.default_rng(7).normal(0, 0.4, (networks, network.size)).astype(np.float32)
    return Recurrent(network, weights, LOOKBACK, horizon=3)


# what it reads


def test_a_window_is_read_as_moves_over_their_root_mean_square() -> None:
    moves, scale = inputs(np.array([[10.0, 13.0, 9.0, 9.0]]))
    assert scale[0] == pytest.approx(np.sqrt((9 + 16 + 0) / 3))
    assert moves[0].tolist() == pytest.approx([3 / scale[0], -4 / scale[0], 0.0])
    assert targets(np.array([6.0, 1e9]), np.array([1.5, 1.5]), 4).tolist() == [2.0, FURTHEST]


def test_neither_level_nor_unit_of_a_window_is_seen() -> None:
    window = np.random.default_rng(1).normal(size=(4, LOOKBACK))
    assert np.allclose(inputs(window)[0], inputs(1000 * window + 77)[0])


def test_a_window_without_a_move_says_no_change() -> None:
    still = np.full((LOOKBACK, 1), 3.0)
    assert at_random(1).predict(still, np.array([LOOKBACK - 1]))[0, 0] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("networks", [1, 3])
def test_what_lies_outside_a_window_changes_nothing(networks: int) -> None:
    x = task_of("price").x
    other = x.copy()
    other[: 200 - LOOKBACK + 1] *= 3
    other[201:] -= 9
    at = np.array([200])
    assert np.array_equal(at_random(networks).predict(x, at), at_random(networks).predict(other, at))


# lessons


def test_between_what_is_learned_and_what_is_held_out_lies_the_horizon() -> None:
    one = task_of("price", horizon=5, sessions=400, series=2).until(330)
    shared, each = lessons(one, LOOKBACK, each=False), lessons(one, LOOKBACK, each=True)
    # origins 10 to 324 have a window and an outcome; the last tenth begins at row 293; row 287's outcome is row 292's
    origins = np.repeat(np.arange(LOOKBACK - 1, 325), 2)
    assert len(shared.targets) == len(origins) == 630
    assert origins[shared.held[0]].min() == 293
    assert origins[shared.learn[0]].max() == 287
    assert [len(numbers) for numbers in each.learn] == [278, 278]
    assert [len(numbers) for numbers in each.held] == [32, 32]


def test_lessons_come_back_from_a_file_as_they_were(tmp_path: Path) -> None:
    one = lessons(task_of("price"), LOOKBACK, each=True)
    one.save(tmp_path / "lessons.npz")
    again = read(tmp_path / "lessons.npz")
    assert np.array_equal(again.inputs, one.inputs)
    assert np.array_equal(again.targets, one.targets)
    for part in ("learn", "held"):
        assert [list(numbers) for numbers in getattr(again, part)] == [list(numbers) for numbers in getattr(one, part)]


def test_too_short_a_history_is_refused_and_a_young_series_stays_naive() -> None:
    one = task_of("price")
    with pytest.raises(ForecastError, match=f"no series has {FEWEST} windows of 11 sessions"):
        models()["lstm_each"].learn(one.until(FEWEST), Training(params=SHORT))
    one.x[:280, 1] = np.nan
    fitted = models()["lstm_each"].learn(one.until(330), Training(params=SHORT | {"patience": 0}))
    change = fitted.predict(one.x, np.arange(330, 340))
    assert not change[:, 1].any()
    assert change[:, 0].all()


# what it learns


@both
def test_it_finds_what_was_planted(name: str) -> None:
    one = of_walk(persistence=0.5)
    # returns that follow yesterday's by a half: a quarter of their variance can be foreseen
    assert 0.73 < ratio_to_naive(learned(name, one, batch=128 if name == "lstm" else 32), one) < 0.87


@both
def test_on_a_random_walk_it_has_no_skill(name: str) -> None:
    one = of_walk(persistence=0.0)
    assert 0.99 < ratio_to_naive(learned(name, one), one) < 1.03


def test_it_begins_as_tomorrow_is_today() -> None:
    network = Network(6)
    begun = Recurrent(network, network.initial(seed=4, count=3), LOOKBACK, 1)
    assert not begun.predict(task_of("price").x, np.arange(100, 120)).any()
    recurrent = network.split(begun.weights[0])[1]
    assert recurrent @ recurrent.T == pytest.approx(np.eye(6), abs=1e-6)


@pytest.mark.slow
def test_of_many_networks_each_learns_as_it_would_alone() -> None:
    one = lessons(task_of("price"), LOOKBACK, each=True)
    recipe = Recipe(units=4, epochs=2, batch=32, rate=0.01, patience=0)
    many = train(one, recipe, None, Silent()).weights
    abreast = train(one, recipe, None, Silent(), abreast=True).weights
    alone = train(replace(one, learn=one.learn[:1], held=one.held[:1]), recipe, None, Silent()).weights
    assert abreast == pytest.approx(many, abs=1e-6)
    assert alone[0] == pytest.approx(many[0], abs=1e-6)
    assert np.abs(many[1] - many[0]).max() > 0.1


@pytest.mark.parametrize(
    ("params", "said"),
    [({"units": 0}, "units is 0"), ({"lookback": 2}, "lookback is 2"), ({"rate": 2.0}, "rate is 2.0")],
)
def test_parameters_that_make_no_sense_are_refused(params: dict[str, float], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        learned("lstm", task_of("price"), **params)


def test_weights_that_are_no_numbers_are_never_kept() -> None:
    one = lessons(task_of("price"), LOOKBACK, each=False)
    one.targets[one.learn[0][0]] = np.nan
    with pytest.raises(ForecastError, match=r"went astray with rate 0\.01: give a smaller one"):
        train(one, Recipe(units=4, epochs=1, batch=32, rate=0.01, patience=0), None, Silent())
    weights = train(one, Recipe(units=4, epochs=1, batch=32, rate=0.01, patience=1), None, Silent()).weights
    assert np.array_equal(weights, Network(4).initial(seed=0, count=1))


# the same elsewhere


@pytest.mark.slow
def test_keras_says_the_same() -> None:
    model = at_random(2)
    x = task_of("price", series=2).x
    windows = np.stack([x[at - LOOKBACK + 1 : at + 1].T for at in range(100, 150)])
    moves, scale = inputs(windows)
    for series in range(2):
        keras = keras_model(model.network, model.weights[series], LOOKBACK - 1)
        said = np.asarray(keras.predict(moves[:, series, :, None], verbose=0))[:, 0]
        ours = model.predict(x, np.arange(100, 150))[:, series] / (scale[:, series] * np.sqrt(3))
        assert np.abs(ours).max() > 0.1
        assert ours == pytest.approx(said, abs=1e-5)


@pytest.mark.parametrize("networks", [1, 3])
def test_onnx_says_the_same(networks: int) -> None:
    model, x, origins = at_random(networks), task_of("price").x, np.arange(100, 150)
    session = onnxruntime.InferenceSession(model.graph().SerializeToString(), providers=["CPUExecutionProvider"])
    window = np.concatenate([x[at - LOOKBACK + 1 : at + 1].T for at in origins])
    (change,) = session.run(["change"], {"window": window, "series": np.tile(np.arange(3), len(origins))})
    said = model.predict(x, origins).ravel()
    assert np.abs(said).max() > 0.005
    assert change == pytest.approx(said, abs=1e-6)
    (one,) = session.run(["change"], {"window": window[:1], "series": np.array([0])})
    assert one == pytest.approx(said[:1], abs=1e-6)
