"""A trade on the wire: a short head said once a message, then 33 bytes a record; JSON is read as well.

A message carries one or many records of one security, one feed and one kind::

    "TH"  version: 1 byte  length of the head: 2 bytes  head  record record record …

    head    UTF-8, parts split by 0x1F: feed, security, source kind, then the venues its records name by number
    record  little-endian: sequence i64, event_time i64 (µs since 1970 UTC), price f64, size f64,
            venue u8 (place in the head's list; 255: none)

Heads repeat, so a reader looks each up once, and the records of ten thousand messages become columns in one step.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from topheavy.core.errors import StreamError
from topheavy.stream.wire.decode import read
from topheavy.stream.wire.encode import Packed, pack
from topheavy.stream.wire.json_lines import to_json
from topheavy.stream.wire.layout import TRADE

__all__ = ["TRADE", "Decoded", "Packed", "decode", "encode", "pack", "to_json"]


@dataclass(frozen=True, slots=True)
class Decoded:
    """What messages held: the trades in order, and each unreadable message by place and reason."""

    table: pa.Table
    dead: list[tuple[int, str]] = field(default_factory=list)


def encode(batch: pa.RecordBatch | pa.Table) -> bytes:
    """Return the one message that carries ``batch``.

    Raises:
        StreamError: where the records are none, or of more than one feed, security or kind.
    """
    if batch.num_rows == 0:
        raise StreamError("a message carries one trade or more: there is none to encode")
    messages = list(pack(batch, batch.num_rows))
    if len(messages) != 1:
        raise StreamError("one message carries one security of one feed and kind: use pack for a mixture")
    return messages[0].value


def decode(values: Sequence[bytes]) -> Decoded:
    """Read messages, ours or JSON; one that holds anything unreadable is dead as a whole, with its reason."""
    table, dead = read(values)
    return Decoded(table, dead)
