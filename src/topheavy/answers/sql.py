"""Asking SQL: over the published copy, and over what came live or was recorded since, as it is in the tables now."""

import re
from typing import Any

from topheavy.answers.live.processed import live_tables
from topheavy.datasets.schema import Layer, datasets
from topheavy.home import Home
from topheavy.tables.streams import streaming

_BESIDE = (Layer.STREAMED, Layer.RECORDED)

_STRING = re.compile(r"'[^']*'")


def ask(home: Home, query: str) -> list[dict[str, Any]]:
    """Answer one SELECT; the streamed and recorded tables it names are read where they are, live answers as told last.

    Raises:
        NotPublished: when nothing is published, and no such table is asked for.
        WarehouseError: when the SQL is refused.
    """
    words = set(re.findall(r"\w+", _STRING.sub("", query)))
    beside = [item for item in datasets().values() if item.layer in _BESIDE and item.name in words]
    tables: dict[str, Any] = {item.name: streaming.files_of(home.tables, item) for item in beside}
    return home.warehouse.rows(query, beside=tables | live_tables(home, sorted(words)))
