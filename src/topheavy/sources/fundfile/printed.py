"""How fund issuers print numbers, dates, symbols, identifiers and kinds of asset, read liberally."""

import math
import re
from datetime import date

from topheavy.core.symbols import normal

EQUITY, CASH, FUTURE, OTHER = "equity", "cash", "future", "other"

BLANK = frozenset({"", "-", "--", "–", "—", "n/a"})
"""What issuers print where there is nothing to print."""

_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+"
_NUMBER = re.compile(rf"(?P<outer>[-+]?) ?(?:US\$|[$€£])? ?(?P<inner>[-+]?)(?P<digits>{_DIGITS})")

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<m>{'|'.join(_MONTHS)})[a-z]*"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)",
        r"\b(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})\b",  # American: month first
        rf"\b{_MONTH}\.? (?P<d>\d{{1,2}}),? (?P<y>\d{{4}})\b",
        rf"\b(?P<d>\d{{1,2}})[-/ ]{_MONTH}[-/ ](?P<y>\d{{4}})\b",
    )
)

_AMERICAN_VENUE = re.compile(r" (?:US|UN|UW|UQ|UR|UA|UP|UF|UV)$")
"""Exchange codes of American venues, as ARK prints them after a symbol; a foreign code stays, and tells."""

_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}\d")
_CUSIP = re.compile(r"[A-Z0-9*@#]{8,9}")

_CLASS_WORDS = (
    (OTHER, re.compile(r"\b(?:options?|swaps?|forwards?|warrants?|rights?)\b", re.IGNORECASE)),
    (FUTURE, re.compile(r"\bfutures?\b", re.IGNORECASE)),
    (CASH, re.compile(r"\b(?:cash|money market|currency|collateral)\b", re.IGNORECASE)),
    (
        EQUITY,
        re.compile(
            r"\b(?:equit(?:y|ies)|stocks?|stk|shares?|shrs|receipts?|[ag]dr|reits?|real estate|common|ordinary"
            r"|prefer(?:red|ence)|pref|units?|partnerships?|mlp|lp|royalty|stapled|tracking|beneficial interests?)\b"
            r"|\bl\.p\.",
            re.IGNORECASE,
        ),
    ),
)
_CASH_NAME = re.compile(
    r"\b(?:us dollars?|usd|cash|money market|treasury obligations?|trsy oblig|liquid(?:ity)? reserves?|collateral)\b",
    re.IGNORECASE,
)
_CASH_SYMBOL = re.compile(r"CASH_.*|.*_USD|-?CASH-|USD")
_FUTURE_SYMBOL = re.compile(r"[A-Z]{2,4}[FGHJKMNQUVXZ]\d{1,2}")
_FUTURE_NAME = re.compile(rf"\b(?:fut|futures?|e-?mini|micro)\b|\b{_MONTH} ?'?\d{{2}}\b", re.IGNORECASE)
_COIN_NAME = re.compile(r"(?:bitcoin|ether|ethereum)", re.IGNORECASE)


def words(cell: str) -> str | None:
    """Return the cell without padding (no-break spaces too) and stray quotes; ``None`` for a blank."""
    plain = cell.strip()
    if len(plain) > 1 and plain[0] == plain[-1] == '"':
        plain = plain[1:-1].strip()
    return None if plain.lower() in BLANK else plain


def number(cell: str) -> float | None:
    """Return a printed number; ``None`` for a blank.

    >>> number("$1,234.50"), number("(3.25)%"), number("-$7"), number("-")
    (1234.5, -3.25, -7.0, None)

    Raises:
        ValueError: when something is printed that is not one number; the message says what.
    """
    printed = words(cell)
    if printed is None:
        return None
    plain = printed.replace("−", "-").replace("\xa0", " ").rstrip("% ")
    bracketed = plain.startswith("(") and plain.endswith(")")
    match = _NUMBER.fullmatch(plain[1:-1].rstrip("% ") if bracketed else plain)
    signs = [sign for sign in ("-" * bracketed, match["outer"], match["inner"]) if sign] if match else []
    value = float(match["digits"].replace(",", "")) if match else math.nan
    if len(signs) > 1 or not math.isfinite(value):
        raise ValueError(f"'{printed}' is not a number")
    return -value if signs == ["-"] else value


def day(text: str) -> date | None:
    """Return the first date printed in ``text``, or ``None`` where there is none.

    >>> day("As of 19-Mar-2024"), day('Dec 06, 2024') == day("12/06/2024") == day("2024-12-06")
    (datetime.date(2024, 3, 19), True)
    """
    matches = [match for pattern in _DATES if (match := pattern.search(text))]
    first = min(matches, key=lambda match: match.start(), default=None)
    if first is None:
        return None
    month = first["m"]
    try:
        return date(
            int(first["y"]), int(month) if month.isdigit() else _MONTHS.index(month.lower()) + 1, int(first["d"])
        )
    except ValueError:  # the thirteenth month, the thirtieth of February
        return None


def only_day(text: str) -> date | None:
    """Return the date that ``text`` is, with nothing around it."""
    return day(text) if any(pattern.fullmatch(text.strip()) for pattern in _DATES) else None


def symbol(cell: str) -> str | None:
    """Return the symbol in house spelling, without the code of an American venue; ``None`` for a blank.

    >>> symbol("DKNG UW"), symbol("BRKB "), symbol("ADYEN NA")
    ('DKNG', 'BRK.B', 'ADYEN NA')
    """
    printed = words(cell)
    return None if printed is None else normal(_AMERICAN_VENUE.sub("", printed.upper()))


def isin(cell: str) -> str | None:
    """Return the ISIN printed in ``cell``, or ``None`` where there is none."""
    printed = cell.strip().upper()
    return printed if _ISIN.fullmatch(printed) else None


def cusip(cell: str, width: int = 9) -> str | None:
    """Return the CUSIP printed in ``cell``, or ``None``; ``width`` is 9 where the file prints check digits, else 8.

    A spreadsheet drops leading zeros of identifiers made of digits only: they are put back where the check
    digit then holds.

    >>> cusip("37833100"), cusip("037833100"), cusip("03783310", width=8), cusip("3783310", width=8)
    ('037833100', '037833100', '03783310', '03783310')
    """
    printed = cell.strip().upper()
    if printed.isdecimal() and printed.isascii() and 5 <= len(printed) < width:
        full = printed.zfill(width)
        if width == 8 or full[8] == _check_digit(full[:8]):
            return full
    return printed if _CUSIP.fullmatch(printed) else None


def identified(cell: str) -> bool:
    """Say whether the cell is blank or holds a CUSIP or an ISIN."""
    return words(cell) is None or isin(cell) is not None or cusip(cell) is not None


def _check_digit(digits: str) -> str:
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(digits))
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def asset_class(printed: str | None, symbol: str | None, name: str | None) -> str:
    """Return equity, cash, future or other, from the class as printed, else from symbol and name."""
    if printed is not None:
        return next((kind for kind, pattern in _CLASS_WORDS if pattern.search(printed)), OTHER)
    if symbol is None:
        unnamed = FUTURE if _FUTURE_NAME.search(name or "") else OTHER
        return CASH if _CASH_NAME.search(name or "") else unnamed
    if _CASH_SYMBOL.fullmatch(symbol):
        return CASH
    if _FUTURE_SYMBOL.fullmatch(symbol) and (name is None or _FUTURE_NAME.search(name)):
        return FUTURE  # by the symbol alone it might be a preference share, such as HEN3
    return OTHER if _COIN_NAME.fullmatch(name or "") else EQUITY
