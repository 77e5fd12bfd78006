"""What is recorded stays as it was written first."""

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from topheavy.core.errors import CheckFailed
from topheavy.datasets.schema import dataset
from topheavy.tables.catalogs.catalog import Tables
from topheavy.tables.read import read
from topheavy.tables.streams.record import record

FORECASTS = dataset("forecasts")
FIRST: dict[str, Any] = {
    "name": "return-1",
    "version": 1,
    "model": "drift",
    "target": "return",
    "horizon": 1,
    "series": "AAPL",
    "origin": date(2024, 12, 12),
    "session": date(2024, 12, 13),
    "value": 0.001,
    "low": -0.02,
    "high": 0.02,
    "level": 0.8,
    "naive": 0.0,
    "made_at": datetime(2024, 12, 12, 22, tzinfo=UTC),
    "ahead": True,
    "snapshot": "abc",
    "source_kind": "real",
}


def rows(*given: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist([FIRST | one for one in given], schema=FORECASTS.schema)


def test_a_forecast_once_written_is_never_changed(tables: Tables) -> None:
    assert record(tables, FORECASTS, rows({}, {"series": "MSFT"})) == 2
    assert record(tables, FORECASTS, rows({"value": 0.9}, {"series": "NVDA"})) == 1
    held = {row["series"]: row["value"] for row in read(tables, FORECASTS).to_pylist()}
    assert held == {"AAPL": 0.001, "MSFT": 0.001, "NVDA": 0.001}


def test_what_is_known_makes_no_snapshot(tables: Tables) -> None:
    record(tables, FORECASTS, rows({}))
    before = tables.open(FORECASTS).current_snapshot()
    assert record(tables, FORECASTS, rows({})) == 0
    assert tables.open(FORECASTS).current_snapshot() == before


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"session": date(2024, 12, 12)}, "session_not_ahead"), ({"low": 0.5, "high": 0.1}, "interval_reversed")],
)
def test_a_forecast_that_cannot_be_one_is_refused(tables: Tables, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(CheckFailed, match=said):
        record(tables, FORECASTS, rows(wrong))
    assert not read(tables, FORECASTS).num_rows
