"""Consumers: how far each partition of a topic was read, and which sink follows it."""

from datetime import datetime
from typing import Any

from topheavy.answers.live.market import Closes, live_market
from topheavy.core.clock import Clock, system_clock
from topheavy.datasets.schema import dataset
from topheavy.home import Home
from topheavy.stream.kafka.broker import broker, offsets
from topheavy.stream.processor import Given
from topheavy.stream.sink.status import SinkStatus, sink_statuses
from topheavy.tables.streams import streaming


def status(home: Home, topic: str, clock: Clock = system_clock) -> list[dict[str, Any]]:
    """Return by partition how far the topic was read, what is in it, and which sink follows it and how.

    Offsets are the table's and the broker's own; what a sink says of itself is as old as ``heard``, in seconds.
    """
    target = broker(home.settings)
    position = streaming.positions(home.tables, dataset("trades")).get(topic)
    at = position.next if position else {}
    bounds = {} if target.practice else offsets(target, topic)
    statuses = [sink_status for sink_status in sink_statuses(home.lake.folder.path) if sink_status.topic == topic]
    return [
        {
            "partition": number,
            "offset": at.get(number, 0),
            "end_offset": bounds[number][1] if number in bounds else None,
            "behind": bounds[number][1] - at.get(number, bounds[number][0]) if number in bounds else None,
        }
        | _follower(next((sink_status for sink_status in statuses if number in sink_status.parts), None), clock())
        for number in sorted({*at, *bounds})
    ]


def _follower(sink_status: SinkStatus | None, now: datetime) -> dict[str, Any]:
    """Return which sink follows a partition, and what it said last; empty where none was heard of."""
    if sink_status is None:
        return dict.fromkeys(("sink", "state", "heard", "kept", "records_a_second", "unreadable"))
    market = live_market([sink_status], Given(), Closes({}, None), now)
    (sink,) = market.sinks
    kept = (now - sink_status.committed_at).total_seconds() if sink_status.committed_at else None
    return {"sink": sink.part, "state": str(sink.stage), "heard": round(sink.silent, 1),
            "kept": None if kept is None else round(max(0.0, kept), 1),
            "records_a_second": round(market.rate, 1), "unreadable": sink_status.dead}  # fmt: skip
