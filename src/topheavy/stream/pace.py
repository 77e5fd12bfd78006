"""Pace: what is due at a moment leaves at that moment, however fast time is played."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Event

import pyarrow as pa

from topheavy.stream.feed import Timed
from topheavy.stream.punctual import punctual

LATE_KEPT = 100_000
HOPELESS = 0.25
"""Seconds late from which on it is the market that is too fast, and not the machine too busy: others go first again."""


@dataclass(slots=True)
class Pace:
    """Lets batches through when they are due; ``speed`` 1 is the original pace, 0 as fast as possible.

    ``errors`` keeps by how many seconds the last ones left late.
    """

    speed: float = 1.0
    stop: Event = field(default_factory=Event)
    now: Callable[[], float] = time.monotonic
    errors: list[float] = field(default_factory=list)
    _late: float = 0.0

    def keep(self, timed: Iterable[Timed]) -> Iterator[pa.RecordBatch]:
        """Yield each batch when it is due, until the feed ends or ``stop`` is set."""
        begun = self.now()
        with ExitStack() as stack:
            for number, item in enumerate(timed):
                if not number and self.speed:  # the first is made now, and with it all that is made once
                    stack.enter_context(punctual())
                    begun = self.now()
                if self.stop.is_set() or not self._waited(begun, item.due):
                    return
                if self.speed and self._late > HOPELESS:
                    stack.close()
                yield item.batch

    def _waited(self, begun: float, due: float | None) -> bool:
        """Wait until ``due`` and note the error; say whether to go on."""
        if not self.speed or due is None:
            return True
        moment = begun + due / self.speed
        while (left := moment - self.now()) > 0:
            if self.stop.wait(left):
                return False
        self._late = self.now() - moment
        if len(self.errors) < LATE_KEPT:
            self.errors.append(self._late)
        return True
