"""Any table of positions: one heading that names them and measures them, in whatever order and language it knows."""

import re
from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from topheavy.core.errors import UsageError
from topheavy.portfolios.columns import COLUMNS, Columns
from topheavy.portfolios.document import Document
from topheavy.portfolios.format import Format
from topheavy.portfolios.position import NotCounted, Portfolio, Position
from topheavy.portfolios.printed import day
from topheavy.portfolios.table import find_tables, read_positions

_AS_OF = re.compile(r"\bas of\b|\bas at\b|date downloaded|\bper\b|\bstand\b", re.IGNORECASE)


class AnyTable(Format):
    """A CSV of one's own, or of a broker without a file here: read by its heading."""

    name: ClassVar[str] = "table"
    title: ClassVar[str] = "any table of positions, such as symbol, shares, value (CSV)"
    rank: ClassVar[int] = 20
    columns: ClassVar[Columns] = COLUMNS

    def recognises(self, document: Document) -> bool:
        """Take it where any row heads positions before one heads transactions."""
        if document.is_markup:
            return False
        return bool(find_tables(document.rows, self.columns)[0])

    def read(self, document: Document) -> Portfolio:
        """Read every table of positions in the file."""
        tables, left_out = find_tables(document.rows, self.columns)
        positions = [position for table in tables for position in read_positions(table, document)]
        for table in tables:
            left_out += table.left_out
        return portfolio_of(self.name, document, positions, left_out)

    def sample(self) -> bytes:
        """Two companies and a fund, with a total that is not counted."""
        return b"symbol,shares,price,value\nXMPL,10,50,500\nSMPL,4,25,100\nXMPF,2,200,400\nTotal,,,1000\n"


def portfolio_of(
    name: str, document: Document, positions: Sequence[Position], left_out: Sequence[NotCounted]
) -> Portfolio:
    """Put positions together; parts beside amounts are read as amounts, since each row's part follows from them."""
    if positions and all(item.weight is not None and item.value is None for item in positions):
        pass
    elif any(item.weight is not None and item.value is None and item.quantity is None for item in positions):
        raise UsageError("some rows have weights only and others amounts: give all rows values, or all rows weights")
    named = {item.currency for item in positions if item.currency}
    return Portfolio(
        name,
        tuple(positions),
        currency=named.pop() if len(named) == 1 else "",
        as_of=_as_of(document),
        left_out=tuple(left_out),
    )


def _as_of(document: Document) -> date | None:
    """Return the date the file says it speaks of, from a line that says so."""
    lines = (line for line in document.text.splitlines() if _AS_OF.search(line))
    return next((found for line in lines if (found := day(line))), None)


FORMAT = AnyTable()
