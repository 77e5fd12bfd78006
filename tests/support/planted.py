"""A plug-in of somebody else's: one file in a folder, found by its entry point, for as long as a block lasts."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

from topheavy.core.plugins import Kind, load


@contextmanager
def planted(folder: Path, kind: Kind, name: str, source: str) -> Iterator[Path]:
    """Put ``name``.py with ``source`` into ``folder``, beside what pip leaves of an entry point, and yield the file."""
    file = folder / f"{name}.py"
    file.write_text(dedent(source))
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[topheavy.{kind.name}]\n{name} = {name}:{kind.declares}\n")
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    load.cache_clear()
    try:
        yield file
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop(name, None)
        load.cache_clear()
