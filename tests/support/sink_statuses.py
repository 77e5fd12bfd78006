"""Bulletins put up by hand, as sinks would, for the tests of what is made of them."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from topheavy.datasets.schema import dataset
from topheavy.stream.processor import Given, begin_all, from_trades
from topheavy.stream.sink.status import Part, SinkStatus, StatusFile
from topheavy.tables.catalogs.catalog import Tables
from topheavy.tables.write import replace_all

NOW = datetime(2024, 12, 6, 14, 40, tzinfo=UTC)
"""Ten minutes after the first of the trades made for tests."""


def sink_status(*trades: pa.Table, index: int = 0, of: int = 1, **more: Any) -> SinkStatus:
    """What a sink says that has kept ``trades`` just now."""
    states = begin_all(Given())
    for some in trades:
        for live in states.values():
            live.take(some)
    kinds = sorted({kind for some in trades for kind in some["source_kind"].to_pylist()})
    said = SinkStatus(
        topic="trades",
        index=index,
        of=of,
        began_at=NOW - timedelta(minutes=5),
        said_at=NOW - timedelta(seconds=1),
        trades=sum(some.num_rows for some in trades),
        commits=len(trades),
        committed_at=NOW - timedelta(seconds=1) if trades else None,
        heard_at=NOW - timedelta(seconds=1) if trades else None,
        kinds=dict.fromkeys(kinds, NOW - timedelta(seconds=1)),
        seconds={int(NOW.timestamp()) - 3: sum(some.num_rows for some in trades)} if trades else {},
        parts={index: Part(next=10, end=14)},
        answers={name: item.conform(states[name].answer()) for name, item in from_trades().items()},
    )
    return replace(said, **more)


@contextmanager
def sinks_at_work(home: Path, *said: SinkStatus) -> Iterator[Mapping[int, StatusFile]]:
    """Boards that are there for as long as the block lasts, each with its bulletin."""
    with ExitStack() as held:
        boards = {}
        for number, one in enumerate(said):
            boards[number] = board = StatusFile(home, one.topic, one.index, one.of)
            board.open()
            held.callback(board.close)
            board.put(one)
        yield boards


def publish_counts(home: Path) -> Path:
    """Share counts and a group, as published: Apple 1,000 and Microsoft 500, GE 50; the first two are a group."""
    tables = Tables(home)
    plain = {"session": date(2024, 12, 5), "close": 1.0, "shares_effective": date(2024, 12, 5), "how": "measured",
             "repaired": False}  # fmt: skip
    caps = [
        {"issuer": name, "name": name, "security": name, "market_cap": 1.0, "shares": shares, **plain}
        for name, shares in (("AAPL", 1000.0), ("MSFT", 500.0), ("GE", 50.0))
    ]
    replace_all(tables, dataset("market_caps"), pa.Table.from_pylist(caps, schema=dataset("market_caps").schema))
    told = {"source": "facts", "source_kind": "file", "origin": "here", "received_at": NOW}
    members = [{"group": "magnificent7", "security": name, "symbol": name, **told} for name in ("AAPL", "MSFT")]
    replace_all(tables, dataset("groups"), pa.Table.from_pylist(members, schema=dataset("groups").schema))
    tables.catalog.close()
    return home
