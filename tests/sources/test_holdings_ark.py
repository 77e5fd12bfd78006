"""ARK files: the real ARKK, whose name and contents disagree about the date."""

import csv
from datetime import date

import pytest

from support.fund_answers import answer_from, answer_of, column, holdings, noted, plain_number
from support.market_data import market_file, needs_market
from topheavy.sources.ark import SOURCE

ARKK = "holdings/ark_ARKK_2023-12-29.csv"


@pytest.mark.market
@needs_market
def test_the_real_file_is_read_line_by_line() -> None:
    with market_file(ARKK).open(encoding="utf-8-sig", newline="") as file:
        printed = [row for row in csv.DictReader(file) if row["fund"]]
    parsed = SOURCE.parse(answer_from("ark", market_file(ARKK)))
    read = holdings(parsed)
    assert len(printed) == len(read) == 35
    for row, record in zip(printed, read, strict=True):
        assert record["symbol"] == ({"DKNG UW": "DKNG"}.get(row["ticker"], row["ticker"]) or None)
        assert (record["fund"], record["name"], record["cusip"]) == ("ARKK", row["company"], row["cusip"])
        assert record["quantity"] == plain_number(row["shares"])
        assert record["value"] == plain_number(row["market value ($)"])
        assert record["weight"] == pytest.approx(plain_number(row["weight (%)"]) / 100, abs=1e-12)


@pytest.mark.market
@needs_market
def test_the_date_inside_wins_over_the_date_in_the_name() -> None:
    parsed = SOURCE.parse(answer_from("ark", market_file(ARKK)))
    assert parsed.naming == date(2023, 12, 28)
    assert noted(parsed, "the file says as of 2023-12-28, its name says 2023-12-29")
    assert noted(parsed, "weights sum to 100.02%")
    assert len(parsed.left_out) == 1  # the legal tail


@pytest.mark.market
@needs_market
def test_the_money_market_fund_is_cash_and_no_security() -> None:
    parsed = SOURCE.parse(answer_from("ark", market_file(ARKK)))
    (cash,) = [row for row in holdings(parsed) if row["asset_class"] != "equity"]
    assert (cash["symbol"], cash["asset_class"], cash["cusip"]) == (None, "cash", "X9USDGSFT")
    assert parsed.tables["securities"].num_rows == 34
    assert "DKNG" in column(parsed, "security", "securities")


def test_sample_reads_venue_codes_and_dollars() -> None:
    parsed = SOURCE.parse(SOURCE.sample())
    assert column(parsed, "symbol") == ["XMPL", "SMPL", None]
    assert column(parsed, "value") == [600000.0, 390000.0, 10000.0]
    assert column(parsed, "asset_class") == ["equity", "equity", "cash"]


@pytest.mark.parametrize(
    "spelling", ["market value($),weight(%)", '"market value ($)","weight (%)"', "Market Value,Weight"]
)
def test_drifting_column_names_mean_the_same(spelling: str) -> None:
    body = f"date,fund,company,ticker,cusip,shares,{spelling}\n"
    body += '01/15/2025,XMPK,EXAMPLE,XMPL,00A000109,4,"$1,600.00",9.15%\n'
    (row,) = holdings(SOURCE.parse(answer_of("ark", body, "x.csv")))
    assert (row["value"], row["weight"]) == (1600.0, pytest.approx(0.0915))


def test_a_file_without_its_header_line_is_read_by_position() -> None:
    body = '01/15/2025,XMPK,EXAMPLE,XMPL,00A000109,"4,000","$1,600.00",9.15%\n'
    (row,) = holdings(SOURCE.parse(answer_of("ark", body, "x.csv")))
    assert (row["fund"], row["as_of"], row["symbol"], row["quantity"]) == ("XMPK", date(2025, 1, 15), "XMPL", 4000.0)
