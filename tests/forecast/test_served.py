"""A served model says what the fitted one says, from raw values, and refuses what it cannot read."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from support.histories import history, task_of
from support.registered import CARD, ERRORS, serving, weighed
from topheavy.core.errors import ForecastError, UsageError
from topheavy.forecast.model import models
from topheavy.forecast.panel import Matrix
from topheavy.forecast.scoring.conformal import MOVES
from topheavy.forecast.serving.card import Card
from topheavy.forecast.serving.served import Served
from topheavy.forecast.target import TARGETS, target

EACH = [("weighed", name) for name in TARGETS]
EACH += [(model, name) for model in ("naive", "drift") for name in sorted(models()[model].targets)]


@pytest.mark.parametrize(("model", "name"), EACH)
@pytest.mark.parametrize("horizon", [1, 5])
def test_it_says_what_the_fitted_model_says(tmp_path: Path, name: str, horizon: int, model: str) -> None:
    one, raw = task_of(name, horizon), history(name).values
    fitted = weighed(len(one.series)) if model == "weighed" else models()[model].learn(one)
    served, every = serving(tmp_path, fitted, name, horizon), np.arange(len(one.series))
    for origin in (150, 399):
        change = fitted.predict(one.x, np.array([origin]))
        expected = target(name).said(one.now[origin], change[0])
        found = served.forecast(raw[: origin + 1].T, every.tolist())
        assert [forecast.value for forecast in found] == pytest.approx(expected, rel=1e-12, abs=1e-15)
        naive = {"return": np.zeros(len(every)), "volatility": np.sqrt(raw[origin - horizon + 1 : origin + 1].mean(0))}
        assert [forecast.naive for forecast in found] == pytest.approx(naive.get(name, raw[origin]))


def test_an_interval_is_the_spread_times_the_errors_around_the_forecast(tmp_path: Path) -> None:
    served, raw = serving(tmp_path, weighed(), "price", 4), history("price").values[:, 1]
    (found,) = served.forecast(raw[None], [1], level=0.8)
    moves = np.diff(np.log(raw))[-MOVES:]
    wide = np.sqrt(4 * np.mean(moves**2))
    assert (found.low, found.high) == pytest.approx(
        (found.value * np.exp(ERRORS[1] * wide), found.value * np.exp(ERRORS[-2] * wide))
    )
    assert found.reason == ""


def test_rows_of_a_batch_do_not_know_each_other(tmp_path: Path) -> None:
    served, raw = serving(tmp_path, weighed()), history("return").values.T
    short = raw.copy()
    short[1, : raw.shape[1] - 10] = np.nan
    together = served.forecast(short, [0, 1, 2])
    assert together[0] == served.forecast(raw[:1], [0])[0]
    alone = served.forecast(raw[1:2, -10:], [1])[0]
    assert together[1] == alone
    assert alone.value == served.forecast(raw[1:2], [1])[0].value


def test_more_history_than_is_wanted_makes_no_difference(tmp_path: Path) -> None:
    served, raw = serving(tmp_path, weighed()), history("return").values.T
    assert served.wanted == MOVES + 1
    assert served.forecast(raw, [0, 1, 2]) == served.forecast(raw[:, -served.wanted :], [0, 1, 2])


def test_where_there_is_no_interval_the_reason_is_said(tmp_path: Path) -> None:
    served, raw = serving(tmp_path, weighed()), history("return").values.T[:1]
    for values, level, said in (
        (raw[:, -MOVES:], 0.8, "an interval needs 64 values"),
        (raw, 0.99, "20 known errors are too few for an interval of 99%"),
        (np.full((1, 80), 5.0), 0.8, "did not move lately"),
    ):
        (found,) = served.forecast(values, [0], level)
        assert (found.low, found.high) == (None, None)
        assert said in found.reason


def row(*values: float) -> Matrix:
    return np.array([values])


BAD: list[tuple[str, NDArray[np.float64], str]] = [
    ("price", row(*range(6, 0, -1)), "needs 7 values up to the last session, and got 6"),
    ("price", row(*range(10, 0, -1), 0), "reads prices: every value has to be a number above 0"),
    ("price", row(*range(10, 0, -1), -1), "above 0"),
    ("price", row(*range(1, 12), np.inf), "above 0"),
    ("price", row(*range(1, 12), np.nan), "above 0"),
    ("price", row(1, 2, np.nan, *range(1, 12)), "above 0"),
    ("price", np.empty((1, 0)), "got 0"),
    ("volatility", row(*range(10), -1e-9), "reads variances: every value has to be a number 0 or more"),
    ("volatility", row(*[1e308] * 20), "no finite answer"),
    ("share", row(*[0.5] * 10, 1), "reads shares: every value has to be a number between 0 and 1"),
    ("share", row(*[0.5] * 10, 0), "between 0 and 1"),
]


@pytest.mark.parametrize(("name", "values", "said"), BAD)
def test_what_cannot_be_read_is_refused(tmp_path: Path, name: str, values: Matrix, said: str) -> None:
    with pytest.raises(ForecastError, match=said):
        serving(tmp_path, weighed(), name, 5 if name == "volatility" else 1).forecast(values, [0])


def test_a_volatility_needs_as_many_values_as_it_looks_ahead(tmp_path: Path) -> None:
    with pytest.raises(ForecastError, match="needs 21 values"):
        serving(tmp_path, weighed(), "volatility", 21).forecast(np.full((1, 20), 1e-4), [0])


def test_the_last_values_before_all_bounds_are_still_answered(tmp_path: Path) -> None:
    wild = np.array([[5e-324, 1.7e308] * 40])
    (found,) = serving(tmp_path, models()["naive"].learn(task_of("price")), "price").forecast(wild, [0])
    assert (found.value, found.low, found.high) == (pytest.approx(1.7e308), None, None)
    assert "beyond all bounds" in found.reason


def number(card: Card, series: str) -> int:
    return Served(card, None).number(series)


def test_a_series_is_found_by_name_where_each_has_its_own_model() -> None:
    assert number(CARD, "S1") == 1
    with pytest.raises(UsageError, match="no series of return-1 is called 'S9'"):
        number(CARD, "S9")
    with pytest.raises(UsageError, match="has a model for each series: say which, as 'S0'"):
        number(CARD, "")
    assert number(replace(CARD, series=("magnificent7",)), "") == 0


def test_one_model_for_all_takes_any_series() -> None:
    for_all = replace(CARD, scope="global")
    assert [number(for_all, name) for name in ("S2", "S9", "")] == [2, 0, 0]


def test_without_the_extra_it_is_said_what_to_install(tmp_path: Path) -> None:
    serving(tmp_path, weighed())
    code = (
        "import sys; sys.modules['onnxruntime'] = None\n"
        "from pathlib import Path; from topheavy.core.errors import UsageError\n"
        "from topheavy.forecast.serving.registry import Registry\n"
        f"try: Registry(Path({str(tmp_path)!r})).open('it')\n"
        "except UsageError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "onnxruntime is not installed, and is needed here: pip install 'topheavy[forecast]'\n"
