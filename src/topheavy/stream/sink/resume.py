"""Where a sink may begin: at the table's own offsets, if the topic is still the one they speak of."""

from collections.abc import Mapping

from topheavy.core.errors import StreamError
from topheavy.core.positions import Position

Bounds = Mapping[int, tuple[int, int]]
"""Partition → its first offset and the one after its last."""

ADVICE = "look what happened to it, or start the sink with restart: what the table has is never taken twice"


def start_at(position: Position | None, topic: str, topic_id: str, bounds: Bounds) -> Position:
    """Return where to begin in each of ``bounds``' partitions; one never read begins at its first offset.

    Raises:
        StreamError: when the topic was made anew, is shorter than what the table has read, or has lost what it
            has not.
    """
    if position is None:
        return anew(topic, topic_id, bounds)
    if position.topic_id != topic_id:
        raise StreamError(
            f"topic {topic} was made anew: the table follows id {position.topic_id}, the broker has {topic_id}; "
            f"{ADVICE}"
        )
    begin = {part: position.next.get(part, low) for part, (low, _) in bounds.items()}
    for part, (low, high) in bounds.items():
        _refuse_lost(topic, part, begin[part], low, high)
    return Position(topic, topic_id, begin)


def anew(topic: str, topic_id: str, bounds: Bounds) -> Position:
    """Return the first offset of every partition."""
    return Position(topic, topic_id, {part: low for part, (low, _) in bounds.items()})


def _refuse_lost(topic: str, part: int, at: int, low: int, high: int) -> None:
    if at > high:
        raise StreamError(
            f"topic {topic} partition {part} ends at {high:,}, but the table has read up to {at:,}: "
            f"its records were lost or its offsets reset; {ADVICE}"
        )
    if at < low:
        raise StreamError(
            f"topic {topic} partition {part} begins at {low:,}, but the table has read only up to {at:,}: "
            f"{low - at:,} offsets were deleted unread; {ADVICE}"
        )
