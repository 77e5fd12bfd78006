"""Asking SQL: over the published copy, and over what came live or was recorded since, as it is in the tables now."""

import re
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from topheavy.answers.live.processed import live_tables
from topheavy.datasets.schema import Layer, datasets
from topheavy.home import Home
from topheavy.metrics.questions import questions
from topheavy.metrics.units import units_of
from topheavy.stream.processor import processors
from topheavy.tables.streams import streaming

_BESIDE = (Layer.STREAMED, Layer.RECORDED)

_STRING = re.compile(r"'[^']*'")


def ask(home: Home, query: str) -> list[dict[str, Any]]:
    """Answer one SELECT as rows; streamed and recorded tables are read where they are, live answers as told last.

    Raises:
        NotPublished: when nothing is published, and no such table is asked for.
        WarehouseError: when the SQL is refused.
    """
    return home.warehouse.rows(query, beside=_beside(home, query))


def ask_table(home: Home, query: str) -> pa.Table:
    """Answer one SELECT as a table (see ``ask``)."""
    return home.warehouse.ask(query, beside=_beside(home, query))


def units_in(query: str) -> Mapping[str, str]:
    """Return the units of columns of the tables and questions that a query names; where two say different, none."""
    sources = [units_of(item) for name, item in questions().items() if name in _words(query)]
    declared = {name: item.all_columns for name, item in datasets().items()}
    declared |= {name: item.all_columns for name, item in processors().items()}
    sources += [
        {column.name: column.unit for column in columns} for name, columns in declared.items() if name in _words(query)
    ]
    named: dict[str, set[str]] = {}
    for source in sources:
        for column, unit in source.items():
            named.setdefault(column, set()).add(unit)
    return {column: units.pop() for column, units in named.items() if len(units) == 1}


def _beside(home: Home, query: str) -> dict[str, Any]:
    beside = [item for item in datasets().values() if item.layer in _BESIDE and item.name in _words(query)]
    tables: dict[str, Any] = {item.name: streaming.files_of(home.tables, item) for item in beside}
    return tables | live_tables(home, sorted(_words(query)))


def _words(query: str) -> set[str]:
    return set(re.findall(r"\w+", _STRING.sub("", query)))
