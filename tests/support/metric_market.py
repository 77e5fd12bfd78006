"""A market small enough to be worked out by hand.

Four sessions around a 10:1 split of BIG on 2024-06-10. By issuer, closing on 2024-06-06:

    BIGCO   BIG    40 × 100             = 4,000   (400 × 11.50 and 400 × 12 after the split)
    ALF     ALFA   20 × 100 = 2,000
            ALFB   10 × 100 = 1,000     = 3,000   two classes, each with its count
    WHL     WHLA   50 × 40              = 2,000   one count of the whole issuer, two lines in the index
            WHLB   no count of its own
    SML     SML    10 × 100             = 1,000   its last bar is of 2024-06-07
    GONE    GONE   a member of which nothing ever came
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import duckdb
import pyarrow as pa

from topheavy.datasets.schema import Layer, dataset, datasets
from topheavy.metrics.engines.duckdb import DuckDB
from topheavy.metrics.questions import in_order

Row = dict[str, Any]


def on(day: str) -> date:
    return date.fromisoformat(day)


THURSDAY, FRIDAY, MONDAY, TUESDAY = SESSIONS = tuple(map(on, ("2024-06-06", "2024-06-07", "2024-06-10", "2024-06-11")))
LATER = on("2024-12-18")
"""The day a file on the newest share unit was downloaded."""

PROVENANCE: Row = {
    "source": "files",
    "source_kind": "file",
    "origin": "files/file/tiny",
    "received_at": datetime(2024, 12, 6, tzinfo=UTC),
}


def bar(day: date, security: str, close: float, **more: Any) -> Row:
    """A bar whose four prices are the close, as traded."""
    prices = dict.fromkeys(("open", "high", "low", "close"), float(close))
    return {"session": day, "security": security, "symbol": security, "basis": day, "volume": 100.0} | prices | more


def count(security: str, effective: date, shares: float, covers: str = "class", **more: Any) -> Row:
    """A count as filed."""
    known = {"effective": effective, "known": effective, "basis": effective}
    return {"security": security, "symbol": security, "count": float(shares), "covers": covers} | known | more


def split(security: str, effective: date, ratio: float, kind: str = "split") -> Row:
    return {"security": security, "symbol": security, "effective": effective, "ratio": float(ratio), "kind": kind}


def dividend(security: str, effective: date, amount: float, **more: Any) -> Row:
    """A dividend as paid."""
    return {
        "security": security,
        "symbol": security,
        "effective": effective,
        "amount": float(amount),
        "basis": effective,
    } | more


def security(name: str, issuer: str, title: str = "") -> Row:
    return {"security": name, "issuer": issuer, "name": title or f"{issuer} Inc."}


def member(name: str, index: str = "SP500", since: date = on("2020-01-02"), until: date | None = None) -> Row:
    return {"index": index, "security": name, "symbol": name, "since": since, "until": until}


def in_group(name: str, group: str = "magnificent7", since: date | None = None, until: date | None = None) -> Row:
    return {"group": group, "security": name, "symbol": name, "since": since, "until": until}


def holding(line: int, held: str | None, value: float | None, **more: Any) -> Row:
    """A line of a fund's file."""
    said: Row = {"fund": "FND", "as_of": THURSDAY, "line": line, "security": held, "asset_class": "equity"}
    return said | {"value": value} | more


def repair(security: str, effective: date, field: str, before: float, after: float | None, **more: Any) -> Row:
    """A repair that acts."""
    said = {"dataset": "shares" if field == "count" else "bars", "covers": "class" if field == "count" else ""}
    place = {"security": security, "effective": effective, "field": field, "before": before, "after": after}
    return {"id": f"{security}{effective}{field}", "rule": "by hand", "evidence": "by hand", "source": "files"} | (
        said | place | {"active": True} | more
    )


def doubt(security: str, since: date, until: date | None = None, **more: Any) -> Row:
    """A doubt that acts."""
    said = {"id": f"{security}{since}", "rule": "by hand", "evidence": "100 by hand", "question": "is it so?"}
    return said | {"security": security, "since": since, "until": until, "acts": True} | more


def failure(day: date, cause: str) -> Row:
    """A unit of work that failed."""
    unit = {"unit": f"polygon/bars/session={day}", "source": "polygon", "route": "bars", "session": day.isoformat()}
    ended = {"outcome": "failed", "cause": cause, "attempts": 1, "seconds": 1.0, "bytes": 0}
    return unit | ended | {"subject": "", "finished_at": PROVENANCE["received_at"]}


CLOSES = {
    "BIG": [100, 110, 11.5, 12],
    "ALFA": [100, 100, 100, 100],
    "ALFB": [100, 100, 100, 100],
    "WHLA": [40, 40, 40, 40],
    "WHLB": [39, 39, 39, 39],
    "SML": [100, 100],
}
FILED = on("2024-01-31")
TINY: dict[str, list[Row]] = {
    "bars": [bar(day, name, close) for name, row in CLOSES.items() for day, close in zip(SESSIONS, row, strict=False)],
    "shares": [
        count("BIG", FILED, 40),
        count("ALFA", FILED, 20),
        count("ALFB", FILED, 10),
        count("WHLA", FILED, 50, "issuer"),
        count("SML", FILED, 10),
    ],
    "splits": [split("BIG", MONDAY, 10)],
    "securities": [
        security("BIG", "BIGCO"),
        security("ALFA", "ALF"),
        security("ALFB", "ALF"),
        security("WHLA", "WHL"),
        security("WHLB", "WHL"),
        security("SML", "SML"),
    ],
    "constituents": [member(name) for name in ("BIG", "ALFA", "ALFB", "WHLA", "WHLB", "SML", "GONE")],
    "groups": [in_group("BIG"), in_group("ALFB"), in_group("GONE", "lost"), in_group("BIG", "lost")],
}


def market(base: Mapping[str, list[Row]] = TINY, *, floor: float = 0.8, **changed: list[Row]) -> dict[str, pa.Table]:
    """Return every input that a question may have, from rows; ``changed`` replaces a dataset's rows."""
    rows = {**base, **changed}
    held = {
        name: pa.Table.from_pylist([filled(name, row) for row in rows.get(name, [])], schema=item.schema)
        for name, item in datasets().items()
        if item.layer is Layer.PARSED or name in {"repairs", "doubts", "runs"}
    }
    return held | {
        "sessions": pa.table({"session": pa.array(SESSIONS, pa.date32())}),
        "coverage_floor": pa.table({"floor": [floor]}),
    }


def filled(name: str, row: Row) -> Row:
    """Complete a row with its provenance; a column it does not know is a mistake of the test's."""
    known = {column.name for column in dataset(name).all_columns}
    assert set(row) <= known, set(row) - known
    return (PROVENANCE if dataset(name).layer is Layer.PARSED else {}) | row


def ask(question: str, inputs: dict[str, pa.Table], **where: Any) -> list[Row]:
    """Answer one question and keep the rows that match."""
    rows: list[Row] = DuckDB().answer([question], inputs)[question].to_pylist()
    return [row for row in rows if all(row[name] == value for name, value in where.items())]


def answer_over(question: str, inputs: dict[str, pa.Table]) -> list[Row]:
    """Answer one question where the answers of others are among the inputs, and are taken as they are given."""
    with duckdb.connect() as session:
        for name, table in inputs.items():
            session.register(name, table)
        for item in in_order([question]):
            if item.name not in inputs:
                session.execute(f"CREATE TEMPORARY TABLE {item.name} AS {item.sql}")
        rows: list[Row] = session.table(question).to_arrow_table().to_pylist()
    return rows


def one(question: str, inputs: dict[str, pa.Table], **where: Any) -> Row:
    """The only row that matches."""
    (row,) = ask(question, inputs, **where)
    return row
