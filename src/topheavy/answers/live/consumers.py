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
    held = streaming.positions(home.tables, dataset("trades")).get(topic)
    at = held.next if held else {}
    bounds = {} if target.practice else offsets(target, topic)
    said = [one for one in sink_statuses(home.lake.folder.path) if one.topic == topic]
    return [
        {
            "partition": number,
            "offset": at.get(number, 0),
            "end_offset": bounds[number][1] if number in bounds else None,
            "behind": bounds[number][1] - at.get(number, bounds[number][0]) if number in bounds else None,
        }
        | _follower(next((one for one in said if number in one.parts), None), clock())
        for number in sorted({*at, *bounds})
    ]


def _follower(said: SinkStatus | None, now: datetime) -> dict[str, Any]:
    """Return which sink follows a partition, and what it said last; empty where none was heard of."""
    if said is None:
        return dict.fromkeys(("sink", "state", "heard", "kept", "records_a_second", "unreadable"))
    market = live_market([said], Given(), Closes({}, None), now)
    (sink,) = market.sinks
    kept = (now - said.committed_at).total_seconds() if said.committed_at else None
    return {"sink": sink.part, "state": str(sink.stage), "heard": round(sink.silent, 1),
            "kept": None if kept is None else round(max(0.0, kept), 1),
            "records_a_second": round(market.rate, 1), "unreadable": said.dead}  # fmt: skip
