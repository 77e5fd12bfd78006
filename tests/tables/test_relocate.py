"""A home may be called anything, moved and copied: its tables are those of its own folder, with all they held."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from support.rows import BARS, NOON, bar, bars, origins
from support.trades import trades
from topheavy.core.errors import TableError
from topheavy.core.positions import Position
from topheavy.datasets.schema import dataset
from topheavy.tables.catalogs.catalog import Tables
from topheavy.tables.catalogs.local import local
from topheavy.tables.catalogs.relocate import settle
from topheavy.tables.read import read
from topheavy.tables.streams.streaming import append, positions, restart
from topheavy.tables.write import replace_slices

if TYPE_CHECKING:
    from pyiceberg.catalog.sql import SqlCatalog

TRADES = dataset("trades")
FIRST = [bar("2024-11-29", "AAPL", 1.0), bar("2024-12-02", "AAPL", 2.0), bar("2024-12-02", "MSFT", 3.0)]
SECOND = [bar("2024-12-02", "AAPL", 20.0), bar("2024-12-02", "MSFT", 30.0)]
READ = Position("t", "id", {0: 0})


@contextmanager
def opened(home: Path) -> Iterator[Tables]:
    tables = Tables(home)
    yield tables
    tables.catalog.close()


def put(tables: Tables, rows: list[dict[str, object]]) -> int:
    coming = bars(*rows)
    return replace_slices(tables, BARS, coming, origins(coming), {})


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Bars of two months, one of them replaced; ten trades with how far their topic was read."""
    folder = tmp_path / "old"
    folder.mkdir()
    with opened(folder) as tables:
        put(tables, FIRST)
        put(tables, SECOND)
        coming = trades(list(range(10)))
        for name, value in {"partition": 0, "batch": 0, "received_at": NOON}.items():
            field = TRADES.schema.field(name)
            coming = coming.append_column(field, pa.repeat(pa.scalar(value, field.type), 10))
        append(tables, TRADES, coming.select(TRADES.schema.names).cast(TRADES.schema), READ, {0: 10})
    return folder


def closes(home: Path) -> dict[tuple[str, str], float]:
    with opened(home) as tables:
        rows = read(tables, BARS).to_pylist()
    return {(row["session"].isoformat(), row["security"]): row["close"] for row in rows}


WHOLE = {("2024-11-29", "AAPL"): 1.0, ("2024-12-02", "AAPL"): 20.0, ("2024-12-02", "MSFT"): 30.0}


def holds_all(home: Path) -> bool:
    with opened(home) as tables:
        assert read(tables, TRADES)["sequence"].to_pylist() == list(range(10))
        assert positions(tables, TRADES) == {"t": Position("t", "id", {0: 10})}
        for item in (BARS, TRADES):
            table = tables.open(item)
            named = {table.metadata_location, *table.inspect.all_manifests()["path"].to_pylist()}
            named |= set(table.inspect.all_files()["file_path"].to_pylist())
            assert all(local(name).is_relative_to(home) and local(name).is_file() for name in named)
    return closes(home) == WHOLE


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["my home", "Fünf Größen", "100 % sure", "a#1", "%41", "why?"])
def test_a_home_may_be_called_anything_and_keeps_its_files_to_itself(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    with opened(folder) as tables:
        put(tables, FIRST)
        put(tables, SECOND)
    assert closes(folder) == WHOLE
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["new", "a new place"])
def test_a_moved_home_holds_all_it_held(home: Path, name: str) -> None:
    assert holds_all(home)
    moved = home.rename(home.with_name(name))
    assert holds_all(moved)
    assert not home.exists()
    with opened(moved) as tables:
        assert put(tables, SECOND) == 0, "what is known is known there too"
        assert put(tables, [bar("2024-12-03")]) == 1
    again = moved.rename(home.with_name("third"))
    assert closes(again) == WHOLE | {("2024-12-03", "AAPL"): 10.0}


def test_how_far_a_topic_was_read_moves_though_no_row_ever_came(tmp_path: Path) -> None:
    home = tmp_path / "old"
    home.mkdir()
    with opened(home) as tables:
        restart(tables, TRADES, READ.moved({0: 7}))
    with opened(home.rename(tmp_path / "new")) as tables:
        assert positions(tables, TRADES) == {"t": Position("t", "id", {0: 7})}
        assert read(tables, TRADES).num_rows == 0


def test_a_home_that_stayed_is_left_alone(home: Path) -> None:
    before = contents(home)
    assert closes(home) == WHOLE
    assert contents(home) == before


def test_a_copy_is_a_home_of_its_own(home: Path) -> None:
    before = contents(home)
    copy = home.with_name("copy")
    shutil.copytree(home, copy)
    assert holds_all(copy)
    with opened(copy) as tables:
        put(tables, [bar("2024-12-03")])
    assert contents(home) == before
    assert len(closes(copy)) == len(WHOLE) + 1


def test_a_kill_leaves_the_old_catalog_and_again_is_well(home: Path) -> None:
    moved = home.rename(home.with_name("new"))
    file, tables = moved / "catalog.sqlite", Tables(moved)
    before = file.read_bytes()

    def killed(path: Path) -> "SqlCatalog":
        if path != file:
            raise KeyboardInterrupt
        return tables._opened(path)

    with pytest.raises(KeyboardInterrupt):
        settle(moved, file, killed)
    assert file.read_bytes() == before
    shutil.copy(
        file, moved / f".{file.name}.{os.getpid()}.new"
    )  # what a kill leaves beside, of a process of this number
    assert holds_all(moved)
    assert not [path.name for path in moved.iterdir() if path.name.endswith(".new")]


def test_two_that_open_it_at_once_see_the_same(home: Path) -> None:
    moved = home.rename(home.with_name("new"))
    seen: list[dict[tuple[str, str], float]] = []
    threads = [Thread(target=lambda: seen.append(closes(moved))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [WHOLE] * 4
    assert holds_all(moved)


def test_a_home_whose_tables_were_left_behind_says_so(home: Path) -> None:
    moved = home.rename(home.with_name("new"))
    shutil.rmtree(moved / "tables")
    with pytest.raises(TableError, match=r"catalog\.sqlite cannot be opened: .*new/tables/.*No such file") as refused:
        closes(moved)
    assert "\n" not in str(refused.value)
