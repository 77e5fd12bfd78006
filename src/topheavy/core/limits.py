"""How often a vendor may be asked, and the wait that keeps to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyrate_limiter import Rate


@dataclass(frozen=True, slots=True)
class Limits:
    """What a vendor allows, in calls; zero means no limit of that kind."""

    per_second: int = 0
    per_minute: int = 0


def limiter(limits: Limits) -> Callable[[], None]:
    """Return a function, shared by threads, that waits until one more call is allowed."""
    rates = _rates(limits)
    if not rates:
        return lambda: None
    from pyrate_limiter import Limiter

    held = Limiter(rates)

    def wait() -> None:
        held.try_acquire("calls")

    return wait


def _rates(limits: Limits) -> "list[Rate]":
    """Return the limits that can bind: pyrate refuses one that another makes idle."""
    from pyrate_limiter import Duration, Rate

    second, minute = limits.per_second, limits.per_minute
    rates = []
    if second and (not minute or second < minute):
        rates.append(Rate(second, Duration.SECOND))
    if minute and (not second or minute <= 60 * second):
        rates.append(Rate(minute, Duration.MINUTE))
    return rates
