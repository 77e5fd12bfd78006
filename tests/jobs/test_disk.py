"""A disk that is full or may not be written: one clear line, what was there stays readable, and it goes on later."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from topheavy.simulator.api.server import running

SCRIPT = Path(__file__).parents[1] / "support" / "on_a_small_disk.py"
SPACE = ["unshare", "--user", "--map-root-user", "--mount"]


def why_not() -> str:
    """Say why no small disk can be made here; empty where one can."""
    try:
        made = subprocess.run(
            [*SPACE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, text=True, timeout=30
        )
    except OSError as error:
        return f"a small disk needs 'unshare': {error}"
    return made.stderr.strip() and f"no small disk can be mounted here: {made.stderr.strip()}"


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    if reason := why_not():
        pytest.skip(reason)
    with running(seed=3, since=date(2024, 11, 1), until=date(2024, 12, 13), companies=30) as url:
        yield url


def seen_on(kilobytes: int, base: str, folder: Path) -> dict[str, Any]:
    command = [*SPACE, sys.executable, str(SCRIPT), base, str(folder), str(kilobytes)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


@pytest.fixture(scope="module", params=[(300, "collect"), (2000, "publish")], ids=lambda p: str(p[0]))
def seen(request: pytest.FixtureRequest, base: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    kilobytes, stops_at = request.param
    return seen_on(kilobytes, base, tmp_path_factory.mktemp("disk")) | {"stops at": stops_at}


def last_line(step: dict[str, Any]) -> str:
    lines = [line for line in step["err"].splitlines() if line.startswith("topheavy: ")]
    assert len(lines) == 1, step["err"]
    assert "Traceback" not in step["err"]
    return str(lines[0])


@pytest.mark.slow
def test_a_full_disk_is_said_in_one_line(seen: dict[str, Any]) -> None:
    failed = seen["too small"][-1]
    assert (failed["words"], failed["code"]) == (seen["stops at"], 1)
    assert any(words in last_line(failed) for words in ("disk is full", "No space left", "os error 28"))


def test_what_was_there_before_can_be_read(seen: dict[str, Any]) -> None:
    assert seen["status"]["code"] == 0
    told = json.loads(seen["status"]["out"])
    assert {row["outcome"] for row in told["units"]} <= {"ok"}, "no failure of ours is put down to the vendor"


def test_with_space_again_it_goes_on_and_ends_well(seen: dict[str, Any]) -> None:
    assert [step["code"] for step in seen["large enough"]] == [0] * 4
    assert len(json.loads(seen["figures"]["out"])["rows"]) > 900
    assert seen["verified"]["code"] == 0


def test_where_nothing_may_be_written_all_can_be_looked_at(seen: dict[str, Any]) -> None:
    collect, refine, publish, figures, status = seen["read-only"]
    assert collect["code"] == 1
    assert "Read-only file system" in last_line(collect)
    assert (refine["code"], publish["code"], status["code"]) == (0, 0, 0), "there is nothing new to write"
    assert figures["out"] == seen["figures"]["out"]
