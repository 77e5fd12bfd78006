"""How large everyone is at both ends of the period: a large-cap index that grows more top-heavy.

The reference is the S&P 500 from 2020-11-30 to 2024-12-13: the seven largest from 22 % to 33 %, effective
number of issuers near 50 at the end. Other periods are placed on the same road by their dates.
"""

from datetime import date

import numpy as np

from topheavy.simulator.cast import Cast, years_of
from topheavy.simulator.names import GIANTS
from topheavy.simulator.records import Numbers

FIRST, LAST = date(2020, 11, 30), date(2024, 12, 13)
SHARE = (0.22, 0.33)
"""The giants' share of the index at ``FIRST`` and at ``LAST``."""
TOTAL = (31.5e12, 51.0e12)
"""The index's total in USD at ``FIRST`` and at ``LAST``: 40 T in the (geometric) middle."""

_AMONG_GIANTS = np.array(
    [
        [0.250, 0.200, 0.041, 0.197, 0.147, 0.098, 0.067],
        [0.208, 0.185, 0.183, 0.133, 0.131, 0.087, 0.073],
    ]
)
_EXPONENT, _OFFSET = 1.05, 12.0
_NOISE_PER_ROOT_YEAR = 0.2


def progress(day: date) -> float:
    """Return how far along the reference road ``day`` is: 0 at ``FIRST``, 1 at ``LAST``."""
    return (day - FIRST).days / (LAST - FIRST).days


def giants_share(day: date) -> float:
    """Return the share of the index the giants shall have on ``day``; constant outside the road."""
    return float(np.interp(progress(day), (0, 1), SHARE))


def total(day: date) -> float:
    """Return the index's total in USD on ``day``."""
    return float(TOTAL[0] * (TOTAL[1] / TOTAL[0]) ** progress(day))


def tail(count: int) -> Numbers:
    """Return the weights of those who are not giants: a power law, largest first, summing to one."""
    weights: Numbers = (np.arange(1.0, count + 1) + _OFFSET) ** -_EXPONENT
    weights /= weights.sum()
    return weights


def giant_caps(day: date) -> Numbers:
    """Return the giants' caps in USD on ``day``."""
    at = min(1.0, max(0.0, progress(day)))
    among: Numbers = (1 - at) * _AMONG_GIANTS[0] + at * _AMONG_GIANTS[1]
    among *= giants_share(day) * total(day) / among.sum()
    return among


def start_caps(cast: Cast, since: date, rng: np.random.Generator) -> Numbers:
    """Return every company's cap in USD at the first session, future members of the index included."""
    others = tail(cast.members - len(GIANTS)) * (1 - giants_share(since)) * total(since)
    waiting = np.median(others) * np.exp(rng.normal(-0.1, 0.4, len(cast.joiners)))
    return np.concatenate([giant_caps(since), others, waiting])


def end_caps(cast: Cast, start: Numbers, since: date, until: date, rng: np.random.Generator) -> Numbers:
    """Return every company's cap in USD at the last session: ranks drift, the law stays."""
    noise = rng.normal(0, _NOISE_PER_ROOT_YEAR * np.sqrt(years_of(since, until)), start.size)
    hope = np.log(start) + noise
    hope[list(cast.joiners)] += 0.3
    hope[: len(GIANTS)] = hope[list(cast.leavers)] = -np.inf
    count = cast.members - len(GIANTS)
    ranked = np.argsort(-hope, kind="stable")[:count]
    caps: Numbers = start * 0.4 ** min(1.0, years_of(since, until))
    caps[ranked] = tail(count) * (1 - giants_share(until)) * total(until)
    caps[: len(GIANTS)] = giant_caps(until)
    return caps
