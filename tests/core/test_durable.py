"""Bytes reach the disk before their name, names before they are relied on; what breaks off leaves nothing half-written.

A power failure cannot be had in a test: what is looked at is the order in which the kernel is asked.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from topheavy.core.files.durable import write_once, write_over

Steps = list[tuple[str, str]]


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    """What the kernel was asked, in order: a file or folder flushed, by name, or a name given."""
    seen: Steps = []
    fsync, link, replace = os.fsync, os.link, Path.replace

    def synced(handle: int) -> None:
        fsync(handle)
        seen.append(("flushed", Path(os.readlink(f"/proc/self/fd/{handle}")).name.split("#")[0]))

    def linked(source: Path, target: Path) -> None:
        link(source, target)
        seen.append(("named", target.name))

    def replaced(source: Path, target: Path) -> Path:
        seen.append(("named", target.name))
        return replace(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "link", linked)
    monkeypatch.setattr(Path, "replace", replaced)
    return seen


def test_a_new_file_is_on_the_disk_before_its_name_and_its_folders_before_it(tmp_path: Path, steps: Steps) -> None:
    assert write_once(tmp_path / "bars" / "session=2024-12-06" / "all.json", b"{}")
    assert steps == [
        ("flushed", tmp_path.name),
        ("flushed", "bars"),
        ("flushed", "all.json"),
        ("named", "all.json"),
        ("flushed", "session=2024-12-06"),
    ]
    assert (tmp_path / "bars" / "session=2024-12-06" / "all.json").read_bytes() == b"{}"


def test_a_file_written_over_is_on_the_disk_before_it_takes_the_name(tmp_path: Path, steps: Steps) -> None:
    (tmp_path / "home.json").write_bytes(b"old")
    write_over(tmp_path / "home.json", b"new")
    assert steps == [("flushed", "home.json"), ("named", "home.json"), ("flushed", tmp_path.name)]
    assert (tmp_path / "home.json").read_bytes() == b"new"


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    assert write_once(tmp_path / "a", b"first")
    assert not write_once(tmp_path / "a", b"second")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"first")]


def test_who_comes_second_to_a_name_gives_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process takes the name after this one has looked whether it is free."""
    link = os.link

    def beaten(source: Path, target: Path) -> None:
        target.write_bytes(b"the other's")
        link(source, target)

    monkeypatch.setattr(os, "link", beaten)
    assert not write_once(tmp_path / "a", b"mine")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"the other's")]


@pytest.mark.parametrize("write", [write_once, write_over])
def test_what_breaks_off_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path, bytes], object]
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path / "a", b"half")
    assert list(tmp_path.iterdir()) == []
