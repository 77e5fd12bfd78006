"""The plan of a collection: what is missing and why, computed from the lake and the calendar, never from memory."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from topheavy.core.calendar import close_of, last_closed, session_on_or_before
from topheavy.core.clock import Clock, system_clock
from topheavy.core.http.limits import binding, duration
from topheavy.core.plugins import SOURCES, load
from topheavy.core.units import Outcome, Unit
from topheavy.home import Home
from topheavy.lake.records import Entry
from topheavy.sources.vendor import Ask, Source


class Why(StrEnum):
    """Why a unit is to be asked for."""

    MISSING = "missing"  # never answered, never failed
    FAILED = "failed"  # asked for, and not answered well yet
    SUPERSEDED = "superseded"  # answered, but before what it is about was over, or it may say something else by now
    AGAIN = "again"  # answered; asked for again because you say so


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be asked of a source and why, what the lake already holds, and what cannot have happened yet."""

    todo: Mapping[Unit, Why]
    held: int = 0
    not_yet: int = 0

    @property
    def units(self) -> tuple[Unit, ...]:
        """The units to ask for, in the source's order."""
        return tuple(self.todo)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a plan takes: requests in all, seconds at the source's limit, and which limit that is."""

    calls: int
    seconds: float
    binding: str


def plan(
    home: Home,
    source: Source,
    ask: Ask,
    *,
    again: bool = False,
    besides: frozenset[Unit] = frozenset(),
    clock: Clock = system_clock,
) -> Plan:
    """Compare what ``ask`` needs, ``besides`` what was seen to already, with what is safely in the lake."""
    look = _Look(home, ask, clock())
    needed = [unit for unit in dict.fromkeys(source.plan(ask, home.settings)) if unit not in besides]
    over = [unit for unit in needed if look.is_over(unit)]
    reasons = {unit: look.why(unit) or (Why.AGAIN if again else None) for unit in over}
    todo = {unit: why for unit, why in reasons.items() if why}
    return Plan(todo, len(over) - len(todo), len(needed) - len(over))


def failed(home: Home, names: Iterable[str] = (), subjects: Iterable[Unit] = ()) -> Plan:
    """Return every unit whose last attempt failed, of the sources ``names`` or of all, or those of ``subjects``."""
    wanted, only = frozenset(names), frozenset(subjects)
    runs = [run.unit for run in home.lake.ledger.runs() if run.outcome is Outcome.FAILED]
    chosen = [unit for unit in runs if (not wanted or unit.source in wanted) and (not only or unit in only)]
    return Plan(dict.fromkeys(chosen, Why.FAILED))


def cost(home: Home, source: Source, units: Iterable[Unit]) -> Cost:
    """Return what asking for ``units`` takes: a unit is taken to need as many requests as its like did before."""
    usual = home.lake.ledger.usual()
    routes = Counter((unit.source, unit.route) for unit in units)
    calls = round(sum(count * usual.get(route, (1.0, 0.0))[0] for route, count in routes.items()))
    limits = source.limits_for(home.settings)
    return Cost(calls, duration(limits, calls), binding(limits, calls))


class _Look:
    """What the lake and the ledger know at one moment."""

    def __init__(self, home: Home, ask: Ask, now: datetime) -> None:
        self._now = now
        self._last_closed = last_closed(now)
        self._until = min(ask.until, self._last_closed)
        self._held = {entry.unit: entry for entry in home.lake.ledger.latest()}
        runs = home.lake.ledger.runs()
        self._failed = {run.unit for run in runs if run.outcome is Outcome.FAILED}
        self._asked_at = {run.unit: run.last.finished_at - timedelta(seconds=run.last.seconds) for run in runs}

    def is_over(self, unit: Unit) -> bool:
        """Say whether the unit's session has closed: nobody can answer for one that has not."""
        return unit.session is None or unit.session <= self._last_closed

    def why(self, unit: Unit) -> Why | None:
        """Say why the unit is to be asked for; ``None`` when its answer in the lake will do."""
        entry = self._held.get(unit)
        if unit in self._failed:
            return Why.FAILED
        if entry is None:
            return Why.MISSING
        return Why.SUPERSEDED if self._is_superseded(entry) else None

    def _is_superseded(self, entry: Entry) -> bool:
        source: Source = load(SOURCES)[entry.unit.source]
        final = source.ends(entry.unit)
        if source.route(entry.unit.route).grows:
            final = self._until
        as_of = max(entry.received_at, self._asked_at.get(entry.unit, entry.received_at))
        return source.rereads or (final is not None and as_of < self._closed(final))

    def _closed(self, day: date) -> datetime:
        """Return when the last session up to ``day`` closed; of days to come, the last one that did."""
        return close_of(min(session_on_or_before(day), self._last_closed))
