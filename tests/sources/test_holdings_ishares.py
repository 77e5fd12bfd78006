"""iShares files: the two real ones, and the ways their shape drifts."""

import csv
from datetime import date
from pathlib import Path

import pytest

from support.fund_answers import (
    answer_from,
    answer_of,
    column,
    holdings,
    noted,
    plain_number,
    reasons,
    share_of_largest,
)
from support.market_data import market_file, needs_market
from topheavy.core.errors import Malformed
from topheavy.sources.ishares import SOURCE

IVV = "holdings/ishares_IVV_2024-12-06.csv"
OEF = "holdings/ishares_OEF_2023-03-24.csv"

PREAMBLE = '\ufeffiShares Core S&P 500 ETF\nFund Holdings as of,"Mar 05, 2024"\nInception Date,"May 15, 2000"\n\xa0\n'
LINE = '"XMPL","EXAMPLE WORKS","Industrials","Equity","600.00","60.00","600.00","4.00","150.00"'
LINE += ',"United States","NASDAQ","USD","1.00","USD","-"\n'


def printed_rows(path: Path) -> list[dict[str, str]]:
    """Read the table the plain way: the header is the line that begins with Ticker, a holding has all its cells."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    start = next(place for place, row in enumerate(rows) if row and row[0] == "Ticker")
    return [dict(zip(rows[start], row, strict=True)) for row in rows[start + 1 :] if len(row) == len(rows[start])]


@pytest.mark.market
@needs_market
@pytest.mark.parametrize(
    ("name", "fund", "as_of", "shares", "lines", "equities"),
    [(IVV, "IVV", date(2024, 12, 6), "Quantity", 508, 503), (OEF, "OEF", date(2023, 3, 24), "Shares", 105, 101)],
)
def test_real_files_are_read_line_by_line(
    name: str, fund: str, as_of: date, shares: str, lines: int, equities: int
) -> None:
    parsed = SOURCE.parse(answer_from("ishares", market_file(name)))
    printed, read = printed_rows(market_file(name)), holdings(parsed)
    assert len(printed) == len(read) == lines
    assert column(parsed, "asset_class").count("equity") == equities == parsed.tables["securities"].num_rows
    assert parsed.naming == as_of
    assert len(parsed.left_out) == 1  # the legal tail
    for place, (row, record) in enumerate(zip(printed, read, strict=True), start=1):
        assert (record["fund"], record["as_of"], record["line"]) == (fund, as_of, place)
        assert record["symbol"] == {"BRKB": "BRK.B", "BFB": "BF.B"}.get(row["Ticker"], row["Ticker"])
        assert (record["name"], record["sector"], record["currency"]) == (row["Name"], row["Sector"], row["Currency"])
        assert record["weight"] == pytest.approx(plain_number(row["Weight (%)"]) / 100, abs=1e-12)
        assert record["value"] == plain_number(row["Market Value"])
        assert record["quantity"] == plain_number(row[shares])
        assert record["price"] == plain_number(row["Price"])


@pytest.mark.market
@needs_market
def test_ivv_is_as_concentrated_as_its_reference_values_say() -> None:
    parsed = SOURCE.parse(answer_from("ishares", market_file(IVV)))
    values = [float(str(row["value"])) for row in holdings(parsed) if row["asset_class"] == "equity"]
    shares = [100 * value / sum(values) for value in values]
    assert len(values) == 503
    assert sum(share**2 for share in shares) == pytest.approx(201.8, abs=0.05)
    assert share_of_largest(values, 10) == pytest.approx(0.3615, abs=0.00005)
    assert noted(parsed, "weights sum to 99.98%")


@pytest.mark.market
@needs_market
def test_ivv_keeps_cash_and_futures_as_printed() -> None:
    rows = holdings(SOURCE.parse(answer_from("ishares", market_file(IVV))))
    kinds = {row["symbol"]: row["asset_class"] for row in rows if row["asset_class"] != "equity"}
    assert kinds == {"USD": "cash", "XTSLA": "cash", "UBFUT": "cash", "ETD_USD": "cash", "ESZ4": "future"}


def test_sample_keeps_signs_classes_and_fractions() -> None:
    parsed = SOURCE.parse(SOURCE.sample())
    assert column(parsed, "symbol") == ["XMPL", "SMPL", "USD", "MGN", "ESH4"]
    assert column(parsed, "asset_class") == ["equity", "equity", "cash", "cash", "future"]
    assert column(parsed, "weight") == pytest.approx([0.6, 0.39, 0.012, -0.002, 0.0])
    assert column(parsed, "value") == [600000.0, 390000.0, 12000.0, -2000.0, 0.0]
    assert column(parsed, "security", "securities") == column(parsed, "issuer", "securities") == ["XMPL", "SMPL"]
    assert set(column(parsed, "fund")) == {"XMPF"}


def test_a_file_without_its_header_line_is_read_by_position() -> None:
    parsed = SOURCE.parse(answer_of("ishares", PREAMBLE + LINE, "whatever.csv"))
    (row,) = holdings(parsed)
    assert (row["fund"], row["as_of"], row["symbol"]) == ("IVV", date(2024, 3, 5), "XMPL")
    assert (row["value"], row["quantity"], row["price"], row["weight"]) == (600.0, 4.0, 150.0, 0.6)
    assert noted(parsed, "no header line")


def test_a_bad_first_line_of_a_headless_file_is_reported_not_lost() -> None:
    parsed = SOURCE.parse(answer_of("ishares", PREAMBLE + LINE.replace("600.00", "six") + LINE, "whatever.csv"))
    assert len(holdings(parsed)) == 1
    assert [left.where for left in parsed.left_out] == ["line 5"]


def test_the_order_of_2020_is_known_too() -> None:
    line = '"XMPL","EXAMPLE","Equity","60.0","150.0","4","600","600","Industrials","B000001","US00A0001098","NASDAQ"\n'
    (row,) = holdings(SOURCE.parse(answer_of("ishares", PREAMBLE + line, "IVV.csv")))
    assert (row["isin"], row["price"], row["quantity"], row["value"]) == ("US00A0001098", 150.0, 4.0, 600.0)


@pytest.mark.parametrize("spelling", ["Shares", "Quantity", "quantity ", "SHARES"])
def test_drifting_column_names_mean_the_same(spelling: str) -> None:
    body = PREAMBLE + f'Ticker,Name,Weight (%),{spelling},Market Value\nXMPL,EXAMPLE,60,"4,000",600\n'
    assert column(SOURCE.parse(answer_of("ishares", body, "IVV.csv")), "quantity") == [4000.0]


def test_a_fund_it_does_not_know_is_named_by_the_file() -> None:
    body = PREAMBLE.replace("Core S&P 500", "Never Heard Of") + "Ticker,Name,Weight (%)\nXMPL,EXAMPLE,60\n"
    assert column(SOURCE.parse(answer_of("ishares", body, "XMPF_holdings.csv")), "fund") == ["XMPF"]
    with pytest.raises(Malformed, match="name the file after the fund's symbol, like ishares_XYZ"):
        SOURCE.parse(answer_of("ishares", body, "iShares-Never-Heard-Of-ETF_fund.csv"))


def test_the_file_is_believed_over_its_name_and_both_are_told() -> None:
    body = PREAMBLE + "Ticker,Name,Weight (%)\nXMPL,EXAMPLE,60\n"
    parsed = SOURCE.parse(answer_of("ishares", body, "OEF_2024-03-06.csv"))
    assert column(parsed, "fund") == ["IVV"]
    assert parsed.naming == date(2024, 3, 5)
    assert noted(parsed, "the file says IVV, its name says OEF")
    assert noted(parsed, "as of 2024-03-05, its name says 2024-03-06")
    assert noted(parsed, "weights sum to 60.00%, far from 100 %")


def test_a_second_table_is_left_out_in_one_piece() -> None:
    first = PREAMBLE + "Ticker,Name,Weight (%)\nXMPL,EXAMPLE,60\n"
    again = 'Fund Holdings as of,"Mar 05, 2024"\nTicker,Name,Weight (%)\nSMPL,SAMPLE,40\nXMPL,EXAMPLE,60\n'
    parsed = SOURCE.parse(answer_of("ishares", first + again, "IVV.csv"))
    assert column(parsed, "symbol") == ["XMPL"]
    assert [left.where for left in parsed.left_out] == ["lines 7-10"]


def test_the_day_without_holdings_has_no_date() -> None:
    body = PREAMBLE.replace("Mar 05, 2024", "-") + "Ticker,Name,Weight (%)\nXMPL,EXAMPLE,60\n"
    with pytest.raises(Malformed, match="no as-of date found"):
        SOURCE.parse(answer_of("ishares", body, "IVV.csv"))


def test_every_line_left_out_says_why() -> None:
    body = PREAMBLE + (
        "Ticker,Name,Weight (%),Market Value\n"
        "XMPL,EXAMPLE,60,600\n"
        "SMPL,SAMPLE,abc,390\n"
        "BRKN,BROKEN, NAME,1,2\n"
        "SHRT,CUT OFF,0.\n"
        "NONE,NOTHING STATED,-,\n"
        "-,-,1,2\n"
        "Total,,100,1000\n"
        "508\n"
    )
    parsed = SOURCE.parse(answer_of("ishares", body, "IVV.csv"))
    assert column(parsed, "symbol") == ["XMPL"]
    assert [left.where for left in parsed.left_out] == [f"line {place}" for place in (8, 9, 13, 7, 10, 11, 12)]
    told = " | ".join(reasons(parsed))
    for words in (
        "Weight (%): 'abc' is not a number: 'SMPL SAMPLE abc 390'",
        "5 cells where the table has 4 columns",
        "3 cells where the table has 4 columns",
        "no weight, quantity or value",
        "neither a symbol nor a name",
        "a total, not a holding",
        "a remark, not a holding: '508'",
    ):
        assert words in told
