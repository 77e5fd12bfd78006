"""A month of rows becomes a file of its own, named, counted and bounded as Iceberg asks, in the key's order."""

from datetime import date, timedelta

import duckdb
import pyarrow as pa
import pyarrow.parquet

from support.rows import BARS, bar, bars, origins
from topheavy.tables.catalogs.catalog import Tables
from topheavy.tables.catalogs.local import local
from topheavy.tables.files import months
from topheavy.tables.read import read
from topheavy.tables.write import replace_slices

DAYS = [
    date(1969, 12, 31),
    date(1970, 1, 1),
    date(2023, 12, 29),
    date(2024, 1, 2),
    date(2024, 1, 31),
    date(2024, 2, 29),
]
ROWS = [bar(day.isoformat(), name) for day in DAYS[::-1] for name in ("MSFT", "AAPL")]


def written(tables: Tables) -> None:
    table = bars(*ROWS)
    assert replace_slices(tables, BARS, table, origins(table), {}) == len(ROWS)


def test_months_are_runs_of_days() -> None:
    days = pa.chunked_array([DAYS[:3], DAYS[3:]], pa.date32())
    assert list(months(days)) == [(-1, 0, 1), (0, 1, 2), (647, 2, 3), (648, 3, 5), (649, 5, 6)]


def test_every_month_is_one_file_with_its_bounds(tables: Tables) -> None:
    written(tables)
    found = tables.open(BARS).inspect.files().to_pylist()
    by_month = {
        row["partition"]["session_month"]: (
            row["record_count"],
            row["readable_metrics"]["session"]["lower_bound"],
            row["readable_metrics"]["session"]["upper_bound"],
            row["readable_metrics"]["security"]["lower_bound"],
        )
        for row in found
    }
    assert len(found) == len(by_month) == 5
    assert by_month[648] == (4, date(2024, 1, 2), date(2024, 1, 31), "AAPL")
    assert by_month[-1] == (2, date(1969, 12, 31), date(1969, 12, 31), "AAPL")
    assert all("/session_month=" in row["file_path"] for row in found)


def test_a_file_keeps_the_order_of_the_key(tables: Tables) -> None:
    written(tables)
    for row in tables.open(BARS).inspect.files().to_pylist():
        rows = pa.parquet.read_table(local(row["file_path"]), partitioning=None).to_pylist()
        keys = [(line["session"], line["security"]) for line in rows]
        assert keys == sorted(keys)


def test_a_period_reads_only_the_files_of_its_months(tables: Tables) -> None:
    written(tables)
    scan = tables.open(BARS).scan(row_filter="session >= '2024-01-01' and session < '2024-02-01'")
    assert len(list(scan.plan_files())) == 1
    rows = read(tables, BARS, since=date(2024, 1, 1), until=date(2024, 2, 1) - timedelta(days=1))
    assert sorted(set(rows["session"].to_pylist())) == [date(2024, 1, 2), date(2024, 1, 31)]


def test_another_engine_reads_the_same_files(tables: Tables) -> None:
    written(tables)
    paths = [str(local(task.file.file_path)) for task in tables.open(BARS).scan().plan_files()]
    with duckdb.connect() as session:
        counted = session.execute(
            "SELECT COUNT(*), MIN(session), MAX(session) FROM read_parquet(?)", [paths]
        ).fetchall()
    assert counted == [(len(ROWS), DAYS[0], DAYS[-1])]


def test_columns_tell_what_they_mean(tables: Tables) -> None:
    schema = tables.open(BARS).schema()
    assert schema.find_field("session").doc == "trading day of the exchange (XNYS)"
    assert schema.find_field("open").doc == "first price [currency]"
