"""Dead letters: what could not be read goes to a topic of its own, with its reason and where it came from."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from topheavy.core.errors import StreamError
from topheavy.stream.kafka.broker import Broker

if TYPE_CHECKING:
    from confluent_kafka import Message

SUFFIX = ".dead"


class DeadLetters:
    """The dead-letter topic beside a topic; a letter is there for good before the sink goes past its message."""

    def __init__(self, broker: Broker, topic: str) -> None:
        from confluent_kafka import Producer

        self.topic = topic + SUFFIX
        self._producer = Producer({**broker.config, "acks": "all", "enable.idempotence": True})

    def send(self, letters: Iterable[tuple["Message", str]]) -> int:
        """Write messages and their reasons; return how many.

        Raises:
            StreamError: when one could not be written; the sink then stays where it is.
        """
        failed: list[str] = []
        count = 0
        for message, reason in letters:
            self._producer.produce(
                self.topic,
                message.value(),
                message.key(),
                headers=_headers(message, reason),
                on_delivery=lambda error, _: failed.append(str(error)) if error else None,
            )
            count += 1
        if count and (self._producer.flush(30) or failed):
            why = failed[0] if failed else "no answer in 30 s"
            raise StreamError(f"{self.topic} cannot be written: {why}; nothing was skipped, start the sink again")
        return count


def _headers(message: "Message", reason: str) -> list[tuple[str, str | bytes | None]]:
    place = {"topic": message.topic(), "partition": message.partition(), "offset": message.offset()}
    return [("reason", reason), *((name, str(value)) for name, value in place.items())]
