"""Messages become trades: heads are looked up, the records of all messages are read as one array."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from topheavy.core.errors import StreamError, one_line
from topheavy.stream.wire.json_lines import from_json
from topheavy.stream.wire.layout import KINDS, MAGIC, NO_VENUE, RECORD, SPLIT, START, TRADE

WIDTH = RECORD.itemsize
Dead = list[tuple[int, str]]
EARLIEST, LATEST = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp() * 1e6) for year in (1, 9999))
"""What a calendar can show, in µs since 1970."""


@dataclass(slots=True)
class _Heap:
    """What messages brought so far: bodies to be joined, and for each its message, its head and its size."""

    bodies: list[bytes] = field(default_factory=list)
    messages: list[int] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    known: dict[bytes, int] = field(default_factory=dict)
    parts: list[list[str]] = field(default_factory=list)

    def add(self, message: int, head: bytes, body: bytes) -> None:
        number = self.known.get(head)
        if number is None:
            number = self._learn(head)
        count, over = divmod(len(body), WIDTH)
        if over or not count:
            raise StreamError(f"cut off: {len(body)} bytes are no whole number of records of {WIDTH}")
        self.bodies.append(body)
        self.messages.append(message)
        self.heads.append(number)
        self.counts.append(count)

    def _learn(self, head: bytes) -> int:
        parts = _parts(head)
        self.known[head] = number = len(self.parts)
        self.parts.append(parts)
        return number


def read(values: Sequence[bytes]) -> tuple[pa.Table, Dead]:
    """Return the trades of ``values`` in order, and each message that cannot be read with its reason."""
    heap, dead = _Heap(), list[tuple[int, str]]()
    for message, value in enumerate(values):
        try:
            _take(heap, message, value)
        except StreamError as error:
            dead.append((message, one_line(error)))
    return _table(heap, dead), sorted(dead)


def _take(heap: _Heap, message: int, value: bytes | None) -> None:
    if value is None or not value:
        raise StreamError("an empty message")
    if value[:3] == MAGIC:
        end = START + int.from_bytes(value[3:START], "little")
        heap.add(message, value[START:end], value[end:])
    elif value[:2] == MAGIC[:2]:
        raise StreamError(f"written in version {value[2:3].hex() or 'none'} of the wire, which is not known here")
    else:
        _take_json(heap, message, value)


def _take_json(heap: _Heap, message: int, value: bytes) -> None:
    """A JSON message becomes ours, row for row; nothing of it is kept where one row is wrong."""
    pairs = [_ours(row) for row in from_json(value)]
    if not pairs:
        raise StreamError("a JSON message without a trade")
    for head, _ in pairs:
        _parts(head)
    for head, body in pairs:
        heap.add(message, head, body)


def _ours(row: dict[str, Any]) -> tuple[bytes, bytes]:
    venues = [] if row["venue"] is None else [row["venue"]]
    head = SPLIT.join([row["feed"], row["security"], row["source_kind"], *venues]).encode(errors="replace")
    place = 0 if venues else NO_VENUE
    try:
        body = np.array([(row["sequence"], row["event_time"], row["price"], row["size"], place)], dtype=RECORD)
    except OverflowError:
        raise StreamError("a number does not fit 64 bits") from None
    return head, body.tobytes()


def _parts(head: bytes) -> list[str]:
    try:
        parts = head.decode().split(SPLIT)
    except UnicodeDecodeError:
        raise StreamError("the head is not UTF-8") from None
    if len(parts) < 3 or not parts[0] or not parts[1]:
        raise StreamError("the head lacks feed, security or source kind")
    if parts[2] not in KINDS:
        raise StreamError(f"source kind '{parts[2]}' is none of {', '.join(sorted(KINDS))}")
    return parts


def _table(heap: _Heap, dead: Dead) -> pa.Table:
    if not heap.bodies:
        return TRADE.empty_table()
    rows = np.frombuffer(b"".join(heap.bodies), dtype=RECORD)
    counts = np.asarray(heap.counts)
    messages, heads = np.repeat(heap.messages, counts), np.repeat(heap.heads, counts)
    sound = ~_faulty(rows, heads, heap.parts, messages, dead)
    return _columns(rows, heads, heap.parts) if sound.all() else _columns(rows[sound], heads[sound], heap.parts)


def _faulty(rows: Any, heads: Any, parts: list[list[str]], messages: Any, dead: Dead) -> Any:
    """Say which rows belong to a message with an impossible row, and put that message among the dead."""
    venues = np.array([len(part) - 3 for part in parts])[heads]
    bad = {
        "a price is not a number above zero": ~(np.isfinite(rows["price"]) & (rows["price"] > 0)),
        "a size is not a number of zero or more": ~(np.isfinite(rows["size"]) & (rows["size"] >= 0)),
        "an event time is outside the calendar": (rows["event_time"] < EARLIEST) | (rows["event_time"] > LATEST),
        "a venue is not in the head": (rows["venue"] != NO_VENUE) & (rows["venue"] >= venues),
    }
    reasons: dict[int, str] = {}
    for reason, mask in bad.items():
        for message in np.unique(messages[mask]).tolist():
            reasons.setdefault(message, reason)
    dead.extend(reasons.items())
    return np.isin(messages, list(reasons)) if reasons else np.zeros(len(rows), dtype=bool)


def _columns(rows: Any, heads: Any, parts: list[list[str]]) -> pa.Table:
    named = {name: _texts([part[place] for part in parts], heads) for place, name in _PLACES.items()}
    plain = {name: pa.array(np.ascontiguousarray(rows[name])) for name in ("sequence", "price", "size")}
    moment = pa.array(np.ascontiguousarray(rows["event_time"])).cast(TRADE.field("event_time").type)
    columns = named | plain | {"event_time": moment, "venue": _venues(rows["venue"], heads, parts)}
    return pa.table([columns[name] for name in TRADE.names], schema=TRADE)


_PLACES = {0: "feed", 1: "security", 2: "source_kind"}


def _texts(texts: list[str | None], places: Any) -> pa.Array:
    return pa.array(texts, pa.string()).take(pa.array(places))


def _venues(venue: Any, heads: Any, parts: list[list[str]]) -> pa.Array:
    """All heads' venues lie end to end, the absent one last: a row's place is its list's start plus its number."""
    starts = np.cumsum([0, *(len(part) - 3 for part in parts)])
    texts: list[str | None] = [text for part in parts for text in part[3:]]
    places = np.where(venue == NO_VENUE, len(texts), starts[heads] + venue)
    return _texts([*texts, None], places)
