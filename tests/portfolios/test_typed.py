"""Typed lines, as people write them."""

from typing import Any

import pytest

from topheavy.core.errors import UsageError
from topheavy.portfolios.position import Kind, Position
from topheavy.portfolios.read import read_portfolio


def read(text: str) -> tuple[Position, ...]:
    return read_portfolio(text.encode()).positions


def essence(position: Position) -> dict[str, Any]:
    names = ("symbol", "isin", "cusip", "quantity", "value", "weight", "currency")
    return {name: value for name in names if (value := getattr(position, name)) not in ("", None)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("60% IVV", {"symbol": "IVV", "weight": 0.6}),
        ("IVV 60%", {"symbol": "IVV", "weight": 0.6}),
        ("IVV: 60 %", {"symbol": "IVV", "weight": 0.6}),
        ("60,5% IVV", {"symbol": "IVV", "weight": 0.605}),
        ("-10% TLT", {"symbol": "TLT", "weight": -0.1}),
        ("10 AAPL", {"symbol": "AAPL", "quantity": 10.0}),
        ("AAPL 12.5 shares", {"symbol": "AAPL", "quantity": 12.5}),
        ("10 shares of brk-b", {"symbol": "BRK.B", "quantity": 10.0}),
        ("$5,000 VTI", {"symbol": "VTI", "value": 5000.0, "currency": "USD"}),
        ("VTI $5,000.50", {"symbol": "VTI", "value": 5000.5, "currency": "USD"}),
        ("1.000,50 EUR IWDA", {"symbol": "IWDA", "value": 1000.5, "currency": "EUR"}),
        ("10 US0378331005", {"isin": "US0378331005", "quantity": 10.0}),
        ("10 037833100", None),
    ],
)
def test_an_item_is_read_as_it_is_meant(text: str, expected: dict[str, Any] | None) -> None:
    if expected is None:
        with pytest.raises(UsageError):
            read(text)
    else:
        (position,) = read(text)
        assert essence(position) == pytest.approx(expected)


@pytest.mark.parametrize(
    "text",
    [
        "60% IVV, 20% QQQ, 20% AAPL",
        "60% IVV\n20% QQQ\n20% AAPL",
        "60% IVV;20% QQQ;20% AAPL",
        "60% IVV,20% QQQ,20% AAPL",
        "IVV 60\nQQQ 20\nAAPL 20  # mine",
    ],
)
def test_commas_lines_and_semicolons_part_items(text: str) -> None:
    assert [(item.symbol, item.weight) for item in read(text)] == [("IVV", 0.6), ("QQQ", 0.2), ("AAPL", 0.2)]


def test_bare_numbers_are_per_cent_only_where_they_add_up_to_a_hundred() -> None:
    assert [item.quantity for item in read("IVV 60, QQQ 20, AAPL 25")] == [60, 20, 25]
    notes = read_portfolio(b"IVV 60, QQQ 20, AAPL 20").notes
    assert notes == ("numbers without a unit are read as per cent, since they add up to a hundred",)


def test_cash_is_cash() -> None:
    assert read("90% IVV, 10% CASH")[1].kind is Kind.CASH


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("60% IVV, 1000 USD QQQ", "per cent and amounts stand side by side"),
        ("60% IVV, whatever", "'whatever' is no position"),
        ("60 bananas IVV", "'bananas' is no unit"),
        ("hello", "no table of positions"),
        ("", "is empty"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read(text)
