"""The words a portfolio is told in: position, portfolio, and the lines that are not counted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What a position is, as far as the file says; a holding without a kind may be a company or a fund."""

    UNKNOWN = "unknown"
    STOCK = "stock"
    FUND = "fund"
    BOND = "bond"
    CASH = "cash"
    OPTION = "option"
    FUTURE = "future"
    CRYPTO = "crypto"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Position:
    """One thing that is owned (or owed, where signed minus), as printed.

    ``value`` is in ``currency``; ``rate`` is what one unit of it is in the portfolio's currency, where the file
    says so; ``weight`` is a part of the whole (0.6 is 60 %).
    """

    where: str
    symbol: str = ""
    name: str = ""
    isin: str = ""
    cusip: str = ""
    kind: Kind = Kind.UNKNOWN
    quantity: float | None = None
    price: float | None = None
    value: float | None = None
    weight: float | None = None
    currency: str = ""
    rate: float | None = None
    account: str = ""

    @property
    def label(self) -> str:
        """What to call it: its symbol, else its name, else its identifier, else where it stands."""
        return self.symbol or self.name or self.isin or self.cusip or f"unnamed, {self.where}"


@dataclass(frozen=True, slots=True)
class NotCounted:
    """A line of the file that is no position, and why."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Portfolio:
    """What a file or a typed line says is owned.

    ``currency`` is the one its values are added up in, empty where it does not say. ``stated`` is the total the
    file itself prints, to be held against the sum. ``left_out`` accounts for every other line.
    """

    format: str
    positions: tuple[Position, ...]
    currency: str = ""
    as_of: date | None = None
    stated: float | None = None
    left_out: tuple[NotCounted, ...] = ()
    notes: tuple[str, ...] = ()


def whole(makers: Iterable[tuple[str, Callable[[], Position]]]) -> tuple[list[Position], list[NotCounted]]:
    """Make positions by their places; one that cannot be read is not counted, with the reason."""
    positions: list[Position] = []
    left_out: list[NotCounted] = []
    for where, make in makers:
        try:
            positions.append(make())
        except ValueError as error:
            left_out.append(NotCounted(where, str(error)))
    return positions, left_out
