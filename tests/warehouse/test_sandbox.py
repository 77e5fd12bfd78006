"""A question can read everything that was published, and nothing outside it."""

from pathlib import Path

import pyarrow as pa
import pytest

from topheavy.core.errors import NotPublished, WarehouseError
from topheavy.warehouse.ask import Warehouse
from topheavy.warehouse.build import FILE

ELSEWHERE = pa.table({"secret": ["a table of the program's own"]})

WAYS_OUT = [
    "SELECT * FROM read_csv('{outside}')",
    "SELECT * FROM read_text('{outside}')",
    "SELECT * FROM read_blob('{outside}')",
    "SELECT * FROM read_parquet('{outside}')",
    "SELECT * FROM '{outside}'",
    "FROM glob('{folder}/*')",
    "SELECT * FROM 'https://example.com/data.csv'",
    "SELECT * FROM read_csv('s3://bucket/data.csv')",
    "ATTACH '{folder}/other.duckdb' AS other",
    "ATTACH ':memory:' AS other",
    "COPY splits TO '{folder}/copied.csv'",
    "COPY (SELECT 1) TO '{folder}/copied.parquet'",
    "EXPORT DATABASE '{folder}/copied'",
    "IMPORT DATABASE '{folder}'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SELECT * FROM sqlite_scan('{outside}', 't')",
    "SET threads = 1",
    "SET enable_external_access = true",
    "SET GLOBAL lock_configuration = false",
    "PRAGMA enable_external_access = true",
    "SELECT getenv('HOME')",
    "SELECT * FROM duckdb_secrets()",
    "CREATE SECRET (TYPE s3)",
    "SELECT * FROM enable_logging(storage='file', storage_path='{folder}/log')",
    "SELECT * FROM enable_profiling(save_location='{folder}/profile.json')",
    "SELECT * FROM query('COPY splits TO ''{folder}/copied.csv''')",
    "SELECT * FROM ELSEWHERE",
    "SELECT * FROM self",
]

CHANGES = [
    "INSERT INTO free VALUES (3)",
    "UPDATE splits SET ratio = 1",
    "DELETE FROM splits",
    "DROP TABLE splits",
    "DROP VIEW doubled",
    "CREATE TABLE mine AS SELECT 1",
    "CREATE OR REPLACE VIEW doubled AS SELECT 1",
    "ALTER TABLE splits ADD COLUMN mine INTEGER",
    "TRUNCATE splits",
    "CREATE TEMPORARY TABLE mine AS SELECT 1",
    "WITH one AS (SELECT 3 AS a) INSERT INTO free SELECT a FROM one",
    "CHECKPOINT",
    "VACUUM",
    "SELECT 1; DROP TABLE splits",
    "DROP TABLE splits; SELECT 1",
]


def refused(warehouse: Warehouse, sql: str) -> str:
    with pytest.raises(WarehouseError) as error:
        warehouse.ask(sql)
    message = str(error.value)
    assert message
    assert "\n" not in message
    return message


@pytest.mark.parametrize("sql", WAYS_OUT)
def test_there_is_no_way_out(warehouse: Warehouse, tmp_path: Path, sql: str) -> None:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "data.csv").write_text("secret\ns3cret\n")
    message = refused(warehouse, sql.format(outside=folder / "data.csv", folder=folder))
    assert "s3cret" not in message
    assert [path.name for path in folder.iterdir()] == ["data.csv"]


@pytest.mark.parametrize("sql", CHANGES)
def test_nothing_published_can_be_changed(warehouse: Warehouse, sql: str) -> None:
    before = warehouse.path.read_bytes()
    refused(warehouse, sql)
    assert warehouse.path.read_bytes() == before
    assert warehouse.rows("SELECT COUNT(*) AS n FROM splits") == [{"n": 3}]


@pytest.mark.parametrize("ending", ["", ".wal", ".checkpoint.wal"])
@pytest.mark.parametrize("first", ["", "EXPLAIN ANALYZE ", "PREPARE p AS ", "SELECT 1; "])
def test_the_warehouses_own_files_cannot_be_written(warehouse: Warehouse, first: str, ending: str) -> None:
    """The database lets a query touch its own files: a COPY would put a line of text in the warehouse's place."""
    before = warehouse.path.read_bytes()
    copy = f"COPY (SELECT 1 AS a) TO '{warehouse.path}{ending}' (FORMAT csv, USE_TMP_FILE false)"
    assert "one SELECT is answered" in refused(warehouse, first + copy)
    assert [path.name for path in warehouse.path.parent.iterdir()] == [FILE]
    assert warehouse.path.read_bytes() == before


@pytest.mark.parametrize("sql", ["", "   ", "-- only a remark", ";"])
def test_no_question_is_no_question(warehouse: Warehouse, sql: str) -> None:
    assert refused(warehouse, sql) == "one SELECT is answered, and nothing else is run; this is no statement"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT COUNT(*) AS n FROM splits;",
        "  -- how many?\nSELECT COUNT(*) AS n FROM splits",
        "WITH s AS (SELECT * FROM splits) SELECT COUNT(*) AS n FROM s",
        "(SELECT COUNT(*) AS n FROM splits)",
        "FROM splits SELECT COUNT(*) AS n",
        "VALUES (3)",
    ],
)
def test_a_question_may_be_put_in_many_ways(warehouse: Warehouse, sql: str) -> None:
    assert warehouse.ask(sql).to_pydict().popitem()[1] == [3]


@pytest.mark.parametrize("sql", ["SHOW TABLES", "DESCRIBE splits", "SUMMARIZE splits"])
def test_what_there_is_can_be_asked(warehouse: Warehouse, sql: str) -> None:
    assert warehouse.ask(sql).num_rows > 0


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT nothing FROM splits", 'column "nothing" not found'),
        ("SELECT * FROM split", "Did you mean"),
        ("SELEKT 1", "syntax error"),
        ("SELECT ratio / 0 + 'x' FROM splits", "Could not convert string 'x'"),
    ],
)
def test_a_mistake_is_told_in_the_databases_own_words_on_one_line(warehouse: Warehouse, sql: str, message: str) -> None:
    assert message in refused(warehouse, sql)


@pytest.mark.parametrize("value", ["DATE '99999-01-01'", "TIMESTAMP '99999-01-01'", "INTERVAL '3000000000 days'"])
def test_a_value_that_no_row_can_hold_is_told(warehouse: Warehouse, value: str) -> None:
    with pytest.raises(WarehouseError, match="out of range"):
        warehouse.rows(f"SELECT {value} AS far")


def test_parameters_are_values_and_never_sql(warehouse: Warehouse) -> None:
    found = warehouse.rows(
        "SELECT ratio FROM splits WHERE security = $who AND ratio > $least", {"who": "NVDA", "least": 5}
    )
    assert found == [{"ratio": 10.0}]
    assert warehouse.rows("SELECT ratio FROM splits WHERE ratio = ? ", [10]) == [{"ratio": 10.0}]
    nasty = "NVDA' OR '1'='1"
    assert warehouse.rows("SELECT * FROM splits WHERE security = $who", {"who": nasty}) == []
    assert warehouse.rows("SELECT $who AS said", {"who": nasty}) == [{"said": nasty}]


@pytest.mark.parametrize("parameters", [None, {}, {"other": 1}, [1, 2]])
def test_a_missing_parameter_is_told(warehouse: Warehouse, parameters: object) -> None:
    with pytest.raises(WarehouseError, match=r"arameter"):
        warehouse.ask("SELECT * FROM splits WHERE ratio = $least", parameters)  # type: ignore[arg-type]


def test_an_answer_without_rows_has_its_columns(warehouse: Warehouse) -> None:
    answer = warehouse.ask("SELECT security, ratio FROM splits WHERE false")
    assert (answer.num_rows, answer.schema.names) == (0, ["security", "ratio"])


def test_nothing_published_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotPublished, match="has nothing published: run 'topheavy run SOURCE' or 'topheavy demo'"):
        Warehouse(tmp_path).ask("SELECT 1")
    with pytest.raises(NotPublished):
        Warehouse(tmp_path).about()
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_warehouse_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database" * 1000)
    with pytest.raises(WarehouseError, match="not a valid DuckDB database"):
        Warehouse(tmp_path).ask("SELECT 1")
