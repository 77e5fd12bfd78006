"""What every model promises, held over all models that are found and every target each one forecasts."""

import numpy as np
import pytest

from support.histories import history, task_of
from topheavy.core.errors import UsageError
from topheavy.core.plugins import MODELS, load
from topheavy.forecast.model import ALL, Fitted, Model, Training, models
from topheavy.forecast.panel import Panel
from topheavy.forecast.scoring.alarms import looks_ahead
from topheavy.forecast.target import target
from topheavy.forecast.task import Task, task

FOUND = sorted(models().values(), key=lambda model: model.name)
each_model = pytest.mark.parametrize("model", FOUND, ids=lambda model: model.name)
each_target = pytest.mark.parametrize(
    ("model", "name"), [pytest.param(m, n, id=f"{m.name}-{n}") for m in FOUND for n in sorted(m.targets)]
)
SEVERAL = [(m, n) for m in FOUND for n in sorted(m.targets) if len(history(n).series) > 1]
of_several = pytest.mark.parametrize(("model", "name"), [pytest.param(m, n, id=f"{m.name}-{n}") for m, n in SEVERAL])
alone = pytest.mark.parametrize(
    ("model", "name"), [pytest.param(m, n, id=f"{m.name}-{n}") for m, n in SEVERAL if m.scope == "series"]
)
END = 330
ORIGINS = np.arange(END, 380)


def small(model: Model) -> Training:
    """Parameters that make learning short where a model has such."""
    short = {"epochs": 2, "trees": 20, "units": 4, "rounds": 20}
    return Training(seed=3, params={name: value for name, value in short.items() if name in model.defaults})


def learned(model: Model, task: Task) -> Fitted:
    return model.learn(task.until(END), small(model))


def whole(model: Model, name: str, horizon: int = 1) -> tuple[Task, Fitted]:
    one = task_of(name, horizon)
    return one, learned(model, one)


def test_naive_is_there_to_be_beaten() -> None:
    assert "naive" in load(MODELS)
    assert models()["naive"].targets == ALL


@each_model
def test_a_model_says_what_it_is(model: Model) -> None:
    assert models()[model.name] is model
    assert model.title
    assert "\n" not in model.title
    assert model.text.endswith(".")
    assert model.targets
    assert model.targets <= ALL
    assert model.scope in {"series", "global"}


@each_target
@pytest.mark.parametrize("horizon", [1, 5])
def test_it_predicts_a_change_for_every_origin_and_series(model: Model, name: str, horizon: int) -> None:
    one, fitted = whole(model, name, horizon)
    change = fitted.predict(one.x, ORIGINS)
    assert change.shape == (len(ORIGINS), len(one.series))
    assert change.dtype == np.float64
    assert np.isfinite(change).all()
    assert fitted.lookback >= 1


@each_target
def test_what_comes_after_an_origin_changes_nothing(model: Model, name: str) -> None:
    one, fitted = whole(model, name)
    before = fitted.predict(one.x, ORIGINS)
    spoilt = one.x.copy()
    spoilt[ORIGINS[-1] + 1 :] += 5.0
    assert np.array_equal(before, fitted.predict(spoilt, ORIGINS))
    assert np.array_equal(before[:10], fitted.predict(one.x[: ORIGINS[9] + 1], ORIGINS[:10]))
    assert looks_ahead(fitted, one.x, ORIGINS[::24]).tolist() == []


@each_target
def test_what_it_learns_does_not_depend_on_what_came_after_the_cut(model: Model, name: str) -> None:
    one = task_of(name)
    panel = history(name)
    changed = panel.values.copy()
    changed[END:] *= 0.5
    other = task(Panel(panel.sessions, panel.series, changed), target(name), 1)
    assert np.allclose(
        learned(model, one).predict(one.x, ORIGINS[:1] - 1),
        learned(model, other).predict(one.x, ORIGINS[:1] - 1),
        atol=1e-12,
        equal_nan=True,
    )


@each_target
def test_the_same_seed_learns_the_same(model: Model, name: str) -> None:
    one, fitted = whole(model, name)
    assert np.array_equal(fitted.predict(one.x, ORIGINS), learned(model, one).predict(one.x, ORIGINS))


@each_target
@pytest.mark.parametrize("horizon", [1, 5])
def test_its_graph_says_what_it_says(model: Model, name: str, horizon: int) -> None:
    import onnxruntime

    one, fitted = whole(model, name, horizon)
    session = onnxruntime.InferenceSession(fitted.graph().SerializeToString(), providers=["CPUExecutionProvider"])
    window = np.concatenate([one.x[at - fitted.lookback + 1 : at + 1].T for at in ORIGINS])
    series = np.tile(np.arange(len(one.series)), len(ORIGINS))
    (change,) = session.run(["change"], {"window": window, "series": series})
    said = fitted.predict(one.x, ORIGINS).ravel()
    assert change == pytest.approx(said, rel=1e-4, abs=1e-5 * max(1.0, float(np.abs(said).max())))


@each_target
def test_too_short_a_history_gives_nothing_rather_than_a_guess(model: Model, name: str) -> None:
    one, fitted = whole(model, name)
    young = one.x.copy()
    young[: ORIGINS[0] + 1 - fitted.lookback + 1, 0] = np.nan
    change = fitted.predict(young, ORIGINS[:2])
    assert np.isnan(change[0, 0]) or fitted.lookback == 1
    assert np.isfinite(change[1]).all()


def altered(name: str, column: int, rows: slice, value: float) -> Task:
    """The task of a history in which one series has other values in some rows."""
    panel = history(name)
    values = panel.values.copy()
    values[rows, column] = value
    return task(Panel(panel.sessions, panel.series, values), target(name), 1)


@alone
def test_what_is_learned_of_one_series_alone_does_not_know_of_the_others(model: Model, name: str) -> None:
    one, fitted = whole(model, name)
    halted = altered(name, 1, slice(None), float(history(name).values[0, 1]))
    said, beside = fitted.predict(one.x, ORIGINS), learned(model, halted).predict(halted.x, ORIGINS)
    assert beside[:, [0, 2]] == pytest.approx(said[:, [0, 2]], rel=1e-6, abs=1e-9)


@each_target
def test_a_series_that_stands_still_breaks_nothing(model: Model, name: str) -> None:
    still = altered(name, 0, slice(None), float(history(name).values[0, 0]))
    change = learned(model, still).predict(still.x, ORIGINS)
    assert np.isfinite(change[:, 1:]).all()
    assert not np.isinf(change).any()
    assert model.scope == "global" or not (np.abs(change[:, 0]) > 1e-6).any()


@of_several
def test_a_series_without_history_gets_nothing_and_takes_nothing_from_the_others(model: Model, name: str) -> None:
    for rows in (slice(None), slice(END - 10)):
        young = altered(name, 0, rows, np.nan)
        change = learned(model, young).predict(young.x, ORIGINS)
        assert not np.isinf(change).any()
        assert np.isfinite(change[:, 1:]).all()
        assert np.isnan(change[np.isnan(young.x[ORIGINS, 0]), 0]).all()


@each_model
def test_a_parameter_it_does_not_have_is_refused(model: Model) -> None:
    with pytest.raises(UsageError, match=r"no .* parameter is called 'colour'"):
        model.complete({"colour": 1})


@each_model
def test_a_target_it_does_not_forecast_is_refused(model: Model) -> None:
    for name in sorted(ALL - model.targets):
        with pytest.raises(UsageError, match="does not forecast"):
            model.learn(task_of(name), small(model))
