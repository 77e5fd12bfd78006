"""The real broker itself: it starts, survives being killed, and forgets when wiped."""

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from support.kafka import Kafka


def topics(kafka: Kafka) -> set[str]:
    return set(AdminClient({"bootstrap.servers": kafka.bootstrap}).list_topics(timeout=10).topics)


@pytest.mark.kill
@pytest.mark.slow
def test_a_killed_broker_keeps_what_it_acknowledged_and_a_wiped_one_forgets(own_kafka: Kafka) -> None:
    admin = AdminClient({"bootstrap.servers": own_kafka.bootstrap})
    admin.create_topics([NewTopic("t", 1)])["t"].result(10)
    failures: list[object] = []
    producer = Producer({"bootstrap.servers": own_kafka.bootstrap, "acks": "all"})
    producer.produce("t", b"x", on_delivery=lambda error, _: failures.append(error))
    assert producer.flush(10) == 0
    assert failures == [None]
    own_kafka.kill()
    own_kafka.start()
    assert "t" in topics(own_kafka)
    own_kafka.wipe()
    assert "t" not in topics(own_kafka)
