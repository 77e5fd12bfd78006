"""Tail: a topic is followed into the tables: trades once each, minute bars after them, live answers beside."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyarrow as pa

from topheavy.core.clock import Clock, system_clock
from topheavy.core.errors import TopheavyError, one_line
from topheavy.home import Home
from topheavy.jobs.stream.minute_bars import MinuteBars
from topheavy.jobs.stream.processors import LiveProcessors
from topheavy.jobs.stream.trades_table import TradesTable
from topheavy.stream.kafka.broker import Broker
from topheavy.stream.sink.sink import Flushed, Pace, Share, Sink
from topheavy.stream.sink.status import StatusFile
from topheavy.stream.sink.status_writer import StatusWriter


@dataclass(frozen=True, slots=True)
class Follow:
    """What to follow and how: the broker, the topic, which partitions, how often to commit."""

    broker: Broker
    topic: str
    restart: bool = False
    share: Share = field(default_factory=Share)
    pace: Pace = field(default_factory=Pace)
    bar_seconds: float = 2.0


@dataclass(slots=True)
class Tally:
    """What a tail has done since it began."""

    trades: int = 0
    again: int = 0
    dead: int = 0
    commits: int = 0
    bars: int = 0
    joined: int = 0


Heard = Callable[[Tally, Flushed, pa.Table], None]
"""Learns of every batch after its commit: the tally, what came, and the minute bars that changed."""


class TradesSink:
    """One topic followed into one home."""

    def __init__(self, home: Home, follow: Follow, clock: Clock = system_clock) -> None:
        self._trades = TradesTable(home, clock)
        self._book = MinuteBars(home.tables, follow.bar_seconds)
        self.answers = LiveProcessors(home.tables)
        self._follow = follow
        share = follow.share
        board = StatusFile(home.lake.folder.path, follow.topic, share.index, share.of)
        self._herald = StatusWriter(board, follow.topic, share, clock)
        self._sink = Sink(follow.broker, follow.topic, self._trades, pace=follow.pace, share=follow.share, clock=clock)
        self.tally = Tally()

    def begin(self) -> None:
        """Continue where the tables end; what a predecessor that died left undone is done first."""
        self._herald.open()
        self._sink.begin(restart=self._follow.restart)
        self._book.begin(self._follow.topic)
        self.answers.begin()
        self._say()

    def step(self) -> tuple[Flushed, pa.Table]:
        """Commit one batch, and the bars where it is time; return what came and the bars that changed."""
        came = self._sink.flush()
        bars = self._book.take(came.rows, came.position)
        self.answers.take(came.rows)
        committed = came.rows.num_rows + came.again + came.dead > 0
        self.tally.trades += came.rows.num_rows
        self.tally.again += came.again
        self.tally.dead += came.dead
        self.tally.commits += committed
        self.tally.bars += bars.num_rows
        self._herald.hear(came)
        if self._herald.due:
            self._say()
        self.tally.joined += self._trades.upkeep() if committed else 0
        return came, bars

    def leave(self) -> None:
        """Read no more: a feed in this process need not wait for it."""
        self._sink.leave()

    def settle(self) -> None:
        """Write the bars that are due, and say that it is over."""
        self.tally.bars += self._book.settle().num_rows
        self._say()
        self._herald.end()

    def give_up(self, why: str) -> None:
        """Say why it goes no further."""
        self._herald.end(why)

    def close(self) -> None:
        """Let go of the broker."""
        self._sink.close()
        self._herald.close()

    def _say(self) -> None:
        self._herald.say(self._sink.position, self._sink.ends(), self.answers.answers())


@contextmanager
def open_sink(home: Home, follow: Follow, clock: Clock = system_clock) -> Iterator[TradesSink]:
    """Follow a topic for the length of a block, and end well.

    Raises:
        StreamError: when the topic is not the one the tables know and ``restart`` was not chosen.
    """
    tail = TradesSink(home, follow, clock)
    try:
        tail.begin()
        yield tail
        tail.settle()
    except TopheavyError as error:
        tail.give_up(one_line(error))
        raise
    finally:
        tail.close()


def tail(home: Home, follow: Follow, stop: Callable[[], bool], heard: Heard) -> Tally:
    """Follow a topic until ``stop``."""
    with open_sink(home, follow) as following:
        while not stop():
            came, bars = following.step()
            heard(following.tally, came, bars)
    return following.tally
