"""Trades become messages: rows are grouped by what a head says once, and cut to size."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from topheavy.core.errors import StreamError
from topheavy.stream.wire.layout import KINDS, MAGIC, NO_VENUE, RECORD, SPLIT


@dataclass(frozen=True, slots=True)
class Packed:
    """One message ready for the broker: its key (the security), its value and how many records it carries."""

    key: bytes
    value: bytes
    records: int


def pack(batch: pa.RecordBatch | pa.Table, most: int) -> Iterator[Packed]:
    """Yield the messages that carry ``batch``, up to ``most`` records each; the order within a security stays."""
    rows = _records(batch)
    venues = _codes(batch["venue"])
    groups, names = _groups(batch)
    order = np.argsort(groups, kind="stable")
    edges = np.flatnonzero(np.diff(groups[order], prepend=-1, append=-1))
    for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        chosen = order[first:last]
        yield from _slices(rows[chosen], venues.of(chosen), names[groups[chosen[0]]], most)


def _slices(rows: Any, venues: "_Codes", name: tuple[str, str, str], most: int) -> Iterator[Packed]:
    """Cut the records of one head; every message repeats the head, with all its venues."""
    rows["venue"], listed = venues.local()
    head = SPLIT.join([*name, *listed]).encode()
    start = MAGIC + len(head).to_bytes(2, "little") + head
    key, body, width = name[1].encode(), rows.tobytes(), RECORD.itemsize
    for at in range(0, len(rows), most):
        count = min(most, len(rows) - at)
        yield Packed(key, start + body[at * width : (at + count) * width], count)


def _records(batch: pa.RecordBatch | pa.Table) -> Any:
    rows = np.empty(batch.num_rows, dtype=RECORD)
    rows["event_time"] = batch["event_time"].cast(pa.int64()).to_numpy()
    for name in ("sequence", "price", "size"):
        rows[name] = batch[name].to_numpy()
    return rows


def _groups(batch: pa.RecordBatch | pa.Table) -> tuple[Any, dict[int, tuple[str, str, str]]]:
    """Return a number for each row's head, and the parts each number stands for."""
    feed, security, kind = (_codes(batch[name]) for name in ("feed", "security", "source_kind"))
    widths = len(security.names) * len(kind.names), len(kind.names)
    groups = feed.codes * widths[0] + security.codes * widths[1] + kind.codes
    numbers, first = np.unique(groups, return_index=True)
    parts = [[column.names[column.codes[at]] for column in (feed, security, kind)] for at in first]
    return groups, {int(group): _checked(*part) for group, part in zip(numbers, parts, strict=True)}


def _checked(feed: str | None, security: str | None, kind: str | None) -> tuple[str, str, str]:
    if not feed or not security or kind not in KINDS or SPLIT in f"{feed}{security}":
        raise StreamError(f"no trade on the wire: feed {feed!r}, security {security!r}, source kind {kind!r}")
    return feed, security, kind


@dataclass(frozen=True, slots=True)
class _Codes:
    """A text column as numbers and the texts they stand for."""

    codes: Any
    names: list[str | None]

    def of(self, rows: Any) -> "_Codes":
        return _Codes(self.codes[rows], self.names)

    def local(self) -> tuple[Any, list[str]]:
        """Return numbers that fit a byte, and the texts in their order; the absent text has ``NO_VENUE``."""
        used, codes = np.unique(self.codes, return_inverse=True)
        texts = [self.names[code] for code in used.tolist()]
        listed = [text for text in texts if text is not None]
        if len(listed) >= NO_VENUE or any(SPLIT in text for text in listed):
            raise StreamError(f"a message names fewer than {NO_VENUE} venues, without control signs")
        places = {text: place for place, text in enumerate(listed)}
        bytes_of = np.array([NO_VENUE if t is None else places[t] for t in texts], dtype=np.uint8)
        return bytes_of[codes], listed


def _codes(column: pa.Array | pa.ChunkedArray) -> _Codes:
    chunked = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    plain = chunked.cast(pa.string()) if pa.types.is_dictionary(chunked.type) else chunked
    coded = pc.dictionary_encode(plain, null_encoding="encode")
    return _Codes(coded.indices.to_numpy().astype(np.int64), coded.dictionary.to_pylist())
