"""Brokers' exports: made up after their shape, and the real samples one by one."""

from math import fsum
from pathlib import Path

import pytest

from support.market_data import market_file, needs_market
from topheavy.core.errors import UsageError
from topheavy.portfolios.position import Kind, Portfolio
from topheavy.portfolios.read import read_portfolio


def worth(read: Portfolio) -> float:
    return fsum((item.value or 0.0) * (item.rate or 1.0) for item in read.positions)


def test_a_total_a_second_table_and_transactions_below_are_never_counted() -> None:
    text = """Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,
1,MADE-UP ETF,XMPF,2,200,400,
1,EXAMPLE WORKS,XMPL,10,50,500,
Total,,,,,900,

Account Number,Trade Date,Settlement Date,Transaction Type,Investment Name,Symbol,Shares,Share Price,Principal Amount
1,2024-03-01,2024-03-04,Buy,EXAMPLE WORKS,XMPL,10,50,500
"""
    read = read_portfolio(text.encode())
    assert read.format == "vanguard"
    assert [(item.symbol, item.value) for item in read.positions] == [("XMPF", 400), ("XMPL", 500)]
    assert [item.where for item in read.left_out] == ["from line 6 on", "line 4"]


def test_decimal_commas_are_known_from_the_column() -> None:
    text = "Produkt;ISIN;Anzahl;Wert in EUR\nExample Works;US0378331005;1.000;12.345,60\nOther;;3;7,5\n"
    first, second = read_portfolio(text.encode()).positions
    assert (first.isin, first.quantity, first.value, first.currency) == ("US0378331005", 1000, 12345.6, "EUR")
    assert (second.name, second.value) == ("Other", 7.5)


def test_an_identifier_with_a_wrong_check_digit_is_none() -> None:
    (position,) = read_portfolio(b"name,isin,value\nExample,US0378331004,5\n").positions
    assert position.isin == ""


def test_weights_beside_amounts_are_refused_where_rows_have_either() -> None:
    with pytest.raises(UsageError, match="some rows have weights only"):
        read_portfolio(b"symbol,weight,value\nAAA,50,\nBBB,,100\n")


def test_rows_that_cannot_be_read_are_named() -> None:
    read = read_portfolio(b"symbol,shares,value\nAAA,1,ten\nBBB,2,20\n")
    assert [item.symbol for item in read.positions] == ["BBB"]
    assert [(item.where, item.reason) for item in read.left_out] == [("line 2", "'ten' is not a number: 'AAA 1 ten'")]


def test_a_workbook_is_refused_in_one_line() -> None:
    with pytest.raises(UsageError, match=r"a\.xlsx is a workbook: save its sheet"):
        read_portfolio(b"PK\x03\x04rest", "a.xlsx")


SAMPLES = "brokers/ghostfolio_export_samples"


@needs_market
@pytest.mark.parametrize("number", range(29))
def test_every_list_of_transactions_is_refused_in_one_clear_line(number: int) -> None:
    samples = sorted(Path(market_file(SAMPLES)).iterdir())
    assert len(samples) == 29
    with pytest.raises(UsageError, match="is a list of transactions") as refusal:
        read_portfolio(samples[number].read_bytes(), samples[number].name)
    assert "export your positions" in str(refusal.value)


# by hand: sums over what the files print
@needs_market
@pytest.mark.parametrize(
    ("name", "positions", "total", "currency"),
    [
        ("ofx/fidelity.ofx", 7, 5231.36 + 1010.60 + 2176.95 + 2441.03 + 2957.50 + 1102.36 + 18073.98, "USD"),
        ("ofx/investment_401k.ofx", 2, 396.40 + 395.89, "USD"),
        ("ofx/investment_medium.ofx", 1, 1.0, "CAD"),
        ("ofx/td_ameritrade.ofx", 2, 2000.0, "USD"),
        ("ofx/tiaacref.ofx", 6, None, "USD"),
        ("ofx/vanguard.ofx", 2, 10200.0 + 14279.72, "USD"),
        ("ofx/vanguard401k.ofx", 1, 5171.44, "USD"),
        ("statements/fidelity/Statement12312025.csv", 3, 28335.06 + 0.61 + 0.10, ""),
        ("statements/ibkr/corporate_action_2025.xml", 1, 781.2, "EUR"),
        ("statements/ibkr/minimal_short_options_repro_2025.xml", 4, 0.88 * (204000 + 4250 - 1800 + 96190.85), "CHF"),
        ("statements/ibkr/options_future_2025.xml", 11, None, "CHF"),
        ("statements/ibkr/vtandchill_2025.xml", 3, 28212 * 0.79285 + 17000.05854876 - 0.87 * 0.79285, "CHF"),
    ],
)
def test_positions_are_read_to_what_the_file_prints(
    name: str, positions: int, total: float | None, currency: str
) -> None:
    read = read_portfolio(market_file(f"brokers/{name}").read_bytes(), name)
    assert (len(read.positions), read.currency) == (positions, currency)
    if total is not None:
        assert worth(read) == pytest.approx(total, abs=0.01)


@needs_market
def test_the_statement_says_its_own_total() -> None:
    read = read_portfolio(market_file("brokers/ofx/fidelity.ofx").read_bytes())
    assert read.stated == 32993.79
    assert worth(read) == pytest.approx(read.stated, abs=0.02)


@needs_market
def test_shorts_and_options_are_named_as_such() -> None:
    name = "brokers/statements/ibkr/minimal_short_options_repro_2025.xml"
    by_kind = {item.kind: item for item in read_portfolio(market_file(name).read_bytes()).positions}
    assert (by_kind[Kind.OPTION].quantity, by_kind[Kind.OPTION].value) == (-12, -1800)
    assert by_kind[Kind.FUND].symbol == "YYYY"
    assert by_kind[Kind.CASH].currency == "USD"


@needs_market
def test_a_statement_of_nothing_but_transactions_is_refused() -> None:
    with pytest.raises(UsageError, match="holds no positions"):
        read_portfolio(market_file("brokers/ofx/fidelity-savings.ofx").read_bytes(), "fidelity-savings.ofx")
