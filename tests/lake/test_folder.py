"""A home says which layout it is and which world it is about, and refuses in one line what it cannot do."""

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from support.responses import answer
from topheavy.core.errors import LakeError
from topheavy.core.units import SourceKind
from topheavy.lake.folder import HomeFolder, open_folder
from topheavy.lake.raw import Lake


def race(*work: Callable[[], object]) -> list[BaseException]:
    """Start every piece of work at one moment; return what was raised."""
    start = threading.Barrier(len(work))
    raised: list[BaseException] = []

    def run(piece: Callable[[], object]) -> None:
        start.wait()
        try:
            piece()
        except LakeError as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(piece,)) for piece in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_a_new_home_is_made_with_the_folders_above_it(tmp_path: Path) -> None:
    home = open_folder(tmp_path / "a" / "b")
    assert json.loads((home.path / "home.json").read_text()) == {"format": 1}
    assert home.world == ""
    assert [path.name for path in home.path.iterdir()] == ["home.json"]


def test_a_home_is_opened_again_as_it_is(tmp_path: Path) -> None:
    first = open_folder(tmp_path / "home")
    marker = first.marker.stat().st_mtime_ns
    assert open_folder(tmp_path / "home", create=False) == first
    assert first.marker.stat().st_mtime_ns == marker


def test_a_missing_home_is_not_made_unasked(tmp_path: Path) -> None:
    with pytest.raises(LakeError, match=r"missing holds nothing yet: run 'topheavy demo'"):
        open_folder(tmp_path / "missing", create=False)
    assert not list(tmp_path.iterdir())


def test_a_home_that_no_database_could_open_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(LakeError, match=r"where\?/home has a '\?' in its path.*choose another with --home"):
        open_folder(tmp_path / "where?" / "home")
    assert not list(tmp_path.iterdir())


def test_a_home_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "home.json").write_text('{"format": 2, "new": true}')
    with pytest.raises(
        LakeError, match=r"written by a newer topheavy \(format 2, this one reads 1\): upgrade topheavy"
    ):
        open_folder(tmp_path)
    assert (tmp_path / "home.json").read_text() == '{"format": 2, "new": true}'


@pytest.mark.parametrize("content", ["", "not json", "[1]", "null", "5", "{}", '{"format": "1"}', '{"format": null}'])
def test_a_marker_that_says_no_format_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "home.json").write_text(content)
    with pytest.raises(LakeError, match=r"home\.json cannot be read .*: restore it or start a new home"):
        open_folder(tmp_path)


@pytest.mark.parametrize("name", ["file/home", "file", "x" * 300])
def test_a_place_that_can_be_no_folder_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LakeError, match="cannot be used as a home"):
        open_folder(tmp_path / name)


def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    if os.access(tmp_path, os.W_OK):
        pytest.skip("this user may write everywhere")
    try:
        with pytest.raises(LakeError, match="cannot be used as a home"):
            open_folder(tmp_path)
        with pytest.raises(LakeError, match="cannot be used as a home"):
            open_folder(tmp_path / "below")
    finally:
        tmp_path.chmod(0o700)


def test_a_home_that_may_no_longer_be_written_is_named(tmp_path: Path) -> None:
    home = open_folder(tmp_path)
    (tmp_path / "ledger.sqlite").mkdir()
    with pytest.raises(LakeError, match=r"ledger\.sqlite cannot be opened as a ledger"):
        Lake(home)


def test_ten_threads_may_open_one_new_home(tmp_path: Path) -> None:
    for number in range(20):
        path = tmp_path / str(number)
        assert not race(*[lambda path=path: open_folder(path)] * 10)
        assert [item.name for item in path.iterdir()] == ["home.json"]


# worlds


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (SourceKind.SIMULATED, SourceKind.VENDOR),
        (SourceKind.SIMULATED, SourceKind.FILE),
        (SourceKind.VENDOR, SourceKind.SIMULATED),
        (SourceKind.FILE, SourceKind.SIMULATED),
    ],
)
def test_real_and_simulated_data_never_share_a_home(home: HomeFolder, first: SourceKind, second: SourceKind) -> None:
    lake = Lake(home)
    lake.keep(answer(b"first", kind=first))
    before = sorted(path for path in home.path.rglob("*") if path.is_file())
    with pytest.raises(LakeError, match="they never mix; choose another folder with --home"):
        lake.keep(answer(b"second", kind=second, hours=1))
    assert sorted(path for path in home.path.rglob("*") if path.is_file()) == before
    assert [entry.kind for entry in lake.ledger.latest()] == [first]
    lake.close()


def test_vendors_and_files_are_one_world(home: HomeFolder) -> None:
    home.settle(SourceKind.VENDOR)
    home.settle(SourceKind.FILE)
    assert home.world == "real"


def test_the_world_outlives_the_process(tmp_path: Path) -> None:
    open_folder(tmp_path).settle(SourceKind.SIMULATED)
    assert open_folder(tmp_path).world == "simulated"


def test_of_ten_threads_one_world_wins(tmp_path: Path) -> None:
    for number in range(20):
        home = open_folder(tmp_path / str(number))
        kinds = [SourceKind.VENDOR, SourceKind.SIMULATED] * 5
        refused = race(*[lambda home=home, kind=kind: home.settle(kind) for kind in kinds])
        assert home.world in {"real", "simulated"}
        assert len(refused) == 5
        assert sorted(item.name for item in home.path.iterdir()) == ["home.json", "world"]


class Heard:
    """A progress that remembers its stages and can be waited for."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.begun, self.ended = threading.Event(), threading.Event()

    def start(self, title: str, total: int) -> None:
        self.stages.append(title)
        self.begun.set()

    def advance(self, *, failed: bool = False) -> None:
        assert not failed

    def finish(self) -> None:
        self.ended.set()


def test_who_waits_for_another_run_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    home, first, second = open_folder(tmp_path / "home"), Heard(), Heard()
    had: list[str] = []

    def take_turn() -> None:
        with home.alone(second):
            had.append("second")

    other = threading.Thread(target=take_turn)
    with caplog.at_level("INFO", "topheavy"), home.alone(first):
        other.start()
        assert second.begun.wait(60)
        assert not second.ended.is_set()
        assert not had
    other.join()
    assert (first.stages, second.stages, had) == ([], ["wait for another run of this home"], ["second"])
    assert second.ended.is_set()
    assert [record.getMessage() for record in caplog.records] == [
        f"{home.path}: waiting for another run of this home to end"
    ]
