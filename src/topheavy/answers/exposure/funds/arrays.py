"""Arrow columns as NumPy arrays, straight from their buffers: the usual way imports pandas, which takes a second."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


def coded(column: pa.ChunkedArray) -> tuple[Places, tuple[str, ...]]:
    """Return each text's place among the different ones, and these in the order of their first coming."""
    dictionary = column.combine_chunks().dictionary_encode()
    return _buffer(dictionary.indices, np.int32).astype(np.int64), tuple(dictionary.dictionary.to_pylist())


def places(column: pa.ChunkedArray, known: Sequence[str]) -> Places:
    """Return where each text stands among the known ones; -1 where it does not."""
    codes, values = coded(column)
    place = {value: place for place, value in enumerate(known)}
    return np.array([place.get(value, -1) for value in values], dtype=np.int64)[codes]


def numbers(column: pa.ChunkedArray) -> Numbers:
    """Return a column of numbers, none of them empty."""
    return _buffer(column.combine_chunks(), np.float64).astype(np.float64)


def summed(places: Places, amounts: Numbers, size: int) -> Numbers:
    """Return the sum of the amounts that fall on each place."""
    return np.bincount(places, amounts, minlength=size).astype(np.float64)


def _buffer(array: pa.Array, kind: type[np.generic]) -> npt.NDArray[np.generic]:
    if not len(array):
        return np.zeros(0, dtype=kind)
    return np.frombuffer(array.buffers()[1], dtype=kind)[array.offset : array.offset + len(array)]
