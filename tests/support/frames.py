"""Small frames for the rules: counts, splits, symbols and bars, spelled short."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl
import pyarrow as pa

from topheavy.datasets.schema import dataset

Frames = dict[str, pl.DataFrame]


def on(text: str) -> date:
    return date.fromisoformat(text)


def quarters(number: int, first: str = "2020-02-15") -> list[date]:
    """So many days, a quarter of a year apart."""
    return [on(first) + timedelta(days=91 * place) for place in range(number)]


def counts(values: Sequence[float], days: Sequence[date], security: str = "A", **more: Any) -> list[dict[str, Any]]:
    """Counts as filed, each effective, known and on the basis of its own day."""
    return [
        {
            "security": security,
            "symbol": security,
            "effective": day,
            "known": day,
            "count": float(value),
            "covers": "class",
            "basis": day,
            "source": "sec",
        }
        | more
        for value, day in zip(values, days, strict=True)
    ]


def bars(closes: Sequence[float], days: Sequence[date], security: str = "A", **more: Any) -> list[dict[str, Any]]:
    """Bars whose four prices are the close, as traded."""
    return [
        {
            "session": day,
            "security": security,
            "open": float(close),
            "high": float(close),
            "low": float(close),
            "close": float(close),
            "basis": day,
            "volume": 100.0,
            "source": "files",
        }
        | more
        for close, day in zip(closes, days, strict=True)
    ]


def split(effective: str, ratio: float, security: str = "A", kind: str = "split") -> dict[str, Any]:
    return {"security": security, "effective": on(effective), "ratio": float(ratio), "kind": kind, "source": "files"}


def symbol(security: str, printed: str, since: str, until: str | None, evidence: str = "") -> dict[str, Any]:
    ends = on(until) if until else None
    return {"security": security, "symbol": printed, "since": on(since), "until": ends, "evidence": evidence}


def frames(**rows: list[dict[str, Any]]) -> Frames:
    """Frames of all the datasets that rules read, with the columns these rules look at; empty where none is given."""
    return {
        name: pl.DataFrame(rows.get(name, []), schema=schema(name), orient="row")
        for name in ("shares", "splits", "symbols", "bars", "securities", "dividends", "holdings")
    }


def schema(name: str) -> dict[str, Any]:
    empty = pl.from_arrow(dataset(name).schema.empty_table())
    assert isinstance(empty, pl.DataFrame)
    return dict(empty.schema)


def tables(given: Frames) -> dict[str, pa.Table]:
    return {name: frame.to_arrow() for name, frame in given.items()}
