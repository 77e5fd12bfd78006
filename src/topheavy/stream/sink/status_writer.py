"""The herald of one sink: gathers what its commits brought, and puts up a bulletin about every second."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from time import monotonic

import pyarrow as pa
import pyarrow.compute as pc

from topheavy.core.clock import Clock
from topheavy.core.positions import Position
from topheavy.stream.sink.sink import Flushed, Share
from topheavy.stream.sink.status import Part, SinkStatus, StatusFile

EVERY = 0.5
"""Seconds between two bulletins at least."""

REMEMBERED = 120
"""Seconds for which it is known how many trades came in each."""


class StatusWriter:
    """What one sink says of itself."""

    def __init__(self, board: StatusFile, topic: str, share: Share, clock: Clock) -> None:
        self._board, self._clock = board, clock
        now = clock()
        self._said = SinkStatus(topic, share.index, share.of, began_at=now, said_at=now)
        self._due, self._before = 0.0, monotonic()

    def open(self) -> None:
        """Begin to say something."""
        self._board.open()
        self._before = monotonic()

    def hear(self, came: Flushed) -> None:
        """Take in what a commit brought."""
        status, now, begun = self._said, self._clock(), self._before
        self._before = monotonic()
        count = came.rows.num_rows
        if not (count or came.again or came.dead):
            return
        self._said = replace(
            status,
            trades=status.trades + count,
            again=status.again + came.again,
            dead=status.dead + came.dead,
            newest_dead=came.reason or status.newest_dead,
            commits=status.commits + 1,
            committed_at=now if count else status.committed_at,
            heard_at=now,
            kinds={**status.kinds, **dict.fromkeys(pc.unique(came.rows["source_kind"]).to_pylist(), now)},
            seconds=spread(status.seconds, count, now, self._before - begun),
        )

    @property
    def due(self) -> bool:
        """Whether it is time to say something."""
        return monotonic() >= self._due

    def say(self, position: Position, ends: Mapping[int, int], answers: Mapping[str, pa.Table]) -> None:
        """Put up how it stands: how far the topic was read and ends, and the live answers."""
        self._put(parts={part: Part(at, ends.get(part)) for part, at in position.next.items()}, answers=answers)

    def end(self, why: str = "") -> None:
        """Say that it is over, and why where that was not as wished."""
        self._put(over=True, why=why)

    def close(self) -> None:
        """Fall silent."""
        self._board.close()

    def _put(self, **news: object) -> None:
        self._said = replace(self._said, said_at=self._clock(), **news)  # type: ignore[arg-type]
        self._board.put(self._said)
        self._due = monotonic() + EVERY


def spread(seconds: Mapping[int, int], count: int, until: datetime, lasted: float) -> dict[int, int]:
    """Add ``count`` trades to the seconds in which they came: evenly over those that a commit ``lasted``.

    >>> from datetime import UTC
    >>> spread({9: 5}, 8, datetime.fromtimestamp(11.5, UTC), 2.0)
    {9: 7, 10: 4, 11: 2}
    """
    end = until.timestamp()
    begin = max(end - max(lasted, 0.001), end - REMEMBERED)
    counts, placed = dict(seconds), 0
    for second in range(int(begin), int(end) + 1):
        passed = (min(second + 1, end) - begin) / (end - begin)
        counts[second] = counts.get(second, 0) + round(passed * count) - placed
        placed = round(passed * count)
    return {second: counts[second] for second in sorted(counts) if int(end) - REMEMBERED < second <= int(end)}
