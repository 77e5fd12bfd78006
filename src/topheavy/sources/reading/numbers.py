"""Numbers written as text: which sign parts thousands and which the fraction is told by all of a file's cells."""

import re
from collections.abc import Iterable
from enum import StrEnum

_AMERICAN = re.compile(r"\d{1,3}(?:,\d{3})+\.\d*|\d{1,3}(?:,\d{3}){2,}|\d*\.(?:\d{1,2}|\d{4,})|\d{4,}\.\d+|0\d*\.\d+")
_EUROPEAN = re.compile(r"\d{1,3}(?:\.\d{3})+,\d*|\d{1,3}(?:\.\d{3}){2,}|\d*,(?:\d{1,2}|\d{4,})|\d{4,},\d+|0\d*,\d+")
_COMMA_GROUP, _DOT_GROUP = re.compile(r"[1-9]\d{0,2},\d{3}"), re.compile(r"[1-9]\d{0,2}\.\d{3}")
_BARE = re.compile(r"[-+]?(?:\d[\d.,]*|\.\d[\d.,]*)")

NULL_WORDS = frozenset({"", "-", "--", "–", "—", "n/a", "na", "#n/a", "nan", "null", "none", "nil"})
"""What stands where there is no number."""


class Style(StrEnum):
    """How a file writes numbers: 1,234.50 or 1.234,50; ``PLAIN`` where nothing but 1234.5 occurs."""

    PLAIN = "plain"
    AMERICAN = "american"
    EUROPEAN = "european"


class Mixed(ValueError):
    """A file's numbers contradict each other, or could mean two things; the message says which."""


def style_of(cells: Iterable[str], *, dot_is_doubtful: bool = False) -> Style:
    """Return how a file writes its numbers, from all of its cells.

    ``dot_is_doubtful``: where nothing decides, 1.234 is doubted too (a file of semicolons), else it is a fraction.

    Raises:
        Mixed: when both ways occur, or every telling cell could mean two things.
    """
    american = european = comma_group = dot_group = ""
    for cell in cells:
        plain = bare(cell)
        if _AMERICAN.fullmatch(plain):
            american = american or cell
        elif _EUROPEAN.fullmatch(plain):
            european = european or cell
        elif _COMMA_GROUP.fullmatch(plain):
            comma_group = comma_group or cell
        elif _DOT_GROUP.fullmatch(plain):
            dot_group = dot_group or cell
    if american and european:
        raise Mixed(f"numbers are written in two ways, '{american}' and '{european}'")
    if european or american:
        return Style.EUROPEAN if european else Style.AMERICAN
    if comma_group and dot_group:
        raise Mixed(f"'{comma_group}' and '{dot_group}' may be thousands or fractions, and no cell decides")
    if comma_group:
        raise Mixed(f"'{comma_group}' may be thousands or a fraction, and no cell decides")
    if dot_group and dot_is_doubtful:
        raise Mixed(f"'{dot_group}' may be thousands or a fraction, and no cell decides")
    return Style.PLAIN


def bare(cell: str) -> str:
    """Return the digits and signs of a cell, without sign, currency, brackets and padding."""
    plain = cell.strip().strip("()").replace("\xa0", " ").strip("%$€£+-− ")
    return plain if _BARE.fullmatch(plain) else ""


def in_style(cell: str, style: Style) -> str:
    """Return a cell's number written plainly (1234.5), if it is one; else the cell as it stands."""
    plain = cell.strip().replace("−", "-").replace("\xa0", "")
    if not bare(plain):
        return plain
    if style is Style.EUROPEAN:
        return plain.replace(".", "").replace(",", ".")
    return plain.replace(",", "")
