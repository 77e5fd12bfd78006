"""Trades go to the broker: idempotent, acknowledged by all, batched, and every record accounted for."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from time import monotonic
from typing import Any, Self

import pyarrow as pa
from confluent_kafka import KafkaError, KafkaException, Message, Producer

from topheavy.core.errors import StreamError
from topheavy.stream.kafka.broker import TRADES, Broker
from topheavy.stream.kafka.unread import OVERHEAD, PRACTICE_BYTES
from topheavy.stream.wire.format import Packed, pack

RECORDS_A_MESSAGE = 500
PATIENCE = 120.0
"""Seconds a message is tried again before it counts as failed: a broker that is away for less costs nothing."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of every record: ``sent`` is always ``acknowledged`` plus all that ``failed``, by reason."""

    sent: int = 0
    acknowledged: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    messages: int = 0
    bytes: int = 0

    @property
    def whole(self) -> bool:
        """Say whether everything that was sent is kept by the broker."""
        return self.sent == self.acknowledged


class TradeProducer:
    """Sends trades to one topic; leaving its ``with`` drains what is still under way."""

    def __init__(
        self,
        broker: Broker,
        topic: str = TRADES,
        *,
        most: int = RECORDS_A_MESSAGE,
        patience: float = PATIENCE,
        queue: int = 100_000,
        linger: float = 0.005,
    ) -> None:
        self._topic, self._most, self._unread, self._patience = topic, most, broker.unread, patience
        self._producer = Producer({**broker.config, **_config(patience, queue, linger)})
        self._sent = self._acknowledged = self._messages = self._bytes = 0
        self._failed: Counter[str] = Counter()
        self._told = cache(self._teller)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def report(self) -> Report:
        """What is known now; what is still under way is sent, but neither acknowledged nor failed."""
        return Report(self._sent, self._acknowledged, dict(self._failed), self._messages, self._bytes)

    def send(self, batch: pa.RecordBatch | pa.Table) -> None:
        """Hand over trades; waits while the queue or a practice broker is full, and never drops.

        Raises:
            StreamError: when a practice broker is full and nobody in this process reads it.
        """
        for message in pack(batch, self._most):
            self._wait_for_room(message)
            self._sent += message.records
            self._messages += 1
            self._bytes += len(message.value)
            self._hand_over(message)
        self._producer.poll(0)

    def wait(self) -> Report:
        """Wait until what was sent is acknowledged or has failed, and go on."""
        self._producer.flush(self._patience + 5)
        return self.report

    def close(self) -> Report:
        """Wait until everything is acknowledged or has failed, and account for it.

        Raises:
            StreamError: when the sum does not come out, which would be a fault of ours.
        """
        self.wait()
        self._producer.purge()  # what is left after its time fails as purged; usually nothing is
        self._producer.flush(5)
        report = self.report
        if report.sent != report.acknowledged + sum(report.failed.values()):
            raise StreamError(f"the account of topic {self._topic} does not come out: {report}; report this as a fault")
        return report

    def _hand_over(self, message: Packed) -> None:
        on_delivery, size = self._told(message.records), size_of(message)
        while True:
            try:
                self._producer.produce(self._topic, message.value, message.key, on_delivery=on_delivery)
                return
            except BufferError:  # the queue is full: let deliveries make room
                self._producer.poll(0.1)
            except KafkaException as error:
                self._fail(error.args[0], message.records, size)
                return

    def _teller(self, records: int) -> Callable[[KafkaError | None, Message], None]:
        def delivered(error: KafkaError | None, message: Message) -> None:
            size = len(message.value() or b"") + len(message.key() or b"") + OVERHEAD
            if error is not None:
                self._fail(error, records, size)
                return
            self._acknowledged += records
            if self._unread:
                self._unread.arrive(self._topic, message.partition() or 0, message.offset() or 0, size)

        return delivered

    def _fail(self, error: Any, records: int, size: int) -> None:
        self._failed[error.str() if isinstance(error, KafkaError) else str(error)] += records
        if self._unread:
            self._unread.fail(size)

    def _wait_for_room(self, message: Packed) -> None:
        """Hold the feed back while too much lies unread in a practice broker."""
        if self._unread is None:
            return
        until = monotonic() + self._patience
        while not self._unread.take(size_of(message)):
            if not self._unread.is_read(self._topic):
                raise StreamError(
                    f"the practice broker keeps only {PRACTICE_BYTES / 1e6:.0f} MB that nobody has read, then drops "
                    "trades unseen: read it in the same process (--sink), or set TOPHEAVY_KAFKA to a real one "
                    "('make kafka' starts it)"
                )
            if monotonic() > until:
                raise StreamError(
                    f"the sink has read nothing of {self._topic} for {self._patience:.0f} s while the practice broker "
                    "is full: what came is safe in the tables, start the command again"
                )
            self._producer.poll(0.02)  # what arrives is noted meanwhile


def size_of(message: Packed) -> int:
    """Return the bytes that a message takes in a broker, rounded up."""
    return len(message.value) + len(message.key) + OVERHEAD


def _config(patience: float, queue: int, linger: float) -> dict[str, Any]:
    return {
        "enable.idempotence": True,
        "acks": "all",
        "compression.type": "lz4",
        "linger.ms": linger * 1000,
        "batch.size": 1_000_000,
        "queue.buffering.max.messages": queue,
        "queue.buffering.max.kbytes": 65_536,
        "message.timeout.ms": int(patience * 1000),
    }
