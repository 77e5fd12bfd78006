"""What each position is worth in one currency; what cannot be valued is named, never taken for nothing."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from math import fsum

from topheavy.core.errors import UsageError
from topheavy.portfolios.position import Kind, Portfolio, Position

PENCE = {"GBX": ("GBP", 0.01)}
"""Currencies that are a part of another."""


@dataclass(frozen=True, slots=True)
class Price:
    """A closing price on a day."""

    close: float
    on: date
    currency: str


PriceOf = Callable[[Position], Price | None]


@dataclass(frozen=True, slots=True)
class Valued:
    """A position and its part of the whole; ``amount`` is in the portfolio's currency, or a part where it has none."""

    position: Position
    amount: float
    how: str


@dataclass(frozen=True, slots=True)
class Valuation:
    """The positions that can be valued, those that cannot and why, and what all of it comes to."""

    currency: str
    whole: float
    valued: tuple[Valued, ...]
    unvalued: tuple[tuple[Position, str], ...]
    parts_only: bool


def value(portfolio: Portfolio, price_of: PriceOf, rates: Mapping[str, float], currency: str = "") -> Valuation:
    """Value a portfolio in ``currency``, by default its own; ``rates`` are what one unit of another is in it.

    Raises:
        UsageError: when nothing can be valued, or debts are as large as what is owned.
    """
    if all(item.weight is not None and item.value is None for item in portfolio.positions):
        return _by_parts(portfolio)
    base = currency or portfolio.currency or _commonest(portfolio)
    own_rates = base == portfolio.currency
    valued, unvalued = [], []
    for position in portfolio.positions:
        found = _amount(position, price_of)
        if isinstance(found, str):
            unvalued.append((position, found))
            continue
        amount, how, named = found
        base = base or named
        rate = _rate(named, base, rates, position.rate if own_rates else None)
        if rate is None:
            unvalued.append((position, _no_rate(amount, named, base)))
        else:
            valued.append(Valued(position, amount * rate, how if rate == 1 else f"{how}, at {rate:g} {base} a {named}"))
    whole = fsum(item.amount for item in valued)
    if not valued:
        first, reason = unvalued[0]
        raise UsageError(f"nothing of the portfolio can be valued; {first.label}: {reason}")
    if whole <= 0:
        raise UsageError("the portfolio owes as much as it owns: there is no whole to be part of")
    return Valuation(base, whole, tuple(valued), tuple(unvalued), parts_only=False)


def _by_parts(portfolio: Portfolio) -> Valuation:
    valued = tuple(Valued(item, item.weight or 0.0, "part as given") for item in portfolio.positions)
    return Valuation("", 1.0, valued, (), parts_only=True)


def _commonest(portfolio: Portfolio) -> str:
    counted = Counter(item.currency for item in portfolio.positions if item.currency)
    return min(counted, key=lambda name: (-counted[name], name)) if counted else ""


def _amount(position: Position, price_of: PriceOf) -> tuple[float, str, str] | str:
    """Return an amount, how it is known and in which currency; else why there is none."""
    if position.value is not None:
        return position.value, "as stated", position.currency
    if position.kind is Kind.FUTURE:
        return "a future is worth its margin alone, which the file does not say; what it moves is not owned"
    if position.quantity is None:
        return "neither a value nor a number of shares is given"
    price = price_of(position)
    if price is None:
        return "there is no price of it here: give its value, or collect its prices"
    return position.quantity * price.close, f"{position.quantity:g} × close of {price.on}", price.currency


def _rate(named: str, base: str, rates: Mapping[str, float], printed: float | None) -> float | None:
    whole, part = PENCE.get(named, (named, 1.0))
    if whole in ("", base):
        return part
    if whole in rates:
        return part * rates[whole]
    return printed


def _no_rate(amount: float, named: str, base: str) -> str:
    return f"{amount:,.2f} {named} cannot be added to {base or 'the rest'} without a rate: give one, as {named}=1.08"
