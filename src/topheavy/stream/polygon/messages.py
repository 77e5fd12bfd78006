"""The vendor's live events become trades.

Source of the fields: the WebSocket reference of Polygon.io (now Massive), stocks: T (trades), A and AM (aggregates).
"""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from topheavy.core.clock import NEW_YORK
from topheavy.core.log.logger import logger
from topheavy.core.units import SourceKind
from topheavy.stream.wire.layout import TRADE

CHANNELS = ("T", "A", "AM")
THOUSAND = 1_000


def trades_in(events: list[dict[str, Any]]) -> pa.RecordBatch:
    """Return the trades among ``events``; one that lacks a field is told and left out."""
    return pa.RecordBatch.from_pylist([row for event in events if (row := _row(event))], schema=TRADE)


def _row(event: dict[str, Any]) -> dict[str, Any] | None:
    if event.get("ev") not in CHANNELS:
        return None
    try:
        return _trade(event) if event["ev"] == "T" else _aggregate(event)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        logger.warning("the vendor sent a %s event that is no trade: %r", event["ev"], error)
        return None


def _trade(event: dict[str, Any]) -> dict[str, Any]:
    """``q`` is unique for a symbol and a day: symbol and day make the feed, so a repeated event is the same one."""
    day = datetime.fromtimestamp(event["t"] / THOUSAND, UTC).astimezone(NEW_YORK).date()
    venue = f"{event['x']}" if "x" in event else None
    name = f"polygon/T/{event['sym']}/{day}"
    return _named(name, int(event["q"]), event["sym"], event["t"], event["p"], event["s"], venue)


def _aggregate(event: dict[str, Any]) -> dict[str, Any]:
    """An aggregate is known by its start; its one trade happens there, so that it stays within its minute."""
    name = f"polygon/{event['ev']}/{event['sym']}"
    return _named(name, int(event["s"]), event["sym"], event["s"], event["c"], event["v"], None)


def _named(
    feed: str, sequence: int, security: str, millis: int, price: float, size: float, venue: str | None
) -> dict[str, Any]:
    return {
        "feed": feed,
        "sequence": sequence,
        "security": security,
        "event_time": int(millis) * THOUSAND,
        "price": float(price),
        "size": float(size),
        "venue": venue,
        "source_kind": str(SourceKind.VENDOR),
    }
