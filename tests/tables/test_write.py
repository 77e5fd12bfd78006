"""Slices are replaced, never appended: twice is once."""

from collections.abc import Mapping
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.rows import BARS, SPLITS, Row, bar, bars, origins, split, splits
from topheavy.tables.catalogs.catalog import Tables
from topheavy.tables.read import read, snapshot_of
from topheavy.tables.write import replace_all, replace_slices

RANKS = {"polygon": 60, "yahoo": 40, "files": 90}
QUARTER = [bar("2024-10-15"), bar("2024-11-15"), bar("2024-12-06"), bar("2024-12-09", "MSFT")]
NVDA = bar("2024-12-10", "NVDA", origin="yahoo/chart/NVDA", source="yahoo")


def put(tables: Tables, *rows: Row, of: list[str] | None = None, ranks: Mapping[str, int] = RANKS) -> int:
    table = bars(*rows)
    return replace_slices(tables, BARS, table, of or origins(table), ranks)


def held(tables: Tables) -> dict[tuple[str, str], float]:
    rows = read(tables, BARS).to_pylist()
    assert len({(row["session"], row["security"]) for row in rows}) == len(rows)
    return {(row["session"].isoformat(), row["security"]): row["close"] for row in rows}


def files(tables: Tables) -> dict[str, list[str]]:
    """Month → the data files the table now names for it."""
    found: dict[str, list[str]] = {}
    for task in tables.open(BARS).scan().plan_files():
        folder, name = task.file.file_path.rsplit("/", 2)[1:]
        found.setdefault(folder.removeprefix("session_month="), []).append(name)
    return found


# twice is once


def test_twice_is_once(tables: Tables) -> None:
    assert put(tables, *QUARTER) == 4
    first = snapshot_of(tables, BARS)
    assert put(tables, *QUARTER) == 0
    assert put(tables, *reversed(QUARTER)) == 0, "the order of rows is nothing new"
    assert snapshot_of(tables, BARS) == first != 0
    assert len(held(tables)) == 4


def test_what_is_read_is_what_was_written(tables: Tables) -> None:
    rows = [bar("2024-12-06", close=242.84, vwap=241.5), bar("2024-12-06", "MSFT", volume=None, origin="other")]
    put(tables, *rows)
    assert read(tables, BARS).sort_by("security").to_pylist() == rows
    assert read(tables, BARS).schema == BARS.schema


def test_a_single_changed_value_is_written(tables: Tables) -> None:
    put(tables, *QUARTER)
    assert put(tables, bar("2024-12-06", close=11.0)) == 1
    assert held(tables)["2024-12-06", "AAPL"] == 11.0
    assert len(held(tables)) == 4


# a slice is the whole of what its origin says


def test_a_row_its_origin_no_longer_has_disappears(tables: Tables) -> None:
    put(tables, bar("2024-12-06"), bar("2024-12-06", "MSFT"), bar("2024-12-09"))
    put(tables, bar("2024-12-06"))
    assert set(held(tables)) == {("2024-12-06", "AAPL"), ("2024-12-09", "AAPL")}


def test_an_origin_that_has_nothing_left_leaves_nothing(tables: Tables) -> None:
    put(tables, *QUARTER)
    put(tables, of=["polygon/bars/session=2024-12-06"])
    assert ("2024-12-06", "AAPL") not in held(tables)
    assert len(held(tables)) == 3


@pytest.mark.parametrize("origin", ["yahoo/chart/AAPL", "files/file/my-session=2024-11-30.csv"])
def test_a_row_that_disappears_in_another_month_disappears(tables: Tables, origin: str) -> None:
    """An origin that is not asked by the session may have had rows in any month, whatever it is called."""
    put(tables, bar("2024-10-15", origin=origin), bar("2024-12-06", origin=origin), bar("2024-11-15", "MSFT"))
    put(tables, bar("2024-12-06", origin=origin))
    assert set(held(tables)) == {("2024-12-06", "AAPL"), ("2024-11-15", "MSFT")}


def test_other_origins_of_the_month_stay(tables: Tables) -> None:
    put(tables, NVDA, *QUARTER)
    put(tables, bar("2024-12-09", "GOOG"), of=["polygon/bars/session=2024-12-09"])
    assert set(held(tables)) == {
        *(("2024-10-15", "AAPL"), ("2024-11-15", "AAPL"), ("2024-12-06", "AAPL")),
        *(("2024-12-09", "GOOG"), ("2024-12-10", "NVDA")),
    }


# a key that two origins claim


CLAIMS = [
    bar("2024-12-06", close=1.0, origin="yahoo/chart/AAPL", source="yahoo", hours=9),
    bar("2024-12-06", close=2.0, origin="polygon/bars/session=2024-12-06", hours=1),
    bar("2024-12-06", close=3.0, origin="polygon/again", hours=2),
    bar("2024-12-06", close=4.0, origin="polygon/and-again", hours=2),
]
"""In the order they give way to each other: rank, then the one received last, then the name."""


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_key_that_several_claim_is_settled_whoever_came_first(tables: Tables, order: tuple[int, ...]) -> None:
    for place in order:
        put(tables, CLAIMS[place])
    assert held(tables) == {("2024-12-06", "AAPL"): 3.0}


def test_several_that_come_at_once_are_settled_the_same(tables: Tables) -> None:
    put(tables, *CLAIMS)
    assert held(tables) == {("2024-12-06", "AAPL"): 4.0}


def test_a_source_without_a_rank_gives_way_to_all(tables: Tables) -> None:
    put(tables, CLAIMS[1])
    put(tables, bar("2024-12-06", close=9.0, origin="x", source="stranger", hours=99))
    assert held(tables) == {("2024-12-06", "AAPL"): 2.0}


def test_without_ranks_the_one_received_last_stays(tables: Tables) -> None:
    for row in CLAIMS[:2]:
        put(tables, row, ranks={})
    assert held(tables) == {("2024-12-06", "AAPL"): 1.0}


# months


def test_a_month_is_one_file_however_often_it_is_replaced(tables: Tables) -> None:
    put(tables, *QUARTER)
    for close in (11.0, 12.0, 13.0):
        put(tables, bar("2024-12-06", close=close))
        put(tables, bar("2024-11-15", close=close))
    assert {month: len(names) for month, names in files(tables).items()} == {"2024-10": 1, "2024-11": 1, "2024-12": 1}


def test_months_that_are_not_touched_keep_their_files(tables: Tables) -> None:
    put(tables, *QUARTER)
    before = files(tables)
    put(tables, bar("2024-12-06", close=11.0))
    after = files(tables)
    assert {month for month in before if before[month] != after[month]} == {"2024-12"}


def test_a_year_ends_with_december(tables: Tables) -> None:
    put(tables, bar("2023-12-29"), bar("2024-01-02"), bar("2024-12-31"), bar("2025-01-02"))
    before = files(tables)
    put(tables, bar("2024-12-31", close=11.0))
    after = files(tables)
    assert {month for month in before if before[month] != after[month]} == {"2024-12"}
    assert len(held(tables)) == 4


def test_a_dataset_without_a_month_is_replaced_by_slices_too(tables: Tables) -> None:
    def put_splits(*rows: Row) -> int:
        return replace_slices(tables, SPLITS, splits(*rows), origins(splits(*rows)), RANKS)

    other = split("AAPL", "2020-08-31", 4.0, origin="polygon/splits", source="polygon")
    assert put_splits(split("NVDA", "2024-06-10", 10.0), split("TSLA", "2022-08-25", 3.0), other) == 3
    assert put_splits(split("NVDA", "2024-06-10", 10.0)) == 1
    assert put_splits(split("NVDA", "2024-06-10", 10.0)) == 0
    assert sorted(read(tables, SPLITS)["security"].to_pylist()) == ["AAPL", "NVDA"]


# the whole table at once


def test_a_derived_table_is_replaced_as_a_whole(tables: Tables) -> None:
    assert replace_all(tables, SPLITS, splits(split("A", "2024-01-02", 2.0), split("B", "2024-01-02", 3.0))) == 2
    first = snapshot_of(tables, SPLITS)
    assert replace_all(tables, SPLITS, splits(split("B", "2024-01-02", 3.0), split("A", "2024-01-02", 2.0))) == 0
    assert snapshot_of(tables, SPLITS) == first
    assert replace_all(tables, SPLITS, splits(split("A", "2024-01-02", 2.0))) == 1
    assert read(tables, SPLITS)["security"].to_pylist() == ["A"]
    assert replace_all(tables, SPLITS, splits()) == 0
    assert read(tables, SPLITS).num_rows == 0


# against a plain dictionary


DAYS = ["2024-10-15", "2024-11-29", "2024-12-02", "2025-01-02"]
SLICES = st.lists(
    st.tuples(st.sampled_from("ABC"), st.dictionaries(st.sampled_from(DAYS), st.sampled_from([1.0, 2.0]), max_size=4)),
    min_size=1,
    max_size=4,
)


@given(SLICES)
@settings(deadline=None, max_examples=12)
def test_the_table_is_the_sum_of_what_its_origins_last_said(slices: list[tuple[str, dict[str, float]]]) -> None:
    said: dict[str, dict[str, float]] = {}
    with TemporaryDirectory() as folder:
        tables = Tables(Path(folder))
        for name, closes in slices:
            put(tables, *(bar(day, name, close, origin=name) for day, close in closes.items()), of=[name])
            said[name] = closes
            assert held(tables) == {(day, who): close for who, what in said.items() for day, close in what.items()}
            assert all(len(names) == 1 for names in files(tables).values())
        tables.catalog.close()
