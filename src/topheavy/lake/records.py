"""What the ledger tells: an answer that came, an attempt and how it ended, a unit's work, a collector's."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from topheavy.core.units import Fault, Outcome, SourceKind, Unit


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer in the raw zone, as the ledger knows it."""

    unit: Unit
    version: str
    kind: SourceKind
    envelope: str
    bytes: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One asking for a unit and how it ended: ``fault`` is the kind of failure, ``calls`` the requests it took."""

    unit: Unit
    outcome: Outcome
    cause: str | None
    seconds: float
    bytes: int
    finished_at: datetime
    fault: Fault | None = None
    calls: int = 0
    collection: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A unit of work: how often it was asked for, and the last attempt."""

    last: Attempt
    attempts: int

    @property
    def unit(self) -> Unit:
        """The unit."""
        return self.last.unit

    @property
    def outcome(self) -> Outcome:
        """How the last attempt ended."""
        return self.last.outcome

    @property
    def cause(self) -> str | None:
        """Why the last attempt failed, if it did."""
        return self.last.cause


@dataclass(frozen=True, slots=True)
class Collection:
    """One collector's work: units asked, ended and failed so far; ``ended_at`` is empty while it runs."""

    id: str
    title: str
    asked: int
    ended: int
    failed: int
    began_at: datetime
    ended_at: datetime | None


def columns_of(unit: Unit) -> tuple[str, str, str, str, str]:
    """Return a unit as the ledger's columns: its id, source, route, session and subject."""
    return unit.id, unit.source, unit.route, unit.session.isoformat() if unit.session else "", unit.subject


def unit_of(row: tuple[Any, ...]) -> Unit:
    """Return the unit of (source, route, session, subject)."""
    source, route, session, subject = row
    return Unit(source, route, date.fromisoformat(session) if session else None, subject)


def entry_of(row: tuple[Any, ...]) -> Entry:
    """Return the answer that a row of ``answers`` tells of."""
    return Entry(unit_of(row[2:6]), row[1], SourceKind(row[6]), row[7], int(row[8]), datetime.fromisoformat(row[9]))


def moment_of(text: str | None) -> datetime | None:
    """Return a moment that may not have come yet."""
    return datetime.fromisoformat(text) if text else None


def attempt_of(row: tuple[Any, ...]) -> Attempt:
    """Return the attempt that a row of ``attempts`` tells of."""
    outcome, cause, seconds, size, finished_at, fault, calls, collection = row[4:]
    moment = datetime.fromisoformat(finished_at)
    known = Fault(fault) if fault else None
    return Attempt(unit_of(row[:4]), Outcome(outcome), cause, seconds, size, moment, known, calls, collection)
