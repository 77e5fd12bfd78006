"""OFX and QFX: the investment statement that Quicken and its like read, from any broker."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

from topheavy.core.symbols import normal
from topheavy.portfolios.document import Document
from topheavy.portfolios.format import Format
from topheavy.portfolios.position import Kind, NotCounted, Portfolio, Position, whole
from topheavy.portfolios.printed import day, number, words

_TAG = re.compile(r"<(/?)([A-Z0-9.]+)>([^<]*)")
_KINDS = {
    "POSSTOCK": Kind.STOCK,
    "POSMF": Kind.FUND,
    "POSDEBT": Kind.BOND,
    "POSOPT": Kind.OPTION,
    "POSOTHER": Kind.UNKNOWN,
}
_TOTAL = re.compile(r"net ?worth|account (?:value|total)|total (?:account|value)", re.IGNORECASE)


class Ofx(Format):
    """SGML without closing tags, or XML: the same tags either way."""

    name: ClassVar[str] = "ofx"
    title: ClassVar[str] = "OFX or QFX: an investment statement, as for Quicken"
    rank: ClassVar[int] = 60

    def recognises(self, document: Document) -> bool:
        """Take it where its outermost tag is OFX."""
        return document.is_markup and "<OFX>" in document.text

    def read(self, document: Document) -> Portfolio:
        """Read the lists of positions and the cash of all accounts; transactions are not counted."""
        statement = _Statement()
        statement.read(document.text)
        held, unread = whole(statement.positions())
        every = [*held, *statement.cash]
        positions = [item for item in every if item.value or item.quantity]
        nothing = [
            NotCounted(item.where, f"nothing is held of {item.label}") for item in every if item not in positions
        ]
        notes = () if statement.holdings else ("its statement lists no positions, only transactions and balances",)
        return Portfolio(
            self.name,
            tuple(positions) if statement.holdings or statement.cash else (),
            currency=statement.currency,
            as_of=day(statement.dated[:8]),
            stated=statement.total,
            left_out=(*statement.left_out(), *unread, *nothing),
            notes=notes,
        )

    def sample(self) -> bytes:
        """Return a made-up statement."""
        return (
            b"OFXHEADER:100\nDATA:OFXSGML\n\n<OFX><INVSTMTMSGSRSV1><INVSTMTTRNRS><INVSTMTRS><DTASOF>20240305"
            b"<CURDEF>USD<INVPOSLIST><POSSTOCK><INVPOS><SECID><UNIQUEID>00A000109<UNIQUEIDTYPE>CUSIP</SECID>"
            b"<POSTYPE>LONG<UNITS>10<UNITPRICE>50<MKTVAL>500</INVPOS></POSSTOCK></INVPOSLIST>"
            b"<INVBAL><AVAILCASH>100</INVBAL></INVSTMTRS></INVSTMTTRNRS></INVSTMTMSGSRSV1>"
            b"<SECLISTMSGSRSV1><SECLIST><STOCKINFO><SECINFO><SECID><UNIQUEID>00A000109<UNIQUEIDTYPE>CUSIP</SECID>"
            b"<SECNAME>Example Works<TICKER>XMPL</SECINFO></STOCKINFO></SECLIST></SECLISTMSGSRSV1></OFX>\n"
        )


@dataclass
class _Statement:
    """What was met on the way through the tags."""

    currency: str = ""
    dated: str = ""
    account: str = ""
    total: float | None = None
    transactions: int = 0
    cash: list[Position] = field(default_factory=list)
    holdings: list[dict[str, str]] = field(default_factory=list)
    securities: dict[str, dict[str, str]] = field(default_factory=dict)

    def read(self, text: str) -> None:
        """Walk through the tags once."""
        kind, here, balance = "", None, dict[str, str]()
        for closing, tag, rest in _TAG.findall(text):
            value = words(rest)
            if tag in _KINDS:
                kind = tag
            elif tag in ("INVPOS", "SECINFO"):
                here = None if closing else {"kind": kind, "account": self.account}
                if here is not None:
                    self._keep(tag, here)
            elif here is not None and value and not closing:
                here.setdefault(tag, value)
                if tag == "UNIQUEID" and "POSTYPE" not in here and here.get("list") == "security":
                    self.securities.setdefault(value, here)
            else:
                self._note(tag, value, closing, balance)

    def _keep(self, tag: str, here: dict[str, str]) -> None:
        if tag == "INVPOS":
            self.holdings.append(here)
        else:
            here["list"] = "security"

    def _note(self, tag: str, value: str, closing: str, balance: dict[str, str]) -> None:
        if tag in ("CURDEF", "ACCTID", "DTASOF") and value and not closing:
            name = {"CURDEF": "currency", "ACCTID": "account", "DTASOF": "dated"}[tag]
            if name == "account" or not getattr(self, name):
                setattr(self, name, value)
        elif tag == "AVAILCASH" and value:
            self._cash(value)
        elif tag == "BAL":
            balance.clear()
        elif tag in ("NAME", "DESC", "VALUE") and value:
            balance[tag] = value
            if tag == "VALUE" and _TOTAL.search(f"{balance.get('NAME', '')} {balance.get('DESC', '')}"):
                self.total = number(value) if self.total is None else self.total
        elif tag in ("INVTRAN", "STMTTRN") and not closing:
            self.transactions += 1

    def _cash(self, value: str) -> None:
        amount = number(value)
        if amount:
            self.cash.append(
                Position("AVAILCASH", name="cash", kind=Kind.CASH, value=amount, currency=self.currency,
                         account=self.account)
            )  # fmt: skip

    def positions(self) -> Iterator[tuple[str, Callable[[], Position]]]:
        """Yield how each position is made, with what the list of securities says of it."""
        for place, held in enumerate(self.holdings, 1):
            about = self.securities.get(held.get("UNIQUEID", ""), {})
            where = f"position {place}"
            yield where, partial(_position, where, held, about, self.currency)

    def left_out(self) -> Iterator[NotCounted]:
        """Say what else the statement lists."""
        if self.transactions:
            yield NotCounted("its transactions", f"{self.transactions} of them: past, not held")


def _position(where: str, held: Mapping[str, str], about: Mapping[str, str], currency: str) -> Position:
    identifier, scheme = held.get("UNIQUEID", ""), held.get("UNIQUEIDTYPE", "").upper()
    quantity, value = (number(held.get(tag, "")) for tag in ("UNITS", "MKTVAL"))
    sign = -1.0 if held.get("POSTYPE") == "SHORT" and (quantity or 0.0) > 0 else 1.0
    own = held.get("CURSYM", currency)
    return Position(
        where,
        symbol=normal(about.get("TICKER", "")),
        name=about.get("SECNAME", ""),
        isin=identifier if scheme == "ISIN" else "",
        cusip=identifier if scheme == "CUSIP" else "",
        kind=_KINDS.get(held["kind"], Kind.UNKNOWN),
        quantity=None if quantity is None else sign * quantity,
        price=number(held.get("UNITPRICE", "")),
        value=None if value is None else sign * value if value > 0 else value,
        currency=own,
        rate=number(held.get("CURRATE", "")) if own != currency else None,
        account=held["account"],
    )


FORMAT = Ofx()
