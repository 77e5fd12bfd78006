"""The vendor contract: what a source file declares and does.

A source is asked for a period (``Ask``), plans it into units of work, fetches each as bytes untouched, and
parses kept bytes into records without touching network, clock or disk, so that a parser's mistake costs a
``refine`` and not a download.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import ClassVar

import pyarrow as pa

from topheavy.core.errors import SourceRefused
from topheavy.core.http.client import Http, Limits
from topheavy.core.settings import Settings
from topheavy.core.units import Answer, Page, SourceKind, Unit

FUNDS = "funds"
"""What a source needs that is asked for funds by their symbols."""


@dataclass(frozen=True, slots=True)
class Route:
    """One kind of request: its name in the raw zone and the datasets its answers are parsed into."""

    name: str
    delivers: tuple[str, ...]
    grows: bool = False
    """True where the answer is as of the day it was given: it is asked for again once a later session is wanted."""
    by_company: bool = False
    """True where it answers one company at a time: it is asked for the subjects of an ask, and not without them."""
    if_named: tuple[str, ...] = ()
    """Datasets of which one must be asked for by name, where that is not so of all that it delivers."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is wanted of a source.

    ``datasets`` empty means everything it delivers. ``subjects`` are the securities (house spelling) for
    routes that answer one company at a time. ``target`` is the path or URL for sources that read files.
    """

    since: date
    until: date
    sessions: tuple[date, ...]
    datasets: frozenset[str] = frozenset()
    subjects: tuple[str, ...] = ()
    target: str = ""

    def wants(self, route: Route) -> bool:
        """Say whether any dataset the route delivers was asked for."""
        if route.if_named:
            return bool(self.datasets.intersection(route.if_named))
        return not self.datasets or bool(self.datasets.intersection(route.delivers))


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one unit brought: pages in order, of which kind, and facts the bytes do not say."""

    pages: tuple[Page, ...]
    kind: SourceKind
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line of the answer that is not among the records, and why."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """Records by dataset (each with exactly the dataset's ``parsed_schema``) and what was left out.

    ``naming`` is the date whose symbols the answer uses; ``None`` where each row uses its own date's.
    ``notes`` are facts for the reader (as-of date, lines kept, weights' sum); ``doubts`` are what may be wrong with
    what was kept, and the question that would settle it. ``currency`` is what the bars are printed in (pence stay
    pence); empty: the exchange's own.
    """

    tables: Mapping[str, pa.Table]
    left_out: tuple[LeftOut, ...] = ()
    naming: date | None = None
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    currency: str = ""


class Source(ABC):
    """A vendor. Subclass it in a file of its own and end the file with ``SOURCE = YourVendor()``."""

    name: ClassVar[str]
    title: ClassVar[str]
    routes: ClassVar[tuple[Route, ...]]
    limits: ClassVar[Limits] = Limits()
    rereads: ClassVar[bool] = False
    """True where the same unit may bring other bytes tomorrow (a file), so it is asked for at every collect."""
    needs: ClassVar[str] = ""
    """What its routes by company want as subjects: empty, ``symbols``, ``ciks`` (as ``AAPL=0000320193``), or
    ``funds``, which whoever asks must name."""
    rank: ClassVar[int] = 50
    """Where two sources claim one row, the higher rank is kept; among equals the one received last."""
    edition: ClassVar[int] = 1
    """Raise it when ``parse`` changes what it returns: the next refine reads the lake again."""

    @abstractmethod
    def plan(self, ask: Ask, settings: Settings) -> Iterator[Unit]:
        """Yield the units of work that answer ``ask``, without touching the network."""

    @abstractmethod
    def fetch(self, unit: Unit, http: Http, settings: Settings) -> Fetched:
        """Bring one unit's bytes, untouched.

        Raises:
            SourceBusy: when asking again later may help.
            SourceRefused: when it will not.
        """

    @abstractmethod
    def parse(self, answer: Answer) -> Parsed:
        """Read kept bytes into records: pure, the same answer always gives the same records.

        Raises:
            Malformed: when the bytes are not what this route sends; the message names the unit.
        """

    @abstractmethod
    def sample(self) -> Answer:
        """Return a small answer written by hand, true in shape, for the contract suite and the docs."""

    def ends(self, unit: Unit) -> date | None:
        """Return the day whose close must have passed before an answer is final; ``None`` where there is none."""
        return unit.session

    def limits_for(self, settings: Settings) -> Limits:
        """Return what the vendor allows under these settings: ``limits``, unless the source knows better."""
        return self.limits

    def account(self, settings: Settings) -> str:
        """Return whose allowance a call uses, such as the key; empty where the vendor counts by address."""
        return ""

    def route(self, name: str) -> Route:
        """Return the route called ``name``."""
        return next(route for route in self.routes if route.name == name)


def read_address(address: str, http: Http) -> tuple[Page, SourceKind]:
    """Read a file from a local path or an http(s) URL.

    Raises:
        SourceRefused: when a local file is missing or cannot be read.
    """
    if address.startswith(("http://", "https://")):
        reply = http.get(address)
        return reply.page, reply.kind
    path = Path(address).expanduser()
    try:
        return Page(path.as_posix(), path.read_bytes()), SourceKind.FILE
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SourceRefused(f"{address}: {reason}; check the path") from error
