"""The broker seam without a broker: settings, the practice broker and its limits."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest

from topheavy.core.errors import StreamError, UsageError
from topheavy.core.settings import read_settings
from topheavy.jobs.stream.feed import Manner, feed
from topheavy.stream.feed import Ask
from topheavy.stream.kafka.broker import broker, describe, make_topics, offsets, practice


def test_any_kafka_by_its_settings_and_no_secret_is_shown() -> None:
    environment = {
        "TOPHEAVY_KAFKA": "b-1.example:9096,b-2.example:9096",
        "TOPHEAVY_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "TOPHEAVY_KAFKA_SASL_PASSWORD": "hush",
    }
    found = broker(read_settings(Path(), environment))
    assert found.config["security.protocol"] == "SASL_SSL"
    assert found.config["sasl.password"] == "hush"
    assert "hush" not in repr(found) + found.title
    assert not found.practice


def test_amazon_by_iam_wants_its_signer(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read_settings(
        Path(), {"TOPHEAVY_KAFKA": "b-1.example:9098", "TOPHEAVY_KAFKA_MSK_REGION": "eu-central-1"}
    )
    monkeypatch.setitem(sys.modules, "aws_msk_iam_sasl_signer", None)
    with pytest.raises(UsageError, match="aws-msk-iam-sasl-signer-python"):
        broker(settings)


def test_amazon_by_iam_signs_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    class Signer:
        @staticmethod
        def generate_auth_token(region: str) -> tuple[str, int]:
            return f"signed for {region}", 1_700_000_000_500

    monkeypatch.setitem(sys.modules, "aws_msk_iam_sasl_signer", SimpleNamespace(MSKAuthTokenProvider=Signer))
    found = broker(read_settings(Path(), {"TOPHEAVY_KAFKA": "b:9098", "TOPHEAVY_KAFKA_MSK_REGION": "eu-central-1"}))
    assert found.config["sasl.mechanisms"] == "OAUTHBEARER"
    assert found.config["oauth_cb"]("") == ("signed for eu-central-1", 1_700_000_000.5)


def test_without_one_there_is_a_practice_broker_that_says_so() -> None:
    found = broker(read_settings(Path(), {}))
    make_topics(found)
    assert found.practice
    assert "PRACTICE" in found.title
    assert describe(found, "trades").partitions == (0, 1, 2, 3)
    assert set(offsets(found, "trades").values()) == {(0, 0)}


def test_the_practice_broker_keeps_what_it_is_sent() -> None:
    to = practice()
    report = feed(read_settings(Path(), {}), "simulator", Ask(), Manner(speed=0, limit=20_000), to=to)
    assert report.sent == report.acknowledged == 20_000
    assert report.whole
    assert sum(high - low for low, high in offsets(to, "trades").values()) == report.messages


def test_the_practice_broker_takes_no_more_than_it_keeps() -> None:
    count = 200_000
    moments = pa.array(range(count)).cast(pa.timestamp("us", "UTC"))
    many = pa.table({"symbol": ["A"] * count, "time": moments, "price": [1.0] * count, "size": [1.0] * count})
    with pytest.raises(StreamError, match="TOPHEAVY_KAFKA"):
        feed(read_settings(Path(), {}), "replay", Ask(many), Manner(speed=0), to=practice())
