"""Collect: what a source has, into the lake; every unit asked is a row in the ledger, failures too."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from time import perf_counter, sleep

from topheavy.core.clock import Clock, system_clock
from topheavy.core.errors import Malformed, SourceError, Transient, one_line
from topheavy.core.http.client import Client, Http, Reply
from topheavy.core.http.concurrency import Gate
from topheavy.core.http.limits import limiter
from topheavy.core.log.logger import logger
from topheavy.core.plugins import SOURCES, pick
from topheavy.core.progress import Progress, Silent
from topheavy.core.units import Answer, Fault, Outcome, Unit
from topheavy.home import Home
from topheavy.jobs.collect.plan import plan
from topheavy.lake.leases import Claim, Leases
from topheavy.lake.records import Attempt
from topheavy.sources.vendor import Ask, Source

CONCURRENCY = 10
"""Units fetched at once."""

LOOK_AGAIN = 0.1
"""Seconds until a unit that another collector is at is looked at again."""


@dataclass(frozen=True, slots=True)
class Collected:
    """How a collection ended: units by outcome, and the failures with their causes."""

    units: frozenset[Unit]
    outcomes: dict[Outcome, int]
    failures: tuple[tuple[Unit, str], ...]
    held: int


def collect(
    home: Home,
    source: Source,
    ask: Ask,
    *,
    again: bool = False,
    besides: frozenset[Unit] = frozenset(),
    http: Http | None = None,
    clock: Clock = system_clock,
    progress: Progress | None = None,
) -> Collected:
    """Fetch what is missing, ten units at a time, and keep every answer."""
    mark = home.lake.ledger.mark()
    todo = plan(home, source, ask, again=again, besides=besides, clock=clock)
    title = " ".join([source.name, *sorted(ask.datasets)])
    return bring(home, source, todo.units, title, held=todo.held, mark=mark, http=http, clock=clock, progress=progress)


def bring(
    home: Home,
    source: Source,
    units: Iterable[Unit],
    title: str,
    *,
    held: int = 0,
    mark: int | None = None,
    http: Http | None = None,
    clock: Clock = system_clock,
    progress: Progress | None = None,
) -> Collected:
    """Fetch ``units`` of one source; what another collector is at, or saw to since ``mark``, is not asked for twice."""
    mark = home.lake.ledger.mark() if mark is None else mark
    progress, todo = progress or Silent(), list(units)
    progress.start(f"collect {title}", len(todo))
    ended: list[Attempt] = []
    with (
        Leases(home.lake.folder.path, home.lake.ledger) as leases,
        nullcontext(http) if http else _network(home, source) as client,
    ):
        for attempt in _Collector(home, client, leases, clock, mark).bring_all(todo, title):
            ended.append(attempt)
            progress.advance(failed=attempt.outcome is Outcome.FAILED)
    progress.finish()
    outcomes = {outcome: sum(attempt.outcome is outcome for attempt in ended) for outcome in Outcome}
    failures = sorted((attempt.unit, attempt.cause) for attempt in ended if attempt.cause)
    return Collected(frozenset(todo), outcomes, tuple(failures), held)


def _network(home: Home, source: Source) -> Client:
    """Return the real network: it keeps to the vendor's limit together with every other process of the machine."""
    settings, limits = home.settings, source.limits_for(home.settings)
    pause = limiter(limits, vendor=source.name, account=source.account(settings), state=settings.state)
    return Client(limits, pause=pause, gate=Gate(CONCURRENCY))


@dataclass(slots=True)
class _Collector:
    """One collection: its leases, its connections, and where the ledger stood when it was planned."""

    home: Home
    http: Http
    leases: Leases
    clock: Clock
    mark: int

    def bring_all(self, units: list[Unit], title: str) -> Iterator[Attempt]:
        """Yield how each unit ended; those that are with another collector come last."""
        ledger = self.home.lake.ledger
        if not units:
            return
        ledger.begin(self.leases.holder, title, len(units), self.clock())
        try:
            with ThreadPoolExecutor(CONCURRENCY) as pool:
                while units:
                    elsewhere = []
                    for unit, attempt in zip(units, pool.map(self._bring, units), strict=True):
                        if attempt is None:
                            elsewhere.append(unit)
                        else:
                            yield attempt
                    units = elsewhere
                    if units:
                        sleep(LOOK_AGAIN)
        finally:
            ledger.end(self.leases.holder, self.clock())

    def _bring(self, unit: Unit) -> Attempt | None:
        """Bring one unit home, or return how another collector's attempt ended; ``None`` while it is at it."""
        if self.leases.claim(unit) is Claim.ELSEWHERE:
            return None
        try:
            return self.home.lake.ledger.ended_after(unit, self.mark) or self._fetch(unit)
        finally:
            self.leases.release(unit)

    def _fetch(self, unit: Unit) -> Attempt:
        """A source's failure is written down; a failure of our own stops everything."""
        started, http = perf_counter(), _Counted(self.http)
        try:
            outcome, size = self._keep(unit, http)
            failure = None
        except SourceError as error:
            outcome, size, failure = Outcome.FAILED, self._set_aside(unit, error), error
        attempt = Attempt(
            unit,
            outcome,
            one_line(failure) if failure else None,
            perf_counter() - started,
            size,
            self.clock(),
            fault_of(failure) if failure else None,
            http.calls,
            self.leases.holder,
        )
        self.home.lake.ledger.note_attempt(attempt)
        _log(attempt)
        return attempt

    def _keep(self, unit: Unit, http: Http) -> tuple[Outcome, int]:
        source: Source = pick(SOURCES, unit.source)
        fetched = source.fetch(unit, http, self.home.settings)
        answer = Answer(unit, fetched.pages, self.clock(), fetched.kind, fetched.facts)
        entry, is_new = self.home.lake.keep(answer)
        return Outcome.OK if is_new else Outcome.UNCHANGED, entry.bytes

    def _set_aside(self, unit: Unit, error: SourceError) -> int:
        """Keep the bytes that could not be read, out of the way; return how many there are."""
        pages = error.pages if isinstance(error, Malformed) else ()
        if pages:
            self.home.lake.set_aside(unit, pages, one_line(error), self.clock())
        return sum(len(page.content) for page in pages)


@dataclass(slots=True)
class _Counted:
    """A network that counts what one unit asks of it."""

    http: Http
    calls: int = field(default=0)

    def get(self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        try:
            reply = self.http.get(url, params or {}, headers or {})
        except SourceError as error:
            self.calls += error.calls
            raise
        self.calls += reply.calls
        return reply


def fault_of(error: SourceError) -> Fault:
    """Return the kind of a failure."""
    if isinstance(error, Transient):
        return Fault.BUSY
    return Fault.MALFORMED if isinstance(error, Malformed) else Fault.REFUSED


def _log(attempt: Attempt) -> None:
    fields = {"unit": attempt.unit.id, "outcome": attempt.outcome.value, "seconds": round(attempt.seconds, 3),
            "bytes": attempt.bytes, "calls": attempt.calls}  # fmt: skip
    if attempt.cause:
        logger.warning(
            "%s failed: %s", attempt.unit.id, attempt.cause, extra={"told": fields | {"cause": attempt.cause}}
        )
    else:
        logger.info("%s %s", attempt.unit.id, attempt.outcome.value, extra={"told": fields})
