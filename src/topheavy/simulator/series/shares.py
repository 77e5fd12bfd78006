"""Share counts: quarterly steps of buy-backs, one merger that lasts, and the cover pages that report them.

A count changes only on the effective date of a cover page, so that the latest effective count is the truth.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from topheavy.simulator.cast import Cast
from topheavy.simulator.events import Change, factors, quarter_ends
from topheavy.simulator.records import Numbers, Whole

HISTORY = timedelta(days=460)
"""Cover pages reach this far back before the first session, so that every company starts with a count."""

MERGER = 1.3


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts by cover page (quarter, company), main-class equivalents, on the final share unit.

    ``effective`` and ``filed`` are day numbers; ``level`` is relative to the first session's count;
    ``in_force`` gives, for each session and company, the quarter whose count holds.
    """

    periods: tuple[date, ...]
    effective: Whole
    filed: Whole
    level: Numbers
    in_force: Whole


def make_counts(cast: Cast, sessions: Sequence[date], rows: Whole, rng: np.random.Generator) -> Counts:
    """Draw the dates and levels of all cover pages of a market; ``rows`` are the sessions' day numbers."""
    periods = quarter_ends(sessions[0] - HISTORY, sessions[-1])
    shape = (len(periods), cast.size)
    ends = np.array([p.toordinal() for p in periods], dtype=np.int64)[:, None]
    effective = ends + rng.integers(12, 30, cast.size) + rng.integers(0, 6, shape)
    filed = _weekday(effective + rng.integers(1, 10, shape))
    in_force = np.stack([np.searchsorted(effective[:, c], rows, side="right") - 1 for c in range(cast.size)], axis=1)
    level = _levels(cast, shape, rng)
    level[merger_quarter(effective[:, cast.merger], rows) :, cast.merger] *= MERGER
    return Counts(tuple(periods), effective, filed, level / _at(level, in_force[0]), in_force)


def merger_quarter(effective: Whole, rows: Whole) -> int:
    """Return the quarter whose cover page first counts the merger: the first after the middle, if any."""
    last = int(np.searchsorted(effective, rows[-1], side="right")) - 1
    return min(int(np.searchsorted(effective, rows[rows.size // 2])), last)


def _levels(cast: Cast, shape: tuple[int, int], rng: np.random.Generator) -> Numbers:
    drift = rng.normal(-0.003, 0.004, cast.size)
    return np.exp(np.cumsum(drift + rng.normal(0, 0.001, shape), axis=0))


def _weekday(days: Whole) -> Whole:
    """Move Saturdays and Sundays to the Monday after (day number 1 was a Monday)."""
    weekday = (days - 1) % 7
    return days + np.where(weekday >= 5, 7 - weekday, 0)


def _at(values: Numbers, quarter: Whole) -> Numbers:
    return values[quarter, np.arange(values.shape[1])]


def final_level(counts: Counts) -> Numbers:
    """Return every company's count at the last session relative to the first, on one share unit."""
    return _at(counts.level, counts.in_force[-1])


def by_line(counts: Counts, owner: Whole) -> Counts:
    """Return the same with a column for each line; ``owner`` is each line's company."""
    return replace(
        counts,
        effective=counts.effective[:, owner],
        filed=counts.filed[:, owner],
        level=counts.level[:, owner],
        in_force=counts.in_force[:, owner],
    )


def printed_counts(counts: Counts, base: Numbers, happened: Sequence[Change], ordinals: Whole) -> Numbers:
    """Return whole counts by cover page and column in the unit of the effective date.

    ``base`` is each column's count at the first session on the final share unit.
    """
    return np.rint(counts.level * base / factors(happened, counts.effective, ordinals, base.size, spin_offs=False))


def daily_counts(counts: Counts, printed: Numbers, happened: Sequence[Change], ordinals: Whole) -> Numbers:
    """Return the true count by session and column in the day's own unit."""
    size = printed.shape[1]
    final = printed * factors(happened, counts.effective, ordinals, size, spin_offs=False)
    in_force = final[counts.in_force, np.arange(size)]
    return in_force / factors(happened, ordinals[:, None], ordinals, size, spin_offs=False)
