"""Which trades the table has is found once for each large file, and never believed where it does not come out."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobs.test_minute_bars import put
from support.trades import trades
from topheavy.core.errors import TableError
from topheavy.datasets.schema import dataset
from topheavy.jobs.stream.committed import CommittedTrades, runs_of
from topheavy.tables.catalogs.catalog import Tables
from topheavy.tables.streams.compact import compact

TRADES = dataset("trades")


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[Tables]:
    opened = Tables(tmp_path)
    yield opened
    opened.catalog.close()


def known(tables: Tables, worth: int = 10) -> list[tuple[str, int, int]]:
    found = [row for runs in CommittedTrades(tables, worth).runs() for row in runs.to_pylist()]
    return sorted((row["feed"], row["first"], row["last"]) for row in found)


def kept(tables: Tables) -> list[Path]:
    return sorted((tables.home / "live" / "known").glob("*.parquet"))


def test_runs_are_found_whatever_the_order() -> None:
    rows = pa.concat_tables([trades([5, 3, 4, 9]), trades([1, 2], feed="other"), trades([8])])
    assert runs_of(rows).to_pylist() == [
        {"feed": "made", "first": 3, "last": 5},
        {"feed": "made", "first": 8, "last": 9},
        {"feed": "other", "first": 1, "last": 2},
    ]


def test_a_number_that_stands_twice_is_told() -> None:
    with pytest.raises(TableError, match="stands twice"):
        runs_of(trades([1, 2, 2, 3]))


def test_a_table_never_written_has_none(tables: Tables) -> None:
    assert known(tables) == []


def test_runs_of_a_large_file_are_kept_and_read_from_there(tables: Tables) -> None:
    put(tables, 0, trades(list(range(20))))
    put(tables, 1, trades([30, 31]))
    assert known(tables) == [("made", 0, 19), ("made", 30, 31)]
    (file,) = kept(tables)
    elsewhere = pa.table({"feed": ["made"], "first": [100], "last": [119]})
    pq.write_table(elsewhere, file)
    assert known(tables) == [("made", 30, 31), ("made", 100, 119)], "the file itself is not read again"


@pytest.mark.parametrize("damage", [b"", b"PAR1", None])
def test_what_is_damaged_or_does_not_come_out_is_found_anew(tables: Tables, damage: bytes | None) -> None:
    put(tables, 0, trades(list(range(20))))
    known(tables)
    (file,) = kept(tables)
    if damage is None:
        pq.write_table(pa.table({"feed": ["made"], "first": [0], "last": [18]}), file)
    else:
        file.write_bytes(damage)
    assert known(tables) == [("made", 0, 19)]
    assert pq.read_table(file)["last"].to_pylist() == [19]


def test_what_was_kept_of_files_that_were_joined_is_taken_away(tables: Tables) -> None:
    for batch in range(3):
        put(tables, batch, trades(list(range(batch * 20, batch * 20 + 20))))
    assert len(known(tables)) == len(kept(tables)) == 3
    assert compact(tables, TRADES, many=2) == 3
    assert known(tables) == [("made", 0, 59)]
    assert len(kept(tables)) == 1
