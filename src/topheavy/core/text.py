"""How figures, days and names are written on every page: one spelling each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType

NONE = "—"
"""What stands where there is no figure."""

GAP = "\u00a0"
"""A space at which no line breaks, between a figure and its unit."""

PART, CURRENCY = "1", "currency"
"""The units of a part of one, and of an amount of money, as columns declare them."""

_INDICES: Mapping[str, str] = MappingProxyType({"SP500": "S&P 500"})
_GROUPS: Mapping[str, str] = MappingProxyType({"magnificent7": "Magnificent 7", "fangmant": "FANGMANT"})
_WITH_ARTICLE = frozenset({"S&P 500", "Magnificent 7"})
_SCALES = ((1e12, "T"), (1e9, "B"), (1e6, "M"))
_HOW: Mapping[str, str] = MappingProxyType(
    {
        "measured": "measured",
        "doubtful": "doubtful",
        "carried": "carried",
        "nearest": "nearest weight",
        "by fund": "a fund's weight",
        "typical": "typical member",
        "fund": "fund's file",
    }
)
_LEGAL = re.compile(
    r"(?:[\s,]*[ -]+(?:(?<=- )[A-C]|INC|CORPORATION|CORP|COMPANY|& CO|CO|PLC|LTD|LLC|N\.?V|S\.?A"
    r"|CL(?:ASS)? ?-?[A-C]|(?:COMMON|CAPITAL) STOCK|(?:COMMON|ORDINARY) SHARES?)\.?)+(?: -)?$",
    re.IGNORECASE,
)
_SMALL = frozenset({"OF", "AND", "THE", "FOR"})
_CAPITALS = frozenset({"US", "USA", "AI", "IT", "II", "III"})


@dataclass(frozen=True, slots=True)
class Style:
    """How figures look in one place: what stands for none, between figure and unit, before a negative one and before
    dollars; and how many digits a percentage and an amount have."""

    none: str
    gap: str
    minus: str
    dollar: str
    percent_digits: int
    money_digits: int


PAGE = Style(NONE, GAP, "−", "$", 1, 1)
TERMINAL = Style("–", " ", "-", "", 2, 3)
"""A terminal's figures can be pasted into a program: plain spaces and signs."""


def percent(part: float | None, digits: int | None = None, style: Style = PAGE) -> str:
    """Write a part of one: ``28.1 %``."""
    if part is None:
        return style.none
    shown = _signed(100 * part, style.percent_digits if digits is None else digits, style)
    return f"{shown}{style.gap}%"


def between(low: float | None, high: float | None, digits: int = 1) -> str:
    """Write the band of a part of one: ``between 27.9 % and 28.3 %``; empty where both ends read the same."""
    ends = percent(low, digits), percent(high, digits)
    return "" if ends[0] == ends[1] else f"between {ends[0]} and {ends[1]}"


def points(change: float | None, digits: int = 1) -> str:
    """Write a difference of two parts, with its sign: ``+5.2 pp``."""
    return NONE if change is None else f"{_signed(100 * change, digits, plus=True)}{GAP}pp"


def money(amount: float | None, style: Style = PAGE) -> str:
    """Write an amount of US dollars: ``$42.8 T``, ``$581.9 B``."""
    if amount is None:
        return style.none
    for scale, letter in _SCALES:
        if abs(amount) >= scale:
            return f"{style.dollar}{amount / scale:,.{style.money_digits}f}{style.gap}{letter}"
    return f"{style.dollar}{amount:,.0f}"


def number(value: float | None, digits: int = 1) -> str:
    """Write a plain figure: ``59.6``, ``1,234.5``."""
    return NONE if value is None else _signed(value, digits)


def quantity(value: float | None, unit: str, style: Style = TERMINAL) -> str:
    """Write a figure as its column's unit asks: a part of one in percent, a large amount of money in billions.

    >>> quantity(0.2814, "1"), quantity(3.75068916e12, "currency"), quantity(134.25, "currency"), quantity(49.547, "")
    ('28.14 %', '3.751 T', '134.25', '49.55')
    """
    if value is None:
        return style.none
    if unit == PART:
        return percent(value, style=style)
    if unit == CURRENCY and abs(value) >= _SCALES[-1][0]:
        return money(value, style)
    return f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:,.4g}" if abs(value) < 10 else f"{value:,.2f}"


def day(session: date) -> str:
    """Write a day briefly: ``29 Dec 2023``."""
    return f"{session.day}{GAP}{session:%b}{GAP}{session.year}"


def long_day(session: date) -> str:
    """Write a day in full: ``Friday 29 December 2023``."""
    return f"{session:%A} {session.day}{GAP}{session:%B}{GAP}{session.year}"


def moment(at: datetime) -> str:
    """Write a moment to the second: ``2024-12-06 21:04:07``, in UTC, which the words around it say."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def span(seconds: float | None) -> str:
    """Write a length of time as a person would.

    >>> span(0.4), span(75), span(18_720), span(200_000)
    ('under a second', '1 min 15 s', '5 h 12 min', '2 d 7 h')
    """
    if seconds is None:
        return NONE
    left, parts = round(seconds), []
    for size, name in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        if left >= size:
            parts.append(f"{left // size} {name}")
        left %= size
    return " ".join(parts[:2]) or "under a second"


def counted(count: int, noun: str) -> str:
    """Write a count with its noun: ``1 unit``, ``1,017 units``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def weight(size: int) -> str:
    """Write a number of bytes: ``917 B``, ``12.3 kB``, ``4.0 MB``."""
    for scale, letter in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= scale:
            return f"{size / scale:,.1f}{GAP}{letter}"
    return f"{size}{GAP}B"


def index_title(index: str) -> str:
    """Return the index's name as people write it."""
    return _INDICES.get(index, index)


def group_title(group: str) -> str:
    """Return the group's name as people write it."""
    return _GROUPS.get(group, group.replace("_", " "))


def the(title: str) -> str:
    """Put the article before a title that is spoken with one."""
    return f"the {title}" if title in _WITH_ARTICLE else title


def make(title: str) -> str:
    """Return the verb that goes with a group's title: one spoken with an article is many, any other is one."""
    return "make" if title in _WITH_ARTICLE else "makes"


def unbroken(text: str) -> str:
    """Keep a name on one line."""
    return text.replace(" ", GAP)


def sentence(text: str) -> str:
    """Begin with a capital letter, leaving the rest as it is."""
    return text[:1].upper() + text[1:]


def how_known(how: str) -> str:
    """Say in words how a member's value is known."""
    return _HOW.get(how, how)


def company(name: str | None, security: str) -> str:
    """Return a company's name without its legal tail and without shouting.

    >>> company("UNITEDHEALTH GROUP INC", "UNH"), company("VISA INC CLASS A", "V"), company("CVS HEALTH CORP", "CVS")
    ('Unitedhealth Group', 'Visa', 'CVS Health')
    """
    bare = _LEGAL.sub("", name or "") or name or security
    return " ".join(_calm(word, security) for word in bare.split()) if bare == bare.upper() else bare


def _calm(word: str, security: str) -> str:
    """Lower a shouted word's tail, unless it is an abbreviation."""
    if word in _SMALL:
        return word.lower()
    initials = word in _CAPITALS or "&" in word or not re.search("[AEIOUY]", word)
    short = len(word) <= 3 and security.startswith(word)
    return word if initials or short else "-".join(part.capitalize() for part in word.split("-"))


def _signed(value: float, digits: int, style: Style = PAGE, *, plus: bool = False) -> str:
    """Write a number with the style's minus sign, never ``-0.0``."""
    value = round(value, digits) + 0.0
    return f"{value:{'+' if plus and value else ''},.{digits}f}".replace("-", style.minus)
