"""One file of bars, as bytes in a manifest's entry, and what the files' source reads in it."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import polars as pl

from topheavy.core.units import Answer, Page, SourceKind, Unit
from topheavy.sources.files import SOURCE
from topheavy.sources.vendor import Parsed

HEADER = "date,ticker,open,high,low,close,volume"


def answer_of(body: bytes | str, path: str = "bars.csv", dataset: str = "bars", **entry: Any) -> Answer:
    content = body if isinstance(body, bytes) else body.encode()
    told = {"path": path, "dataset": dataset, "columns": {"session": "date", "symbol": "ticker"}} | entry
    return Answer(
        Unit("files", dataset, subject=f"topheavy.toml#{path}"),
        (Page(path, content),),
        datetime(2025, 2, 1, tzinfo=UTC),
        SourceKind.FILE,
        {"manifest": json.dumps(told)},
    )


def read(body: bytes | str, path: str = "bars.csv", dataset: str = "bars", **entry: Any) -> Parsed:
    return SOURCE.parse(answer_of(body, path, dataset, **entry))


def rows(parsed: Parsed, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in columns) for row in parsed.tables["bars"].to_pylist()]


def parquet(**columns: pl.Series | list[Any]) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(columns).write_parquet(buffer)
    return buffer.getvalue()
