"""Reading a topic from given offsets, without a group: the place to continue is the table's to say."""

from collections.abc import Iterable
from time import monotonic
from typing import TYPE_CHECKING

from topheavy.core.errors import StreamError
from topheavy.core.positions import Position
from topheavy.stream.kafka.broker import PATIENCE, Broker, describe, translated

if TYPE_CHECKING:
    from confluent_kafka import Message

OURS = {
    "group.id": "topheavy-sink",  # the client wants one; nothing is ever committed under it
    "enable.auto.commit": False,
    "enable.partition.eof": False,
    "auto.offset.reset": "error",
    "isolation.level": "read_committed",
    "fetch.wait.max.ms": 50,
    "queued.max.messages.kbytes": 65_536,
}


class Reader:
    """One topic of one broker."""

    def __init__(self, broker: Broker, topic: str) -> None:
        from confluent_kafka import Consumer

        self.topic, self._broker = topic, broker
        self._consumer = Consumer({**broker.config, **OURS})
        self._reading = False

    def close(self) -> None:
        """Let go of the broker."""
        self.leave()
        self._consumer.close()

    def leave(self) -> None:
        """Read no more: a feed that waits for a practice broker to be read waits in vain from now on."""
        if self._reading and self._broker.unread:
            self._broker.unread.leave(self.topic)
        self._reading = False

    def done(self, position: Position) -> None:
        """Say that all before ``position`` is safe, and may be forgotten by a practice broker."""
        if self._broker.unread:
            self._broker.unread.read(self.topic, position.next)

    def about(self) -> tuple[str, tuple[int, ...]]:
        """Return the topic's id and its partitions.

        Raises:
            StreamError: when there is no such topic.
            BrokerAway: when no broker answers.
        """
        topic = describe(self._broker, self.topic)
        return topic.id, topic.partitions

    def bounds(self, part: int) -> tuple[int, int]:
        """Return the partition's first offset and the one after its last."""
        from confluent_kafka import KafkaException, TopicPartition

        try:
            low, high = self._consumer.get_watermark_offsets(TopicPartition(self.topic, part), timeout=PATIENCE)
        except KafkaException as error:
            raise translated(f"partition {part} of {self.topic}", error) from error
        return int(low), int(high)

    def ends(self, position: Position) -> dict[int, int]:
        """Return the offset after each partition's last message as far as the broker has said it; nothing is asked."""
        from confluent_kafka import TopicPartition

        ends = {
            part: self._consumer.get_watermark_offsets(TopicPartition(self.topic, part), cached=True)[1]
            for part in position.next
        }
        return {part: int(end) for part, end in ends.items() if end >= 0}

    def begin(self, position: Position) -> None:
        """Read on from ``position``; what was fetched beyond it is forgotten."""
        from confluent_kafka import TopicPartition

        self._consumer.assign([TopicPartition(self.topic, part, at) for part, at in position.next.items()])
        if not self._reading and self._broker.unread:
            self._broker.unread.join(self.topic)
        self._reading = True

    def gather(self, most: int, seconds: float) -> list["Message"]:
        """Return messages until they hold ``most`` bytes or ``seconds`` have passed since the first.

        Raises:
            StreamError: when the offsets are not in the topic any more.
        """
        messages: list[Message] = []
        size, until = 0, monotonic() + seconds
        while size < most and (left := until - monotonic()) > 0:
            came = sound(self._consumer.consume(2000, timeout=min(left, 0.05)))
            if came and not messages:
                until = monotonic() + seconds
            messages += came
            size += sum(len(message) for message in came)
        return messages


def sound(messages: Iterable["Message"]) -> list["Message"]:
    """Return the messages that are no events; a passing one (a broker is away) is waited out by the client."""
    kept = []
    for message in messages:
        if (error := message.error()) is None:
            kept.append(message)
        elif not error.retriable() and error.name() not in PASSING:
            raise StreamError(
                f"{message.topic()} partition {message.partition()}: {error.str()}; what the table expects next is not "
                "in the topic: look what happened to it, or start the sink with restart"
            )
    return kept


PASSING = {"_TRANSPORT", "_ALL_BROKERS_DOWN", "_RESOLVE", "_TIMED_OUT", "_PARTITION_EOF", "UNKNOWN_TOPIC_OR_PART"}
