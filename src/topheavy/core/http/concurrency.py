"""How many calls are under way at once: halved where the vendor is crowded, one more after a run of successes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition
from time import monotonic

RUN = 10
"""Successes in a row after which one more call may be under way."""


class Gate:
    """Threads wait here for a place among those under way, and for the end of a pause the vendor asked for."""

    def __init__(self, most: int = 10, *, now: Callable[[], float] = monotonic) -> None:
        self._most = self._width = most
        self._now = now
        self._inside = self._run = self._era = 0
        self._closed_until = float("-inf")
        self._change = Condition()

    @property
    def width(self) -> int:
        """How many calls may be under way now."""
        return self._width

    @property
    def closed_for(self) -> float:
        """Seconds until the vendor may be asked again."""
        return max(0.0, self._closed_until - self._now())

    @contextmanager
    def place(self) -> Iterator[int]:
        """Hold one of the places; the value is the era it was taken in, to be handed to ``crowded``."""
        with self._change:
            while self._inside >= self._width:
                self._change.wait()
            self._inside += 1
            era = self._era
        try:
            yield era
        finally:
            with self._change:
                self._inside -= 1
                self._change.notify()

    def wait_open(self) -> None:
        """Wait for the end of a pause."""
        with self._change:
            while left := self.closed_for:
                self._change.wait(left)

    def went_well(self) -> None:
        """Count a success."""
        with self._change:
            self._run += 1
            if self._run >= RUN and self._width < self._most:
                self._width, self._run = self._width + 1, 0
                self._change.notify()

    def crowded(self, era: int) -> None:
        """Halve the width, once for all calls that were under way together."""
        with self._change:
            self._run = 0
            if era == self._era:
                self._width, self._era = max(1, self._width // 2), self._era + 1

    def close_for(self, seconds: float) -> None:
        """Let no thread's call out for so long: the vendor asked one of them, and means all."""
        with self._change:
            self._closed_until = max(self._closed_until, self._now() + seconds)
