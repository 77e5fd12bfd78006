"""Rows and how far their topic was read go into a table together, or not at all, and survive upkeep together."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Thread

import pyarrow as pa
import pytest

from support.trades import START, trades
from topheavy.core.errors import Overtaken, TableError
from topheavy.core.positions import Position
from topheavy.datasets.schema import dataset
from topheavy.tables.catalogs.catalog import Tables
from topheavy.tables.read import read
from topheavy.tables.streams.compact import compact, trim
from topheavy.tables.streams.streaming import append, positions, replace, restart, scan

TRADES = dataset("trades")
HERE = Position("t", "id", {0: 0})


def rows(first: int, count: int = 10, part: int = 0, start: datetime = START) -> pa.Table:
    table = trades(list(range(first, first + count)), start=start)
    beside = {"partition": part, "batch": first, "received_at": START}
    for name, value in beside.items():
        field = TRADES.schema.field(name)
        table = table.append_column(field, pa.repeat(pa.scalar(value, field.type), count))
    return table.select(TRADES.schema.names).cast(TRADES.schema)


def put(tables: Tables, first: int, count: int = 10) -> None:
    append(tables, TRADES, rows(first, count), HERE.moved({0: first}), {0: first + count})


def sequences(tables: Tables) -> list[int]:
    return sorted(read(tables, TRADES)["sequence"].to_pylist())


def test_a_table_never_written_has_been_read_nowhere(tables: Tables) -> None:
    assert positions(tables, TRADES) == {}
    assert list(scan(tables, TRADES, ("feed",))) == []
    assert compact(tables, TRADES) == 0


def test_rows_and_position_come_together(tables: Tables) -> None:
    put(tables, 0)
    put(tables, 10)
    assert positions(tables, TRADES) == {"t": Position("t", "id", {0: 20})}
    assert sequences(tables) == list(range(20))


def test_rows_that_are_already_there_are_refused(tables: Tables) -> None:
    put(tables, 0)
    with pytest.raises(Overtaken, match="at 10 of partition 0, the rows begin at 0"):
        put(tables, 0)
    with pytest.raises(Overtaken, match="another topic"):
        append(tables, TRADES, rows(10), Position("t", "other", {0: 10}), {0: 20})
    assert sequences(tables) == list(range(10))


def test_partitions_and_topics_stand_beside_each_other(tables: Tables) -> None:
    put(tables, 0)
    append(tables, TRADES, rows(100, part=1), Position("t", "id", {1: 0}), {1: 7})
    append(tables, TRADES, rows(200), Position("u", "x", {0: 0}), {0: 1})
    assert positions(tables, TRADES) == {"t": Position("t", "id", {0: 10, 1: 7}), "u": Position("u", "x", {0: 1})}


def test_offsets_move_even_where_no_row_was_new(tables: Tables) -> None:
    put(tables, 0)
    append(tables, TRADES, TRADES.schema.empty_table(), HERE.moved({0: 10}), {0: 15})
    assert positions(tables, TRADES)["t"].next == {0: 15}


def test_a_new_start_is_noted_whatever_was_before(tables: Tables) -> None:
    put(tables, 0)
    restart(tables, TRADES, Position("t", "new", {0: 3}))
    assert positions(tables, TRADES)["t"] == Position("t", "new", {0: 3})
    assert sequences(tables) == list(range(10))


def test_many_small_files_become_one_and_the_position_stays(tables: Tables) -> None:
    for first in range(0, 60, 10):
        put(tables, first)
    tomorrow = rows(60, start=START + timedelta(days=1))
    append(tables, TRADES, tomorrow, HERE.moved({0: 60}), {0: 70})
    assert compact(tables, TRADES, many=5) == 6
    table = tables.open(TRADES)
    assert len(list(table.scan().plan_files())) == 2, "one a day"
    assert sequences(tables) == list(range(70))
    assert positions(tables, TRADES)["t"].next == {0: 70}
    assert compact(tables, TRADES, many=5) == 0


def test_no_more_is_joined_at_once_than_fits_into_a_file_of_its_size(tables: Tables) -> None:
    """A join has its rows in memory: six files of which two fit make three, however many there are."""
    for first in range(0, 60, 10):
        put(tables, first)
    sizes = [task.file.file_size_in_bytes for task in tables.open(TRADES).scan().plan_files()]
    assert compact(tables, TRADES, many=5, small=round(2.5 * max(sizes))) == 6
    assert len(list(tables.open(TRADES).scan().plan_files())) == 3
    assert sequences(tables) == list(range(60))


def test_the_position_outlives_the_snapshots_that_noted_it(tables: Tables) -> None:
    for first in range(0, 30, 10):
        put(tables, first)
    compact(tables, TRADES, many=2)
    trim(tables, TRADES, datetime.now(UTC) + timedelta(days=1))
    assert len(tables.open(TRADES).snapshots()) == 1
    assert positions(tables, TRADES)["t"].next == {0: 30}
    put(tables, 30)
    assert sequences(tables) == list(range(40))


def test_rows_are_replaced_with_a_position_noted(tables: Tables) -> None:
    put(tables, 0)
    replace(tables, TRADES, rows(5, 1), "sequence >= 5", {"t": HERE.moved({0: 12})})
    assert sequences(tables) == list(range(6))
    assert positions(tables, TRADES)["t"].next == {0: 12}
    replace(tables, TRADES, rows(80, 1), "sequence = 80", {"t": Position("t", "new", {1: 1})})
    assert positions(tables, TRADES)["t"] == Position("t", "new", {1: 1})


def test_two_at_once_lose_nothing(tables: Tables) -> None:
    tables.open(TRADES)
    failed: list[Exception] = []

    def follow(part: int) -> None:
        own = Tables(tables.home)
        try:
            for first, after in pairwise(range(0, 60, 10)):
                begin = Position("t", "id", {part: first})
                append(own, TRADES, rows(1000 * part + first, part=part), begin, {part: after})
        except TableError as error:
            failed.append(error)
        finally:
            own.catalog.close()

    threads = [Thread(target=follow, args=(part,)) for part in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert positions(tables, TRADES)["t"].next == {1: 50, 2: 50}
    assert sequences(tables) == [1000 * part + at for part in (1, 2) for at in range(50)]
