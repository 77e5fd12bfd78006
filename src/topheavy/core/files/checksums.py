"""Checksums of files that do not change once they are written, kept in one file beside them, which has its own."""

import json
from collections.abc import Iterable, Mapping
from hashlib import file_digest, sha256
from pathlib import Path

from topheavy.core.errors import LakeError, one_line
from topheavy.core.files.durable import write_over

FILE = "checksums.json"


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file.

    Raises:
        OSError: when it cannot be read.
    """
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def recorded(folder: Path) -> dict[str, str]:
    """Return path within the folder → checksum, as recorded; nothing while nothing was.

    Raises:
        LakeError: when what was recorded cannot be read, or is not what was written.
    """
    place = folder / FILE
    if not place.exists():
        return {}
    try:
        kept = json.loads(place.read_bytes())
        files: dict[str, str] = kept["files"]
        whole = kept["whole"] == _whole(files)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise LakeError(f"{place} cannot be read ({one_line(error)}): {ADVICE}") from error
    if not whole:
        raise LakeError(f"{place} was changed since it was written: {ADVICE}")
    return files


ADVICE = "delete it, and make the tables and the copy anew: topheavy refine --again, topheavy publish"


def record(folder: Path, files: Mapping[str, str]) -> None:
    """Record checksums in place of those recorded before.

    Raises:
        LakeError: when they cannot be written; those before stay.
    """
    try:
        write_over(folder / FILE, json.dumps({"whole": _whole(files), "files": dict(files)}, indent=0).encode())
    except OSError as error:
        raise LakeError(f"{folder / FILE} cannot be written: {one_line(error)}") from error


def changed(folder: Path, files: Mapping[str, str]) -> Iterable[str]:
    """Yield those of the recorded files that are there and are not what was written."""
    for name, expected in files.items():
        try:
            whole = checksum(folder / name) == expected
        except FileNotFoundError:  # let go since then; what a table still needs is missed where it is read
            continue
        except OSError:  # a disk that gives a part back no more
            whole = False
        if not whole:
            yield name


def _whole(files: Mapping[str, str]) -> str:
    return sha256(json.dumps(sorted(files.items())).encode()).hexdigest()
