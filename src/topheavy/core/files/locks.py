"""Locks: files and folders that a living process holds, and that are free again when it ends, however it ends.

Trouble with the disk is an ``OSError`` here: the room whose file it is says what it means.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from topheavy.core.errors import LakeError, one_line

MOST_TOLD = 200
"""So many bytes of what a holder wrote of itself are read."""


class Taken(Exception):
    """Another process holds the lock; the text is what it wrote of itself, where it did."""


class SignOfLife:
    """A file that is locked for as long as this process lives, so that others can see that it does (``is_locked``)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def end(self) -> None:
        """Take the sign away."""
        self._path.unlink(missing_ok=True)
        os.close(self._file)


@contextmanager
def locked(path: Path, waiting: Callable[[], AbstractContextManager[None]] = nullcontext) -> Iterator[int]:
    """Hold the lock of a file or folder that is there, waiting for it inside ``waiting``; yield its descriptor."""
    file = os.open(path, os.O_RDONLY)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with waiting():
                fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


@contextmanager
def locked_by(path: Path, holder: str) -> Iterator[None]:
    """Hold the lock of a file, made where it is not there, and write ``holder`` into it.

    Raises:
        Taken: when another process holds it; nobody waits.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Taken(os.read(file, MOST_TOLD).decode(errors="replace")) from None
        os.ftruncate(file, 0)
        os.write(file, holder.encode())
        yield
    finally:
        os.close(file)


def is_locked(path: Path) -> bool:
    """Say whether a living process keeps the file locked; one that nobody locks is taken away."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    except OSError as error:
        raise LakeError(f"{path} cannot be looked at: {one_line(error)}") from error
    return False
