"""What a processor is: a live answer that trades move, and that the last trades in the table rebuild."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import polars as pl
import pyarrow as pa

from topheavy.core.plugins import PROCESSORS, load


@dataclass(frozen=True, slots=True)
class Given:
    """What processors may know besides trades, from the tables at rest; empty where nothing was published.

    ``shares``: security, issuer, shares (of all classes, in that class's equivalents). ``groups``: group, security.
    """

    shares: pa.Table = field(
        default_factory=lambda: pa.table(
            {"security": pa.array([], "string"), "issuer": pa.array([], "string"), "shares": pa.array([], "float64")}
        )
    )
    groups: pa.Table = field(
        default_factory=lambda: pa.table({"group": pa.array([], "string"), "security": pa.array([], "string")})
    )


class Live(ABC):
    """The state behind one answer."""

    @abstractmethod
    def take(self, trades: pa.Table) -> None:
        """Take in trades that are new in the table, each once."""

    @abstractmethod
    def answer(self) -> pa.Table:
        """Return the answer as of the trades taken in."""


@dataclass(frozen=True, slots=True)
class Processor:
    """A live answer: its name, what it says, the event time it looks back on, and how its state begins."""

    name: str
    text: str
    window: timedelta
    begin: Callable[[Given], Live]


def processors() -> Mapping[str, Processor]:
    """Return every processor by name."""
    return load(PROCESSORS)


def begin_all(given: Given) -> dict[str, Live]:
    """Return a fresh state of every processor by name."""
    return {name: one.begin(given) for name, one in processors().items()}


def frame_of(rows: pa.Table) -> pl.DataFrame:
    """Return a table as a frame."""
    frame: Any = pl.from_arrow(rows)
    assert isinstance(frame, pl.DataFrame)
    return frame
