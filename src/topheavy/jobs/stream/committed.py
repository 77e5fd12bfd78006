"""Which trades the table has, as runs of numbers by feed; those of a large file are kept beside the table.

A data file never changes, so its runs are found once. A feed that numbers its trades in order has few runs, and a sink
then begins in a moment however much the table holds.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from topheavy.core.errors import TableError, one_line
from topheavy.core.log.logger import logger
from topheavy.datasets.schema import dataset
from topheavy.tables.catalogs.catalog import Tables
from topheavy.tables.streams import streaming
from topheavy.tables.streams.streaming import DataFile

TRADES = dataset("trades")
WORTH = 50_000
"""Trades in a file from which on its runs are kept: a smaller one is read as fast, and soon joined with others."""


class CommittedTrades:
    """The runs of one home's trades table."""

    def __init__(self, tables: Tables, worth: int = WORTH) -> None:
        self._tables, self._worth = tables, worth
        self._folder = tables.home / "live" / "known"

    def runs(self) -> Iterator[pa.Table]:
        """Yield every file's runs: feed, first and last number; what is kept of files that are gone is taken away."""
        files = streaming.data_files(self._tables, TRADES)
        kept = {self._place(file) for file in files}
        for stale in set(self._folder.glob("*.parquet")) - kept:
            stale.unlink(missing_ok=True)
        for file in files:
            yield self._runs(file)

    def _runs(self, file: DataFile) -> pa.Table:
        place = self._place(file)
        kept = _read(place) if file.rows >= self._worth else None
        if kept is not None and covered(kept) == file.rows:
            return kept
        runs = runs_of(streaming.columns_of(file, ("feed", "sequence")))
        if file.rows >= self._worth:
            self._keep(place, runs)
        return runs

    def _keep(self, place: Path, runs: pa.Table) -> None:
        """Keep runs for the next start; where that cannot be, the file is read again then."""
        beside = place.with_suffix(".new")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(runs, beside)
            beside.replace(place)
        except OSError as error:
            logger.warning("%s was not kept: %s", place, one_line(error))

    def _place(self, file: DataFile) -> Path:
        return self._folder / f"{sha256(file.path.encode()).hexdigest()[:32]}.parquet"


def _read(place: Path) -> pa.Table | None:
    """Return what is kept; ``None`` where nothing is, or nothing that can be read."""
    try:
        return pq.read_table(place)
    except FileNotFoundError:
        return None
    except (OSError, pa.ArrowException) as error:
        logger.info("%s is made anew: %s", place, one_line(error))
        return None


def runs_of(rows: pa.Table) -> pa.Table:
    """Return the runs of consecutive numbers of each feed.

    Raises:
        TableError: when a number stands twice, for then the table is not what it promises to be.
    """
    feeds = rows["feed"].combine_chunks().dictionary_encode()
    codes, numbers = feeds.indices.to_numpy(), rows["sequence"].to_numpy()
    order = np.lexsort((numbers, codes))
    codes, numbers = codes[order], numbers[order]
    other, step = np.diff(codes) != 0, np.diff(numbers)
    if (~other & (step == 0)).any():
        raise TableError("a trade stands twice in the table: run 'topheavy verify', and keep the home as it is")
    ends = np.flatnonzero(other | (step != 1))
    first: Any = np.concatenate(([0], ends + 1)) if len(numbers) else ends
    last: Any = np.concatenate((ends, [len(numbers) - 1])) if len(numbers) else ends
    names = feeds.dictionary.take(pa.array(codes[first]))
    return pa.table({"feed": names, "first": numbers[first], "last": numbers[last]})


def covered(runs: pa.Table) -> int:
    """Return how many numbers lie in the runs."""
    return int((runs["last"].to_numpy() - runs["first"].to_numpy() + 1).sum())
