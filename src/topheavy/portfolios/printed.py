"""How brokers print amounts, dates and identifiers, in several languages, read liberally and never guessed."""

import math
import re
import unicodedata
from collections.abc import Iterable
from datetime import date

BLANK = frozenset({"", "-", "--", "–", "—", "n/a", "na", "not applicable", "not available", "incomplete"})
"""What brokers print where there is nothing to print."""

_SIGNS = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "C$": "CAD", "A$": "AUD", "¥": "JPY"}
CURRENCIES = frozenset(
    {
        *("USD", "EUR", "GBP", "GBX", "CHF", "JPY", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "ISK", "PLN", "CZK"),
        *("HUF", "RON", "BGN", "TRY", "ILS", "ZAR", "INR", "CNY", "CNH", "HKD", "TWD", "KRW", "SGD", "MYR", "THB"),
        *("IDR", "PHP", "VND", "BRL", "MXN", "CLP", "COP", "PEN", "ARS", "AED", "SAR", "QAR", "KWD", "EGP", "UAH"),
    }
)
"""Codes a broker may print; any other three capital letters are a symbol, not a currency."""

_CURRENCY = re.compile(r"(?<![A-Z])([A-Z]{3})(?![A-Z])|(US\$|C\$|A\$|[$€£¥])")
_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}\d")
_CUSIP = re.compile(r"[0-9A-Z]{3}[0-9A-Z*@#]{5}\d")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATES = (
    re.compile(r"(?<!\d)(?P<y>20\d\d)-?(?P<m>\d\d)-?(?P<d>\d\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})(?!\d)"),  # American: month first
    re.compile(r"(?<!\d)(?P<d>\d{1,2})[.-](?P<m>\d{1,2})[.-](?P<y>\d{4})(?!\d)"),  # with dots and dashes: day first
    re.compile(rf"(?P<m>{'|'.join(_MONTHS)})[a-z]*[ .-]+(?P<d>\d{{1,2}}),?[ -]+(?P<y>\d{{4}})", re.IGNORECASE),
    re.compile(rf"(?P<d>\d{{1,2}})[ .-]+(?P<m>{'|'.join(_MONTHS)})[a-z]*[ .,-]+(?P<y>\d{{4}})", re.IGNORECASE),
)


def plain(text: str) -> str:
    """Return the letters and digits of a heading, without case or accents, so that spellings can be compared."""
    bare = unicodedata.normalize("NFKD", text.replace("ß", "ss")).lower()
    return re.sub(r"[^a-z0-9%]", "", bare)


def words(cell: str) -> str:
    """Return the cell without padding and stray quotes; empty for a blank."""
    bare = " ".join(cell.replace("\xa0", " ").split()).strip('"').strip()
    return "" if bare.lower() in BLANK else bare


def day(text: str) -> date | None:
    """Return the first date printed in ``text``; ``None`` where there is none that can be read."""
    for pattern in _DATES:
        if found := pattern.search(text):
            month = found["m"]
            number = int(month) if month.isdigit() else _MONTHS.index(month.lower()) + 1
            try:
                return date(int(found["y"]), number, int(found["d"]))
            except ValueError:
                continue
    return None


def currency(text: str) -> str:
    """Return the currency a cell names by code or sign; empty where it names none."""
    named = (code if code else _SIGNS[sign] for code, sign in _CURRENCY.findall(text.upper()))
    return next((code for code in named if code in CURRENCIES), "")


def isin(text: str) -> str:
    """Return the ISIN in ``text`` if it is one whose check digit holds, else an empty text.

    >>> isin("US0378331005"), isin("US0378331004"), isin("AAPL")
    ('US0378331005', '', '')
    """
    bare = text.strip().upper()
    if not _ISIN.fullmatch(bare):
        return ""
    digits = "".join(str(int(letter, 36)) for letter in bare)
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return bare if sum(value // 10 + value % 10 for value in doubled) % 10 == 0 else ""


def cusip(text: str) -> str:
    """Return the CUSIP in ``text`` if it is one whose check digit holds, else an empty text.

    >>> cusip("037833100"), cusip("037833101"), cusip("VANGUARDX")
    ('037833100', '', '')
    """
    bare = text.strip().upper()
    if not _CUSIP.fullmatch(bare):
        return ""
    values = (36 + "*@#".index(letter) if letter in "*@#" else int(letter, 36) for letter in bare[:8])
    doubled = (value * (1 + place % 2) for place, value in enumerate(values))
    return bare if -sum(value // 10 + value % 10 for value in doubled) % 10 == int(bare[8]) else ""


def has_decimal_comma(cells: Iterable[str], *, unsure: bool) -> bool:
    """Say whether numbers in these cells are written with a decimal comma; ``unsure`` where nothing tells.

    >>> has_decimal_comma(["1.234,50", "7"], unsure=False), has_decimal_comma(["1,234.50"], unsure=True)
    (True, False)
    """
    votes = 0
    for cell in cells:
        digits = re.sub(r"[^\d.,]", "", cell)
        comma, point = digits.rfind(","), digits.rfind(".")
        if comma >= 0 and point >= 0:
            votes += 1 if comma > point else -1
        elif comma >= 0 and _is_decimal(digits, ","):
            votes += 1
        elif point >= 0 and _is_decimal(digits, "."):
            votes -= 1
    return votes > 0 or (votes == 0 and unsure)


def _is_decimal(digits: str, mark: str) -> bool:
    """Say whether a lone kind of mark can only part the decimals: one of it, and not three digits after it."""
    return digits.count(mark) == 1 and len(digits.partition(mark)[2]) != 3


def number(cell: str, *, decimal_comma: bool = False) -> float | None:
    """Return a printed number without its currency or per cent sign; ``None`` for a blank.

    >>> number("$1,234.50"), number("(3.25)"), number("-1.234,5 EUR", decimal_comma=True), number("--")
    (1234.5, -3.25, -1234.5, None)

    Raises:
        ValueError: when something is printed that is not one number; the message says what.
    """
    printed = words(cell)
    if not printed:
        return None
    bare = re.sub(r"US\$|[$€£¥%'’ +]|(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])", "", printed.replace("−", "-"))
    bracketed = bare.startswith("(") and bare.endswith(")")
    bare = bare[1:-1] if bracketed else bare
    thousands, mark = (".", ",") if decimal_comma else (",", ".")
    pattern = rf"-?(?:\d{{1,3}}(?:\{thousands}\d{{3}})+|\d+)?(?:\{mark}\d*)?(?:[eE][-+]?\d+)?"
    value = math.nan
    if re.fullmatch(pattern, bare) and re.search(r"\d", bare):
        value = float(bare.replace(thousands, "").replace(mark, "."))
    if not math.isfinite(value):
        raise ValueError(f"'{printed}' is not a number")
    return -value if bracketed else value
