"""Which sequence numbers of a feed are already in the table: one bit each, in chunks.

A chunk of 65,536 numbers takes 8 KiB while it has holes and nothing once it is full, so a billion trades in order
cost some kilobytes, and the same billion spread over many sinks at most 120 MiB.
"""

from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

BITS = 16
_FULL = np.full(1 << (BITS - 3), 0xFF, dtype=np.uint8)


class Seen:
    """The numbers seen so far, by feed."""

    def __init__(self) -> None:
        self._chunks: dict[tuple[str, int], Any] = {}

    def admit(self, rows: pa.Table | pa.RecordBatch) -> Any:
        """Return which rows are new, the first of each number, and note them as seen."""
        new = np.zeros(rows.num_rows, dtype=bool)
        feeds = _combined(rows["feed"]).dictionary_encode()
        sequences = _combined(rows["sequence"]).to_numpy()
        codes = feeds.indices.to_numpy()
        for code, feed in enumerate(feeds.dictionary.to_pylist()):
            places = np.flatnonzero(codes == code)
            new[places[self._first(feed, sequences[places])]] = True
        return new

    @property
    def kilobytes(self) -> int:
        """Memory held by chunks with holes."""
        return int(sum(chunk.nbytes for chunk in self._chunks.values() if chunk is not _FULL) // 1024)

    def _first(self, feed: str, sequences: Any) -> Any:
        """Return the places of numbers not seen before."""
        numbers, places = np.unique(sequences, return_index=True)
        high = numbers >> BITS
        edges = [0, *(np.flatnonzero(np.diff(high)) + 1).tolist(), len(numbers)]
        spans = pairwise(edges)
        found = [places[a:b][self._note((feed, int(high[a])), numbers[a:b])] for a, b in spans if b > a]
        return np.concatenate(found) if found else places

    def _note(self, key: tuple[str, int], numbers: Any) -> Any:
        chunk = self._chunks.get(key)
        if chunk is None:
            chunk = self._chunks[key] = np.zeros_like(_FULL)
        low = (numbers & ((1 << BITS) - 1)).astype(np.int64)
        place, bit = low >> 3, (1 << (low & 7)).astype(np.uint8)
        new = (chunk[place] & bit) == 0
        if new.any():
            np.bitwise_or.at(chunk, place, bit)
            if (chunk == 0xFF).all():
                self._chunks[key] = _FULL
        return new


def _combined(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
