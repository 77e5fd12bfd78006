"""What lies unread in a practice broker: counted in bytes, so that a feed is held back before the broker forgets any.

librdkafka's practice broker keeps about 5 MB a partition and then drops the oldest without a word. What a reader is
done with may go; what it is not must never come near that. So bytes are taken when they are sent, and let go when the
reader has them for good.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from threading import Lock
from typing import Final

PRACTICE_BYTES: Final = 4_000_000
"""So much of all topics together may lie unread: less than what the practice broker keeps of a single partition."""

OVERHEAD: Final = 100
"""Bytes that a message takes beside its key and value, at most."""


class Unread:
    """Bytes that were sent to a practice broker and not read for good, by topic and partition."""

    def __init__(self, most: int = PRACTICE_BYTES) -> None:
        self._most = most
        self._lock = Lock()
        self._bytes = 0
        self._lying: defaultdict[tuple[str, int], deque[tuple[int, int]]] = defaultdict(deque)
        self._done: dict[tuple[str, int], int] = {}
        self._readers: Counter[str] = Counter()

    @property
    def bytes(self) -> int:
        """Bytes that are under way or lie unread now."""
        return self._bytes

    def take(self, size: int) -> bool:
        """Count bytes that are about to be sent; return ``False``, and count nothing, where they find no room."""
        with self._lock:
            room = self._bytes + size <= self._most
            self._bytes += size if room else 0
            return room

    def fail(self, size: int) -> None:
        """Let go of bytes that never arrived."""
        with self._lock:
            self._bytes -= size

    def arrive(self, topic: str, partition: int, offset: int, size: int) -> None:
        """Note where bytes lie; a reader may have been done with them before their sender heard of it."""
        with self._lock:
            if offset < self._done.get((topic, partition), 0):
                self._bytes -= size
            else:
                self._lying[topic, partition].append((offset, size))

    def read(self, topic: str, position: Mapping[int, int]) -> None:
        """Let go of all before ``position``: by partition the offset that is read next."""
        with self._lock:
            for partition, at in position.items():
                self._done[topic, partition] = max(at, self._done.get((topic, partition), 0))
                lying = self._lying[topic, partition]
                while lying and lying[0][0] < at:
                    self._bytes -= lying.popleft()[1]

    def join(self, topic: str) -> None:
        """Note that someone in this process reads a topic."""
        with self._lock:
            self._readers[topic] += 1

    def leave(self, topic: str) -> None:
        """Note that a reader of a topic is gone."""
        with self._lock:
            self._readers[topic] -= 1

    def is_read(self, topic: str) -> bool:
        """Say whether anyone in this process reads a topic."""
        return self._readers[topic] > 0
