"""Form N-PORT: the way from a symbol to a filing, and a real filing read to its own totals."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from math import fsum
from pathlib import Path

import pytest

from support.market_data import market_file, needs_market
from support.scripted_http import ScriptedHttp
from topheavy.core.errors import Malformed, SourceRefused
from topheavy.core.settings import Settings
from topheavy.core.units import Answer, Page, SourceKind, Unit
from topheavy.sources.filing.edgar import newest_filing, series_of
from topheavy.sources.nport import SOURCE
from topheavy.sources.vendor import Parsed

UNIT = Unit("nport", "holdings", subject="VOO")
SETTINGS = Settings(Path("home"), {"TOPHEAVY_SEC_USER_AGENT": "a name a@b.example"})
MAP = "https://www.sec.gov/files/company_tickers_mf.json"
LIST = "https://www.sec.gov/cgi-bin/browse-edgar?action=getcompany&CIK=S000002839&type=NPORT-P&count=10&output=atom"
FOLDER = "https://www.sec.gov/Archives/edgar/data/36405"


def listed(*filings: tuple[str, str, str]) -> bytes:
    """EDGAR's list of a series' filings, as Atom: filed, form, folder."""
    entries = "".join(
        f"<entry><category term='{form}'/><content type='text/xml'><accession-number>0000-{folder}</accession-number>"
        f"<filing-date>{filed}</filing-date><filing-href>{FOLDER}/{folder}/0000-index.htm</filing-href>"
        f"<filing-type>{form}</filing-type></content></entry>"
        for filed, form, folder in filings
    )
    head = "<?xml version='1.0' encoding='ISO-8859-1' ?><feed xmlns='http://www.w3.org/2005/Atom'>"
    return f"{head}<company-info><cik>0000036405</cik></company-info>{entries}</feed>".encode()


@needs_market
def test_the_way_from_a_symbol_leads_over_the_secs_own_map_to_the_newest_filing() -> None:
    filing = SOURCE.sample().pages[2].content.replace(b"S000099999", b"S000002839")
    filings = (("2024-02-27", "NPORT-P", "111"), ("2024-05-28", "NPORT-P", "222"), ("2024-06-01", "N-CEN", "333"))
    the_map = market_file("sec_maps/company_tickers_mf.json").read_bytes()
    http = ScriptedHttp({MAP: the_map, LIST: listed(*filings), f"{FOLDER}/222/primary_doc.xml": filing})
    brought = SOURCE.fetch(UNIT, http, SETTINGS)
    assert [call.headers["User-Agent"] for call in http.calls] == ["a name a@b.example"] * 3
    answer = Answer(UNIT, brought.pages, datetime(2024, 5, 30, tzinfo=UTC), SourceKind.VENDOR)
    rows = SOURCE.parse(answer).tables["holdings"].to_pylist()
    assert {row["fund"] for row in rows} == {"VOO"}
    assert len(rows) == 4


@needs_market
def test_the_map_knows_all_share_classes_of_a_series_and_no_unit_trust() -> None:
    page = Page(MAP, market_file("sec_maps/company_tickers_mf.json").read_bytes())
    voo, admiral = (series_of(page, symbol, UNIT) for symbol in ("VOO", "VFIAX"))
    assert voo == admiral
    assert (voo.series, voo.cik) == ("S000002839", 36405)
    assert {"VOO", "VFIAX"} <= set(voo.symbols)
    for trust in ("SPY", "QQQ"):
        with pytest.raises(SourceRefused, match="unit trust"):
            series_of(page, trust, UNIT)


def test_a_fund_without_filings_is_refused() -> None:
    with pytest.raises(SourceRefused, match="EDGAR lists no N-PORT"):
        newest_filing(Page(LIST, listed(("2024-05-28", "N-CEN", "1"))), UNIT)


def test_a_filing_of_another_series_is_malformed() -> None:
    sample = SOURCE.sample()
    pages = (*sample.pages[:2], replace(sample.pages[2], content=sample.pages[2].content.replace(b"S000099999", b"S1")))
    with pytest.raises(Malformed, match="the filing is of series S1, XMPFX is of S000099999"):
        SOURCE.parse(replace(sample, pages=pages))


def test_lines_are_named_for_what_they_are() -> None:
    rows = SOURCE.parse(SOURCE.sample()).tables["holdings"].to_pylist()
    assert [(row["asset_class"], row["name"], row["weight"], row["value"]) for row in rows] == [
        ("equity", "Example Works Inc", 0.7, 700.0),
        ("fund", "Sample Money Fund", 0.35, 350.0),
        ("bond", "Treasury 2%", -0.06, -60.0),
        ("forward", "PURCHASED JPY / SOLD USD", 0.001, 1.0),
    ]
    assert rows[3]["currency"] == "JPY"
    assert rows[3]["cusip"] is None
    assert {row["as_of"] for row in rows} == {date(2024, 3, 31)}


@needs_market
def test_a_real_filing_is_read_to_the_sum_of_its_own_totals() -> None:
    parsed, text = real()
    rows = parsed.tables["holdings"].to_pylist()
    # worked out from the text alone, without reading it as XML
    both = re.findall(r"<valUSD>([^<]*)</valUSD>\s*<pctVal>([^<]*)</pctVal>\s*<payoffProfile>", text)
    values, per_cent = [float(value) for value, _ in both], [float(part) for _, part in both]
    assert len(rows) == len(values) == len(per_cent) == 1685
    assert parsed.left_out == ()
    assert fsum(row["value"] for row in rows) == pytest.approx(fsum(values), abs=0.01)
    assert 100 * fsum(row["weight"] for row in rows) == pytest.approx(fsum(per_cent), abs=1e-9)
    assert fsum(per_cent) > 100
    net = float(re.findall(r"<netAssets>([^<]*)<", text)[0])
    assert fsum(values) / net == pytest.approx(fsum(per_cent) / 100, abs=1e-6)


@needs_market
def test_shorts_derivatives_and_funds_inside_a_real_filing_are_named_as_such() -> None:
    parsed, text = real()
    rows = parsed.tables["holdings"].to_pylist()
    kinds = Counter(row["asset_class"] for row in rows)
    derivatives = {"future": 12, "forward": 554, "option": 90 + 42, "swap": 76}
    assert {kind: kinds[kind] for kind in derivatives} == derivatives
    assert kinds["bond"] == len(re.findall(r"<assetCat>(?:DBT|ABS)", text))
    funds = [row for row in rows if row["asset_class"] == "fund"]
    assert len(funds) == 2
    assert "Vanguard Intermediate-Term Corporate Bond ETF" in {row["name"] for row in funds}
    shorts = len(re.findall(r"<payoffProfile>Short<", text))
    assert shorts == 9
    bonds_short = [row for row in rows if row["asset_class"] == "bond" and row["value"] < 0]
    assert len(bonds_short) == shorts
    assert len({row["currency"] for row in rows} - {None}) >= 20


def real() -> tuple[Parsed, str]:
    file = market_file("nport/nport_GoldmanSachsBondFund_2023-03-31.xml")
    unit = Unit("nport", "filing", subject="GSNIX.xml")
    page = Page("GSNIX.xml", file.read_bytes())
    answer = Answer(unit, (page,), datetime(2023, 6, 1, tzinfo=UTC), SourceKind.FILE, {"file": "GSNIX.xml"})
    return SOURCE.parse(answer), file.read_text()


@needs_market
def test_the_secs_own_samples_are_read_or_refused() -> None:
    for file in sorted(market_file("nport/sec_samples").iterdir()):
        unit = Unit("nport", "filing", subject=file.name)
        answer = Answer(unit, (Page(file.name, file.read_bytes()),), datetime(2023, 6, 1, tzinfo=UTC), SourceKind.FILE)
        try:
            parsed = SOURCE.parse(answer)
        except Malformed as refusal:
            words = str(refusal)
        else:
            words = f"{parsed.tables['holdings'].num_rows} rows"
        assert words
