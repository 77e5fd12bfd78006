"""Interactive Brokers: an activity statement, whose rows each begin with their section's name (CSV)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import ClassVar

from topheavy.core.symbols import normal
from topheavy.portfolios.document import Document, Row
from topheavy.portfolios.format import Format
from topheavy.portfolios.position import Kind, NotCounted, Portfolio, Position, whole
from topheavy.portfolios.printed import day, isin, number, plain
from topheavy.portfolios.table import kind_of

OPEN, CASH, ABOUT, RATES, INSTRUMENTS = (
    "Open Positions",
    "Cash Report",
    "Account Information",
    "Base Currency Exchange Rate",
    "Financial Instrument Information",
)


class IbkrStatement(Format):
    """One file with dozens of tables: positions, cash and exchange rates are read, the rest is not counted."""

    name: ClassVar[str] = "ibkr_statement"
    title: ClassVar[str] = "Interactive Brokers: an activity statement (CSV)"
    rank: ClassVar[int] = 60

    def recognises(self, document: Document) -> bool:
        """Take it by the heading of its open positions."""
        return not document.is_markup and any(row.cells[:2] == (OPEN, "Header") for row in document.rows)

    def read(self, document: Document) -> Portfolio:
        """Read open positions and the ending cash of every currency."""
        sections = _sections(document.rows)
        about = {cells[0]: cells[1] for _, cells, _ in sections.get(ABOUT, []) if len(cells) > 1}
        rates = {r["currency"]: number(r.get("rate", "")) for _, r in _named(sections.get(RATES, []))}
        isins = {r.get("symbol", ""): isin(r.get("securityid", "")) for _, r in _named(sections.get(INSTRUMENTS, []))}
        held = [item for item in _named(sections.get(OPEN, [])) if item[1].get("datadiscriminator") in ("Summary", "")]
        made = ((row.where, partial(_position, row, cells, rates, isins)) for row, cells in held)
        positions, unread = whole(chain(made, _cash(sections.get(CASH, []), rates)))
        others = sorted({row.cells[0] for row in document.rows if row.cells} - {OPEN, CASH, ABOUT, RATES, INSTRUMENTS})
        left_out = unread + [NotCounted(section, "another section of the statement") for section in others]
        period = next((row.text for row in _statement(document.rows) if "Period" in row.text), "")
        return Portfolio(self.name, tuple(positions), currency=about.get("Base Currency", ""),
                         as_of=day(period.rpartition(" - ")[2]), left_out=tuple(left_out))  # fmt: skip

    def sample(self) -> bytes:
        """Return a made-up statement."""
        return (
            b"Statement,Header,Field Name,Field Value\n"
            b'Statement,Data,Period,"March 1, 2024 - March 5, 2024"\n'
            b"Account Information,Header,Field Name,Field Value\n"
            b"Account Information,Data,Base Currency,USD\n"
            b"Open Positions,Header,DataDiscriminator,Asset Category,Currency,Symbol,Quantity,Mult,Close Price,Value\n"
            b"Open Positions,Data,Summary,Stocks,USD,XMPL,10,1,50,500\n"
            b"Open Positions,Total,,Stocks,USD,,,,,500\n"
            b"Cash Report,Header,Currency Summary,Currency,Total\n"
            b"Cash Report,Data,Ending Cash,Base Currency Summary,100\n"
            b"Cash Report,Data,Ending Cash,USD,100\n"
        )


class _Line:
    """A row of the statement, its words together."""

    def __init__(self, row: Row) -> None:
        self.text = " ".join(row.cells)


def _statement(rows: Sequence[Row]) -> list[_Line]:
    return [_Line(row) for row in rows if row.cells and row.cells[0] == "Statement"]


Section = list[tuple[Row, tuple[str, ...], tuple[str, ...]]]


def _sections(rows: Sequence[Row]) -> dict[str, list[tuple[Row, tuple[str, ...], tuple[str, ...]]]]:
    """Return the data rows of each section with the heading above them."""
    headings: dict[str, tuple[str, ...]] = {}
    found: dict[str, list[tuple[Row, tuple[str, ...], tuple[str, ...]]]] = {}
    for row in rows:
        section, kind, cells = row.cells[0] if row.cells else "", "".join(row.cells[1:2]), row.cells[2:]
        if kind == "Header":
            headings[section] = tuple(plain(cell) for cell in cells)
        elif kind == "Data":
            found.setdefault(section, []).append((row, cells, headings.get(section, ())))
    return found


def _named(section: Section) -> Iterator[tuple[Row, dict[str, str]]]:
    return ((row, dict(zip(heading, cells, strict=False))) for row, cells, heading in section)


def _position(
    row: Row, cells: Mapping[str, str], rates: Mapping[str, float | None], isins: Mapping[str, str]
) -> Position:
    kind = kind_of(cells.get("assetcategory", ""), cells.get("symbol", ""), "")
    currency = cells.get("currency", "")
    return Position(
        row.where,
        symbol=normal(cells.get("symbol", "")) if kind is not Kind.OPTION else cells.get("symbol", ""),
        isin=isins.get(cells.get("symbol", ""), ""),
        kind=Kind.UNKNOWN if kind is Kind.STOCK else kind,  # exchange-traded funds stand among the stocks
        quantity=number(cells.get("quantity", "")),
        price=number(cells.get("closeprice", "")),
        value=None if kind is Kind.FUTURE else number(cells.get("value", "")),
        currency=currency,
        rate=rates.get(currency),
    )


def _cash(section: Section, rates: Mapping[str, float | None]) -> Iterator[tuple[str, Callable[[], Position]]]:
    for row, cells in _named(section):
        currency, amount = cells.get("currency", ""), cells.get("total", "")
        if cells.get("currencysummary") == "Ending Cash" and len(currency) == 3 and amount not in ("", "0"):
            yield row.where, partial(_balance, row, currency, amount, rates.get(currency))


def _balance(row: Row, currency: str, amount: str, rate: float | None) -> Position:
    name = f"cash {currency}"
    return Position(row.where, name=name, kind=Kind.CASH, value=number(amount), currency=currency, rate=rate)


FORMAT = IbkrStatement()
