"""Typed lines: ``60% IVV, 20% QQQ, 20% AAPL``, ``10 AAPL``, ``$5,000 VTI``, ``MSFT 12.5 shares``."""

import re
from collections.abc import Iterator
from dataclasses import replace
from math import fsum
from typing import ClassVar

from topheavy.core.errors import UsageError
from topheavy.core.symbols import normal
from topheavy.portfolios.document import Document
from topheavy.portfolios.format import Format
from topheavy.portfolios.position import Kind, Portfolio, Position
from topheavy.portfolios.printed import currency, cusip, has_decimal_comma, isin, number

_AMOUNT = (
    r"(?P<sign>[-+−]?)\s*(?P<before>US\$|C\$|A\$|[$€£])?\s*(?P<digits>\d[\d.,']*)\s*"
    r"(?P<unit>%|[A-Za-z€£$]{1,7}(?=\s|$))?"
)
_THING = r"(?P<thing>[A-Za-z0-9][A-Za-z0-9.\-/]{0,11})"
_ITEM = (
    re.compile(rf"{_AMOUNT}\s+(?:of\s+|in\s+|shares\s+of\s+)?{_THING}"),
    re.compile(rf"{_THING}\s*[:=]?\s+{_AMOUNT}"),
)
_SHARES = frozenset({"share", "shares", "units", "unit", "pcs", "x", "stk"})
_PER_CENT = frozenset({"%", "pct", "percent"})
_SUM_TOLERANCE = 0.5
"""Per cent by which bare numbers may miss a hundred and still be read as per cent."""


class Typed(Format):
    """What a person types or pastes: an amount and a name in either order, parted by commas or on lines."""

    name: ClassVar[str] = "typed"
    title: ClassVar[str] = "typed or pasted: 60% IVV, 20% QQQ, 20% AAPL"
    rank: ClassVar[int] = 10

    def recognises(self, document: Document) -> bool:
        """Take it where its first item is an amount and a name, and nothing else."""
        if document.is_markup:
            return False
        first = next(_items(document.text), None)
        return first is not None and _match(first[1]) is not None

    def read(self, document: Document) -> Portfolio:
        """Read every item; one that cannot be read stops it, since leaving it out would change the answer."""
        return _with_units([_position(where, text) for where, text in _items(document.text)])

    def sample(self) -> bytes:
        """Three lines."""
        return b"60% IVV, 20% QQQ, 20% AAPL"


def _items(text: str) -> Iterator[tuple[str, str]]:
    """Yield the items with their places; a comma between digits parts none."""
    for line, words in enumerate(text.splitlines(), 1):
        bare = words.partition("#")[0]
        for item in re.split(r";|\t(?=\S+\s)|(?<!\d),|,(?!\d)", bare):
            if item.strip():
                yield f"line {line}", " ".join(item.split())


def _match(item: str) -> re.Match[str] | None:
    return next((match for pattern in _ITEM if (match := pattern.fullmatch(item)) and _is_thing(match)), None)


def _is_thing(match: re.Match[str]) -> bool:
    return any(letter.isalpha() for letter in match["thing"])


def _position(where: str, item: str) -> Position:
    match = _match(item)
    if match is None:
        raise UsageError(f"{where}: '{item}' is no position: write an amount and a symbol, such as 60% IVV or 10 AAPL")
    try:
        amount = number(match["digits"], decimal_comma=has_decimal_comma([match["digits"]], unsure=False))
    except ValueError as error:
        raise UsageError(f"{where}: {error}: write it like 1,234.50") from error
    signed = -(amount or 0.0) if match["sign"] in ("-", "−") else amount
    return _measured(_named(where, match["thing"]), signed, match["before"], match["unit"] or "", item)


def _named(where: str, thing: str) -> Position:
    if isin(thing):
        return Position(where, isin=isin(thing))
    return Position(where, cusip=cusip(thing)) if cusip(thing) else Position(where, symbol=normal(thing))


def _measured(position: Position, amount: float | None, before: str | None, unit: str, item: str) -> Position:
    if unit.lower() in _PER_CENT:
        return replace(position, weight=None if amount is None else amount / 100)
    if named := currency(before or unit):
        kind = Kind.CASH if position.symbol in ("CASH", named) else Kind.UNKNOWN
        return replace(position, value=amount, currency=named, kind=kind)
    if unit and unit.lower() not in _SHARES:
        raise UsageError(f"{position.where}: '{item}': '{unit}' is no unit: write %, shares or a currency such as USD")
    return replace(position, quantity=amount, name=unit)


def _with_units(positions: list[Position]) -> Portfolio:
    """Read bare numbers as per cent where they add up to a hundred, else as shares; refuse parts beside amounts."""
    bare = [item for item in positions if item.quantity is not None and not item.name]
    total = fsum(item.quantity or 0.0 for item in bare)
    notes: tuple[str, ...] = ()
    if bare and len(bare) == len(positions) and abs(total - 100) <= _SUM_TOLERANCE:
        positions = [replace(item, quantity=None, weight=(item.quantity or 0.0) / 100) for item in positions]
        notes = ("numbers without a unit are read as per cent, since they add up to a hundred",)
    elif bare:
        notes = ("numbers without a unit are read as shares",)
    cleared = tuple(replace(_cash(item), name="") for item in positions)
    weighed = sum(item.weight is not None for item in cleared)
    if 0 < weighed < len(cleared):
        raise UsageError("per cent and amounts stand side by side: write all as per cent, or all as shares and money")
    named = {item.currency for item in cleared if item.currency}
    return Portfolio("typed", cleared, currency=named.pop() if len(named) == 1 else "", notes=notes)


def _cash(position: Position) -> Position:
    return replace(position, kind=Kind.CASH) if position.symbol == "CASH" else position


FORMAT = Typed()
