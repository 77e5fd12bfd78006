"""Minute bars follow the trades table: late ones correct them, and a death between the two is made good."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from support.trades import START, trades
from topheavy.core.positions import Position
from topheavy.datasets.schema import dataset
from topheavy.jobs.stream.minute_bars import MinuteBars
from topheavy.jobs.stream.processors import LiveProcessors
from topheavy.tables.catalogs.catalog import Tables
from topheavy.tables.read import read
from topheavy.tables.streams.streaming import append, positions

TRADES, BARS = dataset("trades"), dataset("minute_bars")


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[Tables]:
    opened = Tables(tmp_path)
    yield opened
    opened.catalog.close()


LATER = START + timedelta(days=1)


def put(tables: Tables, batch: int, rows: pa.Table, received: datetime = LATER) -> tuple[pa.Table, Position]:
    """Append trades as one batch; return what the sink would hand on."""
    beside = {"partition": 0, "batch": batch, "received_at": received}
    for name, value in beside.items():
        field = TRADES.schema.field(name)
        rows = rows.append_column(field, pa.repeat(pa.scalar(value, field.type), rows.num_rows))
    whole = rows.select(TRADES.schema.names).cast(TRADES.schema)
    begin = Position("t", "id", {0: batch})
    append(tables, TRADES, whole, begin, {0: batch + 1})
    return whole, begin.moved({0: batch + 1})


def bars(tables: Tables) -> list[tuple[object, ...]]:
    rows = read(tables, BARS).sort_by([("minute", "ascending"), ("security", "ascending")]).to_pylist()
    return [tuple(row[name] for name in ("security", "trades", "final", "revision")) for row in rows]


def test_a_late_trade_rewrites_its_minute_and_no_other(tables: Tables) -> None:
    book = MinuteBars(tables, 0)
    book.begin("t")
    book.take(*put(tables, 0, trades([*range(0, 60, 2), 100, 131], apart=1)))
    assert bars(tables) == [("AAPL", 30, True, 0), ("AAPL", 1, True, 0), ("AAPL", 1, False, 0)]
    changed = book.take(*put(tables, 1, trades([1, 132], apart=1)))
    assert changed.num_rows == 2
    assert bars(tables) == [("AAPL", 31, True, 1), ("AAPL", 1, True, 0), ("AAPL", 2, False, 0)]


def test_a_clock_that_leapt_ahead_ends_no_minute(tables: Tables) -> None:
    book, now = MinuteBars(tables, 0), START + timedelta(seconds=30)
    book.take(*put(tables, 0, trades([1, 2, 7200], apart=1), received=now))
    assert bars(tables) == [("AAPL", 2, False, 0), ("AAPL", 1, False, 0)]
    book.take(*put(tables, 1, trades([29], apart=1), received=now))
    assert bars(tables)[0] == ("AAPL", 3, False, 0), "and what comes next is no correction"
    book.take(*put(tables, 2, trades([80], apart=1), received=START + timedelta(seconds=80)))
    assert bars(tables)[0] == ("AAPL", 3, True, 0)


def test_an_open_minute_becomes_final_without_another_trade_of_its_own(tables: Tables) -> None:
    book = MinuteBars(tables, 0)
    book.take(*put(tables, 0, trades([1], apart=1)))
    assert bars(tables) == [("AAPL", 1, False, 0)]
    MinuteBars(tables, 0).begin("t")
    again = MinuteBars(tables, 0)
    again.begin("t")
    again.take(*put(tables, 1, trades([200], "MSFT", apart=1)))
    assert bars(tables) == [("AAPL", 1, True, 0), ("MSFT", 1, False, 0)]


def test_what_a_dead_sink_left_undone_is_done_by_the_next(tables: Tables) -> None:
    book = MinuteBars(tables, 0)
    book.take(*put(tables, 0, trades([1, 2], apart=1)))
    put(tables, 1, trades([3, 70, 4000], apart=1))
    put(tables, 2, trades([5], "O'Neil", apart=1))
    again = MinuteBars(tables, 0)
    again.begin("t")
    again.take(TRADES.schema.empty_table(), positions(tables, TRADES)["t"])
    assert [row[:2] for row in bars(tables)] == [("AAPL", 3), ("O'Neil", 1), ("AAPL", 1), ("AAPL", 1)]
    assert positions(tables, BARS) == positions(tables, TRADES)
    third = MinuteBars(tables, 0)
    third.begin("t")
    assert third.settle().num_rows == 0, "nothing is left"


def test_live_answers_are_the_same_after_a_restart(tables: Tables) -> None:
    live, book = LiveProcessors(tables), MinuteBars(tables, 0)
    live.begin()
    for batch in range(5):
        rows, position = put(tables, batch, trades(list(range(batch * 50, batch * 50 + 50)), apart=1))
        book.take(rows, position)
        live.take(rows)
    again = LiveProcessors(tables)
    again.begin()
    answers = live.answers()
    assert answers["live_vwap"].num_rows == 1
    assert {name: rows.to_pylist() for name, rows in again.answers().items()} == {
        name: rows.to_pylist() for name, rows in answers.items()
    }
