"""What a source still owes, session by session: computed from the lake, the ledger and the calendar alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from topheavy.core.calendar import close_of, last_closed, sessions
from topheavy.core.clock import Clock
from topheavy.core.plugins import SOURCES, load, pick
from topheavy.core.units import Fault, Outcome, Unit
from topheavy.home import Home
from topheavy.jobs.collect.plan import plan
from topheavy.jobs.road import ask_for
from topheavy.jobs.schedule.timing import runs_at
from topheavy.lake.records import Run
from topheavy.sources.vendor import Ask, Source


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be brought after every session, from which session on, and how long after its close."""

    source: str
    datasets: frozenset[str] = frozenset()
    target: str = ""
    subjects: tuple[str, ...] = ()
    since: date | None = None
    minutes: int = 20
    forecast: bool = False
    """Also score, judge, train anew and forecast after every publication."""

    @property
    def delay(self) -> timedelta:
        """The time from the close of a session to its run."""
        return timedelta(minutes=self.minutes)

    def ask(self, day: date) -> Ask:
        """Return what is asked for one session."""
        return ask_for(day, day, self.datasets, self.target, self.subjects)


def period(home: Home, order: Order, now: datetime) -> list[date]:
    """Return the sessions the order is about: from its first, or the first ever asked for, to the last one over."""
    last = last_closed(now - order.delay)
    days = [run.unit.session for run in home.lake.ledger.runs() if run.unit.source == order.source]
    since = order.since or min(filter(None, days), default=last)
    return sessions(since, last) if since <= last else []


def owed(home: Home, order: Order, days: Sequence[date], clock: Clock) -> list[date]:
    """Return those of ``days`` (in order) for which something is not safely in the lake.

    What several sessions want (a listing, a file) counts for the newest alone, so that one absent file is not
    a month of failed days.
    """
    if not days:
        return []
    answered = {run.unit: run.last.finished_at for run in _good(home)}  # an answer that says the same keeps its time
    received = {entry.unit: answered.get(entry.unit, entry.received_at) for entry in home.lake.ledger.latest()}
    failed = {run.unit for run in home.lake.ledger.runs() if run.outcome is Outcome.FAILED}
    *older, (newest, shared) = _planned(home, order, days)

    def lacks(day: date, units: frozenset[Unit]) -> bool:
        own = units - shared
        return any(unit not in received or unit in failed or received[unit] < close_of(day) for unit in own)

    lacking = [day for day, units in older if lacks(day, units)]
    return [*lacking, newest] if _newest_lacks(home, order, days, clock) else lacking


def by_company(home: Home, order: Order, days: Sequence[date]) -> frozenset[Unit]:
    """Return the order's units that failed for a reason that passes and are planned for no day: a company's own."""
    source, ask = pick(SOURCES, order.source), order.ask(days[-1])
    planned = frozenset[Unit]().union(*(units for _, units in _planned(home, order, days)))
    busy = [run.unit for run in home.lake.ledger.runs() if run.last.fault is Fault.BUSY]
    own = [unit for unit in busy if unit.source == order.source]
    return frozenset(unit for unit in own if ask.wants(source.route(unit.route))) - planned


def _planned(home: Home, order: Order, days: Sequence[date]) -> list[tuple[date, frozenset[Unit]]]:
    source: Source = pick(SOURCES, order.source)
    return [(day, frozenset(source.plan(order.ask(day), home.settings))) for day in days]


def _newest_lacks(home: Home, order: Order, days: Sequence[date], clock: Clock) -> bool:
    since, now, ask = runs_at(days[-1], order.delay), clock(), order.ask(days[-1])
    source: Source = pick(SOURCES, order.source)
    read = {run.unit for run in _good(home) if since <= run.last.finished_at <= now}
    todo = {unit for unit in plan(home, source, ask, clock=clock).todo if not (_rereads(unit) and unit in read)}
    if not todo and not any(source.plan(ask, home.settings)):  # it answers by company: companies come later
        return not any(unit.source == order.source for unit in read)
    return bool(todo or by_company(home, order, days))


def _good(home: Home) -> Iterator[Run]:
    return (run for run in home.lake.ledger.runs() if run.outcome is not Outcome.FAILED)


def _rereads(unit: Unit) -> bool:
    return bool(load(SOURCES)[unit.source].rereads)
