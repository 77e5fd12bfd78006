"""What went over the wire: calls, retries and bytes counted, and the budget that retries are paid from."""

from dataclasses import dataclass
from threading import Lock

SHARE = 0.2
"""Of the calls made, so many may be made again."""

FLOOR = 50
"""So many may be made again in any case: a short collection must outlast a short trouble."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """A client's work up to now. ``calls`` are requests sent, retries among them; ``received`` is in bytes."""

    calls: int = 0
    retries: int = 0
    too_many: int = 0
    """Answers 'too many requests' (429), and others that say when to come back."""
    received: int = 0
    """Bytes of bodies as they came over the wire."""

    @property
    def may_retry(self) -> bool:
        """Say whether the budget has room for one more: a vendor that is down must not cost every unit its attempts."""
        return self.retries < FLOOR + SHARE * (self.calls - self.retries)


class Meter:
    """Counts for all threads of a client."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._traffic = Traffic()

    @property
    def traffic(self) -> Traffic:
        """The counts up to now."""
        return self._traffic

    def count(self, *, calls: int = 0, retries: int = 0, too_many: int = 0, received: int = 0) -> None:
        """Add to the counts."""
        with self._lock:
            now = self._traffic
            self._traffic = Traffic(
                now.calls + calls, now.retries + retries, now.too_many + too_many, now.received + received
            )
