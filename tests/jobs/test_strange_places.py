"""Folders may be called anything, and a home may be moved: the figures are the same, and nothing lies beside it."""

from pathlib import Path

import pytest

from jobs.own_files import TABLES_OF_A_RUN, contents, place_in, run_files, write
from topheavy.jobs.publish import publish
from topheavy.jobs.refine import refine
from topheavy.jobs.state import status
from topheavy.jobs.verify import verify

NAMES = ["My Documents", "Größe & 50 %", "it's a#1#2"]


@pytest.mark.parametrize("name", NAMES)
def test_the_road_is_the_same_from_and_to_anywhere(tmp_path: Path, name: str) -> None:
    with place_in(tmp_path / "plain") as place:
        run_files(place, write(tmp_path / "plain" / "in"))
        expected = contents(place, *TABLES_OF_A_RUN)
    folder = tmp_path / name
    with place_in(folder) as place:
        assert run_files(place, write(folder / "in")).failures == []
        assert contents(place, *TABLES_OF_A_RUN) == expected
    assert sorted(path.name for path in folder.iterdir()) == ["home", "in"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["plain", name])


@pytest.mark.parametrize("name", NAMES[-1:])
def test_a_moved_home_goes_on(tmp_path: Path, name: str) -> None:
    with place_in(tmp_path / "plain") as place:
        run_files(place, write(tmp_path / "in"))
        expected = contents(place, *TABLES_OF_A_RUN)
        before = status(place)["tables"]
    moved = (tmp_path / "plain").rename(tmp_path / name)
    with place_in(moved) as place:
        assert status(place)["tables"] == before
        assert refine(place).rows == {}
        publish(place)
        assert contents(place, *TABLES_OF_A_RUN) == expected
        assert [finding for finding in verify(place) if finding.wrong] == []
