"""Formats: one answer as JSON, CSV or Arrow, as ``?format=`` or the ``Accept`` header asks."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, ipc
from pydantic import Field
from starlette.exceptions import HTTPException

from topheavy.answers.answer import Answer, AnswerEvidence
from topheavy.answers.evidence import Fact


class Format(StrEnum):
    """What an answer can be sent as."""

    JSON = "json"
    CSV = "csv"
    ARROW = "arrow"


MEDIA: Mapping[Format, str] = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv",
    Format.ARROW: "application/vnd.apache.arrow.stream",
}
_ANY = frozenset({"*/*", "application/*"})
SIMULATED = "SIMULATED"


class ColumnOfAnswer(Fact):
    """A column of an answer."""

    name: str
    type: str = Field(description="its Arrow type", examples=["double"])
    unit: str = Field(description="what it counts; 1 is a part of one; empty where it counts nothing", examples=["1"])


class AnswerPage(AnswerEvidence):
    """Rows of an answer, with what they rest on."""

    question: str
    narrowed: dict[str, str] = Field(description="what the answer was narrowed to, defaults included")
    columns: tuple[ColumnOfAnswer, ...]
    total: int = Field(description="rows of the whole answer")
    offset: int = Field(description="how many of them come before these")
    rows: list[dict[str, Any]] = Field(description="a row as column: value, in order")


def format_asked(named: Format | None, accept: str) -> Format:
    """Return the format to answer in: the one named, else the one accepted most gladly.

    Raises:
        HTTPException: when none is accepted (406).
    """
    if named:
        return named
    for kind in _accepted(accept):
        if kind in _ANY:
            return Format.JSON
        if match := next((form for form, media in MEDIA.items() if media == kind or kind == f"{media[:5]}*"), None):
            return match
    raise HTTPException(406, f"'{accept[:80]}' is not what there is: accept {', '.join(MEDIA.values())}")


def encode(answer: Answer, form: Format) -> bytes:
    """Return the answer in a format.

    JSON has the evidence beside the rows; an Arrow stream has it in its schema, and each column's unit there; CSV
    has the rows alone, and in a simulated world a last column that says so.
    """
    return _ENCODERS[form](answer)


def as_page(answer: Answer) -> AnswerPage:
    """Return the answer as what JSON says."""
    columns = tuple(
        ColumnOfAnswer(name=field.name, type=str(field.type), unit=answer.units.get(field.name, ""))
        for field in answer.table.schema
    )
    return AnswerPage(
        **answer.evidence.model_dump(),
        question=answer.name,
        narrowed=dict(answer.narrowed),
        columns=columns,
        total=answer.total,
        offset=answer.offset,
        rows=_plain(answer.table).to_pylist(),
    )


def _json(answer: Answer) -> bytes:
    return as_page(answer).model_dump_json().encode()


def _csv(answer: Answer) -> bytes:
    table = _plain(answer.table)
    if answer.evidence.world == "simulated":
        table = table.append_column("world", pa.array([SIMULATED] * table.num_rows, pa.string()))
    sink = BytesIO()
    csv.write_csv(table, sink)
    return sink.getvalue()


def _arrow(answer: Answer) -> bytes:
    fields = [
        field.with_metadata({"unit": answer.units[field.name]}) if answer.units.get(field.name) else field
        for field in answer.table.schema
    ]
    evidence = {
        name: str(value) for name, value in answer.evidence.model_dump(mode="json").items() if value is not None
    }
    about = evidence | {"question": answer.name, "total": str(answer.total), "offset": str(answer.offset)}
    table = answer.table.cast(pa.schema(fields, metadata=about))
    sink = BytesIO()
    with ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()


_ENCODERS: Mapping[Format, Callable[[Answer], bytes]] = {
    Format.JSON: _json,
    Format.CSV: _csv,
    Format.ARROW: _arrow,
}


def _accepted(accept: str) -> list[str]:
    """Return the media types of an Accept header, the most wanted first."""
    wanted = []
    for part in (accept or "*/*").split(","):
        kind, *parameters = (word.strip() for word in part.split(";"))
        weight = next((word[2:] for word in parameters if word.startswith("q=")), "1")
        wanted.append((_weight(weight), kind.lower()))
    return [kind for weight, kind in sorted(wanted, key=lambda pair: -pair[0]) if weight > 0]


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _plain(table: pa.Table) -> pa.Table:
    """Return the table with days and moments as ISO text and no figure that is none; JSON and CSV know no others."""
    return pa.table({field.name: _plain_column(table[field.name], field.type) for field in table.schema})


def _plain_column(column: pa.ChunkedArray, kind: pa.DataType) -> Any:
    if pa.types.is_floating(kind):
        return pc.if_else(pc.is_finite(column), column, pa.scalar(None, kind))
    if pa.types.is_decimal(kind):
        return column.cast(pa.float64())
    if pa.types.is_timestamp(kind):
        utc = column.cast(pa.timestamp(kind.unit, "UTC"))
        return pc.strftime(utc, format="%Y-%m-%dT%H:%M:%SZ")
    if pa.types.is_date(kind):
        return pc.strftime(column, format="%Y-%m-%d")
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return column
    return column.cast(pa.string())
