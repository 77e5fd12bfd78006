"""How often a vendor may be asked, how long that takes, and the wait that keeps to it on the whole machine."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from topheavy.core.http.rate_limiter import RateLimiter

SECOND, MINUTE = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What a vendor allows, in calls; zero means no limit of that kind."""

    per_second: int = 0
    per_minute: int = 0

    @property
    def rates(self) -> tuple[tuple[int, float], ...]:
        """The limits that are set, as calls in seconds."""
        pairs = ((self.per_second, SECOND), (self.per_minute, MINUTE))
        return tuple((calls, period) for calls, period in pairs if calls)


def duration(limits: Limits, calls: int) -> float:
    """Return the seconds from the first of ``calls`` to the last, when every one leaves as soon as it may.

    >>> duration(Limits(per_minute=5), 1_017), duration(Limits(per_second=10), 503), duration(Limits(), 10**6)
    (12180.0, 50.0, 0.0)
    """
    minutes, seconds = _full_windows(limits, calls)
    return minutes * MINUTE + seconds * SECOND


def binding(limits: Limits, calls: int) -> str:
    """Name the limit that makes ``calls`` wait longest; empty where none does.

    >>> binding(Limits(per_second=10, per_minute=100), 503), binding(Limits(per_second=10), 503)
    ('100 calls a minute', '10 calls a second')
    >>> binding(Limits(per_minute=5), 5)
    ''
    """
    minutes, seconds = _full_windows(limits, calls)
    if minutes:
        return f"{limits.per_minute} calls a minute"
    return f"{limits.per_second} calls a second" if seconds else ""


def limiter(limits: Limits, *, vendor: str = "", account: str = "", state: Path | None = None) -> Callable[[], None]:
    """Return a function, shared by threads, that waits until one more call is allowed.

    With a ``state`` folder the count is kept there, together with every other process that calls the same
    ``vendor`` for the same ``account`` (a key or an address; only its hash is written), and outlives them all.
    """
    if not limits.rates:
        return lambda: None
    file = state / "calls.sqlite" if state else None
    return RateLimiter(file, holder(vendor, account), limits.rates)


def holder(vendor: str, account: str) -> str:
    """Name whose allowance a call uses without giving away the key."""
    return f"{vendor}:{sha256(account.encode()).hexdigest()[:16]}" if account else vendor


def _full_windows(limits: Limits, calls: int) -> tuple[int, int]:
    """Return how many minutes and then seconds are filled before the last call may leave."""
    before = max(0, calls - 1)
    minutes, left = 0, before
    if 0 < limits.per_minute <= 60 * limits.per_second or (limits.per_minute and not limits.per_second):
        minutes, left = divmod(before, limits.per_minute)
    return minutes, left // limits.per_second if limits.per_second else 0


__all__ = ["Limits", "binding", "duration", "holder", "limiter"]
