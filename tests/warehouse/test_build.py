"""Publishing: keys are enforced, checks are gates, and readers see the old file or the new one."""

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from topheavy.core.errors import NotPublished, WarehouseError
from topheavy.datasets.schema import dataset, datasets
from topheavy.warehouse.ask import Warehouse
from topheavy.warehouse.build import FILE, Gate, View, build
from warehouse.conftest import ABOUT, DOUBLED, THREE, splits

NO_TENFOLD = Gate("no_tenfold", "Is any split tenfold?", "SELECT security, ratio FROM splits WHERE ratio = 10", "look")
LOOSE = pa.schema([field.with_nullable(True) for field in THREE.schema])
TWICE = splits(("NVDA", "2024-06-10", 10.0), ("NVDA", "2024-06-10", 10.0))


def files(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in home.iterdir()}


def test_what_was_published_can_be_read(warehouse: Warehouse) -> None:
    assert warehouse.ask("SELECT * FROM splits ORDER BY security, effective").to_pylist() == THREE.to_pylist()
    assert warehouse.rows("SELECT SUM(a) AS total FROM free") == [{"total": 3}]
    assert warehouse.about() == ABOUT


def test_views_are_there(warehouse: Warehouse) -> None:
    rows = warehouse.rows("SELECT security, ratio FROM doubled ORDER BY ratio, security")
    assert [(row["security"], row["ratio"]) for row in rows] == [("AAPL", 8.0), ("NVDA", 8.0), ("NVDA", 20.0)]


def test_nothing_but_the_warehouse_is_left_in_the_folder(warehouse: Warehouse, home: Path) -> None:
    assert list(files(home)) == [FILE]


def test_columns_have_their_datasets_types(home: Path) -> None:
    stored = {name: item.schema.empty_table() for name, item in datasets().items()}
    build(home, stored, [], [], ABOUT)
    with duckdb.connect(home / FILE, read_only=True) as session:
        found = session.execute(
            "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
        ).fetchall()
    names = {"date32[day]": "DATE", "string": "VARCHAR", "double": "DOUBLE", "int64": "BIGINT", "bool": "BOOLEAN"}
    names["timestamp[us, tz=UTC]"] = "TIMESTAMP WITH TIME ZONE"
    expected = {
        (name, column.name, names[str(column.type)], "YES" if column.optional else "NO")
        for name, item in datasets().items()
        for column in item.all_columns
    }
    assert {row for row in found if row[0] != "published"} == expected


def test_columns_are_loaded_by_name_and_not_by_place(home: Path) -> None:
    """Positional relabelling swaps what is alike in type: here a symbol with a security, a source with an origin."""
    build(home, {"splits": THREE.select(THREE.schema.names[::-1])}, [], [], ABOUT)
    assert Warehouse(home).ask("SELECT * FROM splits ORDER BY security, effective").to_pylist() == THREE.to_pylist()


# keys


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (TWICE, "the key of splits refused publication: 1 rows, first security=NVDA, effective=2024-06-10, ratio=10.0"),
        (
            pa.Table.from_pylist([THREE.to_pylist()[0] | {"security": None}], schema=LOOSE),
            'splits: .*NOT NULL constraint failed: splits."security"',
        ),
    ],
)
def test_a_key_is_enforced_and_the_old_file_stays(
    warehouse: Warehouse, home: Path, rows: pa.Table, message: str
) -> None:
    before = files(home)
    with pytest.raises(NotPublished, match=f"{message}.*what was published before is still there") as refused:
        build(home, {"splits": rows}, [], [], {"fingerprint": "new"})
    assert "\n" not in str(refused.value)
    assert files(home) == before
    assert warehouse.about() == ABOUT


def test_a_key_is_enforced_in_a_new_home_too(home: Path) -> None:
    with pytest.raises(NotPublished, match="the key of splits refused publication"):
        build(home, {"splits": TWICE}, [], [], ABOUT)
    assert files(home) == {}


# gates


def test_a_gate_that_finds_a_row_refuses_and_the_old_file_stays_byte_for_byte(warehouse: Warehouse, home: Path) -> None:
    before = files(home)
    with pytest.raises(NotPublished) as refused:
        build(home, {"splits": THREE}, [DOUBLED], [NO_TENFOLD], {"fingerprint": "new"})
    assert str(refused.value) == (
        "no_tenfold refused publication: 1 rows, first security=NVDA, ratio=10.0; look; "
        "what was published before is still there"
    )
    assert files(home) == before
    assert warehouse.about() == ABOUT


def test_what_is_done_before_publication_is_done_after_the_gates_and_before_anyone_sees(
    warehouse: Warehouse, home: Path
) -> None:
    seen: list[dict[str, str]] = []
    build(
        home,
        {"splits": THREE.slice(0, 2)},
        [],
        [NO_TENFOLD],
        {"fingerprint": "new"},
        lambda _: seen.append(warehouse.about()),
    )
    assert seen == [ABOUT]
    assert warehouse.about() == {"fingerprint": "new"}
    with pytest.raises(NotPublished):
        build(home, {"splits": THREE}, [], [NO_TENFOLD], ABOUT, lambda _: seen.append({"never": "called"}))
    assert len(seen) == 1


def test_a_kill_before_publication_leaves_the_old_file(warehouse: Warehouse, home: Path) -> None:
    def killed(_: Path) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(home, {"splits": THREE.slice(0, 2)}, [], [], {"fingerprint": "new"}, killed)
    assert warehouse.about() == ABOUT
    assert list(files(home)) == [FILE]


def test_a_gate_that_finds_nothing_lets_pass(home: Path) -> None:
    build(home, {"splits": THREE.slice(0, 2)}, [], [NO_TENFOLD], ABOUT)
    assert Warehouse(home).rows("SELECT COUNT(*) AS n FROM splits") == [{"n": 2}]


def test_a_gate_may_look_at_views(home: Path) -> None:
    gate = Gate("no_twentyfold", "?", "SELECT * FROM doubled WHERE ratio = 20", "look")
    with pytest.raises(NotPublished, match="no_twentyfold refused"):
        build(home, {"splits": THREE}, [DOUBLED], [gate], ABOUT)


@pytest.mark.parametrize(
    ("views", "gates"),
    [
        ([View("broken", "SELECT nothing FROM nowhere")], []),
        ([View("broken", "SELEKT 1")], []),
        ([], [Gate("broken", "?", "SELECT nothing FROM splits", "look")]),
    ],
)
def test_sql_that_fails_is_named_and_the_old_file_stays(
    warehouse: Warehouse, home: Path, views: list[View], gates: list[Gate]
) -> None:
    before = files(home)
    with pytest.raises(WarehouseError, match=r"warehouse\.duckdb cannot be built: ") as refused:
        build(home, {"splits": THREE}, views, gates, ABOUT)
    assert "\n" not in str(refused.value)
    assert files(home) == before


# again


def test_publishing_again_replaces_everything(warehouse: Warehouse, home: Path) -> None:
    build(home, {"splits": THREE.slice(0, 1)}, [], [], {"fingerprint": "def"})
    assert warehouse.about() == {"fingerprint": "def"}
    assert warehouse.rows("SELECT COUNT(*) AS n FROM splits") == [{"n": 1}]
    with pytest.raises(WarehouseError, match="doubled does not exist"):
        warehouse.ask("SELECT * FROM doubled")


def test_a_reader_of_the_old_file_reads_it_to_the_end(warehouse: Warehouse, home: Path) -> None:
    with duckdb.connect(home / FILE, read_only=True) as reader:
        assert reader.execute("SELECT COUNT(*) FROM splits").fetchall() == [(3,)]
        build(home, {"splits": THREE.slice(0, 1)}, [], [], ABOUT)
        assert reader.execute("SELECT COUNT(*) FROM splits").fetchall() == [(3,)]
    assert warehouse.rows("SELECT COUNT(*) AS n FROM splits") == [{"n": 1}]


def test_another_process_reads_while_one_publishes(warehouse: Warehouse, home: Path) -> None:
    code = "import duckdb, sys; print(duckdb.connect(sys.argv[1], read_only=True).sql('FROM free').fetchall()); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(home / FILE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "[(1,), (2,)]\n"
        assert warehouse.about() == ABOUT, "two processes read one file"
        build(home, {"splits": THREE.slice(0, 1)}, [], [], {"fingerprint": "def"})
        assert warehouse.about() == {"fingerprint": "def"}
        reader.communicate("\n")
    assert reader.returncode == 0


@pytest.mark.parametrize("name", ["o'brien", 'a "quoted" home', "söhne & co; DROP TABLE splits", "100%"])
def test_a_home_may_have_any_name(tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    home.mkdir()
    for fingerprint in ("first", "second"):
        build(home, {"splits": THREE}, [DOUBLED], [], {"fingerprint": fingerprint})
        assert Warehouse(home).about() == {"fingerprint": fingerprint}
    assert [path.name for path in home.iterdir()] == [FILE]


def test_a_home_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"missing/warehouse\.duckdb cannot be built"):
        build(tmp_path / "missing", {"splits": THREE}, [], [], ABOUT)


def test_moments_come_back_as_the_same_moments(warehouse: Warehouse) -> None:
    (row,) = warehouse.rows("SELECT received_at, effective FROM splits WHERE ratio = 10")
    assert row["received_at"] == datetime(2024, 12, 6, 12, tzinfo=UTC)
    assert row["effective"] == date(2024, 6, 10)
    assert dataset("splits").key == ("security", "effective", "ratio"), "of two ratios of one day the price decides"
