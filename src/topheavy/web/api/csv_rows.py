"""Reading CSV as what is asked of a model: a row an instance, first or alone a security's name, then values."""

import csv
from typing import Any

from topheavy.answers.models.predictions import Invocation, Unfit

CSV = "text/csv"


def read_rows(body: bytes) -> Invocation:
    """Read the rows of a CSV body without a header.

    Raises:
        Unfit: when it is no CSV.
        ValidationError: when a row asks for nothing, or there are too many.
    """
    try:
        rows = list(csv.reader(body.decode().splitlines()))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unfit(f"the body is no CSV in UTF-8 ({error}): send a row an instance, values oldest first") from error
    return Invocation.model_validate({"instances": [_instance(row) for row in rows if row]})


def _instance(row: list[str]) -> dict[str, Any]:
    first, *rest = row
    if (value := _number(first)) is None:
        return {"security": first.strip(), "values": [_given(cell) for cell in rest]}
    return {"values": [value, *(_given(cell) for cell in rest)]}


def _given(cell: str) -> float | str:
    """Return the cell's number, or the cell, for the message that refuses it."""
    value = _number(cell)
    return cell if value is None else value


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None
