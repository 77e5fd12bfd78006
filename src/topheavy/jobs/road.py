"""The whole road: collect, refine, publish, and one summary of what the figures now say."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from topheavy.core.calendar import sessions
from topheavy.core.clock import Clock, system_clock
from topheavy.core.errors import NotPublished, UsageError, one_line
from topheavy.core.http.client import Http
from topheavy.core.plugins import SOURCES, pick
from topheavy.core.progress import Progress, Silent
from topheavy.core.units import Unit
from topheavy.datasets.schema import dataset, datasets
from topheavy.home import Home
from topheavy.jobs.collect.fetch import Collected, bring, collect
from topheavy.jobs.collect.plan import Cost, Plan, cost, failed, plan
from topheavy.jobs.publish.publish import Published, publish
from topheavy.jobs.refine.refine import Refined, refine
from topheavy.lake.folder import REAL
from topheavy.sources.vendor import FUNDS, Source
from topheavy.sources.vendor import Ask as Ask
from topheavy.tables.read import read


@dataclass(slots=True)
class Run:
    """What a run did, leg by leg."""

    collected: list[Collected] = field(default_factory=list)
    refined: list[Refined] = field(default_factory=list)
    published: Published | None = None

    @property
    def failures(self) -> list[str]:
        """Every failure, one line each."""
        fetched = [_named(unit.id, cause) for part in self.collected for unit, cause in part.failures]
        return fetched + [_named(unit, cause) for part in self.refined for unit, cause in part.unreadable]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a collection would ask for; ``more`` when units by company come on top, once companies are known."""

    plan: Plan
    cost: Cost
    more: bool


def ask_for(since: date, until: date, names: frozenset[str], target: str, subjects: tuple[str, ...] = ()) -> Ask:
    """Return what to ask a source for, with the calendar's sessions of the period.

    A name in capitals that is no dataset is a subject, such as a fund's symbol.

    Raises:
        UsageError: when a dataset is not known or the period is reversed.
    """
    symbols = {name for name in names if name == name.upper() and name not in datasets()}
    for name in names - symbols:
        dataset(name)
    return Ask(since, until, tuple(sessions(since, until)), names - symbols, (*sorted(symbols), *subjects), target)


def gather(
    home: Home,
    name: str,
    ask: Ask,
    *,
    again: bool = False,
    http: Http | None = None,
    clock: Clock = system_clock,
    progress: Progress | None = None,
) -> Run:
    """Collect from one source, and the packaged facts; what needs subjects comes once these are known.

    The facts are real, so they come once anything real has: a new home may be about to meet a simulated vendor.
    """
    done = Run()
    source: Source = pick(SOURCES, name)
    ask_for_what_is_missing = partial(collect, home, source, again=again, http=http, clock=clock, progress=progress)
    first = ask_for_what_is_missing(ask)
    done.collected.append(first)
    if home.world == REAL and name != "facts":
        done.collected.append(collect(home, pick(SOURCES, "facts"), ask_all(ask), clock=clock))
    if not ask.subjects and _asks_by_company(source, ask):
        done.refined.append(refine(home, clock=clock, progress=progress))
        by_company = replace(ask, subjects=_subjects(home, source, ask))
        done.collected.append(ask_for_what_is_missing(by_company, besides=first.units))
    return done


def foresee(home: Home, name: str, ask: Ask, *, again: bool = False, clock: Clock = system_clock) -> Foreseen:
    """Return what ``gather`` would ask for and what that takes, without asking."""
    source: Source = pick(SOURCES, name)
    by_company = not ask.subjects and _asks_by_company(source, ask)
    complete = replace(ask, subjects=_subjects(home, source, ask)) if by_company else ask
    todo = plan(home, source, complete, again=again, clock=clock)
    return Foreseen(todo, cost(home, source, todo.units), by_company and not complete.subjects)


def retry(
    home: Home,
    names: Iterable[str] = (),
    units: Iterable[Unit] = (),
    *,
    http: Http | None = None,
    clock: Clock = system_clock,
    progress: Progress | None = None,
) -> Run:
    """Ask again for the units that failed, of the sources ``names`` or of all; for ``units`` alone where given."""
    done = Run()
    todo = failed(home, names, units)
    for name in sorted({unit.source for unit in todo.units}):
        own = [unit for unit in todo.units if unit.source == name]
        source: Source = pick(SOURCES, name)
        done.collected.append(
            bring(home, source, own, f"{name}, what failed", http=http, clock=clock, progress=progress)
        )
    return done


def run(
    home: Home,
    name: str,
    ask: Ask,
    *,
    again: bool = False,
    http: Http | None = None,
    clock: Clock = system_clock,
    progress: Progress | None = None,
) -> Run:
    """Carry one source's data all the way: collect, refine, publish.

    Raises:
        NotPublished: when there is nothing to publish, or a check refuses it; the message has what was refused first.
    """
    progress = progress or Silent()
    done = gather(home, name, ask, again=again, http=http, clock=clock, progress=progress)
    done.refined.append(refine(home, clock=clock, progress=progress))
    try:
        done.published = publish(home, clock=clock, progress=progress)
    except NotPublished as error:
        raise _with_reasons(error, done) from error
    return done


def _with_reasons(error: NotPublished, done: Run) -> NotPublished:
    """Return the refusal with what became of what was just asked for, which is its likely cause."""
    left_out = [
        f"{unit}: {lines[0].where}: {lines[0].reason}" for part in done.refined for unit, lines in part.left_out.items()
    ]
    reasons = done.failures or left_out
    if not reasons:
        return error
    more = f" (and {len(reasons) - 1:,} more: 'topheavy gaps' lists them)" if len(reasons) > 1 else ""
    return NotPublished(f"{reasons[0]}{more}; {one_line(error)}")


def _named(unit: str, cause: str) -> str:
    return cause if cause.startswith(unit) else f"{unit}: {cause}"


def _asks_by_company(source: Source, ask: Ask) -> bool:
    """Say whether the source would ask more, did it know a company."""
    own = source.needs != FUNDS  # funds are named by whoever asks: a home does not know which it wants
    return own and any(route.by_company and ask.wants(route) for route in source.routes)


def ask_all(ask: Ask) -> Ask:
    """Return the same period, for everything a source delivers."""
    return Ask(ask.since, ask.until, ask.sessions)


def _subjects(home: Home, source: Source, ask: Ask) -> tuple[str, ...]:
    """Return the members of any index in the period, as the source wants them named.

    Where the source has listed the securities it knows, only those are asked for.
    """
    members = {
        row["security"]
        for row in read(home.tables, dataset("constituents")).to_pylist()
        if row["since"] <= ask.until and (row["until"] is None or row["until"] > ask.since)
    }
    securities = read(home.tables, dataset("securities")).to_pylist()
    if source.needs == "symbols":
        listed = {row["security"] for row in securities if row["source"] == source.name}
        return tuple(sorted(members & listed if listed else members))
    if source.needs != "ciks":
        raise UsageError(f"{source.name} needs '{source.needs}' as subjects, which is neither symbols nor ciks")
    ciks = {row["security"]: row["issuer"] for row in securities if row["issuer"].isdigit()}
    return tuple(f"{security}={ciks[security]}" for security in sorted(members) if security in ciks)
