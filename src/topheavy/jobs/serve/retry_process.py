"""Asking again for what failed, in a process beside the server: it can be slow, and it can be ended at any moment."""

import signal
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from threading import Lock

from topheavy.answers.collections.facts import AlreadyRetrying, Asking
from topheavy.core.errors import TopheavyError, one_line
from topheavy.core.log.lines import Form, form_in_use, write_log
from topheavy.core.settings import Settings
from topheavy.core.text import counted
from topheavy.core.units import Outcome
from topheavy.home import open_home
from topheavy.jobs.road import retry

ENDING = 10.0
"""Seconds in which a process that is told to end does so."""


@dataclass(slots=True)
class _Work:
    process: SpawnProcess
    told: Connection
    units: int


class RetryProcess:
    """One asking at a time; what came of the last one is kept."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._work: _Work | None = None
        self._last = Asking(going=False, units=0, said="")

    def start(self, sources: Sequence[str], units: Sequence[str], count: int) -> Asking:
        """Begin to ask again for the units that failed, of which there are ``count``.

        Raises:
            AlreadyAsking: while the one before goes on.
        """
        with self._lock:
            if self._look().going:
                raise AlreadyRetrying("what failed is being asked for again already: wait until that has ended")
            self._work = _begun(self._settings, tuple(sources), tuple(units), count)
            return self._look()

    def asking(self) -> Asking:
        """Return how it stands."""
        with self._lock:
            return self._look()

    def close(self) -> None:
        """End what goes on; whatever was brought home is safe."""
        with self._lock:
            if self._work:
                self._work.process.terminate()
                self._work.process.join(ENDING)
                self._look()

    def _look(self) -> Asking:
        if self._work is None:
            return self._last
        if self._work.process.is_alive() and not self._work.told.poll():
            return Asking(
                going=True, units=self._work.units, said=f"Asking again: {counted(self._work.units, 'unit')}."
            )
        self._last, self._work = _over(self._work), None
        return self._last


def _begun(settings: Settings, sources: tuple[str, ...], units: tuple[str, ...], count: int) -> _Work:
    """Start the process. A spawned one has no threads, locks or connections of the server's in it."""
    context = get_context("spawn")
    messages, tells = context.Pipe(duplex=False)
    arguments = (settings, sources, units, tells, form_in_use())
    process = context.Process(target=_ask_again, args=arguments, name="topheavy-asking", daemon=True)
    process.start()
    tells.close()
    return _Work(process, messages, count)


def _over(work: _Work) -> Asking:
    """Read what the process said last; one that was killed said nothing."""
    try:
        message, wrong = work.told.recv()
    except EOFError:
        message, wrong = "Asking again was broken off. What came home is safe: ask again for the rest.", True
    work.told.close()
    work.process.join(ENDING)
    return Asking(going=False, units=work.units, said=message, wrong=wrong)


def _ask_again(
    settings: Settings, sources: tuple[str, ...], units: tuple[str, ...], tells: Connection, form: Form | None
) -> None:
    """Run in a process of its own: ask, and tell what came of it. Ctrl-C is the server's to act on."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if form:
        write_log(form)
    try:
        tells.send((_asked(settings, sources, frozenset(units)), False))
    except TopheavyError as error:
        tells.send((one_line(error), True))


def _asked(settings: Settings, sources: tuple[str, ...], units: frozenset[str]) -> str:
    with open_home(settings, create=False) as place:
        runs = place.lake.ledger.runs() if units else []
        chosen = [run.unit for run in runs if run.unit.id in units]
        outcomes: Counter[Outcome] = Counter()
        for part in retry(place, sources, chosen).collected:
            outcomes.update(part.outcomes)
    failed = outcomes.pop(Outcome.FAILED, 0)
    came = outcomes.total()
    advice = " Refine and publish to have that in the figures." if came else ""
    return f"Asked again: {counted(came + failed, 'unit')}, {came:,} came, {failed:,} failed.{advice}"
