"""Rows of bars, splits and symbols, spelled short."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from topheavy.datasets.schema import Dataset, dataset

BARS, SPLITS, SYMBOLS = dataset("bars"), dataset("splits"), dataset("symbols")
NOON = datetime(2024, 12, 6, 12, tzinfo=UTC)
Row = dict[str, Any]


def bar(
    day: str, security: str = "AAPL", close: float = 10.0, *, origin: str = "", hours: float = 0, **more: Any
) -> Row:
    """A bar, all four prices the same, of the unit that asked for its session unless told otherwise."""
    session = date.fromisoformat(day)
    return {
        "session": session,
        "security": security,
        "symbol": security,
        "open": close,
        "high": close,
        "low": close,
        "close": close,
        "volume": 1.0,
        "vwap": None,
        "basis": session,
        "dividend_basis": None,
        "source": "polygon",
        "source_kind": "vendor",
        "origin": origin or f"polygon/bars/session={day}",
        "received_at": NOON + timedelta(hours=hours),
    } | more


def split(security: str, effective: str, ratio: float, *, origin: str = "files/file/splits.csv", **more: Any) -> Row:
    """A split from a file."""
    return {
        "security": security,
        "symbol": security,
        "effective": date.fromisoformat(effective),
        "ratio": ratio,
        "kind": "split",
        "evidence": None,
        "source": "files",
        "source_kind": "file",
        "origin": origin,
        "received_at": NOON,
    } | more


def table(about: Dataset, *rows: Row) -> pa.Table:
    """Rows in a dataset's schema."""
    return pa.Table.from_pylist(list(rows), schema=about.schema)


def bars(*rows: Row) -> pa.Table:
    """Rows in the schema of bars."""
    return table(BARS, *rows)


def splits(*rows: Row) -> pa.Table:
    """Rows in the schema of splits."""
    return table(SPLITS, *rows)


def origins(rows: pa.Table) -> list[str]:
    """The origins of rows."""
    return sorted(set(rows["origin"].to_pylist()))
