"""The seam between a question and whatever runs its SQL."""

from collections.abc import Mapping
from typing import Protocol

import pyarrow as pa


class Engine(Protocol):
    """What an engine declares and does; a file in ``engines/`` ends with ``ENGINE = YourEngine()``."""

    name: str
    title: str

    def answer(self, wanted: list[str], inputs: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
        """Answer several questions over the same inputs.

        ``inputs`` holds a table for every name in ``questions.tables_behind(wanted)``. An answer's rows come in the
        order of its question's grain, texts by their bytes, however the inputs were ordered.

        Raises:
            MetricError: when an input is missing or the SQL fails; the message names the question.
        """
        ...
