"""A home that is made is its owner's alone; one that is there keeps who may read it."""

from pathlib import Path

from topheavy.lake.folder import open_folder


def test_a_new_home_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    open_folder(tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o750)
    open_folder(shared)
    assert shared.stat().st_mode & 0o777 == 0o750
