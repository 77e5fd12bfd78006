"""Every example does what it says: the analyst's notebook runs, the manifests name what the public folder has."""

import json
import tomllib
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest

from support.market_data import market_folder, needs_market
from support.small_warehouse import publish_small
from topheavy.core.settings import read_settings
from topheavy.core.units import SourceKind
from topheavy.datasets.schema import datasets
from topheavy.home import open_home

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
MANIFESTS = sorted(EXAMPLES.glob("*.toml"))
TRIED = {"analyst.ipynb", "analyst.py", *(path.name for path in MANIFESTS)}
"""What this file runs, and ``tests/answers/test_face.py``: the script."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("examples") / "home"
    with open_home(read_settings(path, {})) as place:
        place.lake.folder.settle(SourceKind.FILE)
    return publish_small(path)


def cells_of(name: str) -> list[dict[str, object]]:
    cells: list[dict[str, object]] = json.loads((EXAMPLES / name).read_text())["cells"]
    return cells


def code_of(name: str) -> Iterator[str]:
    yield from ("".join(cell["source"]) for cell in cells_of(name) if cell["cell_type"] == "code")  # type: ignore[call-overload]


def test_every_example_is_tried() -> None:
    assert {path.name for path in EXAMPLES.iterdir() if path.suffix in {".py", ".ipynb", ".toml"}} == TRIED


def test_the_analysts_notebook_runs_from_its_first_cell_to_its_last(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In this process: that a kernel runs a notebook of ours is seen with the tutorial's."""
    monkeypatch.setenv("TOPHEAVY_HOME", str(home))
    told, names = [], dict[str, object]()
    with chdir(tmp_path):
        for cell in code_of("analyst.ipynb"):
            exec(compile(cell, "analyst.ipynb", "exec"), names)
            told.append(capsys.readouterr().out)
    assert told[0].startswith("REAL | ")
    assert "coverage 100.0 %" in told[1]
    assert "2024" in told[2]
    assert "weight" in told[3]
    assert "did you mean 'SP500'?" in told[5]


def test_a_notebook_is_kept_without_what_it_printed() -> None:
    assert not [cell for cell in cells_of("analyst.ipynb") if cell.get("outputs") or cell.get("execution_count")]


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_a_manifest_says_of_every_file_what_it_is(path: Path) -> None:
    for file in tomllib.loads(path.read_text())["file"]:
        assert file.get("dataset", "bars") in datasets()
        assert file.get("dataset") != "bars" or file["basis"]


@needs_market
@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_a_manifest_names_files_that_are_there(path: Path) -> None:
    folder = market_folder()
    assert folder is not None
    missing = [file["path"] for file in tomllib.loads(path.read_text())["file"] if not (folder / file["path"]).exists()]
    assert not missing
