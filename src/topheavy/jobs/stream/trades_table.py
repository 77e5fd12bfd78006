"""The trades table as the sink sees it: rows and positions in one commit, one world, small files joined in time."""

from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from topheavy.core.clock import Clock, system_clock
from topheavy.core.positions import Position
from topheavy.core.units import SourceKind
from topheavy.datasets.schema import dataset
from topheavy.home import Home
from topheavy.jobs.stream.committed import CommittedTrades
from topheavy.tables.streams import streaming
from topheavy.tables.streams.compact import compact, trim

TRADES, BARS = dataset("trades"), dataset("minute_bars")
JOIN_EVERY = 32
"""Commits between looks for small files."""

TRIM_EVERY = 512


class TradesTable:
    """One home's trades."""

    def __init__(self, home: Home, clock: Clock = system_clock) -> None:
        self._place, self._clock = home, clock
        self._kinds: set[str] = set()
        self._commits = 0

    def position(self, topic: str) -> Position | None:
        """Return how far the topic was read; ``None`` while it never was."""
        return streaming.positions(self._place.tables, TRADES).get(topic)

    def append(self, rows: pa.Table, begin: Position, end: Mapping[int, int]) -> None:
        """Append rows and move the position, both or neither; real and simulated trades never share a home."""
        for kind in set(pc.unique(rows["source_kind"]).to_pylist()) - self._kinds:
            self._place.lake.folder.settle(SourceKind(kind))
            self._kinds.add(kind)
        streaming.append(self._place.tables, TRADES, rows, begin, end)
        self._commits += 1

    def restart(self, position: Position) -> None:
        """Note a new position; what follows from the trades follows it anew too."""
        for item in (BARS, TRADES):
            streaming.restart(self._place.tables, item, position)

    def seen(self) -> Iterator[pa.Table]:
        """Yield the runs of numbers that the table has, file by file."""
        return CommittedTrades(self._place.tables).runs()

    def upkeep(self) -> int:
        """Join small files and let old snapshots go when it is time; return how many files were joined."""
        if self._commits % JOIN_EVERY:
            return 0
        joined = compact(self._place.tables, TRADES)
        if self._commits % TRIM_EVERY == 0:
            for item in (TRADES, BARS):
                trim(self._place.tables, item, self._clock())
        return joined
