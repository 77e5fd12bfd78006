"""SPDR files: the real workbook and the real index page, and workbooks that are not what they should be."""

import csv
import re
import zipfile
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from support.fund_answers import answer_from, answer_of, column, holdings, noted, plain_number
from support.market_data import market_file, needs_market
from topheavy.core.errors import Malformed
from topheavy.sources.spdr import SOURCE

SPY = "holdings/spdr_SPY_2024-03-19.xlsx"
XLV = "holdings/spdr_XLV_2025-02-03.csv"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def workbook_rows(path: Path) -> list[dict[str, str]]:
    """Read the first sheet with nothing but zip and XML: a row is its cells by column letter."""
    with zipfile.ZipFile(path) as parts:
        shared = ElementTree.fromstring(parts.read("xl/sharedStrings.xml"))
        texts = ["".join(part.text or "" for part in entry.iter(f"{SHEET}t")) for entry in shared.iter(f"{SHEET}si")]
        sheet = ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))
    return [dict(_cell(cell, texts) for cell in row.iter(f"{SHEET}c")) for row in sheet.iter(f"{SHEET}row")]


def _cell(cell: ElementTree.Element, texts: list[str]) -> tuple[str, str]:
    value = cell.findtext(f"{SHEET}v") or cell.findtext(f"{SHEET}is/{SHEET}t") or ""
    return re.sub(r"\d", "", cell.attrib["r"]), texts[int(value)] if cell.get("t") == "s" else value


@pytest.mark.market
@needs_market
def test_the_real_workbook_is_read_cell_by_cell() -> None:
    rows = workbook_rows(market_file(SPY))
    header = next(place for place, row in enumerate(rows) if row.get("A") == "Name")
    printed = [row for row in rows[header + 1 :] if row.get("E")]
    parsed = SOURCE.parse(answer_from("spdr", market_file(SPY)))
    read = holdings(parsed)
    assert len(printed) == len(read) == 504
    assert parsed.naming == date(2024, 3, 19)
    for row, record in zip(printed, read, strict=True):
        assert record["fund"] == "SPY"
        assert (record["name"], record["cusip"], record["currency"]) == (row["A"], row["C"], row["H"])
        assert record["symbol"] == (None if row["B"] == "-" else row["B"])
        assert record["weight"] == pytest.approx(float(row["E"]) / 100, abs=1e-12)
        assert record["quantity"] == float(row["G"])
        assert record["asset_class"] == ("cash" if row["A"] == "US DOLLAR" else "equity")


@pytest.mark.market
@needs_market
def test_spy_holds_the_published_weight_of_the_magnificent_seven() -> None:
    seven = {"AAPL", "MSFT", "NVDA", "AMZN", "GOOGL", "GOOG", "META", "TSLA"}
    rows = holdings(SOURCE.parse(answer_from("spdr", market_file(SPY))))
    assert sum(float(str(row["weight"])) for row in rows if row["symbol"] in seven) == pytest.approx(0.2916, abs=0.0001)


@pytest.mark.market
@needs_market
def test_the_real_index_page_gives_weights_and_prices_and_no_quantities() -> None:
    with market_file(XLV).open(encoding="utf-8-sig", newline="") as file:
        printed = list(csv.reader(file))[2:]
    parsed = SOURCE.parse(answer_from("spdr", market_file(XLV)))
    assert parsed.naming == date(2025, 2, 3)
    assert set(column(parsed, "fund")) == {"XLV"}
    assert column(parsed, "symbol") == [row[0] for row in printed]
    assert column(parsed, "name") == [row[1] for row in printed]
    assert column(parsed, "weight") == pytest.approx([plain_number(row[2]) / 100 for row in printed])
    assert column(parsed, "price") == [float(row[3]) for row in printed]
    assert set(column(parsed, "quantity")) == set(column(parsed, "value")) == {None}
    assert noted(parsed, "weight from 'Index Weight'")


@pytest.mark.market
@needs_market
@pytest.mark.parametrize("kept", [4, 500, 20_000, -100, -1])
def test_a_workbook_cut_short_says_so(kept: int) -> None:
    body = market_file(SPY).read_bytes()[:kept]
    with pytest.raises(Malformed, match=r"cannot be read .* download it again"):
        SOURCE.parse(answer_of("spdr", body, "spy.xlsx"))


def test_a_zip_that_is_no_workbook_says_so(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as parts:
        parts.writestr("readme.txt", "not a workbook")
    with pytest.raises(Malformed, match=r"^spdr/holdings/x\.xlsx: the workbook cannot be read"):
        SOURCE.parse(answer_from("spdr", tmp_path / "x.xlsx"))


@pytest.mark.market
@needs_market
def test_a_workbook_damaged_inside_says_so(tmp_path: Path) -> None:
    with zipfile.ZipFile(market_file(SPY)) as parts:
        sheet = parts.getinfo("xl/worksheets/sheet1.xml")
    body = bytearray(market_file(SPY).read_bytes())
    body[sheet.header_offset + 14 : sheet.header_offset + 18] = b"\0\0\0\0"  # its checksum, before the part
    at = body.rindex(b"xl/worksheets/sheet1.xml") - 30  # and in the directory at the end
    body[at : at + 4] = b"\0\0\0\0"
    with pytest.raises(Malformed, match=r"sheet1\.xml"):
        SOURCE.parse(answer_of("spdr", bytes(body), "spy.xlsx"))


def test_sample_takes_fund_and_date_from_above_the_table() -> None:
    parsed = SOURCE.parse(SOURCE.sample())
    assert parsed.naming == date(2024, 3, 5)
    assert column(parsed, "fund") == ["XMPS"] * 3
    assert column(parsed, "symbol") == ["XMPL", "SMP.B", None]
    assert column(parsed, "sector") == [None] * 3
    assert column(parsed, "asset_class") == ["equity", "equity", "cash"]


def test_the_index_page_needs_a_file_name_with_the_symbol() -> None:
    body = (
        "Index Holdings and weightings as of 6:03 PM ET 02/03/2025,,,,\nSymbol,Company Name,Index Weight\nXMPL,EX,99%\n"
    )
    assert column(SOURCE.parse(answer_of("spdr", body, "index-holdings-xlv.csv")), "fund") == ["XLV"]
    with pytest.raises(Malformed, match="the file does not say which fund it is"):
        SOURCE.parse(answer_of("spdr", body, "index-holdings.csv"))


def test_until_2019_the_symbol_stood_under_identifier() -> None:
    body = "Ticker Symbol:,XMPS\nHoldings:,As of 06-Aug-2019\n\nName,Identifier,Weight,Sector,Shares Held\n"
    body += 'EXAMPLE WORKS INC,XMPL,60.5,Industrials,"1,000"\n'
    (row,) = holdings(SOURCE.parse(answer_of("spdr", body, "spdr.csv")))
    assert (row["symbol"], row["cusip"], row["quantity"]) == ("XMPL", None, 1000.0)
