"""What happens to companies, and when: splits, a spin-off, new symbols, entries to and exits from the index."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from topheavy.simulator.cast import CARMAKER, DUAL_GIANT, GROWER, RENAMED_GIANT, SHOPKEEPER, Cast
from topheavy.simulator.records import Company, Numbers, Split, Whole

_ORDINARY = ((3, 2), (2, 1), (3, 1), (2, 1), (4, 1), (3, 2), (5, 1))
_SPIN_OFF = (1253, 1000)
"""A price adjustment that is no quotient of small integers, as vendors publish a spin-off."""


@dataclass(frozen=True, slots=True)
class Change:
    """A split or spin-off at the open of session number ``row``, of a company (or, by line, of a line)."""

    who: int
    row: int
    new: int
    old: int
    spin_off: bool = False


@dataclass(frozen=True, slots=True)
class Swap:
    """At session number ``row`` company ``joiner`` takes the place of ``leaver`` in the index."""

    row: int
    joiner: int
    leaver: int


def quarter_ends(since: date, until: date) -> list[date]:
    """Return the ends of calendar quarters from ``since`` to ``until``, both included."""
    ends = ((y, m, d) for y in range(since.year, until.year + 1) for m, d in ((3, 31), (6, 30), (9, 30), (12, 31)))
    return [day for parts in ends if since <= (day := date(*parts)) <= until]


def last_quarter_row(sessions: Sequence[date], row: int) -> int:
    """Return the last session of the quarter before session ``row`` (5 sessions before, in a short period)."""
    quarter = (sessions[row].month - 1) // 3
    earlier = [i for i in range(max(0, row - 70), row) if (sessions[i].month - 1) // 3 != quarter]
    return earlier[-1] if earlier else row - 5


def changes(cast: Cast, sessions: Sequence[date], rng: np.random.Generator) -> list[Change]:
    """Return every split and spin-off, by session."""
    rows = len(sessions)
    giants = [
        Change(GROWER, int(rows * 0.16), 4, 1),
        Change(GROWER, int(rows * 0.88), 10, 1),
        Change(SHOPKEEPER, int(rows * 0.37), 20, 1),
        Change(CARMAKER, int(rows * 0.43), 3, 1),
        Change(DUAL_GIANT, _soon_after_a_quarter(sessions), 10, 1),
    ]
    when = rng.integers(int(rows * 0.08), int(rows * 0.92), len(cast.split) + 2).tolist()
    ordinary = [Change(c, when.pop(), *_ORDINARY[i % len(_ORDINARY)]) for i, c in enumerate(cast.split)]
    odd = [Change(cast.reverse, when.pop(), 1, 8), Change(cast.spin_off, when.pop(), *_SPIN_OFF, spin_off=True)]
    return sorted(giants + ordinary + odd, key=lambda change: (change.row, change.who))


def _soon_after_a_quarter(sessions: Sequence[date]) -> int:
    """Return the tenth session of a quarter in the middle of the period, or its middle in a short one."""
    rows = len(sessions)
    starts = [i for i in range(1, rows - 10) if sessions[i].month % 3 == 1 and sessions[i - 1].month % 3 == 0]
    return min((i + 9 for i in starts), key=lambda row: abs(row - 0.42 * rows), default=rows // 2)


def renames(cast: Cast, rows: int, rng: np.random.Generator) -> dict[int, int]:
    """Return the session number from which each renamed company's new symbol holds."""
    slots = np.linspace(0.2, 0.8, len(cast.renamed)) * rows + rng.integers(-2, 3, len(cast.renamed))
    slots[cast.renamed.index(RENAMED_GIANT)] = int(rows * 0.375)
    return dict(zip(cast.renamed, slots.astype(int).tolist(), strict=True))


def listing_row(rows: int) -> int:
    """Return the first session of the newly listed company."""
    return rows // 4


def swaps(cast: Cast, rows: int, rng: np.random.Generator) -> list[Swap]:
    """Return the index's changes; the first is the newly listed company in for the acquired one."""
    first = min(listing_row(rows) + 70, int(rows * 0.6))
    when = [first, *sorted(rng.integers(int(rows * 0.04), int(rows * 0.96), len(cast.joiners) - 1).tolist())]
    return [Swap(*parts) for parts in zip(when, cast.joiners, cast.leavers, strict=True)]


def by_line(happened: Sequence[Change], companies: Sequence[Company]) -> list[Change]:
    """Return the changes of companies as changes of their lines."""
    return [replace(change, who=line) for change in happened for line in companies[change.who].lines]


def factors(happened: Sequence[Change], days: Whole, ordinals: Whole, size: int, spin_offs: bool) -> Numbers:
    """Return, for each day and column, the product of the ratios of all later changes.

    ``days`` are day numbers, one for all columns (n, 1) or one each (n, size); ``ordinals`` the sessions'.
    As-traded price = price on the final share unit × factor (spin-offs included); count in the day's unit =
    count in the final unit ÷ factor (spin-offs left out: they leave the count alone).
    """
    product = np.ones((days.shape[0], size))
    for change in happened:
        if spin_offs or not change.spin_off:
            column = days[:, min(change.who, days.shape[1] - 1)]
            product[column < ordinals[change.row], change.who] *= change.new / change.old
    return product


def split_records(line_changes: Sequence[Change], days: Sequence[date]) -> tuple[Split, ...]:
    """Return the changes of lines as the vendor records them."""
    return tuple(Split(c.who, days[c.row], c.new, c.old, c.spin_off) for c in line_changes)
