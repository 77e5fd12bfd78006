"""Invesco files: the real QQQ, and identifiers, lines and dates that drift."""

import csv
from datetime import date

import pytest

from support.fund_answers import answer_from, answer_of, column, holdings, noted, plain_number, reasons
from support.market_data import market_file, needs_market
from topheavy.core.errors import Malformed
from topheavy.sources.invesco import SOURCE

QQQ = "holdings/invesco_QQQ_2020-07-02.csv"
HEADER = "Fund Ticker,Security Identifier,Holding Ticker,Shares/Par Value,MarketValue,Weight,Name,Class of Shares,"
HEADER += "Sector,Date\n"


def line(symbol: str, identifier: str = "00A000109", fund: str = "XMPQ", day: str = "03/05/2024") -> str:
    return f"{fund},{identifier},{symbol} ,10,100.00,1.0,NAME OF {symbol},Common Stock,Industrials,{day}\n"


@pytest.mark.market
@needs_market
def test_the_real_file_is_read_line_by_line() -> None:
    with market_file(QQQ).open(encoding="utf-8-sig", newline="") as file:
        printed = list(csv.DictReader(file))
    parsed = SOURCE.parse(answer_from("invesco", market_file(QQQ)))
    read = holdings(parsed)
    assert len(printed) == len(read) == 103
    assert parsed.left_out == ()
    assert parsed.naming == date(2020, 7, 2)
    assert parsed.tables["securities"].num_rows == 103
    for row, record in zip(printed, read, strict=True):
        assert (record["fund"], record["symbol"]) == ("QQQ", row["Holding Ticker"].strip())
        assert (record["cusip"], record["name"]) == (row["Security Identifier"], row["Name"])
        assert (record["sector"], record["asset_class"]) == (row["Sector"], "equity")
        assert record["quantity"] == plain_number(row["Shares/Par Value"])
        assert record["value"] == plain_number(row["MarketValue"])
        assert record["weight"] == pytest.approx(float(row["Weight"]) / 100, abs=1e-12)


def test_sample_keeps_cash_without_a_symbol() -> None:
    parsed = SOURCE.parse(SOURCE.sample())
    assert column(parsed, "symbol") == ["XMPL", "SMPL", None]
    assert column(parsed, "asset_class") == ["equity", "equity", "cash"]
    assert reasons(parsed) == ["a remark, not a holding: '3'"]


def test_identifiers_are_told_apart_and_mended() -> None:
    body = HEADER + line("AAPL", "37833100") + line("META", "30303M102") + line("IVZF", "US46090E1038")
    parsed = SOURCE.parse(answer_of("invesco", body + line("AMZN", "2.31E+07"), "x.csv"))
    assert column(parsed, "cusip") == ["037833100", "30303M102", None, None]
    assert column(parsed, "isin") == [None, None, "US46090E1038", None]
    assert noted(parsed, "1 identifiers are neither CUSIP nor ISIN and stay empty, the first '2.31E+07'")


def test_a_file_of_short_cusips_keeps_them_short() -> None:
    body = HEADER + line("META", "30303M10") + line("AAPL", "3783310")
    assert column(SOURCE.parse(answer_of("invesco", body, "x.csv")), "cusip") == ["30303M10", "03783310"]


def test_lines_of_another_fund_or_date_are_left_out_by_name() -> None:
    body = HEADER + line("AAAA") + line("BBBB") + line("CCCC", fund="SPY") + line("DDDD", day="03/04/2024")
    parsed = SOURCE.parse(answer_of("invesco", body + line("EEEE", day="31/31/2024"), "x.csv"))
    assert column(parsed, "symbol") == ["AAAA", "BBBB"]
    told = " | ".join(reasons(parsed))
    assert "of another fund (SPY) than the file (XMPQ)" in told
    assert "of another date (03/04/2024) than the file (2024-03-05)" in told
    assert "of another date (31/31/2024)" in told


def test_a_file_without_its_header_line_is_read_by_position() -> None:
    parsed = SOURCE.parse(answer_of("invesco", line("AAAA") + line("BBBB") + "2\n", "x.csv"))
    assert column(parsed, "symbol") == ["AAAA", "BBBB"]
    assert column(parsed, "line") == [1, 2]
    assert noted(parsed, "no header line")


def test_no_date_anywhere_is_refused() -> None:
    with pytest.raises(Malformed, match="no as-of date found"):
        SOURCE.parse(answer_of("invesco", HEADER + line("AAAA", day=""), "x.csv"))
