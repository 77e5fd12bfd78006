"""A trade as JSON, for others: an object or a line each, with the columns' own names."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pyarrow as pa

from topheavy.core.epoch import unit_of
from topheavy.core.errors import StreamError
from topheavy.stream.wire.layout import SPLIT, TRADE

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_json(batch: pa.RecordBatch | pa.Table) -> bytes:
    """Return one JSON object a line; ``event_time`` as ISO 8601 in UTC with microseconds."""
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z) for row in batch.to_pylist())


def from_json(value: bytes) -> list[dict[str, Any]]:
    """Read a JSON object, a list of them, or lines of them, as rows of ``TRADE``.

    Raises:
        StreamError: where it is none, a column is missing, or a moment has no zone.
    """
    return [_row(item) for item in _objects(value)]


def _objects(value: bytes) -> list[Any]:
    try:
        whole = orjson.loads(value)
    except orjson.JSONDecodeError:
        return _lines(value)
    return whole if isinstance(whole, list) else [whole]


def _lines(value: bytes) -> list[Any]:
    try:
        return [orjson.loads(line) for line in value.splitlines() if line.strip()]
    except orjson.JSONDecodeError as error:
        raise StreamError(f"neither a message of ours nor JSON: {error}") from None


def _row(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise StreamError(f"a JSON trade is an object, not {type(value).__name__}")
    row = {field.name: value.get(field.name) for field in TRADE}
    if missing := [field.name for field in TRADE if not field.nullable and row[field.name] is None]:
        raise StreamError(f"a JSON trade lacks {', '.join(missing)}")
    return row | {
        "event_time": _moment(row["event_time"]),
        "sequence": _whole(row["sequence"]),
        "price": _number("price", row["price"]),
        "size": _number("size", row["size"]),
        **{name: _text(name, row[name]) for name in ("feed", "security", "venue", "source_kind")},
    }


def _moment(value: Any) -> int:
    """Return microseconds since 1970, from as many or from ISO 8601 with a zone."""
    if isinstance(value, int) and not isinstance(value, bool):
        unit = unit_of(value, value)
        if unit not in (None, "microseconds"):
            raise StreamError(f"event_time {value} is in {unit} since 1970: give microseconds, or ISO 8601 with a zone")
        return value
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise StreamError(f"event_time {value!r} is no moment: give ISO 8601 with a zone, or µs since 1970") from None
    if moment.tzinfo is None:
        raise StreamError(f"event_time {value!r} has no zone")
    return (moment - EPOCH) // timedelta(microseconds=1)


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not -(2**63) <= value < 2**63:
        raise StreamError(f"sequence {value!r} is not a whole number of 64 bits")
    return value


def _number(name: str, value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise StreamError(f"{name} {value!r} is not a number")
    return float(value)


def _text(name: str, value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise StreamError(f"{name} {value!r} is not a text")
    if value and SPLIT in value:
        raise StreamError(f"{name} {value!r} holds a control sign")
    return value
