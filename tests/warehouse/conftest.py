"""A published warehouse for each test: three splits, a view over them, and what was noted about it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from topheavy.datasets.schema import dataset
from topheavy.warehouse.ask import Warehouse
from topheavy.warehouse.build import View, build

DOUBLED = View("doubled", "SELECT security, 2 * ratio AS ratio FROM splits")
ABOUT = {"world": "simulated", "fingerprint": "abc"}


def splits(*rows: tuple[str, str, float]) -> pa.Table:
    """Splits of these (security, effective, ratio)."""
    filled = [
        {
            "security": security,
            "symbol": security,
            "effective": date.fromisoformat(effective),
            "ratio": ratio,
            "kind": "split",
            "evidence": None,
            "source": "files",
            "source_kind": "simulated",
            "origin": "files/file/splits",
            "received_at": datetime(2024, 12, 6, 12, tzinfo=UTC),
        }
        for security, effective, ratio in rows
    ]
    return pa.Table.from_pylist(filled, schema=dataset("splits").schema)


THREE = splits(("AAPL", "2020-08-31", 4.0), ("NVDA", "2021-07-20", 4.0), ("NVDA", "2024-06-10", 10.0))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def warehouse(home: Path) -> Warehouse:
    build(home, {"splits": THREE, "free": pa.table({"a": [1, 2]})}, [DOUBLED], [], ABOUT)
    return Warehouse(home)
