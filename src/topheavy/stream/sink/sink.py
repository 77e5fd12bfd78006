"""The sink: micro-batches from a topic into a table, each trade once, offsets in the same commit as the rows."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from topheavy.core.clock import Clock, system_clock
from topheavy.core.errors import BrokerAway, Overtaken
from topheavy.core.positions import Position
from topheavy.datasets.schema import dataset
from topheavy.stream.kafka.broker import Broker
from topheavy.stream.kafka.consumer import Reader
from topheavy.stream.sink.dead_letters import DeadLetters
from topheavy.stream.sink.decode_rows import decoded, ends
from topheavy.stream.sink.dedup import Seen
from topheavy.stream.sink.resume import anew, start_at
from topheavy.stream.sink.sink_target import SinkTarget

if TYPE_CHECKING:
    from confluent_kafka import Message

LOOK_AGAIN: Final = 5.0
"""Seconds between looks whether the topic is still the same."""

PATIENCE: Final = 60.0
"""Seconds that a batch in hand waits for a broker that went away."""


@dataclass(frozen=True, slots=True)
class Pace:
    """When a batch is committed: at so many bytes, or so many seconds after its first record."""

    most_bytes: int = 6 << 20
    seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class Share:
    """Which partitions are ours: every ``of``-th, from ``index`` on."""

    index: int = 0
    of: int = 1


@dataclass(frozen=True, slots=True)
class Flushed:
    """What one commit did: the trades that were new, where the table is, repeated and unreadable ones counted."""

    rows: pa.Table
    position: Position
    again: int = 0
    dead: int = 0
    reason: str = ""
    """Why the last unreadable one was, and where it lies."""


class Sink:
    """Follows one topic into one table, from where the table ends."""

    def __init__(
        self,
        broker: Broker,
        topic: str,
        ledger: SinkTarget,
        *,
        pace: Pace | None = None,
        share: Share | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self._reader = Reader(broker, topic)
        self._dead = DeadLetters(broker, topic)
        self._ledger, self._pace, self._share, self._clock = ledger, pace or Pace(), share or Share(), clock
        self._position = Position(topic, "")
        self._seen = Seen()
        self._looked = 0.0

    def begin(self, *, restart: bool = False) -> Position:
        """Learn from the table where to begin and what is already there.

        Raises:
            StreamError: when the topic is not the one the table speaks of and ``restart`` is not chosen.
        """
        if restart:
            self._restart()
        self._position = self._continued()
        self._seen = Seen()
        for runs in self._ledger.seen():
            self._seen.fill(runs)
        self._reader.begin(self._position)
        self._looked = monotonic()
        return self._position

    def flush(self) -> Flushed:
        """Read one micro-batch and commit it; with nothing to read, nothing is committed.

        Raises:
            StreamError: when the topic was made anew or what comes next is no longer in it.
        """
        self._look_again()
        messages = self._reader.gather(self._pace.most_bytes, self._pace.seconds)
        return self._commit(messages) if messages else self._nothing()

    def run(self, stop: Callable[[], bool], heard: Callable[[Flushed], None]) -> None:
        """Flush until ``stop``; ``heard`` learns of every batch after its commit."""
        while not stop():
            heard(self.flush())

    @property
    def position(self) -> Position:
        """How far the topic was read into the table."""
        return self._position

    def ends(self) -> dict[int, int]:
        """Return by partition the offset after its last message, as the broker said when it was last read."""
        return self._reader.ends(self._position)

    def leave(self) -> None:
        """Read no more, though what was read is still to be settled."""
        self._reader.leave()

    def close(self) -> None:
        """Let go of the broker."""
        self._reader.close()

    def _commit(self, messages: list["Message"]) -> Flushed:
        self._make_sure()
        rows, letters = decoded(messages, self._position, self._clock())
        dead = self._dead.send(letters)
        new = rows.filter(pa.array(self._seen.admit(rows)))
        end = ends(messages)
        try:
            self._ledger.append(new, self._position, end)
        except Overtaken:
            self.begin()
            return self._nothing()
        self._position = self._position.moved(end)
        self._reader.done(self._position)
        return Flushed(new, self._position, rows.num_rows - new.num_rows, dead, _last_reason(letters))

    def _nothing(self) -> Flushed:
        return Flushed(dataset("trades").schema.empty_table(), self._position)

    def _continued(self) -> Position:
        topic_id, bounds = self._about()
        return start_at(self._ledger.position(self._reader.topic), self._reader.topic, topic_id, bounds)

    def _restart(self) -> None:
        topic_id, bounds = self._about()
        begin = anew(self._reader.topic, topic_id, bounds)
        position = self._ledger.position(self._reader.topic)
        same = position is not None and position.topic_id == topic_id
        self._ledger.restart(position.moved(begin.next) if position and same else begin)

    def _about(self) -> tuple[str, dict[int, tuple[int, int]]]:
        topic_id, parts = self._reader.about()
        mine = sorted(parts)[self._share.index :: self._share.of]
        return topic_id, {part: self._reader.bounds(part) for part in mine}

    def _look_again(self) -> None:
        """Look from time to time, though nothing comes, whether what comes next is still in the topic."""
        if monotonic() - self._looked < LOOK_AGAIN:
            return
        self._looked = monotonic()
        try:
            self._refuse_another()
            topic_id, bounds = self._about()
        except BrokerAway:  # then nothing can be read either: the client waits until it is back
            return
        start_at(self._position, self._reader.topic, topic_id, bounds)

    def _make_sure(self) -> None:
        """Before a commit: what was read is of the topic that the table follows, not of one made anew meanwhile."""
        until = monotonic() + PATIENCE
        while True:
            try:
                self._refuse_another()
            except BrokerAway:
                if monotonic() > until:
                    raise
            else:
                return

    def _refuse_another(self) -> None:
        """Refuse a topic that has the name but not the id."""
        topic_id, _ = self._reader.about()
        start_at(self._position, self._reader.topic, topic_id, {})


def _last_reason(letters: list[tuple["Message", str]]) -> str:
    if not letters:
        return ""
    message, reason = letters[-1]
    return f"partition {message.partition()}, offset {message.offset():,}: {reason}"
