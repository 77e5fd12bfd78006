"""A replay made worse on request: gaps, duplicates, disorder and jitter, the same for the same seed."""

from typing import Any

import numpy as np

from topheavy.core.errors import UsageError
from topheavy.stream.feed import Tamper

FAR = 100
"""A record out of order, or a second copy, comes at most so many records late."""


def arrivals(due: Any, tamper: Tamper, seed: int) -> tuple[Any, Any]:
    """Return which records arrive, by place and in order, and when each is due, in seconds and never falling.

    Raises:
        UsageError: when a share is not between 0 and 1, or the jitter is below zero.
    """
    _check(tamper)
    rng = np.random.default_rng(seed)
    kept = np.flatnonzero(rng.random(len(due)) >= tamper.gaps)
    again = kept[rng.random(len(kept)) < tamper.duplicates]
    late = np.where(rng.random(len(kept)) < tamper.disorder, rng.integers(1, FAR + 1, len(kept)), 0)
    rank = np.concatenate([kept + late, again + rng.integers(1, FAR + 1, len(again))])
    places = np.concatenate([kept, again])[np.argsort(rank, kind="stable")]
    moments = np.maximum.accumulate(due[places]) if len(places) else due[places]
    if not tamper.jitter:
        return places, moments
    shaken = moments + rng.uniform(0, tamper.jitter, len(places))
    order = np.argsort(shaken, kind="stable")
    return places[order], shaken[order]


def _check(tamper: Tamper) -> None:
    for name in ("gaps", "duplicates", "disorder"):
        if not 0 <= getattr(tamper, name) <= 1:
            raise UsageError(f"{name} is {getattr(tamper, name)}: give a share between 0 and 1")
    if not tamper.jitter >= 0:
        raise UsageError(f"jitter is {tamper.jitter} s: give zero or more")
