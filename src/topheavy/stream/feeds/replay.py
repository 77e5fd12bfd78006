"""Replay: what once happened, from a file, a folder or a table, happens again in the same order."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from topheavy.core.errors import UsageError
from topheavy.core.settings import Settings
from topheavy.core.units import SourceKind
from topheavy.stream.feed import Ask, Feed, Timed
from topheavy.stream.recorded.history import history
from topheavy.stream.recorded.tampering import arrivals

LARGEST = 20_000
"""Records in one batch at most."""


class Replay(Feed):
    """Daily bars, minute bars or trades; deterministic by seed, with faults on request."""

    name: ClassVar[str] = "replay"
    title: ClassVar[str] = "a file, a folder or a table, played again"
    kind: ClassVar[SourceKind] = SourceKind.FILE

    def trades(self, settings: Settings, ask: Ask) -> Iterator[Timed]:
        """Yield the history's trades, each batch due when its last record was, counted from the first of all."""
        if ask.what is None:
            raise UsageError("a replay needs something to replay: give a file or a folder")
        rows = history(ask.what, str(ask.options.get("feed", "")), ask.notes.append)
        if ask.securities:
            rows = rows.filter(pc.is_in(rows["security"], pa.array(ask.securities)))
        if rows.num_rows == 0:
            raise UsageError("there is no trade to replay")
        micros = rows["event_time"].cast(pa.int64()).to_numpy()
        places, due = arrivals((micros - micros[0]) / 1e6, ask.tamper, ask.seed)
        yield from _slices(rows.combine_chunks(), places, due, ask.slice)


def _slices(rows: pa.Table, places: Any, due: Any, width: float) -> Iterator[Timed]:
    """Gather what is due within ``width`` seconds; the moment is the last one's, so that nothing leaves early."""
    for first, last in _spans(due, width):
        for at in range(first, last, LARGEST):
            end = min(at + LARGEST, last)
            batch = rows.take(pa.array(places[at:end])).combine_chunks().to_batches()[0]
            yield Timed(float(due[end - 1]), batch)


def _spans(due: Any, width: float) -> Iterator[tuple[int, int]]:
    if not len(due):
        return
    windows = np.floor(due / width) if width > 0 else np.arange(len(due))
    edges = [0, *(np.flatnonzero(np.diff(windows)) + 1).tolist(), len(due)]
    yield from pairwise(edges)


FEED = Replay()
