"""Folders may be called anything, and a home may be moved: the figures are the same, and nothing lies beside it."""

from pathlib import Path

import pytest

from support.own_files import TABLES_OF_A_RUN, contents, place_in, run_files, write
from topheavy.answers.status import status
from topheavy.jobs.publish.publish import publish
from topheavy.jobs.publish.verify import verify
from topheavy.jobs.refine.refine import refine

NAMES = ["My Documents", "Größe & 50 %", "it's a#1#2"]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_road_is_the_same_from_and_to_anywhere(tmp_path: Path, name: str) -> None:
    with place_in(tmp_path / "plain") as home:
        run_files(home, write(tmp_path / "plain" / "in"))
        expected = contents(home, *TABLES_OF_A_RUN)
    folder = tmp_path / name
    with place_in(folder) as home:
        assert run_files(home, write(folder / "in")).failures == []
        assert contents(home, *TABLES_OF_A_RUN) == expected
    assert sorted(path.name for path in folder.iterdir()) == ["home", "in"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["plain", name])


@pytest.mark.parametrize("name", NAMES[-1:])
def test_a_moved_home_goes_on(tmp_path: Path, name: str) -> None:
    with place_in(tmp_path / "plain") as home:
        run_files(home, write(tmp_path / "in"))
        expected = contents(home, *TABLES_OF_A_RUN)
        before = status(home)["tables"]
    moved = (tmp_path / "plain").rename(tmp_path / name)
    with place_in(moved) as home:
        assert status(home)["tables"] == before
        assert refine(home).rows == {}
        publish(home)
        assert contents(home, *TABLES_OF_A_RUN) == expected
        assert [finding for finding in verify(home) if finding.wrong] == []
