"""Messages that came become rows of the trades table, each with the place that brought it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from topheavy.core.positions import Position
from topheavy.datasets.schema import dataset
from topheavy.stream.wire.format import decode

if TYPE_CHECKING:
    from confluent_kafka import Message


def decoded(
    messages: Sequence["Message"], begin: Position, received: datetime
) -> tuple[pa.Table, list[tuple["Message", str]]]:
    """Return the rows of a batch that begins at ``begin``, and each unreadable message with its reason."""
    tables, letters = [], []
    for part, own in _by_partition(messages):
        result = decode([message.value() or b"" for message in own])
        letters += [(own[at], reason) for at, reason in result.dead]
        tables.append(_placed(result.table, part, begin.next[part], received))
    return pa.concat_tables(tables), letters


def ends(messages: Sequence["Message"]) -> dict[int, int]:
    """Return by partition the offset after the last message."""
    return {message.partition() or 0: (message.offset() or 0) + 1 for message in messages}


def _placed(table: pa.Table, part: int, begin: int, received: datetime) -> pa.Table:
    """Add to trades where they come from and when they came, as the dataset wants them."""
    schema = dataset("trades").schema
    beside = {"partition": part, "batch": begin, "received_at": received}
    added = {
        name: pa.repeat(pa.scalar(value, schema.field(name).type), table.num_rows) for name, value in beside.items()
    }
    return pa.table([added[name] if name in added else table[name] for name in schema.names], schema=schema)


def _by_partition(messages: Sequence["Message"]) -> Iterator[tuple[int, list["Message"]]]:
    grouped: defaultdict[int, list[Message]] = defaultdict(list)
    for message in messages:
        grouped[message.partition() or 0].append(message)
    yield from sorted(grouped.items())
