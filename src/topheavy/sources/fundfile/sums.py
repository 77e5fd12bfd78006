"""What a fund's printed weights and values say of the whole file: complete, cut short, in fractions, worthless."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import fsum

from topheavy.core.errors import Malformed
from topheavy.sources.fundfile.lines import Holding
from topheavy.sources.fundfile.printed import EQUITY
from topheavy.sources.fundfile.table import Table

LOWEST, HIGHEST = 0.95, 1.05
"""Between these the printed weights are those of a whole fund."""


def weights_sum(kept: Sequence[Holding]) -> str:
    """Say what the printed weights sum to."""
    total = _total(kept)
    if total is None:
        return "no weights are printed"
    doubt = "" if LOWEST <= total <= HIGHEST else ", far from 100 %: lines may be missing or doubled"
    return f"weights sum to {total:.2%}{doubt}"


def _total(kept: Sequence[Holding]) -> float | None:
    stated = [holding.weight for holding in kept if holding.weight is not None]
    return fsum(stated) if stated else None


def weights_as_fractions(kept: Sequence[Holding], table: Table) -> tuple[list[Holding], list[str]]:
    """Return the holdings with weights as they are meant, where a file prints 0.6 for 60 %: its weights sum to one.

    A file whose heading says per cent is taken at its word.
    """
    total = _total(kept)
    if total is None or not LOWEST <= 100 * total <= HIGHEST or "%" in table.heading("weight"):
        return list(kept), []
    meant = [replace(holding, weight=None if holding.weight is None else 100 * holding.weight) for holding in kept]
    return meant, [f"weights are printed as fractions: they sum to {100 * total:.4g}"]


def refuse_worthless(kept: Sequence[Holding], unit: str) -> None:
    """Refuse a file whose equities have a weight or value of nothing but zero.

    Raises:
        Malformed: when no equity is worth anything; the message names the file.
    """
    equities = [line for line in kept if line.asset_class == EQUITY]
    stated = [amount for line in equities for amount in (line.weight, line.value) if amount is not None]
    if stated and not any(stated):
        raise Malformed(f"{unit}: all {len(equities):,} equities have a weight or value of 0: download the file again")


def doubts(kept: Sequence[Holding]) -> Iterator[str]:
    """Yield what may be wrong with the file as a whole, and with lines that no one can weigh."""
    total = _total(kept)
    if total is not None and total < LOWEST:
        yield f"the printed weights sum to {total:.2%}: the file may be cut short, and covers no more of the fund"
    if total is not None and total > HIGHEST:
        yield f"the printed weights sum to {total:.2%}: is the fund leveraged, or do lines stand twice?"
    unpriced = [line for line in kept if line.asset_class == EQUITY and line.weight is None and line.value is None]
    if unpriced:
        names = ", ".join(line.symbol or line.name or "?" for line in unpriced[:5])
        yield f"{len(unpriced):,} equity lines have neither weight nor value and are not measured: {names}"
    short = [line for line in kept if line.asset_class == EQUITY and (line.value or line.weight or 0.0) < 0]
    if short:
        yield f"{len(short):,} equity lines are negative (sold short), first {short[0].symbol or short[0].name}"
