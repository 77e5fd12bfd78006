"""What the words of a script of faults mean: shares, times, rates, sizes, counts, days."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0}
_BYTES = {"B": 1, "kB": 1000, "MB": 1000**2, "GB": 1000**3}


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds, from the least to the most."""

    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls in so many seconds."""

    calls: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value: what it is called, how it is written, and its reader (``ValueError`` where it is none)."""

    name: str
    written: str
    read: Callable[[str], Any]


def _share(text: str) -> float:
    value = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    if not 0 <= value <= 1:
        raise ValueError(text)
    return value


def _seconds(text: str) -> float:
    number, unit = _matched(r"(\d+(?:\.\d+)?)(ms|s|min)", text)
    return float(number) * _SECONDS[unit]


def _span(text: str) -> Span:
    least, _, most = text.partition("-")
    span = Span(_seconds(least), _seconds(most or least))
    if span.most < span.least:
        raise ValueError(text)
    return span


def _rate(text: str) -> Rate | None:
    if text == "none":
        return None
    calls, unit = _matched(r"([1-9]\d*)/(s|min)", text)
    return Rate(int(calls), _SECONDS[unit])


def _size(text: str) -> int:
    number, unit = _matched(r"(\d+)(B|kB|MB|GB)", text)
    return int(number) * _BYTES[unit]


def _count(text: str) -> int:
    return int(_matched(r"([1-9]\d*)", text)[0])


def _asks(text: str) -> tuple[int, float]:
    first, dash, last = _matched(r"([1-9]\d*)(-?)(\d*)", text)
    asks = int(first), int(last) if last else float("inf") if dash else int(first)
    if asks[1] < asks[0]:
        raise ValueError(text)
    return asks


def _days(text: str) -> tuple[date, date]:
    first, _, last = text.partition("..")
    return date.fromisoformat(first), date.fromisoformat(last or first)


def _matched(pattern: str, text: str) -> tuple[str, ...]:
    match = re.fullmatch(pattern, text, re.ASCII)
    if match is None:
        raise ValueError(text)
    return match.groups()


def one_of(*words: str) -> Kind:
    """Return the kind whose values are these words and no others."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    return Kind("choice", " or ".join(words), read)


SHARE = Kind("share", "0.05 or 5%", _share)
TIME = Kind("time", "50ms, 2s or 1min", _seconds)
SPAN = Kind("time", "50ms, or 50ms-200ms", _span)
RATE = Kind("rate", "5/min, 10/s or none", _rate)
SIZE = Kind("size", "16B, 64MB or 1GB", _size)
COUNT = Kind("count", "a whole number above zero", _count)
SHIFT = Kind("shift", "a whole number such as -1", int)
ASKS = Kind("asks", "2, 1-3 or 2-", _asks)
DAYS = Kind("days", "2024-12-06 or 2024-12-02..2024-12-06", _days)
TEXT = Kind("text", "any text", str)
