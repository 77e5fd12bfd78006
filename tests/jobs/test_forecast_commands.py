"""The forecast commands as a person and as a program meet them."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support.own_files import place_in
from support.walks import DAYS, publish
from topheavy import cli

pytest.importorskip("onnxruntime", reason="needs the extra 'forecast'")

Call = Callable[..., tuple[int, str, str]]
KNOWN = 120
NAMED = ("--security", "AAA", "--security", "BBB")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("commands")
    with place_in(folder) as place:
        publish(place, folder / "in", KNOWN)
    return folder / "home"


@pytest.fixture
def forecast(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    monkeypatch.setenv("TOPHEAVY_HOME", str(home))

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["topheavy", "forecast", *words])
        try:
            cli.main()
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_train_predict_score_and_models_for_programs(forecast: Call) -> None:
    code, out, err = forecast("train", "--model", "drift", *NAMED, "--held-out", "30", "--name", "mine", "--json")
    assert code == 0, err
    (row,) = json.loads(out)["rows"]
    assert (row["name"], row["version"], row["alias"], row["series"]) == ("mine", 1, "champion", 2)
    assert row["trained_until"] == str(DAYS[KNOWN - 1])
    code, out, _ = forecast("predict", "mine", "--json")
    rows = json.loads(out)["rows"]
    assert code == 0
    assert [row["series"] for row in rows] == ["AAA", "BBB"]
    assert {row["session"] for row in rows} == {str(DAYS[KNOWN])}
    assert all(row["low"] < row["value"] < row["high"] for row in rows)
    code, out, _ = forecast("score", "--json")
    assert (code, json.loads(out)["rows"]) == (0, [])
    code, out, _ = forecast("models", "--json")
    assert [(row["name"], row["alias"]) for row in json.loads(out)["rows"]] == [("mine", "champion")]


def test_a_backtest_is_read_naive_first_and_in_words(forecast: Call) -> None:
    code, out, err = forecast("backtest", "--model", "drift", *NAMED, "--first", "80", "--workers", "1")
    assert code == 0, err
    lines = [line for line in out.splitlines() if line.strip()]
    assert "ratio" in lines[0]
    assert "naive" in lines[1]
    assert "the yardstick" in lines[1]
    assert "drift" in lines[2]
    assert "no evidence of skill" in lines[2]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("train", "--model", "drif"), "no model is called 'drif': did you mean 'drift'?"),
        (("train", "--model", "drift", "--target", "retrun"), "no target is called 'retrun': did you mean 'return'?"),
        (("train", "--model", "drift", "--security", "AAB"), "did you mean 'AAA'?"),
        (("train", "--model", "drift", *NAMED, "--set", "units=4"), "no drift parameter is called 'units'"),
        (("train", "--model", "drift", *NAMED, "--set", "units"), "--set is 'units': write it as name=value"),
        (("train", "--model", "drift", *NAMED), "too few to hold out 126"),
        (("train", "--model", "drift", *NAMED, "--until", "2023"), "--until is '2023', which is not a date"),
        (("backtest", *NAMED), "do not reach beyond the first 504"),
    ],
)
def test_what_cannot_be_done_is_one_line_that_says_what_to_do(
    forecast: Call, words: tuple[str, ...], said: str
) -> None:
    code, _, err = forecast(*words)
    assert code == 2
    assert said in err
    assert len([line for line in err.splitlines() if line.startswith("topheavy:")]) == 1


def test_a_version_that_is_not_there_cannot_be_promoted(forecast: Call) -> None:
    assert forecast("train", "--model", "naive", *NAMED, "--held-out", "30", "--name", "ours")[0] == 0
    code, _, err = forecast("promote", "ours", "9")
    assert code == 2
    assert "ours has no version '9'" in err
    code, _, err = forecast("predict", "yours")
    assert code == 2
    assert "no registered model is called 'yours': did you mean 'ours'?" in err
    code, out, _ = forecast("promote", "ours", "1")
    assert (code, out.strip()) == (0, "ours: version 1 is champion")


def test_hyper_parameters_come_by_flag_before_environment(
    forecast: Call, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SM_HP_TREES", "7")
    monkeypatch.setenv("TOPHEAVY_HP_LEAF", "20")
    for name, flags in (("plain", ()), ("flagged", ("--set", "trees=5"))):
        code, _, err = forecast("train", "--model", "forest", *NAMED, "--held-out", "20", "--name", name, *flags)
        assert code == 0, err
    cards = {
        name: json.loads((home / "models" / name / "1" / "card.json").read_text()) for name in ("plain", "flagged")
    }
    assert cards["plain"]["params"] == {"trees": 7, "leaf": 20}
    assert cards["flagged"]["params"] == {"trees": 5, "leaf": 20}
