"""The cast: which company plays which part, so that every event and every fault happens to one of its own."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from topheavy.core.errors import UsageError
from topheavy.simulator.names import GIANTS

SMALLEST = 30
"""Fewer companies cannot play all the parts."""

GROWER, SHOPKEEPER, DUAL_GIANT, RENAMED_GIANT, CARMAKER = 2, 3, 4, 5, 6
"""Giants with a part of their own, by company number."""

_FULL_YEARS = 4.04


@dataclass(frozen=True, slots=True)
class Cast:
    """Company numbers by part. Numbers 0 to 6 are the giants, up to ``members`` the index's first members by
    size, the rest join later. ``joiners[0]`` is newly listed, ``leavers[0]`` is acquired and stops trading.
    """

    members: int
    dual: tuple[int, ...]
    renamed: tuple[int, ...]
    split: tuple[int, ...]
    reverse: int
    spin_off: int
    merger: int
    wrong: tuple[int, ...]
    late: int
    crossed: int
    absent: int
    balance: tuple[int, ...]
    leavers: tuple[int, ...]
    joiners: tuple[int, ...]

    @property
    def size(self) -> int:
        """All companies that ever trade."""
        return self.members + len(self.joiners)


def years_of(since: date, until: date) -> float:
    """Return the length of a period in years."""
    return (until - since).days / 365.25


def make_cast(members: int, since: date, until: date, rng: np.random.Generator) -> Cast:
    """Hand out the parts.

    Raises:
        UsageError: when there are fewer companies than parts.
    """
    if members < SMALLEST:
        raise UsageError(f"a simulated market needs {SMALLEST} companies or more, not {members}")
    size, time = min(1.0, members / 500), min(1.0, years_of(since, until) / _FULL_YEARS)
    swaps = _scaled(40, 2, size * time)
    middle = (members + len(GIANTS)) // 2
    leavers = rng.permutation(np.arange(middle, members))[:swaps]
    others = iter(rng.permutation(np.setdiff1d(np.arange(len(GIANTS), members), leavers)).tolist())

    def some(count: int) -> tuple[int, ...]:
        return tuple(next(others) for _ in range(count))

    return Cast(
        members=members,
        dual=(DUAL_GIANT, *some(_scaled(4, 1, size))),
        renamed=(RENAMED_GIANT, *some(_scaled(5, 1, size))),
        split=some(_scaled(17, 2, size * time)),
        reverse=some(1)[0],
        spin_off=some(1)[0],
        merger=some(1)[0],
        wrong=some(6),
        late=some(1)[0],
        crossed=some(1)[0],
        absent=some(1)[0],
        balance=some(_scaled(5, 1, size)),
        leavers=tuple(leavers.tolist()),
        joiners=tuple(range(members, members + swaps)),
    )


def _scaled(full: int, least: int, scale: float) -> int:
    return max(least, round(full * scale))
