"""Moments given as a number since 1970: their unit is told by their size, and only where nothing else fits."""

from datetime import UTC, datetime

EARLIEST, LATEST = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (1990, 2100))
"""Seconds since 1970 that a moment of this market may show."""

PER_SECOND = {"seconds": 1, "milliseconds": 10**3, "microseconds": 10**6, "nanoseconds": 10**9}


def unit_of(least: float, most: float) -> str | None:
    """Return the unit in which all numbers from ``least`` to ``most`` lie between 1990 and 2100.

    The ranges of the four units lie apart, so that at most one fits.

    >>> unit_of(1733149800, 1733149801), unit_of(1733149800000, 1733149801000), unit_of(20241202, 20241203)
    ('seconds', 'milliseconds', None)
    """
    fits = (unit for unit, size in PER_SECOND.items() if EARLIEST * size <= least and most < LATEST * size)
    return next(fits, None)
