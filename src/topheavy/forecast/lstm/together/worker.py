"""One worker: a process that is handed a folder with lessons, trains with the others, and leaves the weights there."""

import json
import os
import sys
import traceback
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import TextIO

import numpy as np

from topheavy.core.settings import read_settings
from topheavy.forecast.lstm.together.process_group import join, world
from topheavy.forecast.lstm.together.workers import LESSONS, ORDER, TRAINED
from topheavy.forecast.lstm.train import Recipe, train
from topheavy.forecast.lstm.windows import read


class Told:
    """Progress as lines of JSON, for who started the worker."""

    def __init__(self, to: TextIO) -> None:
        self._to = to

    def start(self, title: str, total: int) -> None:
        """Tell of a new stage."""
        self._tell(what="start", title=title, total=total)

    def advance(self, *, failed: bool = False) -> None:
        """Tell of a step."""
        self._tell(what="advance")

    def say(self, text: str) -> None:
        """Tell how it stands."""
        self._tell(what="say", text=text)

    def finish(self) -> None:
        """Tell of the end."""
        self._tell(what="finish")

    def _tell(self, **what: str | int) -> None:
        self._to.write(json.dumps(what) + "\n")
        self._to.flush()


def main(folder: Path) -> None:
    """Train this worker's share of what lies in ``folder``; the leading one writes weights and losses there."""
    Thread(target=_end_with_whoever_started_it, daemon=True).start()
    progress = Told(_standard_output())
    member = world(read_settings())
    join(member)
    order = json.loads((folder / ORDER).read_text())
    checkpoints = Path(order["checkpoints"]) if order["checkpoints"] else None
    trained = train(read(folder / LESSONS), Recipe(**order["recipe"]), checkpoints, progress)
    if member.leads:
        losses = np.array(trained.losses).reshape(-1, 2)
        np.savez(folder / TRAINED, weights=trained.weights, losses=losses)


def _end_at_once(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say what went wrong and end: an orderly end would wait for the others, who may wait for this one."""
    traceback.print_exception(kind, error, trace)
    sys.stderr.flush()
    os._exit(1)


def _standard_output() -> TextIO:
    """Return standard output for us alone: what libraries print there goes to standard error from now on."""
    ours = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return ours


def _end_with_whoever_started_it() -> None:
    os.read(0, 1)  # not sys.stdin: a thread that waits in it keeps the interpreter from ending
    os._exit(1)


if __name__ == "__main__":
    sys.excepthook = _end_at_once
    main(Path(sys.argv[1]))
