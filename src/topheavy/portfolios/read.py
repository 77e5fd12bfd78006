"""Reading what was handed in: the format is recognised by what stands in it, and one line says why where none is."""

from collections.abc import Sequence

from topheavy.core.errors import UsageError, one_line
from topheavy.core.plugins import FORMATS, load
from topheavy.portfolios.columns import heads_transactions
from topheavy.portfolios.document import Document
from topheavy.portfolios.format import Format
from topheavy.portfolios.position import Portfolio
from topheavy.portfolios.table import quoted


def read_portfolio(content: bytes, name: str = "") -> Portfolio:
    """Read a typed text or an export.

    Raises:
        UsageError: when it is no list of positions; the message says what it seems to be and what to give instead.
    """
    document = Document(content, name)
    formats: Sequence[Format] = sorted(load(FORMATS).values(), key=lambda item: (-item.rank, item.name))
    known = next((item for item in formats if item.recognises(document)), None)
    if known is None:
        raise UsageError(f"{name or 'what was given'} {_seems(document)}")
    try:
        portfolio = known.read(document)
    except ValueError as error:  # a number outside any position
        raise UsageError(f"{name or 'what was given'} ({known.title}) cannot be read: {one_line(error)}") from error
    if not portfolio.positions:
        raise UsageError(f"{name or 'what was given'} ({known.title}) holds no positions: {_why(portfolio)}")
    return portfolio


def _seems(document: Document) -> str:
    if document.is_markup:
        return "is markup of a kind that no format knows: export your positions as CSV, OFX or an IBKR Flex query"
    listed = next((row for row in document.rows if heads_transactions(row.cells)), None)
    if listed is not None:
        return (
            f"is a list of transactions ({listed.where}: {quoted(listed)}), which does not say what is held now: "
            "export your positions (holdings, portfolio) instead"
        )
    return (
        "has no table of positions: a heading such as Symbol, Quantity, Value is looked for, or lines such as 60% IVV"
    )


def _why(portfolio: Portfolio) -> str:
    first = portfolio.left_out[0] if portfolio.left_out else None
    return f"{first.where}: {first.reason}" if first else "its list of positions is empty"
