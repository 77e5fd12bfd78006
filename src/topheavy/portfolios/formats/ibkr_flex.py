"""Interactive Brokers: a Flex query with the section Open Positions (XML)."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import ClassVar
from xml.etree.ElementTree import Element, ParseError, XMLParser

from topheavy.core.errors import UsageError, one_line
from topheavy.core.symbols import normal
from topheavy.portfolios.document import Document
from topheavy.portfolios.format import Format
from topheavy.portfolios.position import Kind, NotCounted, Portfolio, Position, whole
from topheavy.portfolios.printed import day, number

_KINDS = {
    "STK": Kind.STOCK,
    "OPT": Kind.OPTION,
    "FOP": Kind.OPTION,
    "WAR": Kind.OPTION,
    "FUT": Kind.FUTURE,
    "BOND": Kind.BOND,
    "BILL": Kind.BOND,
    "FUND": Kind.FUND,
    "CASH": Kind.CASH,
    "CRYPTO": Kind.CRYPTO,
}


class IbkrFlex(Format):
    """Prints each position once in sum and again by lot, and what one unit of its currency is in the account's."""

    name: ClassVar[str] = "ibkr_flex"
    title: ClassVar[str] = "Interactive Brokers: a Flex query with Open Positions (XML)"
    rank: ClassVar[int] = 60

    def recognises(self, document: Document) -> bool:
        """Take it by its outermost tag."""
        return document.is_markup and "<FlexQueryResponse" in document.text

    def read(self, document: Document) -> Portfolio:
        """Read open positions and the cash by currency of all accounts."""
        root = _parsed(document)
        held = list(_summed(root))
        rates = {item.get("currency", ""): _rate(item) for item in held}
        about = next(iter(root.iter("AccountInformation")), None)
        base = (about.get("currency") if about is not None else None) or _base(rates)
        positions, unread = whole(
            (f"position {place}", partial(_position, place, item, base)) for place, item in enumerate(held, 1)
        )
        cash, unread_cash = whole(_cash(root, rates, base))
        reported = next((item.get("reportDate") for item in held if item.get("reportDate")), "")
        lots = sum(1 for _ in root.iter("OpenPosition")) - len(held)
        again = [NotCounted("OpenPosition by lot", f"{lots} rows: the same positions again")] if lots else []
        left_out = again + unread + unread_cash
        return Portfolio(
            self.name, tuple(positions + cash), currency=base, as_of=day(reported or ""), left_out=tuple(left_out)
        )

    def sample(self) -> bytes:
        """Return a made-up statement."""
        return (
            b'<FlexQueryResponse queryName="made up" type="AF"><FlexStatements count="1"><FlexStatement '
            b'accountId="U0000000"><AccountInformation accountId="U0000000" currency="CHF"/><OpenPositions>'
            b'<OpenPosition currency="USD" fxRateToBase="0.9" assetCategory="STK" subCategory="COMMON" symbol="XMPL" '
            b'description="EXAMPLE WORKS INC" isin="US0378331005" reportDate="20240305" position="10" markPrice="50" '
            b'positionValue="500" levelOfDetail="SUMMARY"/></OpenPositions></FlexStatement></FlexStatements>'
            b"</FlexQueryResponse>\n"
        )


def _parsed(document: Document) -> Element:
    parser = XMLParser(encoding="utf-8")  # whatever encoding it names, it is decoded by now
    try:
        parser.feed(document.text.lstrip().encode())
        root: Element = parser.close()
    except ParseError as error:
        raise UsageError(f"the Flex query is cut short or damaged ({one_line(error)}): export it again") from error
    return root


def _summed(root: Element) -> Iterator[Mapping[str, str]]:
    """Yield each position once: its sum where there is one, its only row else."""
    rows = [item.attrib for item in root.iter("OpenPosition")]
    summed = any(row.get("levelOfDetail") == "SUMMARY" for row in rows)
    return (row for row in rows if not summed or row.get("levelOfDetail") == "SUMMARY")


def _position(place: int, row: Mapping[str, str], base: str) -> Position:
    kind = _KINDS.get(row.get("assetCategory", ""), Kind.OTHER)
    fund = kind is Kind.STOCK and row.get("subCategory") == "ETF"
    return Position(
        f"position {place}",
        symbol=normal(row.get("symbol", "")) if kind is not Kind.OPTION else row.get("symbol", ""),
        name=row.get("description", ""),
        isin=row.get("isin", ""),
        cusip=row.get("cusip", ""),
        kind=Kind.FUND if fund else kind,
        quantity=number(row.get("position", "")),
        price=number(row.get("markPrice", "")),
        value=None if kind is Kind.FUTURE else number(row.get("positionValue", "")),
        currency=row.get("currency", ""),
        rate=None if row.get("currency") == base else _rate(row),
        account=row.get("accountId", ""),
    )


def _rate(row: Mapping[str, str]) -> float | None:
    """Return what one unit of a row's currency is in the account's; nothing where it cannot be read."""
    try:
        return number(row.get("fxRateToBase", ""))
    except ValueError:
        return None


def _cash(root: Element, rates: Mapping[str, float | None], base: str) -> Iterator[tuple[str, Callable[[], Position]]]:
    for item in root.iter("CashReportCurrency"):
        currency = item.get("currency", "")
        if len(currency) == 3 and item.get("endingCash", "") not in ("", "0"):
            rate = None if currency == base else rates.get(currency)
            yield f"cash {currency}", partial(_balance, currency, item.attrib, rate)


def _balance(currency: str, row: Mapping[str, str], rate: float | None) -> Position:
    return Position(
        f"cash {currency}",
        name=f"cash {currency}",
        kind=Kind.CASH,
        value=number(row["endingCash"]),
        currency=currency,
        rate=rate,
        account=row.get("accountId", ""),
    )


def _base(rates: Mapping[str, float | None]) -> str:
    """Return the currency whose rate is one, or the only one: the account's own, where its section is left out."""
    return next(
        (currency for currency, rate in rates.items() if rate == 1.0), [*rates, ""][0] if len(rates) == 1 else ""
    )


FORMAT = IbkrFlex()
