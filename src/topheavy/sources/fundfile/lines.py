"""From the lines of a fund's table to its holdings: which lines are, which are not and why."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date

import pyarrow as pa

from topheavy.datasets.schema import records
from topheavy.sources.fundfile.printed import EQUITY, asset_class, cusip, day, isin, symbol, words
from topheavy.sources.fundfile.table import AMOUNTS, Line, Table
from topheavy.sources.vendor import LeftOut

_AS_OF = re.compile(r"\bas of\b(.*)", re.IGNORECASE)
_TOTALS = frozenset({"total", "totals", "grand total"})


@dataclass(frozen=True, slots=True)
class Holding:
    """One line of a fund, as printed, under the names of the dataset's columns."""

    symbol: str | None
    name: str | None
    isin: str | None
    cusip: str | None
    asset_class: str
    sector: str | None
    currency: str | None
    weight: float | None
    quantity: float | None
    price: float | None
    value: float | None


def stated_date(line: Line) -> date | None:
    """Return the date of a line that says ``as of``."""
    stated = _AS_OF.search(line.text)
    return day(stated[1]) if stated else None


def candidates(table: Table) -> tuple[list[Line], list[LeftOut]]:
    """Part the table's lines: those shaped like a holding, and those that are not, with the reason."""
    lines: list[Line] = []
    left_out: list[LeftOut] = []
    for line in table.body:
        if _starts_another(table, line):
            rest = Line(line.first, table.body[-1].last, ())
            left_out.append(LeftOut(rest.where, f"after the first table, from {_quoted(line)} on"))
            break
        if reason := _misfit(table, line):
            left_out.append(LeftOut(line.where, reason))
        elif line.filled:
            lines.append(line)
    return lines, left_out


def _starts_another(table: Table, line: Line) -> bool:
    repeated = tuple(cell.strip() for cell in line.cells) == table.header
    return repeated or (len(line.filled) <= 2 and stated_date(line) is not None)


def _misfit(table: Table, line: Line) -> str | None:
    if len(line.filled) == 1:
        return f"a remark, not a holding: {_quoted(line)}"
    if line.filled and len(line.cells) != len(table.header):
        return f"{len(line.cells)} cells where the table has {len(table.header)} columns: {_quoted(line)}"
    return None


def _quoted(line: Line) -> str:
    return f"'{line.text[:60]}…'" if len(line.text) > 60 else f"'{line.text}'"


def read_holdings(table: Table, lines: Sequence[Line], fund: str, as_of: date) -> tuple[list[Holding], list[LeftOut]]:
    """Read the lines of one fund on one date; a line that cannot be read is left out, with the reason."""
    width = 9 if any(len(table.cell(line, "cusip").strip()) == 9 for line in lines) else 8
    kept: list[Holding] = []
    left_out: list[LeftOut] = []
    for line in lines:
        try:
            _check_same(table, line, fund, as_of)
            holding = _holding(table, line, width)
            _check_holding(holding)
        except ValueError as reason:
            left_out.append(LeftOut(line.where, f"{reason}: {_quoted(line)}"))
        else:
            kept.append(holding)
    return kept, left_out


def _holding(table: Table, line: Line, width: int) -> Holding:
    named, name = symbol(table.cell(line, "symbol")), words(table.cell(line, "name"))
    kind = asset_class(words(table.cell(line, "class")), named, name)
    identifier, weight = table.cell(line, "cusip"), _amount(table, line, "weight")
    return Holding(
        symbol=named if kind == EQUITY else words(table.cell(line, "symbol")),
        name=name,
        isin=isin(table.cell(line, "isin")) or isin(identifier),
        cusip=cusip(identifier, width),
        asset_class=kind,
        sector=words(table.cell(line, "sector")),
        currency=words(table.cell(line, "currency")),
        weight=None if weight is None else weight / 100,
        quantity=_amount(table, line, "quantity"),
        price=_amount(table, line, "price"),
        value=_amount(table, line, "value"),
    )


def _amount(table: Table, line: Line, column: str) -> float | None:
    try:
        return table.amount(line, column)
    except ValueError as error:
        raise ValueError(f"{table.heading(column)}: {error}") from None


def _check_same(table: Table, line: Line, fund: str, as_of: date) -> None:
    printed_fund, printed_day = symbol(table.cell(line, "fund")), words(table.cell(line, "as_of"))
    if printed_fund is not None and printed_fund != fund:
        raise ValueError(f"of another fund ({printed_fund}) than the file ({fund})")
    if printed_day is not None and day(printed_day) != as_of:
        raise ValueError(f"of another date ({printed_day}) than the file ({as_of})")


def _check_holding(holding: Holding) -> None:
    if all(getattr(holding, column) is None for column in AMOUNTS):
        raise ValueError("no weight, quantity or value")
    if not (holding.symbol or holding.name):
        raise ValueError("neither a symbol nor a name")
    if {(holding.symbol or "").lower(), (holding.name or "").lower()} & _TOTALS:
        raise ValueError("a total, not a holding")


def holdings_table(fund: str, as_of: date, kept: Sequence[Holding]) -> pa.Table:
    """Return the records of ``holdings``."""
    rows = len(kept)
    columns: dict[str, list[object]] = {
        "fund": [fund] * rows,
        "as_of": [as_of] * rows,
        "line": list(range(1, rows + 1)),
    }
    columns |= {field.name: [getattr(holding, field.name) for holding in kept] for field in fields(Holding)}
    return records("holdings", columns)


def securities_table(kept: Sequence[Holding]) -> pa.Table:
    """Return the records of ``securities``: the equities that have a symbol, one a symbol."""
    equities: dict[str, Holding] = {}
    for holding in sorted(kept, key=lambda held: (held.name or "", held.sector or "", held.currency or "")):
        if holding.asset_class == EQUITY and holding.symbol:
            equities.setdefault(holding.symbol, holding)
    columns: dict[str, list[object]] = {
        "security": list(equities),
        "issuer": list(equities),  # a stand-in: sources that know companies give better
        "name": [held.name or named for named, held in equities.items()],
        "sector": [held.sector for held in equities.values()],
        "currency": [held.currency for held in equities.values()],
    }
    return records("securities", columns)
