"""One scheduler a home, and an end between two units: a lock that dies with its process, a wish to stop."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import FrameType

from topheavy.core.errors import LakeError, UsageError, one_line
from topheavy.core.files.locks import Taken, locked_by
from topheavy.core.progress import Progress

FILE = "schedule.lock"


@contextmanager
def alone(home: Path, now: datetime) -> Iterator[None]:
    """Be the one scheduler of a home. The system lets go of the lock when the process ends, however it ends.

    Raises:
        UsageError: when another process is; the message says which.
        LakeError: when the folder cannot be locked.
    """
    holder = f"process {os.getpid()} on {socket.gethostname()}, since {now:%Y-%m-%d %H:%M} UTC"
    with ExitStack() as turn:
        try:
            turn.enter_context(locked_by(home / FILE, holder))
        except Taken as other:
            who = str(other) or "another process"
            raise UsageError(f"{home} has a scheduler already ({who}): leave the work to it, or end it first") from None
        except OSError as error:
            raise LakeError(f"{home / FILE} cannot be locked: {one_line(error)}") from error
        yield


class Stopped(Exception):
    """Somebody asked to stop, and here nothing is half done."""


@dataclass(slots=True)
class Stop:
    """A wish to stop. Its second utterance is obeyed at once, wherever the work is."""

    asked: bool = False

    def check(self) -> None:
        """Raise ``Stopped`` where it was asked for."""
        if self.asked:
            raise Stopped

    def ask(self, number: int, frame: FrameType | None) -> None:
        """Take a signal as the wish."""
        self.asked = True
        signal.signal(number, signal.SIG_DFL)


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Take Ctrl-C and SIGTERM as the wish to stop; leave in silence where it was followed."""
    stop, numbers = Stop(), (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, stop.ask) for number in numbers]
    try:
        yield stop
    except Stopped:
        return
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


@dataclass(slots=True)
class Between:
    """A progress that ends the work between two of its steps, once somebody asked to stop."""

    inner: Progress
    stop: Stop = field(default_factory=Stop)

    def start(self, title: str, total: int) -> None:
        """Begin a stage, unless it is time to stop."""
        self.stop.check()
        self.inner.start(title, total)

    def advance(self, *, failed: bool = False) -> None:
        """Note a step, and stop after it if asked to."""
        self.inner.advance(failed=failed)
        if self.stop.asked:
            self.inner.finish()
        self.stop.check()

    def say(self, text: str) -> None:
        """Pass it on."""
        self.inner.say(text)

    def finish(self) -> None:
        """End the stage."""
        self.inner.finish()
