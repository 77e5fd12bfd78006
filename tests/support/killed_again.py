"""A process that makes a home's tables anew and is killed (SIGKILL) at a named moment of it.

Run as ``python killed_again.py HOME MOMENT``; it ends by the signal, or with 0 where the moment never came.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from topheavy.core.settings import read_settings
from topheavy.home import open_home
from topheavy.jobs.refine import anew
from topheavy.jobs.refine import refine as refining
from topheavy.lake.ledger import Ledger
from topheavy.tables.catalogs import beside

MOMENTS: dict[str, tuple[Any, str, int]] = {
    "before the first table": (refining, "replace_slices", 0),
    "after the third table": (refining, "replace_slices", 3),
    "before they are compared": (anew, "losses", 0),
    "before their files are flushed": (beside, "_flush", 0),
    "before they take their place": (anew, "adopt", 0),
    "before the old files go": (anew, "sweep", 0),
    "when some old files are gone": (anew, "sweep", 4),
    "before the ledger forgets": (Ledger, "forget_refined", 0),
    "when the ledger knows some": (Ledger, "note_refined", 1),
}
"""Moment → what is about to be called then, and how many calls of it come before."""


def kill_at(moment: str) -> None:
    """Let this process be killed when the moment comes."""
    owner, name, before = MOMENTS[moment]
    own: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def called(*given: Any, **named: Any) -> Any:
        nonlocal calls
        if calls == before:
            os.kill(os.getpid(), signal.SIGKILL)
        calls += 1
        return own(*given, **named)

    setattr(owner, name, called)


if __name__ == "__main__":
    kill_at(sys.argv[2])
    with open_home(read_settings(Path(sys.argv[1]), {})) as place:
        refining.refine(place, again=True)
