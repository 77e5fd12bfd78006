"""Layouts in which vendors hand out files of daily bars: columns, spelling, and the basis where the layout fixes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

PRICES = ("open", "high", "low", "close")


@dataclass(frozen=True, slots=True)
class Preset:
    """A layout: its columns, what it fixes for a manifest's entry, and what only who downloaded it can say."""

    title: str
    header: tuple[str, ...]
    """Columns by which the layout is recognised."""
    columns: Mapping[str, str]
    fixes: Mapping[str, Any] = field(default_factory=dict)
    asks: str = ""
    """What the basis hangs on, where the layout does not fix it."""


def _plain(*, session: str, volume: str, write: Any = str, symbol: str = "") -> dict[str, str]:
    named = {"symbol": symbol} if symbol else {}
    return {"session": session, **named, **{name: write(name) for name in PRICES}, "volume": volume}


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "yahoo": Preset(
            "Yahoo Finance, a company a file",
            ("Date", "Open", "High", "Low", "Close", "Adj Close", "Volume"),
            _plain(session="Date", volume="Volume", write=str.capitalize),
            asks="Close is divided by every split up to the day of download: say 'split-adjusted as of' that day",
        ),
        "alphavantage": Preset(
            "Alpha Vantage, daily, a company a file",
            ("timestamp", "open", "high", "low", "close", "volume"),
            _plain(session="timestamp", volume="volume"),
            {"basis": "as traded"},
        ),
        "stooq": Preset(
            "Stooq, a file of its archive",
            ("<TICKER>", "<PER>", "<DATE>", "<TIME>", "<OPEN>", "<HIGH>", "<LOW>", "<CLOSE>", "<VOL>", "<OPENINT>"),
            _plain(session="<DATE>", volume="<VOL>", symbol="<TICKER>", write=lambda name: f"<{name.upper()}>"),
            {"strip": ".US"},
            asks="prices are divided by splits, in some archives by dividends too, up to the day of download: "
            "say 'split-adjusted as of' or 'split-and-dividend-adjusted as of' that day",
        ),
        "polygon-flat": Preset(
            "Polygon's flat files, all companies of a day",
            ("ticker", "volume", "open", "close", "high", "low", "window_start", "transactions"),
            _plain(session="window_start", volume="volume", symbol="ticker"),
            {"basis": "as traded"},
        ),
    }
)
