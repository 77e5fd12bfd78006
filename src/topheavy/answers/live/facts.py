"""The tape: what a page may see of a market that is followed live; whoever serves the app hands it in."""

from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from pydantic import Field

from topheavy.answers.evidence import Fact
from topheavy.answers.live.processed import LiveAnswer
from topheavy.core.units import SourceKind


class Flow(StrEnum):
    """Whether a market streams into this home."""

    STREAMING = "streaming"
    REPEATING = "repeating"  # what comes is in the tables already
    QUIET = "quiet"  # sinks are at work, and nothing comes
    STOPPED = "stopped"  # no sink is at work any more
    NEVER = "never"  # none ever was


class SinkStage(StrEnum):
    """How a sink stands."""

    RUNNING = "running"
    ENDED = "ended"
    BROKEN_OFF = "broken off"


class LivePrice(Fact):
    """A security's day so far, by New York's calendar."""

    security: str
    day: date
    price: float = Field(description="last price, by event time")
    event_time: datetime = Field(description="when it was paid (UTC)")
    change: float | None = Field(description="price ÷ reference − 1")
    reference: float = Field(description="what the change is measured from")
    against: str = Field(
        description="what the reference is", examples=["close of 2024-12-05", "first price of the day"]
    )
    high: float
    low: float
    vwap: float | None = Field(description="volume-weighted average price; absent where no share was traded")
    volume: float = Field(description="shares traded")
    dollars: float = Field(description="sum of price × size")
    trades: int
    source_kind: SourceKind


class LiveGroup(Fact):
    """A group's part of the market caps that can be measured now: shares as published × last price."""

    group: str
    title: str
    share: float = Field(description="of the companies priced now, whichever stream; not of a whole index")
    group_cap: float
    total_cap: float
    members: int
    members_priced: int
    priced: int = Field(description="companies with a live price")
    issuers: int = Field(description="companies whose count of shares is published")


class Flag(Fact):
    """A trade that lies far from those before it."""

    security: str
    event_time: datetime
    price: float
    usual: float = Field(description="median of the trades before it")
    deviations: float = Field(description="how far away, in standard deviations of those trades")
    source_kind: SourceKind


class Lag(Fact):
    """How far a partition was read."""

    topic: str
    partition: int
    offset: int = Field(description="next message to read")
    end: int | None = Field(description="offset after the last message, as the broker said it last")
    behind: int | None = Field(description="messages between the two")


class SinkWork(Fact):
    """One sink's work since it began."""

    topic: str
    part: str = Field(description="which of how many sinks that share the topic", examples=["1 of 2"])
    stage: SinkStage
    why: str = Field(description="why it broke off, where it said so")
    began_at: datetime
    said_at: datetime = Field(description="when it was last heard of (UTC)")
    silent: float = Field(description="seconds since then")
    trades: int = Field(description="new trades kept")
    repeated: int = Field(description="records that were in the table already")
    unreadable: int = Field(description="messages sent to the dead-letter topic")
    newest_dead: str = Field(description="why the last of them was unreadable, and where it lies")
    commits: int


class SecondRate(Fact):
    """The trades kept in one second."""

    second: datetime
    records: int


class Live(Fact):
    """A market as it streams at this moment, over all sinks of the home."""

    now: datetime
    flow: Flow
    world: str = Field(description="real, or simulated: a market that never was; empty while nothing has come")
    kinds: tuple[SourceKind, ...] = Field(description="what streamed in the last minute, else what streamed last")
    rate: float = Field(description="trades kept a second, over the last five seconds that are known in full")
    rates: tuple[SecondRate, ...]
    behind: int | None = Field(description="messages not yet read; absent where a partition's end is not known")
    newest_trade: datetime | None = Field(description="the latest event time there is (UTC)")
    age: float | None = Field(description="seconds since the newest trade was made; in a replay, since it was kept")
    ahead: float = Field(description="seconds by which the newest trade's clock is ahead of this one's, else 0")
    trades: int
    repeated: int
    unreadable: int
    securities: int
    missing: str = Field(description="what these figures do not cover, in a sentence; empty where all is there")
    prices: tuple[LivePrice, ...] = Field(description="largest turnover first")
    groups: tuple[LiveGroup, ...]
    flags: tuple[Flag, ...] = Field(description="newest first")
    lags: tuple[Lag, ...]
    sinks: tuple[SinkWork, ...]


class LiveMinute(Fact):
    """A security's minute, as it is in the table."""

    minute: datetime = Field(description="its first moment (UTC)")
    open: float
    high: float
    low: float
    close: float
    volume: float
    vwap: float | None
    trades: int
    final: bool = Field(description="only a late trade changes it now")


class LiveMarket(Protocol):
    """A home's live market. Every answer is of this moment, and quick however much the tables hold."""

    def now(self) -> Live:
        """Return how the market stands.

        Raises:
            StreamError: when what a sink said cannot be read.
        """
        ...

    def answer(self, name: str, most: int) -> LiveAnswer:
        """Return what one processor says now, with so many rows at most.

        Raises:
            UsageError: when there is no such processor.
        """
        ...

    def answers(self, most: int) -> tuple[LiveAnswer, ...]:
        """Return what every processor says now, each with so many rows at most."""
        ...

    def minutes(self, security: str, most: int) -> tuple[LiveMinute, ...]:
        """Return the newest minutes of a security that streams, the oldest first.

        Raises:
            UsageError: when it does not stream here.
        """
        ...
