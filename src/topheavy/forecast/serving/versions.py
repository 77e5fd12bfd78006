"""The versions of a model: folders named by their numbers."""

import re
from pathlib import Path

_VERSION = re.compile(r"[1-9][0-9]{0,8}")


def versions_in(folder: Path) -> list[int]:
    """Return the numbers of the versions in a model's folder, the oldest first; none where there is no folder."""
    if not folder.is_dir():
        return []
    return sorted(int(entry.name) for entry in folder.iterdir() if _VERSION.fullmatch(entry.name) and entry.is_dir())
