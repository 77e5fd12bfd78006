"""Files that outlast a power failure.

Bytes reach the disk before their name does, and the name before anyone relies on it.
"""

import os
from pathlib import Path
from threading import get_ident


def write(place: Path, content: bytes) -> None:
    """Write a file of which nobody knows yet: it is on the disk before anything names it.

    Raises:
        OSError: when it cannot be written; part of it may lie there.
    """
    with place.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def write_once(place: Path, content: bytes) -> bool:
    """Write a new file, and the folders it needs; say whether it was written (a file that is there stays).

    What a failure leaves beside it ends in ``#`` and digits, which an object store does not list.

    Raises:
        OSError: when it cannot be written; nothing is left under its name.
    """
    if place.exists():
        return False
    _make(place.parent)
    beside = place.with_name(f"{place.name}#{os.getpid()}{get_ident()}")
    try:
        write(beside, content)
        os.link(beside, place)
    except FileExistsError:
        return False
    finally:
        beside.unlink(missing_ok=True)
    flush(place.parent)
    return True


def write_over(place: Path, content: bytes) -> None:
    """Write a file in place of the one that is there: a reader, and a failure, finds the old one or the new one.

    Raises:
        OSError: when it cannot be written; the one that was there stays.
    """
    beside = place.with_name(f"{place.name}#{os.getpid()}{get_ident()}")
    try:
        write(beside, content)
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)
    flush(place.parent)


def flush(place: Path) -> None:
    """Bring a file or a folder's names to the disk, whoever wrote them.

    Raises:
        OSError: when it cannot be done.
    """
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _make(folder: Path) -> None:
    """Make a folder and those above it, each name on the disk before the next."""
    if folder.is_dir():
        return
    _make(folder.parent)
    folder.mkdir(exist_ok=True)
    flush(folder.parent)
