"""Where issuers put their funds' holdings: the packaged list, a fund a line, or a pattern where one fits all."""

import csv
from functools import cache
from importlib.resources import files

from topheavy.core.errors import UsageError
from topheavy.core.plugins import unknown

EVERY = "*"
"""Stands for every fund of an issuer; ``{symbol}`` and ``{SYMBOL}`` in its address are the fund's, small or capital."""


def address_of(issuer: str, symbol: str) -> str:
    """Return where an issuer puts a fund's holdings.

    Raises:
        UsageError: when that is not known; the message suggests the nearest, and another way.
    """
    known = _addresses().get(issuer, {})
    pattern = known.get(symbol) or known.get(EVERY)
    if pattern is None:
        raise UsageError(
            f"{unknown(f'fund of {issuer} with a known address', symbol, list(known))}; "
            f"give its file with --from, or try 'topheavy run nport {symbol}'"
        )
    return pattern.replace("{symbol}", symbol.lower()).replace("{SYMBOL}", symbol)


@cache
def _addresses() -> dict[str, dict[str, str]]:
    text = files("topheavy.sources").joinpath("known", "fund_addresses.csv").read_text("utf-8")
    found: dict[str, dict[str, str]] = {}
    for row in csv.DictReader(text.splitlines()):
        found.setdefault(row["issuer"], {})[row["symbol"]] = row["address"]
    return found
