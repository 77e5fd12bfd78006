"""The terminal's ways to watch: the log as text or JSON, status, and figures for Prometheus."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from support.own_files import BARS, write
from support.small_ledger import at, small_home
from topheavy.lake.leases import Leases
from topheavy.lake.ledger import Ledger

KEY = "PLANTEDkey12345"


def topheavy(home: Path, *words: str, environment: Mapping[str, str] | None = None) -> tuple[int, str, str]:
    """Run the command in a process of its own: a log is the whole process's."""
    command = [sys.executable, "-c", "from topheavy.cli import main; main()", *words, "--home", str(home)]
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=120)
    return ended.returncode, ended.stdout, ended.stderr


@pytest.fixture
def own_files(tmp_path: Path) -> tuple[str, ...]:
    manifest = write(tmp_path / "in", bars=BARS.replace("close", "clothes", 1))
    return "collect", "files", "--from", str(manifest)


def test_a_json_log_is_an_object_a_line_and_nothing_else(tmp_path: Path, own_files: tuple[str, ...]) -> None:
    code, out, err = topheavy(tmp_path / "home", "--log", "json", *own_files)
    lines = [json.loads(line) for line in err.splitlines()]
    assert {line["level"] for line in lines} >= {"info"}
    assert all({"time", "level", "message"} <= set(line) for line in lines)
    assert [line for line in lines if line.get("outcome") == "ok" and line["calls"] == 0]
    assert "already held" in out
    assert code in (0, 1)


def test_a_failure_is_an_object_like_all_others(tmp_path: Path) -> None:
    code, out, err = topheavy(tmp_path / "none", "--log", "json", "status")
    (line,) = (json.loads(line) for line in err.splitlines())
    assert (code, out, line["level"]) == (1, "", "error")
    assert "holds nothing yet" in line["message"]


def test_a_log_for_people(tmp_path: Path, own_files: tuple[str, ...]) -> None:
    _, _, err = topheavy(tmp_path / "home", "--log", "text", *own_files)
    assert [line for line in err.splitlines() if " info    files/" in line]
    assert "collect files" in err, "progress in lines, beside the log"
    assert topheavy(tmp_path / "other", "--verbose", *own_files)[2].count(" info    files/") > 0


def test_without_the_option_nothing_is_logged(tmp_path: Path, own_files: tuple[str, ...]) -> None:
    assert " info " not in topheavy(tmp_path / "home", *own_files)[2]


def test_another_form_is_refused(tmp_path: Path) -> None:
    code, _, err = topheavy(tmp_path, "--log", "xml", "status")
    assert (code, "'xml'" in err) == (2, True)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_planted_key_is_nowhere(tmp_path: Path, form: str) -> None:
    environment = {"POLYGON_API_KEY": KEY, "TOPHEAVY_POLYGON_URL": f"http://me:{KEY}@no.invalid", "PATH": "",
                   "TOPHEAVY_STATE": str(tmp_path / "state")}  # fmt: skip
    asked = "collect", "polygon", "bars", "--since", "2024-12-06", "--until", "2024-12-06"
    code, out, err = topheavy(tmp_path / "home", "--log", form, *asked, environment=environment)
    assert code == 1
    assert "no.invalid" in err
    ledger = (tmp_path / "home" / "ledger.sqlite").read_bytes()
    assert KEY not in out + err
    assert KEY.encode() not in ledger


@pytest.mark.slow
def test_status_tells_what_is_being_collected(tmp_path: Path) -> None:
    home = small_home(tmp_path / "home")
    ledger = Ledger(home / "ledger.sqlite")
    with Leases(home, ledger) as leases:
        ledger.begin(leases.holder, "polygon details", 40, at(100))
        assert "collecting polygon details: 0 of 40, 0 failed" in topheavy(home, "status")[1]
        (one,) = json.loads(topheavy(home, "status", "--json")[1])["collecting"]
    assert (one["title"], one["stage"], one["asked"]) == ("polygon details", "running", 40)
    ledger.close()
    assert "collecting" not in topheavy(home, "status")[1]


def test_figures_for_prometheus_can_be_read(tmp_path: Path) -> None:
    code, out, err = topheavy(small_home(tmp_path / "home"), "metrics")
    assert (code, err) == (0, "")
    families = {family.name: family for family in text_string_to_metric_families(out)}
    assert sum(sample.value for sample in families["topheavy_units"].samples) == 5
    code, out, err = topheavy(tmp_path / "none", "metrics")
    assert (code, out, "topheavy demo" in err) == (1, "", True)


@pytest.fixture(autouse=True)
def no_handler_is_left() -> Iterator[None]:
    before = list(logging.getLogger().handlers)
    yield
    assert logging.getLogger().handlers == before
