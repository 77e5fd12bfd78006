"""Locks: files that a living process holds, and that are free again when it ends."""

import fcntl
from pathlib import Path

from topheavy.core.errors import LakeError, one_line


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
