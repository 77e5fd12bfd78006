"""A question is one file, also somebody else's: found by entry point it is shown, served, asked and documented."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).resolve().parents[2]

LARGE = """\
-- question: Which members make up more than a third of their index?
-- kind: view
-- grain: session, index, level, member
-- inputs: weights
-- unit: 1
-- shown as: giants
-- narrowed by: index, level, session
-- day: session
-- order: session, weight DESC
SELECT session, "index", level, member, name, weight FROM weights WHERE weight > 1.0 / 3
"""

EVERYWHERE = """
import importlib.util, json, sys
from pathlib import Path
from fastapi.testclient import TestClient
from support.own_files import place_in, run_files, write
import topheavy
from topheavy.answers.show import places
from topheavy.web.app import make_app

folder = Path(sys.argv[1])
with place_in(folder) as place:
    run_files(place, write(folder / "in"))
with topheavy.open(folder / "home") as home:
    asked = [row["member"] for row in home.ask("giants", on="2024-06-11").rows()]
    units = dict(home.ask("giants").units)["weight"]
with TestClient(make_app(folder / "home")) as client:
    served = [row["member"] for row in client.get("/api/giants?on=2024-06-11").json()["rows"]]
    described = client.get("/openapi.json").json()["paths"]["/api/giants"]["get"]["description"]
spec = importlib.util.spec_from_file_location("generate", sys.argv[2])
docs = importlib.util.module_from_spec(spec)
spec.loader.exec_module(docs)
found = [item["module"] for item in places() if item["name"] == "giants"]
print(json.dumps({"asked": asked, "units": units, "served": served, "described": described, "found": found,
                  "documented": "`giants`" in docs.question_page()}))
"""

SHOW = """
import sys
from topheavy.cli import main
sys.argv = ["topheavy", "show", "giants", "--home", sys.argv[1]]
main()
"""

SAME_NAME = """
from topheavy.metrics.questions import questions
try:
    questions()
except Exception as error:
    print(error)
"""

NOT_YET = """
import sys
from pathlib import Path
import topheavy
with topheavy.open(Path(sys.argv[1]) / "home") as home:
    try:
        home.ask("giants")
    except topheavy.UsageError as error:
        print(error)
"""


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A distribution with a package of one SQL file, as pip would leave it in a folder."""
    folder = tmp_path / "site"
    (folder / "somebody" / "asks").mkdir(parents=True)
    for package in ("somebody", "somebody/asks"):
        (folder / package / "__init__.py").write_text('"""Questions."""\n')
    (folder / "somebody" / "asks" / "giants_of_an_index.sql").write_text(LARGE)
    info = folder / "somebody-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: somebody\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[topheavy.question]\nmine = somebody.asks\n")
    return folder


def run(script: str, *words: object, beside: Path | None = None) -> str:
    paths = [str(ROOT / "tests"), *([str(beside)] if beside else [])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-c", dedent(script), *map(str, words)]
    told = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert told.returncode == 0, told.stderr
    return told.stdout.strip().splitlines()[-1] if told.stdout.strip() else ""


def test_it_reaches_everyone_by_its_header_alone(plugin: Path, tmp_path: Path) -> None:
    told = json.loads(run(EVERYWHERE, tmp_path, ROOT / "docs" / "generate.py", beside=plugin))
    assert told == {
        "asked": ["CCC"],  # 33 of 69
        "units": "1",
        "served": ["CCC"],
        "described": "Which members make up more than a third of their index?",
        "found": ["giants_of_an_index.sql of somebody.asks"],
        "documented": True,
    }
    shown = run(SHOW, tmp_path / "home", beside=plugin)
    assert "CCC" in shown
    assert "47.83 %" in shown


def test_a_home_published_before_it_came_says_what_to_run(plugin: Path, tmp_path: Path) -> None:
    run("from support.own_files import *; import sys; folder = Path(sys.argv[1])\n"
        "with place_in(folder) as place: run_files(place, write(folder / 'in'))", tmp_path)  # fmt: skip
    told = run(NOT_YET, tmp_path, beside=plugin)
    assert told == "giants was no question yet when this home was published: run 'topheavy publish'"


def test_two_questions_of_one_name_are_refused_and_both_named(plugin: Path) -> None:
    (plugin / "somebody" / "asks" / "more.sql").write_text(LARGE.replace("shown as: giants", "shown as: weights"))
    places = "more.sql of somebody.asks and weights.sql of topheavy.metrics.sql"
    assert run(SAME_NAME, beside=plugin) == f"{places} are both asked as 'weights': rename one"
