"""The desk: what a page may see and do of the collecting that goes on in a home; whoever serves the app hands it in.

The published copy says what came of it all; the desk says what is being done now, also before anything was published.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import Field

from topheavy.answers.evidence import Fact
from topheavy.core.errors import UsageError
from topheavy.core.units import Fault, Outcome


class Stage(StrEnum):
    """How a collection stands."""

    RUNNING = "running"
    ENDED = "ended"
    BROKEN_OFF = "broken off"  # its process is gone and it never said that it ended


class UnitRun(Fact):
    """A unit of work and the last attempt at it."""

    unit: str = Field(description="its readable, unique name", examples=["polygon/bars/session=2024-12-06"])
    source: str
    route: str
    session: str = Field(description="the session it is about, empty where it is about none")
    subject: str = Field(description="the company, fund, file or period it is about, empty where it is about none")
    outcome: Outcome = Field(description="ok: something new came; unchanged: what was known came again; failed")
    attempts: int = Field(description="how often it was asked for")
    seconds: float = Field(description="how long the last attempt took")
    calls: int = Field(description="requests the last attempt took")
    bytes: int = Field(description="bytes the last attempt brought")
    fault: Fault | None = Field(description="kind of failure: busy (may pass), refused or malformed")
    cause: str | None = Field(description="why it failed")
    finished_at: datetime = Field(description="when the last attempt ended (UTC)")


class Units(Fact):
    """A stretch of the units asked about."""

    world: str = Field(description="real, or simulated: a market that never was; empty while nothing has come")
    total: int = Field(description="units in all that are as asked")
    offset: int
    units: tuple[UnitRun, ...]


class Collecting(Fact):
    """A collection: one collector's work, running or over."""

    id: str
    title: str = Field(examples=["polygon bars"])
    stage: Stage
    asked: int = Field(description="units to ask for")
    ended: int = Field(description="units this collector is done with, failed ones included")
    failed: int
    rate: float | None = Field(description="units a second, from its begin to its end or to now")
    seconds_left: float | None = Field(description="at that rate; absent unless it runs")
    began_at: datetime
    ended_at: datetime | None


class SourceUnits(Fact):
    """A source's units by how the last attempt ended, and its sessions: one is partial where a unit of it failed."""

    source: str
    ok: int = 0
    unchanged: int = 0
    failed: int = 0
    complete_sessions: int = 0
    partial_sessions: int = 0
    failed_sessions: int = 0


class Asking(Fact):
    """How the asking again stands that was last started here."""

    going: bool
    units: int = Field(description="units asked for again")
    said: str = Field(description="what came of it, in a sentence; empty before the first time")
    wrong: bool = Field(default=False, description="true where it could not be carried through")


NEVER_ASKED = Asking(going=False, units=0, said="")


class Collections(Fact):
    """What is being collected, and what was."""

    world: str = Field(description="real, or simulated: a market that never was; empty while nothing has come")
    collections: tuple[Collecting, ...]
    sources: tuple[SourceUnits, ...]
    asking: Asking


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which units, where empty means any: of an outcome, of a source, with a text in name or cause; sorted how."""

    outcome: str = ""
    source: str = ""
    text: str = ""
    sort: str = "finished_at"
    descending: bool = True
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Exposition:
    """Figures as a monitoring system reads them, and the media type they are in."""

    text: str
    media_type: str


class AlreadyRetrying(UsageError):
    """What failed is being asked for again already."""


class Retries(Protocol):
    """What asks again for what failed, one asking at a time."""

    def start(self, sources: Sequence[str], units: Sequence[str], count: int) -> Asking:
        """Begin to ask again for the units that failed, of which there are ``count``.

        Raises:
            AlreadyAsking: while the one before goes on.
        """
        ...

    def asking(self) -> Asking:
        """Return how it stands."""
        ...


class CollectionsReader(Protocol):
    """What is done in a home. Every answer is of this moment, and quick however much the home holds."""

    def world(self) -> str:
        """Return ``real``, ``simulated``, or empty while nothing has come."""
        ...

    def mark(self) -> str:
        """Return what is another text once anything here has changed."""
        ...

    def units(self, wanted: Wanted) -> Units:
        """Return a stretch of the units wanted.

        Raises:
            UsageError: when they cannot be sorted so.
        """
        ...

    def collections(self) -> tuple[Collecting, ...]:
        """Return what is being collected and what was collected last, the last begun first."""
        ...

    def sources(self) -> tuple[SourceUnits, ...]:
        """Return every source that was asked, with its units and sessions by state."""
        ...

    def ask_again(self, sources: Sequence[str] = (), units: Sequence[str] = ()) -> Asking:
        """Begin to ask again for what failed: of all sources or of ``sources``, or for ``units`` alone.

        Raises:
            AlreadyAsking: while that is being done.
            UsageError: when nothing of it failed.
        """
        ...

    def asking(self) -> Asking:
        """Return how the last asking again stands."""
        ...

    def metrics(self) -> Exposition:
        """Return what a monitoring system wants to know."""
        ...
