"""The broker seam: any Kafka by its address, and without one a practice broker inside this process.

Settings: ``TOPHEAVY_KAFKA`` is ``bootstrap.servers``; every ``TOPHEAVY_KAFKA_<NAME>`` is handed to the client as
``<name>`` with dots (``TOPHEAVY_KAFKA_SECURITY_PROTOCOL=SASL_SSL`` is ``security.protocol``), and
``TOPHEAVY_KAFKA_MSK_REGION`` signs in at Amazon MSK by IAM. None of them is logged.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from topheavy.core.errors import BrokerAway, StreamError, UsageError, one_line
from topheavy.core.settings import Settings
from topheavy.stream.kafka.msk import REGION, iam
from topheavy.stream.kafka.unread import Unread

TRADES, DEAD = "trades", "trades.dead"
PARTITIONS: Final = 4
PATIENCE = 10.0

QUIET = {"log_level": 2}
_PREFIX = "TOPHEAVY_KAFKA_"
_OURS = {"PORT", "HOME", "JARS", REGION}


@dataclass(frozen=True, slots=True)
class Broker:
    """How clients reach a broker."""

    config: Mapping[str, Any] = field(repr=False)
    unread: Unread | None = field(default=None, repr=False)
    """What lies unread in a practice broker; a real one keeps what it is given."""
    cluster: Any = field(default=None, repr=False)
    """What keeps the practice broker alive."""

    @property
    def practice(self) -> bool:
        """Say whether it lives and dies with this process and keeps little."""
        return self.unread is not None

    @property
    def title(self) -> str:
        """What to call it in front of a person; says PRACTICE where it is."""
        address = self.config["bootstrap.servers"]
        return f"PRACTICE broker inside this process ({address})" if self.practice else f"Kafka at {address}"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as the broker knows it; made anew, it has another ``id`` (empty on the practice broker)."""

    name: str
    id: str
    partitions: tuple[int, ...]


def broker(settings: Settings) -> Broker:
    """Return the Kafka the settings name, or a new practice broker where they name none."""
    if not (servers := settings.text("KAFKA")):
        return practice()
    extra = {
        name.removeprefix(_PREFIX).lower().replace("_", "."): value
        for name, value in settings.environment.items()
        if name.startswith(_PREFIX) and name.removeprefix(_PREFIX) not in _OURS
    }
    signed = iam(region) if (region := settings.text(f"KAFKA_{REGION}")) else {}
    return Broker({**QUIET, **signed, **extra, "bootstrap.servers": servers})


def practice() -> Broker:
    """Start a practice broker: nothing outlives the process, and little may lie unread in it."""
    cluster = Producer({**QUIET, "test.mock.num.brokers": "1"})
    nodes = cluster.list_topics(timeout=PATIENCE).brokers.values()
    servers = ",".join(f"{node.host}:{node.port}" for node in nodes)
    return Broker({**QUIET, "bootstrap.servers": servers}, Unread(), cluster)


def make_topics(broker: Broker, names: Iterable[str] = (TRADES, DEAD), partitions: int = PARTITIONS) -> None:
    """Make the topics that are not there yet; the practice broker makes any with four partitions when asked for.

    Raises:
        BrokerAway: when no broker answers.
        StreamError: when the broker refuses.
    """
    admin = admin_of(broker)
    if broker.practice:
        for name in names:
            _asked(f"topic {name}", lambda name=name: admin.list_topics(name, timeout=PATIENCE))
        return
    made = admin.create_topics([NewTopic(name, partitions) for name in names], request_timeout=PATIENCE)
    for name, future in made.items():
        _made(name, future)


def _made(name: str, future: "Future[Any]") -> None:
    try:
        future.result(PATIENCE)
    except KafkaException as error:
        if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise translated(f"topic {name} was not made", error) from error
    except TimeoutError as error:
        raise _silent(f"topic {name} was not made") from error


def describe(broker: Broker, name: str) -> Topic:
    """Return a topic's id and partitions.

    Raises:
        BrokerAway: when no broker answers.
        StreamError: when there is no such topic.
    """
    admin = admin_of(broker)  # kept while its answer is awaited: one let go answers no more
    if broker.practice:
        metadata = _asked(f"topic {name}", lambda: admin.list_topics(name, timeout=PATIENCE)).topics[name]
        return Topic(name, "", tuple(sorted(metadata.partitions)))
    future = admin.describe_topics(TopicCollection([name]), request_timeout=PATIENCE)[name]
    answer = _asked(f"topic {name}", lambda: future.result(PATIENCE))
    return Topic(name, str(answer.topic_id), tuple(sorted(part.id for part in answer.partitions)))


def offsets(broker: Broker, name: str) -> dict[int, tuple[int, int]]:
    """Return by partition the first offset that is kept and the next that will be written."""
    consumer = Consumer({**broker.config, "group.id": "topheavy-offsets", "enable.auto.commit": False})
    try:
        return {
            part: _asked(
                f"partition {part} of {name}",
                lambda part=part: consumer.get_watermark_offsets(TopicPartition(name, part), timeout=PATIENCE),
            )
            for part in describe(broker, name).partitions
        }
    finally:
        consumer.close()


def admin_of(broker: Broker) -> AdminClient:
    """Return a client that asks about topics."""
    try:
        return AdminClient(dict(broker.config))
    except KafkaException as error:
        raise UsageError(f"the Kafka settings (TOPHEAVY_KAFKA*) are not understood: {one_line(error)}") from error


def _asked(what: str, question: Any) -> Any:
    try:
        return question()
    except KafkaException as error:
        raise translated(what, error) from error
    except TimeoutError as error:
        raise _silent(what) from error


def _silent(what: str) -> BrokerAway:
    return BrokerAway(f"{what}: the broker did not answer in {PATIENCE:.0f} s; is it running?")


_AWAY = {KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._RESOLVE}


def translated(what: str, error: KafkaException) -> StreamError:
    """Return a client's error as ours; one that may pass is ``BrokerAway``."""
    cause = error.args[0]
    away = isinstance(cause, KafkaError) and (cause.retriable() or cause.code() in _AWAY)
    kind = BrokerAway if away else StreamError
    return kind(f"{what}: {cause.str() if isinstance(cause, KafkaError) else cause}")
