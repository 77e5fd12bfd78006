"""Tables of positions: where they begin and end in a file, and which of their rows are positions."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from topheavy.core.symbols import normal
from topheavy.portfolios.columns import COLUMNS, Columns, heads_transactions, is_heading, places, value_currency
from topheavy.portfolios.document import Document, Row
from topheavy.portfolios.position import Kind, NotCounted, Position
from topheavy.portfolios.printed import currency, cusip, has_decimal_comma, isin, number, words

_TOTAL = re.compile(
    r"^(?:sub)?-?(?:total|totals|totaal|gesamt|summe|somma|suma)\b|^(?:account|grand|positions?) total|^insgesamt",
    re.IGNORECASE,
)
_CASH = re.compile(
    r"^(?:cash\b|cash &|kas\b|bargeld|liquidit|core account|settlement fund|money market|[A-Z]{3} cash\b)"
    r"|\b(?:cash sweep|bank sweep|insured deposit|cash reserves?|money market|settlement fund)\b"
    r"|^cash$|^fcash|^pending activity",
    re.IGNORECASE,
)
_CLASSES = (
    (Kind.CRYPTO, re.compile(r"crypto", re.IGNORECASE)),
    (Kind.OPTION, re.compile(r"\b(?:option|opt|call|put)s?\b", re.IGNORECASE)),
    (Kind.FUTURE, re.compile(r"\bfut(?:ure)?s?\b", re.IGNORECASE)),
    (Kind.FUND, re.compile(r"\b(?:etfs?|etps?|funds?|mutual|mf|fonds)\b", re.IGNORECASE)),
    (Kind.BOND, re.compile(r"\b(?:bonds?|fixed income|treasur(?:y|ies)|notes?|anleihen?)\b", re.IGNORECASE)),
    (Kind.STOCK, re.compile(r"\b(?:stocks?|stk|equit(?:y|ies)|shares?|common|aktien?|actions)\b", re.IGNORECASE)),
)
_OPTION_SYMBOL = re.compile(r"-?[A-Z.]{1,6} ?\d{6}[CP]\d+(?:\.\d+)?|[A-Z.]{1,6} \d{2}/\d{2}/\d{4} [\d.]+ [CP]")


@dataclass
class Lines:
    """The rows of a table of positions, and the rows that are none."""

    heading: Row
    places: dict[str, int]
    rows: list[Row] = field(default_factory=list)
    left_out: list[NotCounted] = field(default_factory=list)

    def cell(self, row: Row, column: str) -> str:
        """Return the row's cell under our word ``column``; empty where there is no such column or cell."""
        place = self.places.get(column)
        return words(row.cells[place]) if place is not None and place < len(row.cells) else ""


def find_tables(rows: Sequence[Row], columns: Columns = COLUMNS) -> tuple[list[Lines], list[NotCounted]]:
    """Find every table of positions, and say of everything else that it is not counted."""
    tables: list[Lines] = []
    left_out: list[NotCounted] = []
    here: Lines | None = None
    for row in rows:
        if not row.filled:
            continue
        taken = places(row.cells, columns)
        if heads_transactions(row.cells):
            left_out.append(NotCounted(f"from {row.where} on", "a list of transactions, not positions"))
            break
        if is_heading(row.cells, taken):
            here = Lines(row, taken)
            tables.append(here)
        elif here is None:
            left_out.append(NotCounted(row.where, f"before the positions: {quoted(row)}"))
        else:
            here.rows.append(row)
    return tables, left_out


def quoted(row: Row) -> str:
    """Return the row's words, shortened."""
    text = " ".join(" ".join(row.filled).split())
    return f"'{text[:50]}…'" if len(text) > 50 else f"'{text}'"


def read_positions(table: Lines, document: Document) -> list[Position]:
    """Read a table's rows into positions; the others go to the table's ``left_out``."""
    measured = ("quantity", "price", "value", "weight")
    cells = [table.cell(row, column) for row in table.rows for column in measured if column in table.places]
    comma = has_decimal_comma(cells, unsure=document.delimiter == ";")
    return list(_positions(table, comma))


def _positions(table: Lines, comma: bool) -> Iterator[Position]:
    for row in table.rows:
        reason = _misfit(table, row)
        if not reason:
            try:
                position = _position(table, row, comma)
                reason = _nothing_held(position)
            except ValueError as error:
                reason = str(error)
            else:
                if not reason:
                    yield position
        if reason:
            table.left_out.append(NotCounted(row.where, f"{reason}: {quoted(row)}"))


def _misfit(table: Lines, row: Row) -> str:
    named = [table.cell(row, column) for column in ("symbol", "identifier", "name", "isin", "cusip")]
    if any(_TOTAL.match(text) for text in named) or _TOTAL.match(row.filled[0].strip()):
        return "a total, not a position"
    if len(row.filled) == 1:
        return "a remark, not a position"
    return "" if any(named) else "names nothing that could be owned"


def _position(table: Lines, row: Row, comma: bool) -> Position:
    symbol, isin_, cusip_ = _identity(table, row)
    amounts = {column: _amount(table, row, column, comma) for column in ("quantity", "price", "value", "weight")}
    weight, printed = amounts["weight"], table.cell(row, "class")
    if amounts["price"] not in (None, 1.0) and printed.lower() == "cash":
        printed = ""  # the kind of account it is held in, not what it is
    position = Position(
        row.where,
        symbol=symbol,
        name=table.cell(row, "name"),
        isin=isin_,
        cusip=cusip_,
        kind=kind_of(printed, symbol, table.cell(row, "name")),
        quantity=amounts["quantity"],
        price=amounts["price"],
        value=amounts["value"],
        weight=None if weight is None else weight / 100,
        currency=_currency(table, row),
        account=table.cell(row, "account"),
    )
    if position.value is None and position.quantity is not None and position.price is not None:
        return replace(position, value=position.quantity * position.price)
    return position


def _identity(table: Lines, row: Row) -> tuple[str, str, str]:
    """Return symbol, ISIN and CUSIP, each from its own column or from one that holds whichever there is."""
    printed = table.cell(row, "symbol") or table.cell(row, "identifier")
    either = isin(printed), cusip(printed)
    symbol = "" if any(either) else normal(printed.rstrip("*")) if printed else ""
    return symbol, isin(table.cell(row, "isin")) or either[0], cusip(table.cell(row, "cusip")) or either[1]


def _amount(table: Lines, row: Row, column: str, comma: bool) -> float | None:
    return number(table.cell(row, column), decimal_comma=comma)


def _currency(table: Lines, row: Row) -> str:
    if "value" in table.places and (named := value_currency(table.heading.cells[table.places["value"]])):
        return named
    return currency(table.cell(row, "currency")) or currency(table.cell(row, "value"))


def _nothing_held(position: Position) -> str:
    amounts = (position.quantity, position.value, position.weight)
    if all(amount is None for amount in amounts):
        return "no quantity, value or weight"
    return "nothing is held of it" if not any(amounts) else ""


def kind_of(printed: str, symbol: str, name: str) -> Kind:
    """Return the kind of a position from the class its broker prints, else from its symbol and name."""
    if _CASH.search(name) or _CASH.search(symbol) or re.fullmatch(r"cash.*", printed, re.IGNORECASE):
        return Kind.CASH
    if _OPTION_SYMBOL.fullmatch(symbol):
        return Kind.OPTION
    return next((kind for kind, pattern in _CLASSES if pattern.search(printed)), Kind.UNKNOWN)
