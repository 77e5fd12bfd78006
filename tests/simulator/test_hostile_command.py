"""The command that serves a hostile vendor: what it prints, and what it refuses in one line."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import httpx2
import pytest

from topheavy.core.http.client import SIMULATED_HEADER
from topheavy.simulator.hostile.table import FAULTS


def command(*words: str) -> list[str]:
    return [sys.executable, "-c", "from topheavy.cli import main; main()", "simulate", *words]


def ended(words: Sequence[str]) -> tuple[int, str, str]:
    done = subprocess.run(command(*words), capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("word", ["list", "help"])
def test_the_faults_are_listed_without_a_market(word: str) -> None:
    code, out, err = ended(["--faults", word])
    assert (code, err) == (0, "")
    assert all(f"{name} " in out for name in FAULTS)


@pytest.mark.parametrize(
    ("script", "says"),
    [("fire", "there is no fault 'fire'"), ("502:often", "write share=0.05"), ("no.toml", "No such file")],
)
def test_a_script_that_cannot_be_read_is_misuse_told_in_one_line(script: str, says: str) -> None:
    code, out, err = ended(["--faults", script, "--companies", "30"])
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert says in err


def test_it_serves_a_hostile_vendor(tmp_path: Path) -> None:
    file = tmp_path / "faults.toml"
    file.write_text('[[fault]]\nname = "502"\npath = "/groups.csv"\n')
    words = command("--companies", "30", "--faults", str(file))
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            base = server.stdout.readline().strip()
            refused, good = httpx2.get(f"{base}/groups.csv"), httpx2.get(f"{base}/constituents.csv")
        finally:
            server.terminate()
    assert (refused.status_code, good.status_code) == (502, 200)
    assert refused.headers[SIMULATED_HEADER] == good.headers[SIMULATED_HEADER] == "seed 7"
