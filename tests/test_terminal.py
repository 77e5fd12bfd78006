"""What a person reads of long work."""

import json

import pytest

from topheavy import terminal
from topheavy.jobs.schedule.single import Between


def test_lines_end_with_what_was_said_last(capsys: pytest.CaptureFixture[str]) -> None:
    heard = Between(terminal.progress(as_json=False))
    heard.start("training", 3)
    for loss in ("0.9", "0.5"):
        heard.say(f"loss {loss}")
        heard.advance()
    heard.finish()
    heard.start("writing", 1)
    heard.advance()
    heard.finish()
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("  training: 2 of 3 in ")
    assert first.endswith(" s, loss 0.5")
    assert second.endswith(" s")
    assert "loss" not in second


def test_json_stays_json_where_a_number_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"x": float("nan"), "y": float("inf"), "z": 1.5, "deep": [float("-inf"), {"n": float("nan")}]}]
    terminal.rows("sql", rows, "real", as_json=True)
    printed = json.loads(capsys.readouterr().out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert printed["rows"] == [{"x": None, "y": None, "z": 1.5, "deep": [None, {"n": None}]}]
    assert "written as null" in printed["note"]
    terminal.rows("sql", [{"z": 1.5}], "real", as_json=True)
    assert "note" not in json.loads(capsys.readouterr().out)
