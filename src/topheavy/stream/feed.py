"""What a feed is: something that yields trades, each batch with the moment it is due."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from topheavy.core.plugins import FEEDS, load, pick
from topheavy.core.settings import Settings
from topheavy.core.units import SourceKind


@dataclass(frozen=True, slots=True)
class Timed:
    """A batch of ``TRADE`` and when it is due: seconds after the start at the original pace, ``None``: now."""

    due: float | None
    batch: pa.RecordBatch


@dataclass(frozen=True, slots=True)
class Tamper:
    """Faults on request, as shares of the records (0 to 1), and jitter in seconds; the seed decides which."""

    gaps: float = 0.0
    duplicates: float = 0.0
    disorder: float = 0.0
    jitter: float = 0.0


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of a feed. ``slice`` is the longest time, in seconds, that one batch gathers; ``notes`` is where a
    feed says what it left out of what it was given.
    """

    what: Path | pa.Table | None = None
    securities: tuple[str, ...] = ()
    seed: int = 0
    rate: float = 1_000.0
    begin: datetime | None = None
    slice: float = 0.005
    tamper: Tamper = field(default_factory=Tamper)
    options: Mapping[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class Feed(ABC):
    """One kind of market to follow."""

    name: ClassVar[str]
    title: ClassVar[str]
    kind: ClassVar[SourceKind]
    endless: ClassVar[bool] = False

    @abstractmethod
    def trades(self, settings: Settings, ask: Ask) -> Iterator[Timed]:
        """Yield the market's trades in batches; sequences are unique within each feed they name."""


def feeds() -> Mapping[str, Feed]:
    """Return every feed by name."""
    return load(FEEDS)


def feed(name: str) -> Feed:
    """Return one feed.

    Raises:
        UsageError: when there is none of that name.
    """
    chosen: Feed = pick(FEEDS, name)
    return chosen
