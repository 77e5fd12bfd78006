"""Live answers: every processor's state, moved by committed trades and rebuilt from the table after a restart."""

from collections.abc import Mapping
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from topheavy.answers.live.reference import given
from topheavy.datasets.schema import dataset
from topheavy.stream.processor import Given, begin_all, from_trades
from topheavy.tables.catalogs.catalog import Tables
from topheavy.tables.streams import streaming

TRADES, BARS = dataset("trades"), dataset("minute_bars")


class LiveProcessors:
    """All processors of one sink; what they know beside trades is what was published last."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._live = begin_all(Given())

    def begin(self) -> None:
        """Begin anew: take in the trades of each processor's window that the table holds, before any new one."""
        self._live = begin_all(given(self._tables))
        newest = self._newest()
        if newest is None:
            return
        since = {name: newest - item.window for name, item in from_trades().items()}
        for batch in streaming.scan(self._tables, TRADES, tuple(TRADES.schema.names), _since(min(since.values()))):
            trades = pa.Table.from_batches([batch])
            for name, live in self._live.items():
                own = trades.filter(pc.greater_equal(trades["event_time"], pa.scalar(since[name])))
                live.take(own)

    def take(self, trades: pa.Table) -> None:
        """Take in trades that were committed just now."""
        if trades.num_rows:
            for live in self._live.values():
                live.take(trades)

    def answers(self) -> Mapping[str, pa.Table]:
        """Return the answer of every processor that trades move, by name, as it declares it."""
        return {name: item.conform(self._live[name].answer()) for name, item in from_trades().items()}

    def _newest(self) -> datetime | None:
        newest = [pc.max(batch["minute"]).as_py() for batch in streaming.scan(self._tables, BARS, ("minute",))]
        return max(newest, default=None)


def _since(moment: datetime) -> str:
    return f"event_time >= '{moment.isoformat()}'"
