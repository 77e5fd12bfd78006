"""A table is read whole, for a period, or as it was; and it is made in one step, as declared."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import sleep

import pytest

from support.rows import BARS, SPLITS, bar, bars, origins, split, splits
from topheavy.core.errors import TableError
from topheavy.datasets.schema import Layer, datasets
from topheavy.tables.catalogs.catalog import Tables
from topheavy.tables.catalogs.local import local
from topheavy.tables.read import read, snapshot_of
from topheavy.tables.upkeep import tidy
from topheavy.tables.write import replace_all, replace_slices


def put(tables: Tables, close: float, *days: str) -> None:
    rows = bars(*(bar(day, close=close) for day in days))
    replace_slices(tables, BARS, rows, origins(rows), {})


def moment() -> datetime:
    """Now, with room before and after: snapshots are told apart by the millisecond."""
    sleep(0.005)
    now = datetime.now(UTC)
    sleep(0.005)
    return now


def closes(tables: Tables, as_of: datetime | None = None) -> list[float]:
    rows = read(tables, BARS, as_of=as_of).sort_by("session")["close"]
    return list(rows.to_pylist())


# periods and columns


def test_a_table_that_was_never_written_has_no_rows(tables: Tables) -> None:
    for about in datasets().values():
        if about.layer is not Layer.VIEW:
            assert read(tables, about).schema == about.schema
            assert read(tables, about).num_rows == 0
            assert snapshot_of(tables, about) == 0
    assert read(tables, BARS, columns=("close", "session")).schema.names == ["close", "session"]
    assert not tables.exists(BARS), "reading makes no table"


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        (None, None, ["2024-11-29", "2024-12-02", "2024-12-06", "2025-01-02"]),
        (date(2024, 12, 2), date(2024, 12, 6), ["2024-12-02", "2024-12-06"]),
        (date(2024, 12, 3), None, ["2024-12-06", "2025-01-02"]),
        (None, date(2024, 11, 29), ["2024-11-29"]),
        (date(2024, 12, 7), date(2024, 12, 31), []),
    ],
)
def test_a_period_includes_both_its_ends(
    tables: Tables, since: date | None, until: date | None, days: list[str]
) -> None:
    put(tables, 10.0, "2024-11-29", "2024-12-02", "2024-12-06", "2025-01-02")
    found = read(tables, BARS, since=since, until=until)["session"].to_pylist()
    assert sorted(day.isoformat() for day in found) == days


def test_columns_come_as_asked(tables: Tables) -> None:
    put(tables, 10.0, "2024-12-06")
    found = read(tables, BARS, columns=("close", "session"))
    assert found.to_pylist() == [{"close": 10.0, "session": date(2024, 12, 6)}]
    assert found.schema.names == ["close", "session"]


def test_files_that_are_gone_are_named(tables: Tables) -> None:
    put(tables, 10.0, "2024-12-06")
    (task,) = tables.open(BARS).scan().plan_files()
    local(task.file.file_path).unlink()
    with pytest.raises(TableError, match=r"^bars cannot be read: "):
        read(tables, BARS)


# as it was


@pytest.fixture
def three_states(tables: Tables) -> list[datetime]:
    """Moments after each of three writes of one month: 1, 2, and 3 with one day retracted."""
    moments = []
    put(tables, 1.0, "2024-12-05", "2024-12-06")
    moments.append(moment())
    put(tables, 2.0, "2024-12-05", "2024-12-06")
    moments.append(moment())
    put(tables, 3.0, "2024-12-05")
    replace_slices(tables, BARS, bars(), ["polygon/bars/session=2024-12-06"], {})
    moments.append(moment())
    return moments


def test_a_table_is_read_as_it_was(tables: Tables, three_states: list[datetime]) -> None:
    assert [closes(tables, as_of) for as_of in three_states] == [[1.0, 1.0], [2.0, 2.0], [3.0]]
    assert closes(tables) == [3.0]
    assert closes(tables, datetime.now(UTC) + timedelta(days=1)) == [3.0]


def test_at_no_moment_was_a_table_half_replaced(tables: Tables, three_states: list[datetime]) -> None:
    """The library replaces in two snapshots, the old rows away and the new ones in: only whole states are shown."""
    seen = [
        closes(tables, datetime.fromtimestamp(entry.timestamp_ms / 1000, UTC)) for entry in tables.open(BARS).history()
    ]
    assert set(map(tuple, seen)) == {(1.0, 1.0), (2.0, 2.0), (3.0, 2.0), (3.0,)}


def test_before_its_first_write_there_was_no_table(tables: Tables) -> None:
    before = moment()
    put(tables, 1.0, "2024-12-06")
    with pytest.raises(TableError, match=f"bars did not exist at {before.isoformat()[:19]}"):
        read(tables, BARS, as_of=before)


# upkeep


def test_upkeep_lets_old_states_go_and_keeps_the_present_one(tables: Tables, three_states: list[datetime]) -> None:
    folder = local(tables.open(BARS).location())
    before = len(list(folder.rglob("*.parquet")))
    later = datetime.now(UTC) + timedelta(days=8)
    assert tidy(tables, BARS, datetime.now(UTC)) == 0, "seven days are kept"
    assert tidy(tables, BARS, later) > 0
    assert (before, len(list(folder.rglob("*.parquet")))) == (4, 1)
    assert closes(tables) == [3.0]
    with pytest.raises(TableError, match="did not exist at"):
        read(tables, BARS, as_of=three_states[0])
    put(tables, 4.0, "2024-12-05")
    assert closes(tables) == [4.0]


def test_upkeep_leaves_the_files_of_a_commit_that_is_being_made(tables: Tables, three_states: list[datetime]) -> None:
    folder = local(tables.open(BARS).location())
    being_made = folder / "data" / "not-named-yet.parquet"
    being_made.write_bytes(b"")
    tidy(tables, BARS, datetime.now(UTC), keep=timedelta(0))
    assert being_made.exists()
    tidy(tables, BARS, datetime.now(UTC) + timedelta(hours=2), keep=timedelta(0))
    put(tables, 5.0, "2024-12-05")
    tidy(tables, BARS, datetime.now(UTC) + timedelta(hours=2), keep=timedelta(0))
    assert not being_made.exists()
    assert closes(tables) == [5.0]


# as declared


@pytest.mark.parametrize("name", ["bars", "splits", "repairs", "market_caps", "trades", "minute_bars"])
def test_a_table_is_made_as_its_dataset_declares(tables: Tables, name: str) -> None:
    about = datasets()[name]
    replace_all(tables, about, about.schema.empty_table())
    table = tables.open(about)
    columns = {field.name: (field.required, field.doc) for field in table.schema().fields}
    assert list(columns) == [column.name for column in about.all_columns]
    for column in about.all_columns:
        required, text = columns[column.name]
        assert required != column.optional
        assert (text or "").startswith(column.meaning)
        assert column.unit in (text or "")
    parts = [str(field.transform) for field in table.spec().fields]
    assert parts == (["month"] if about.month_of else ["day"] if about.day_of else [])
    assert table.properties["comment"] == about.grain


def test_a_table_is_made_in_one_commit(tables: Tables) -> None:
    """Were it made in steps, a kill between them would leave a table without its partition for good."""
    assert not tables.open(BARS).metadata.metadata_log
    assert tables.exists(BARS)


def test_tables_outlive_the_process(tables: Tables) -> None:
    replace_all(tables, SPLITS, splits(split("A", "2024-01-02", 2.0)))
    again = Tables(tables.home)
    assert again.exists(SPLITS)
    assert snapshot_of(again, SPLITS) == snapshot_of(tables, SPLITS)
    assert read(again, SPLITS).num_rows == 1
    again.catalog.close()


def test_a_home_with_a_quote_and_a_space_in_it(tmp_path: Path) -> None:
    home = tmp_path / "o'brien & söhne 100%"
    home.mkdir()
    tables = Tables(home)
    put(tables, 1.0, "2024-12-06")
    put(tables, 2.0, "2024-12-06")
    assert closes(tables) == [2.0]
    tables.catalog.close()


def test_a_catalog_that_is_no_catalog_is_named(tmp_path: Path) -> None:
    (tmp_path / "catalog.sqlite").write_bytes(b"certainly no database, but long enough to be read as one" * 20)
    with pytest.raises(TableError, match=r"catalog\.sqlite cannot be opened"):
        read(Tables(tmp_path), BARS)
