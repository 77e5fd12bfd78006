"""Which sequence numbers of a feed are already in the table: one bit each, in chunks.

A chunk of 65,536 numbers takes 8 KiB while it has holes and nothing once it is full, so a billion trades in order
cost some kilobytes, and the same billion spread over many sinks at most 120 MiB.
"""

from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

BITS = 16
LONG = 1 << (BITS + 1)
"""Numbers in a run from which on it fills whole chunks."""

BLOCK = 65_536
"""Short runs that are taken in one step."""

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

    def fill(self, runs: pa.Table) -> None:
        """Note runs of numbers as seen: feed, first and last number of each."""
        feeds, first, last = runs["feed"].to_pylist(), runs["first"].to_numpy(), runs["last"].to_numpy()
        long = np.flatnonzero(last - first >= LONG)
        for at in long.tolist():
            self._fill_long(feeds[at], int(first[at]), int(last[at]))
        short = np.flatnonzero(last - first < LONG)
        codes = _combined(runs["feed"]).dictionary_encode()
        for code, feed in enumerate(codes.dictionary.to_pylist()):
            mine = short[codes.indices.to_numpy()[short] == code]
            for block in np.array_split(mine, -(-len(mine) // BLOCK) or 1):
                self._first(feed, _numbers(first[block], last[block]))

    def _fill_long(self, feed: str, first: int, last: int) -> None:
        """Fill whole chunks at once, and what lies before and behind them number by number."""
        begin, end = -(-first >> BITS), (last + 1) >> BITS
        for chunk in range(begin, end):
            self._chunks[feed, chunk] = _FULL
        for low, high in ((first, (begin << BITS) - 1), (end << BITS, last)):
            if low <= high:
                self._first(feed, low + np.arange(high - low + 1))

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
        firsts = [places[a:b][self._note((feed, int(high[a])), numbers[a:b])] for a, b in spans if b > a]
        return np.concatenate(firsts) if firsts else places

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


def _numbers(first: Any, last: Any) -> Any:
    """Return all numbers of runs, one after the other."""
    lengths = last - first + 1
    begins = np.repeat(first - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths) if len(first) else first
    return begins + np.arange(int(lengths.sum()))
