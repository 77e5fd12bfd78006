"""Collect: what a source has, into the lake; every unit asked is a row in the ledger, failures too."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from time import perf_counter

from topheavy.core.clock import Clock, system_clock
from topheavy.core.errors import SourceError, one_line
from topheavy.core.http import Client, Http
from topheavy.core.plugins import SOURCES, load, pick
from topheavy.core.progress import Progress, Silent
from topheavy.core.units import Answer, Outcome, Unit
from topheavy.jobs.workplace import Workplace
from topheavy.sources.vendor import Ask, Source

CONCURRENCY = 10
"""Units fetched at once."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is still to be asked of a source, and what the lake already holds."""

    missing: tuple[Unit, ...]
    held: int


@dataclass(frozen=True, slots=True)
class Collected:
    """How a collection ended: units by outcome, and the failures with their causes."""

    outcomes: dict[Outcome, int]
    failures: tuple[tuple[Unit, str], ...]
    held: int


def plan(place: Workplace, source: Source, ask: Ask, *, again: bool = False) -> Plan:
    """Compare what ``ask`` needs with what is safely in the lake."""
    needed = list(dict.fromkeys(source.plan(ask, place.settings)))
    held = {entry.unit for entry in place.lake.ledger.latest()}
    known = load(SOURCES)
    missing = [unit for unit in needed if again or unit not in held or known[unit.source].rereads]
    return Plan(tuple(missing), len(needed) - len(missing))


def collect(
    place: Workplace,
    source: Source,
    ask: Ask,
    *,
    again: bool = False,
    http: Http | None = None,
    clock: Clock = system_clock,
    progress: Progress | None = None,
) -> Collected:
    """Fetch what is missing, ten units at a time, and keep every answer."""
    progress = progress or Silent()
    todo = plan(place, source, ask, again=again)
    progress.start(" ".join(["collect", source.name, *sorted(ask.datasets)]), len(todo.missing))
    outcomes = dict.fromkeys(Outcome, 0)
    failures = []
    with nullcontext(http) if http else Client(source.limits_for(place.settings)) as client:
        for unit, outcome, cause in _fetch_all(place, client, clock, todo.missing):
            outcomes[outcome] += 1
            if cause:
                failures.append((unit, cause))
            progress.advance(failed=outcome is Outcome.FAILED)
    progress.finish()
    return Collected(outcomes, tuple(sorted(failures)), todo.held)


def _fetch_all(
    place: Workplace, http: Http, clock: Clock, units: Iterable[Unit]
) -> Iterator[tuple[Unit, Outcome, str | None]]:
    def work(unit: Unit) -> tuple[Unit, Outcome, str | None]:
        return (unit, *_fetch_one(place, http, clock, unit))

    with ThreadPoolExecutor(CONCURRENCY) as pool:
        yield from pool.map(work, units)


def _fetch_one(place: Workplace, http: Http, clock: Clock, unit: Unit) -> tuple[Outcome, str | None]:
    """Bring one unit home; a source's failure is written down, a failure of our own stops everything."""
    started = perf_counter()
    source: Source = pick(SOURCES, unit.source)
    try:
        fetched = source.fetch(unit, http, place.settings)
    except SourceError as error:
        cause = one_line(error)
        place.lake.ledger.note_attempt(unit, Outcome.FAILED, cause, perf_counter() - started, 0, clock())
        return Outcome.FAILED, cause
    answer = Answer(unit, fetched.pages, clock(), fetched.kind, fetched.facts)
    entry, is_new = place.lake.keep(answer)
    outcome = Outcome.OK if is_new else Outcome.UNCHANGED
    place.lake.ledger.note_attempt(unit, outcome, None, perf_counter() - started, entry.bytes, clock())
    return outcome, None
