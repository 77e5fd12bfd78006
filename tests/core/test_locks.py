"""Locks of files and folders: one holder at a time, others wait or are told who it is, and an end frees them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from topheavy.core.files.locks import SignOfLife, Taken, is_locked, locked, locked_by


@pytest.mark.parametrize("place", ["file", "folder"])
def test_a_second_holder_waits_for_the_first(tmp_path: Path, place: str) -> None:
    path = tmp_path if place == "folder" else tmp_path / "turn"
    if place == "file":
        path.touch()
    order, waits = list[str](), Event()

    @contextmanager
    def waiting() -> Iterator[None]:
        order.append("waits")
        waits.set()
        yield
        order.append("waited")

    def second() -> None:
        with locked(path, waiting):
            order.append("second")

    with locked(path):
        thread = Thread(target=second)
        thread.start()
        assert waits.wait(10)
        order.append("first")
    thread.join(10)
    assert order == ["waits", "first", "waited", "second"]


def test_where_nobody_holds_it_nobody_waits(tmp_path: Path) -> None:
    def never() -> None:
        raise AssertionError("nobody is to be waited for")

    with locked(tmp_path, never):  # type: ignore[arg-type]
        pass


def test_what_is_not_there_cannot_be_held(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), locked(tmp_path / "nothing"):
        pass


def test_a_holder_is_named_to_who_comes_second(tmp_path: Path) -> None:
    path = tmp_path / "one.lock"
    with locked_by(path, "the first, a long name"):
        with pytest.raises(Taken, match=r"^the first, a long name$"), locked_by(path, "the second"):
            pass
        assert path.read_text() == "the first, a long name"
    with locked_by(path, "third"):
        assert path.read_text() == "third", "nothing of the name before is left"


def test_an_error_inside_frees_it(tmp_path: Path) -> None:
    path = tmp_path / "one.lock"
    with pytest.raises(KeyError), locked_by(path, "first"):
        raise KeyError
    with locked_by(path, "second"):
        pass


def test_a_sign_of_life_is_seen_until_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "alive.lock"
    sign = SignOfLife(path)
    assert is_locked(path)
    sign.end()
    assert not is_locked(path)
    assert not path.exists()
    path.touch()
    assert not is_locked(path)
    assert not path.exists(), "one that nobody locks is taken away"
