"""A published home that holds nothing but the funds, companies, groups and prices a test names."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from topheavy.answers.published import Published
from topheavy.datasets.schema import Layer, dataset, datasets
from topheavy.metrics.questions import QuestionKind, in_order, questions
from topheavy.warehouse.build import View, build

DAY = date(2024, 3, 28)
Line = Mapping[str, Any]
Fund = Sequence[Line]


def line(security: str = "", weight: float | None = None, **more: Any) -> dict[str, Any]:
    """A line of a fund: an equity unless said otherwise."""
    return {"security": security or None, "symbol": security or None, "name": security or None, "weight": weight,
            "asset_class": "equity", **more}  # fmt: skip


def publish_funds(
    home: Path,
    funds: Mapping[str | tuple[str, date], Fund],
    securities: Mapping[str, tuple[str, str]] | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    closes: Mapping[str, float] | None = None,
    world: str = "real",
    symbols: Sequence[tuple[str, str, date, date | None]] = (),
) -> Published:
    """Publish funds by symbol (as of ``DAY``, or by symbol and date) and return the view.

    ``securities``: security → (issuer, name); a close is of ``DAY``; symbols: (security, symbol, since, until).
    """
    home.mkdir(parents=True, exist_ok=True)
    kind = "simulated" if world == "simulated" else "file"
    rows: dict[str, list[dict[str, Any]]] = {
        "holdings": [
            _row("holdings", kind, fund=fund, as_of=day, line=place, **item)
            for (fund, day), lines in _dated(funds).items()
            for place, item in enumerate(lines, 1)
        ],
        "securities": [
            _row("securities", kind, security=name, issuer=issuer, name=title)
            for name, (issuer, title) in (securities or {}).items()
        ],
        "groups": [
            _row("groups", kind, group=group, security=name, symbol=name)
            for group, names in (groups or {}).items()
            for name in names
        ],
        "bars": [
            _row("bars", kind, session=DAY, security=name, symbol=name, basis=DAY, open=x, high=x, low=x, close=x)
            for name, x in (closes or {}).items()
        ],
        "symbols": [
            _row("symbols", kind, security=security, symbol=symbol, since=since, until=until)
            for security, symbol, since, until in symbols
        ],
    }
    tables = {
        name: pa.Table.from_pylist(rows.get(name, []), schema=item.schema)
        for name, item in datasets().items()
        if item.layer != Layer.VIEW
    }
    given = {
        "sessions": pa.table({"session": pa.array([DAY], pa.date32())}),
        "coverage_floor": pa.table({"floor": [0.8]}),
    }
    about = {"world": world, "published_at": "2024-04-02T06:00:00+00:00", "version": "0.0.1", "fingerprint": "funds",
             "coverage_floor": "0.8"}  # fmt: skip
    build(home, tables | given, _views(), [], about)
    return Published(home)


def _dated(funds: Mapping[str | tuple[str, date], Fund]) -> dict[tuple[str, date], Fund]:
    return {(key, DAY) if isinstance(key, str) else key: lines for key, lines in funds.items()}


def _row(table: str, kind: str, **values: Any) -> dict[str, Any]:
    known = {"source": "files", "source_kind": kind, "origin": "files/made-up", "received_at": datetime.now(UTC)}
    return {column.name: None for column in dataset(table).columns} | known | values


def _views() -> list[View]:
    kinds = {QuestionKind.STEP, QuestionKind.VIEW}
    names = [item.name for item in questions().values() if item.kind in kinds]
    return [View(item.name, item.sql) for item in in_order(names) if item.kind in kinds]
