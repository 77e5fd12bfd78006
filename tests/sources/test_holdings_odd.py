"""Holdings files as they really come: cut short, summed up, doubled, in other letters; each with its value by hand."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from support.fund_answers import Row, answer_of, column, holdings, noted, reasons
from topheavy.core.errors import Malformed
from topheavy.core.http.client import Client
from topheavy.core.settings import Settings
from topheavy.core.units import Answer
from topheavy.sources import ark, invesco, ishares, spdr
from topheavy.sources.vendor import Parsed

RECEIVED = datetime(2025, 3, 1, tzinfo=UTC)
ABOVE = 'iShares Made Up ETF\nFund Holdings as of,"Dec 05, 2024"\n\n'
HEADER = "Ticker,Name,Asset Class,Market Value,Weight (%),Quantity\n"
ALPHA = 'AAPX,ALPHA,Equity,"600,000.00",60.00,"4,000"\n'
BETA = 'BBPX,BETA,Equity,"400,000.00",40.00,"13,000"\n'


def read(*lines: str, above: str = ABOVE, header: str = HEADER, file: str = "XMPF_holdings.csv") -> Parsed:
    return ishares.SOURCE.parse(answer_of("ishares", above + header + "".join(lines), file))


def amounts(parsed: Parsed) -> list[tuple[object, ...]]:
    def shown(row: Row) -> tuple[object, ...]:
        return row["symbol"], pytest.approx(row["weight"]), row["quantity"], row["value"]

    return [shown(row) for row in holdings(parsed)]


PLAIN = [("AAPX", 0.6, 4000.0, 600000.0), ("BBPX", 0.4, 13000.0, 400000.0)]
EUROPEAN = 'AAPX,ALPHA,Equity,"600.000,00","60,00","4.000"\nBBPX,BETA,Equity,"400.000,00","40,00","13.000"\n'
UNQUOTED = "AAPX,ALPHA,Equity,600000.00,60.00,4000\nBBPX,BETA,Equity,400000,40.00,13000\n"
SEMICOLONS = "AAPX;ALPHA;Equity;600000,00;60,00;4000\nBBPX;BETA;Equity;400000,00;40,00;13000\n"
TABLES = {
    "as issuers print it": (ABOVE + HEADER + ALPHA + BETA).encode(),
    "UTF-16 and tabs": (ABOVE.replace("Dec 05, ", "Dec 05 ") + HEADER + UNQUOTED).replace(",", "\t").encode("utf-16"),
    "European": (ABOVE + HEADER + EUROPEAN).encode(),
    "semicolons": (ABOVE.replace("of,", "of;") + HEADER.replace(",", ";") + SEMICOLONS).encode(),
}


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_is_read_in_any_letters_and_signs(kind: str) -> None:
    parsed = ishares.SOURCE.parse(answer_of("ishares", TABLES[kind], "XMPF_holdings.csv"))
    assert amounts(parsed) == PLAIN
    assert parsed.naming == date(2024, 12, 5)
    assert parsed.doubts == ()


def cells(*texts: str) -> str:
    return "<ss:Row>" + "".join(f"<ss:Cell><ss:Data>{text}</ss:Data></ss:Cell>" for text in texts) + "</ss:Row>"


def test_a_workbook_as_xml_is_read_its_empty_cells_and_bare_ampersands_too() -> None:
    body = (
        '\ufeff<?xml version="1.0"?><ss:Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        '<ss:Worksheet ss:Name="Holdings"><ss:Table>'
        + cells("05-Dec-2024")
        + cells("Ticker", "Name", "Sector", "Asset Class", "Market Value", "Weight (%)", "Shares")
        + cells("AAPX", "ALPHA & CO", "-", "Equity", "600000.0", "60.0", "4000.0")
        + '<ss:Row><ss:Cell><ss:Data>BBPX</ss:Data></ss:Cell><ss:Cell ss:Index="4"><ss:Data>Equity</ss:Data></ss:Cell>'
        "<ss:Cell><ss:Data>400000</ss:Data></ss:Cell><ss:Cell><ss:Data>40</ss:Data></ss:Cell>"
        "<ss:Cell><ss:Data>13000</ss:Data></ss:Cell></ss:Row>"
        "</ss:Table></ss:Worksheet></ss:Workbook>"
    )
    parsed = ishares.SOURCE.parse(answer_of("ishares", body, "XMPF_fund.xls"))
    assert amounts(parsed) == PLAIN
    assert column(parsed, "name") == ["ALPHA & CO", None]
    assert parsed.naming == date(2024, 12, 5)
    with pytest.raises(Malformed, match=r"workbook \(XML\) cannot be read"):
        ishares.SOURCE.parse(answer_of("ishares", body[:-40], "XMPF_fund.xls"))


@pytest.mark.parametrize(
    "total",
    [
        '-,Total Equity,Equity,"1,000,000.00",100.00,-\n',
        ',Grand Total,,"1,000,000.00",100.00,\n',
        '-,Net Assets,-,"1,000,000.00",100.00,-\n',
        '-,Everything together,Equity,"1,000,000.00",100.00,-\n',
    ],
)
def test_a_line_that_sums_the_others_up_is_no_holding(total: str) -> None:
    parsed = read(ALPHA, BETA, total)
    assert amounts(parsed) == PLAIN
    assert len(parsed.left_out) == 1
    assert "total" in parsed.left_out[0].reason


def test_a_company_called_total_is_a_holding() -> None:
    parsed = read(ALPHA, BETA.replace("BBPX,BETA", "TTE,TOTAL SE"))
    assert column(parsed, "name") == ["ALPHA", "TOTAL SE"]


def test_subtotals_by_sector_are_no_holdings() -> None:
    header = "Ticker,Name,Sector,Asset Class,Market Value,Weight (%)\n"
    lines = "AAPX,ALPHA,Energy,Equity,600,60\n-,Energy,-,Equity,600,60\nBBPX,BETA,Health,Equity,400,40\n"
    parsed = read(lines + "-,Health,-,Equity,400,40\n", header=header)
    assert column(parsed, "symbol") == ["AAPX", "BBPX"]
    assert [line.reason for line in parsed.left_out] == ["the subtotal of a sector, not a holding"] * 2


def test_a_table_that_stands_twice_is_read_once_and_two_lots_are_two() -> None:
    twice = read(ALPHA, BETA, ALPHA, BETA)
    assert amounts(twice) == PLAIN
    assert reasons(twice) == ["it stands twice"] * 2
    lots = read(ALPHA.replace("60.00", "30.00"), ALPHA.replace("60.00", "30.00"), BETA)
    assert column(lots, "symbol") == ["AAPX", "AAPX", "BBPX"]
    assert lots.doubts == ()


def test_a_file_cut_short_says_how_much_of_the_fund_it_covers() -> None:
    parsed = read(ALPHA.replace("60.00", "27.00"), BETA.replace("40.00", "10.00"))
    assert parsed.doubts == (
        "the printed weights sum to 37.00%: the file may be cut short, and covers no more of the fund",
    )
    assert sum(float(str(weight)) for weight in column(parsed, "weight")) == pytest.approx(0.37)


def test_weights_far_above_one_are_doubted() -> None:
    (doubt,) = read(ALPHA, BETA, "CCPX,GAMMA,Equity,1,40.00,5\n").doubts
    assert doubt.startswith("the printed weights sum to 140.00%")


def test_weights_as_fractions_are_told_from_the_heading_and_their_sum() -> None:
    above = "Fund Name:,Made Up ETF\nTicker Symbol:,XMPS\nHoldings:,As of 05-Dec-2024\n\n"
    body = above + "Name,Ticker,Weight,Shares Held\nALPHA,AAPX,0.6,4000\nBETA,BBPX,0.4,13000\n"
    parsed = spdr.SOURCE.parse(answer_of("spdr", body, "x.csv"))
    assert column(parsed, "weight") == [pytest.approx(0.6), pytest.approx(0.4)]
    assert noted(parsed, "printed as fractions")
    said = spdr.SOURCE.parse(answer_of("spdr", body.replace("Weight", "Weight (%)"), "x.csv"))
    assert column(said, "weight") == [pytest.approx(0.006), pytest.approx(0.004)]
    assert len(said.doubts) == 1


def test_a_line_without_weight_and_value_stays_and_is_doubted() -> None:
    parsed = read(ALPHA, BETA, 'CCPX,GAMMA,Equity,-,-,"50,000"\n')
    assert column(parsed, "symbol") == ["AAPX", "BBPX", "CCPX"]
    assert parsed.doubts == ("1 equity lines have neither weight nor value and are not measured: CCPX",)


def test_a_file_of_zeros_is_refused_by_name() -> None:
    with pytest.raises(Malformed, match=r"XMPF_holdings\.csv: all 2 equities have a weight or value of 0"):
        read("AAPX,ALPHA,Equity,0.00,0.00,4\nBBPX,BETA,Equity,0.00,0.00,5\n")


@pytest.mark.parametrize(
    "kind",
    ["Master Limited Partnership", "Trust Unit", "Limited Partnership Units", "Depositary Receipt", "Preferred Stock",
     "Preference", "NY Reg Shrs", "Stapled Security", "REIT", "Common"],
)  # fmt: skip
def test_units_receipts_partnerships_and_preference_shares_are_equity(kind: str) -> None:
    body = (
        "Fund Ticker,Security Identifier,Holding Ticker,Shares/Par Value,MarketValue,Weight,Name,Class of Shares,Date\n"
        f"XMPQ,00A000109,AAPX,4,500,50.0,Alpha,{kind},12/05/2024\n"
        "XMPQ,00B000107,BBPX,4,500,50.0,Beta,Common Stock,12/05/2024\n"
    )
    parsed = invesco.SOURCE.parse(answer_of("invesco", body, "x.csv"))
    assert column(parsed, "asset_class") == ["equity", "equity"]


def test_a_preference_share_is_no_future() -> None:
    body = (
        'date,fund,company,ticker,cusip,shares,"market value ($)","weight (%)"\n'
        '10/08/2021,XMPK,"HENKEL AG & CO KGAA VOR-PREF",HEN3,5076705,"5,157","$466,666.67",50.00%\n'
        '10/08/2021,XMPK,"S&P 500 DEC 21",ESZ1,,"1","$466,666.67",50.00%\n'
    )
    parsed = ark.SOURCE.parse(answer_of("ark", body, "x.csv"))
    assert column(parsed, "asset_class") == ["equity", "future"]


def test_an_undated_file_takes_its_date_from_its_name_or_from_what_was_said(tmp_path: Path) -> None:
    named = read(ALPHA, BETA, above="", file="XMPF_2024-12-05.csv")
    assert named.naming == date(2024, 12, 5)
    assert noted(named, "the file says no date: 2024-12-05 is from its name")
    with pytest.raises(Malformed, match="FILE#as_of="):
        read(ALPHA, BETA, above="")
    path = tmp_path / "undated.csv"
    path.write_text(HEADER + ALPHA + BETA)
    unit = answer_of("ishares", "", f"{path}#as_of=2024-12-05&fund=XMPF").unit
    fetched = ishares.SOURCE.fetch(unit, Client(), Settings(Path("home"), {}))
    assert fetched.facts == {"file": "undated.csv", "as_of": "2024-12-05", "fund": "XMPF"}
    said = ishares.SOURCE.parse(Answer(unit, fetched.pages, RECEIVED, fetched.kind, fetched.facts))
    assert (said.naming, column(said, "fund")) == (date(2024, 12, 5), ["XMPF", "XMPF"])
