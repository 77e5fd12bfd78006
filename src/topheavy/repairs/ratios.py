"""Ratios of splits and of slips of the point: which one a step of a price or a count comes near to."""

from fractions import Fraction
from math import exp, log

SLIPS = (10.0, 100.0, 1000.0, 1_000_000.0)
"""By what a unit mistaken for another changes a figure: pence and pounds, thousands, millions, a point misread."""

LARGEST_SIDE = 50
NEAR = log(1.08)
"""A session's own move is rarely larger."""


def slip_near(step: float, tolerance: float) -> float | None:
    """Return the slip of the point that a logarithmic step comes near to, above or below one."""
    for slip in SLIPS:
        for ratio in (slip, 1 / slip):
            if abs(step - log(ratio)) < tolerance:
                return ratio
    return None


def split_near(step: float, tolerance: float = NEAR) -> float | None:
    """Return the simplest ratio, new shares for one old, of a split after which a price would make this step.

    >>> split_near(-2.29), split_near(0.71), split_near(-0.41), split_near(-0.9)
    (10.0, 0.5, 1.5, 2.5)
    """
    wanted = exp(-step)
    whole = [Fraction(size) for size in (2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50, 100)]
    simple = [*whole, *(1 / size for size in whole), Fraction(3, 2), Fraction(5, 2), Fraction(2, 3), Fraction(5, 3)]
    near = [float(ratio) for ratio in simple if abs(log(float(ratio) / wanted)) < tolerance]
    return min(near, key=lambda ratio: abs(log(ratio / wanted))) if near else None


def in_words(ratio: float) -> str:
    """Return a ratio as people say it: 10:1, 1:25, 3:2, 1.03:1.

    >>> in_words(10), in_words(0.08), in_words(1.5), in_words(1.6667), in_words(1.03)
    ('10:1', '2:25', '3:2', '5:3', '1.03:1')
    """
    close = Fraction(ratio).limit_denominator(LARGEST_SIDE)
    small = close.numerator <= LARGEST_SIDE or close.denominator == 1
    if small and close and abs(float(close) - ratio) < 1e-4 * ratio and min(close.numerator, close.denominator) <= 9:
        return f"{close.numerator}:{close.denominator}"
    return f"{ratio:g}:1"
