"""Currencies as vendors print them: a unit's hundredth (pence, cents) is written as the unit, two are never one."""

from collections.abc import Mapping
from types import MappingProxyType

HOME = "USD"
"""The currency in which the exchange's prices, and so every cap, are counted."""

_HUNDREDTHS: Mapping[str, str] = MappingProxyType(
    {"GBp": "GBP", "GBX": "GBP", "GBx": "GBP", "ZAc": "ZAR", "ZAC": "ZAR", "ILA": "ILS", "ILa": "ILS", "USX": "USD"}
)


def unit_of_price(printed: str) -> tuple[str, float]:
    """Return the ISO code of a printed currency and by what its amounts are divided to be in it.

    >>> unit_of_price("GBp"), unit_of_price("usd"), unit_of_price("EUR")
    (('GBP', 100.0), ('USD', 1.0), ('EUR', 1.0))
    """
    plain = printed.strip()
    whole = _HUNDREDTHS.get(plain)
    return (whole, 100.0) if whole else (plain.upper(), 1.0)
