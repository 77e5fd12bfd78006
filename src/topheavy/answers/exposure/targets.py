"""What a position is: a fund whose holdings are here, a company, something that stands for itself, or unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from topheavy.answers.exposure.funds import identity
from topheavy.answers.exposure.funds.books import Books
from topheavy.answers.exposure.valuing import Price
from topheavy.answers.published import Published
from topheavy.portfolios.position import Kind, Position

_STANDS_ALONE = {
    Kind.CASH: "cash",
    Kind.BOND: "bond",
    Kind.OPTION: "option",
    Kind.FUTURE: "future",
    Kind.CRYPTO: "crypto",
    Kind.OTHER: "other",
}


class What(StrEnum):
    """How far a position can be followed."""

    FUND = "fund"
    COMPANY = "company"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Target:
    """What a position comes to: ``key`` is the fund, the security, or the word for what stands for itself."""

    what: What
    key: str
    reason: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Register:
    """What is known of securities on a date: by which symbol, CUSIP or ISIN they go, and their closing prices."""

    on: date
    securities: Mapping[str, Mapping[str, Any]]
    crosswalk: Mapping[str, str]
    symbols: Mapping[str, Sequence[tuple[date, date, str]]]
    prices: Mapping[str, tuple[float, date]]
    constituents: frozenset[str] = frozenset()
    """What has ever been a member of an index: companies, whether or not anything else is known of them."""

    def security(self, position: Position) -> str:
        """Return the security a position names: by identifier where one is known, else by symbol on the date."""
        by_number = (self.crosswalk.get(item) for item in identity.identifiers(position.cusip, position.isin))
        if found := next((item for item in by_number if item), None):
            return found
        if position.symbol:
            return self._by_symbol(position.symbol)
        return next(identity.identifiers(position.cusip, position.isin), position.name.upper())

    def _by_symbol(self, symbol: str) -> str:
        bearers = self.symbols.get(symbol, ())
        nearest = min(bearers, key=lambda item: self._away(item[0], item[1]), default=None)
        return nearest[2] if nearest else symbol

    def _away(self, since: date, until: date) -> int:
        return max((since - self.on).days, (self.on - until).days, 0)

    def price(self, position: Position) -> Price | None:
        """Return the position's newest close of the ten days before."""
        security = self.security(position)
        if security not in self.prices:
            return None
        close, on = self.prices[security]
        return Price(close, on, str(self.securities.get(security, {}).get("currency") or "USD"))


def register_on(view: Published, on: date) -> Register:
    """Return what is known on a date; read once per publication and date."""
    return view.remember(("exposure.register", on), lambda: _read(view, on))


def target(position: Position, books: Books, register: Register) -> Target:
    """Say what a position is."""
    if alone := _STANDS_ALONE.get(position.kind):
        return Target(What.OTHER, alone)
    security = register.security(position)
    if security in books.place_of_fund:
        return Target(What.FUND, security)
    record = register.securities.get(security)
    named = position.name or str((record or {}).get("name") or "")
    if position.kind is Kind.FUND or security in books.known_as_fund or identity.FUND_NAME.search(named):
        return Target(What.UNKNOWN, security, f"no holdings of {position.label} are here", _remedy(position.symbol))
    known = record or security in books.place_of_member or security in register.constituents
    if known or position.kind is Kind.STOCK:
        return Target(What.COMPANY, security)
    reason = f"nothing here knows {position.label}: it may be a fund whose holdings are not here, or a company"
    return Target(What.UNKNOWN, security, reason, _remedy(position.symbol))


def _remedy(symbol: str) -> str:
    return f"topheavy run nport {symbol}" if symbol else ""


def _read(view: Published, on: date) -> Register:
    tables = view.together(
        {
            "symbols": (_SYMBOLS, {}),
            "securities": (_SECURITIES, {}),
            "crosswalk": (identity.CROSSWALK, {}),
            "prices": (_PRICES, {"on": on}),
            "constituents": (_CONSTITUENTS, {}),
        }
    )
    rows = {name: table.to_pylist() for name, table in tables.items()}
    symbols: dict[str, list[tuple[date, date, str]]] = {}
    for row in rows["symbols"]:
        symbols.setdefault(row["symbol"], []).append((row["since"], row["until"] or date.max, row["security"]))
    return Register(
        on,
        {row["security"]: row for row in rows["securities"]},
        {row["identifier"]: row["security"] for row in rows["crosswalk"]},
        symbols,
        {row["security"]: (row["close"], row["session"]) for row in rows["prices"]},
        frozenset(row["security"] for row in rows["constituents"]),
    )


_SYMBOLS = "SELECT symbol, security, since, until FROM symbols"
_SECURITIES = "SELECT security, issuer, name, sector, currency FROM securities"
_CONSTITUENTS = "SELECT DISTINCT security FROM constituents"
_PRICES = """
SELECT security, MAX(session) AS session, MAX_BY(close, session) AS close
FROM bars_as_traded
WHERE session <= $on AND session > $on - INTERVAL 10 DAY
GROUP BY security
"""
