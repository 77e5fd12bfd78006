"""Lines that are no holdings but sums of others, and tables that stand twice: what would count everything double."""

import re
from collections import Counter
from collections.abc import Sequence
from math import fsum

from topheavy.sources.fundfile.lines import Holding

_TOTAL = re.compile(
    r"(?:grand |sub-?)?totals?(?: (?:net )?(?:equit(?:y|ies)|assets?|investments?|holdings?|funds?|portfolio|securities"
    r"|(?:common|preferred) stocks?|stocks?|cash|market value|value|weight|shares)[\w &]*)?|(?:total )?net assets?",
    re.IGNORECASE,
)
NEAR = 0.001
"""How near a line's amount comes to the sum of all others to be that sum."""


def without_sums(kept: Sequence[Holding]) -> tuple[list[Holding], list[tuple[Holding, str]]]:
    """Part holdings from lines that sum up others: totals by name or by amount, and sectors' subtotals."""
    groups = {
        word.lower() for holding in kept if _named(holding) for word in (holding.sector, holding.asset_class) if word
    }
    holdings: list[Holding] = []
    sums: list[tuple[Holding, str]] = []
    for holding in kept:
        if _named(holding):
            holdings.append(holding)
        elif _TOTAL.fullmatch(holding.name or ""):
            sums.append((holding, "a total, not a holding"))
        elif (holding.name or "").lower() in groups:
            sums.append((holding, "the subtotal of a sector, not a holding"))
        elif _is_sum_of_others(holding, kept):
            sums.append((holding, "as much as all other lines together: a total, not a holding"))
        else:
            holdings.append(holding)
    return holdings, sums


def _named(holding: Holding) -> bool:
    """Say whether a line has what a holding has and a sum has not."""
    return bool(holding.symbol or holding.isin or holding.cusip)


def _is_sum_of_others(holding: Holding, kept: Sequence[Holding]) -> bool:
    if len(kept) < 3 or holding.quantity is not None:
        return False
    for column in ("value", "weight"):
        mine = getattr(holding, column)
        others = fsum(getattr(other, column) or 0.0 for other in kept if other is not holding)
        if mine and abs(mine - others) <= NEAR * abs(mine):
            return True
    return False


def once(kept: Sequence[Holding]) -> tuple[list[Holding], int]:
    """Return the holdings less the copies where every line stands twice and the weights sum to two, and how many.

    Two equal lots of one security are two lots where the weights sum to one.
    """
    weights = fsum(holding.weight or 0.0 for holding in kept)
    counts = Counter(kept)
    if weights < 1.9 or any(count % 2 for count in counts.values()):
        return list(kept), 0
    first: list[Holding] = []
    left = {holding: count // 2 for holding, count in counts.items()}
    for holding in kept:
        if left[holding]:
            left[holding] -= 1
            first.append(holding)
    return first, len(kept) - len(first)
