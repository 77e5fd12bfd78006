"""How far a topic has been read: a word shared by the stream, which moves it, and the tables, which keep it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Position:
    """One topic, by name and by the id its broker gave it, and the next offset to read of each partition."""

    topic: str
    topic_id: str
    next: Mapping[int, int] = field(default_factory=dict)

    def moved(self, to: Mapping[int, int]) -> "Position":
        """Return the position with some partitions further on; the others stay."""
        return Position(self.topic, self.topic_id, {**self.next, **to})


def to_text(positions: Mapping[str, Position]) -> str:
    """Write positions by topic as JSON, to stand beside the rows they brought."""
    plain = {
        name: {"id": one.topic_id, "next": {str(part): one.next[part] for part in sorted(one.next)}}
        for name, one in sorted(positions.items())
    }
    return json.dumps(plain)


def from_text(text: str) -> dict[str, Position]:
    """Read what ``to_text`` wrote."""
    return {
        name: Position(name, one["id"], {int(part): offset for part, offset in one["next"].items()})
        for name, one in json.loads(text).items()
    }
