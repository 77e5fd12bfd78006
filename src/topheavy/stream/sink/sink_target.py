"""What a sink asks of the place it writes to; a job hands in the tables behind it."""

from collections.abc import Iterator, Mapping
from typing import Protocol

import pyarrow as pa

from topheavy.core.positions import Position


class SinkTarget(Protocol):
    """A table that keeps, in one commit with its rows, how far a topic was read."""

    def position(self, topic: str) -> Position | None:
        """Return how far the topic was read; ``None`` while it never was."""

    def append(self, rows: pa.Table, begin: Position, end: Mapping[int, int]) -> None:
        """Append rows and move the position from ``begin`` to ``end``, both or neither.

        Raises:
            Overtaken: when the table is no longer at ``begin``.
        """

    def restart(self, position: Position) -> None:
        """Note a new position, whatever was noted before."""

    def seen(self) -> Iterator[pa.Table]:
        """Yield what is there, as runs of numbers: feed, first and last."""
