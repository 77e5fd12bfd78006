"""Exposure on real files, against an independent reading of the same files."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from support.market_data import market_file, needs_market
from topheavy.answers.exposure.ask import Asked, exposure
from topheavy.answers.exposure.history import through_time
from topheavy.answers.published import Published
from topheavy.core.settings import read_settings
from topheavy.home import open_home
from topheavy.jobs.publish.publish import publish
from topheavy.jobs.refine.refine import refine
from topheavy.jobs.road import ask_for, gather
from topheavy.portfolios.read import read_portfolio

FILES = {
    "ishares": ["holdings/ishares_IVV_2024-12-06.csv", "holdings/IShares_IVV_holdings_20221230_resp.csv"],
    "invesco": ["holdings/Invesco_QQQ_holdings_20230113.csv"],
    "spdr": ["holdings/spdr_SPY_2024-03-19.xlsx"],
}
ON = date(2024, 12, 13)


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    folder = tmp_path_factory.mktemp("funds")
    with open_home(read_settings(folder, {})) as home:
        for source, names in FILES.items():
            for name in names:
                ask = ask_for(ON, ON, frozenset(), str(market_file(name)))
                assert gather(home, source, ask).failures == []
        filing = folder / "GSNIX.xml"
        filing.write_bytes(market_file("nport/nport_GoldmanSachsBondFund_2023-03-31.xml").read_bytes())
        assert gather(home, "nport", ask_for(ON, ON, frozenset(), str(filing))).failures == []
        own = folder / "own"
        own.mkdir()
        assert gather(home, "files", ask_for(ON, ON, frozenset(), str(as_own_files(own, "VUG", "VXF")))).failures == []
        refine(home)
        publish(home)
        yield Published(folder)


def as_own_files(folder: Path, *funds: str) -> Path:
    """Vanguard's filings, parsed by others to name, id and weight, as CSV files of the user's own with a manifest."""
    manifest = ""
    for fund in funds:
        filing = json.loads(market_file(f"nport/vanguard_parsed/latest/{fund}.json").read_text())
        with (folder / f"{fund}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["name", "isin", "weight", "line", "asset_class"])
            for place, item in enumerate(filing["components"], 1):
                isin = item["id"] if item["id_type"] == "isin" else ""
                writer.writerow([item["name"], isin, item["weight"] / 100, place, "equity"])
        manifest += (
            f'[[file]]\nname = "{fund}"\npath = "{folder / fund}.csv"\ndataset = "holdings"\n'
            f'constants = {{ fund = "{fund}", as_of = "2024-06-30" }}\n\n'
        )
    (folder / "own.toml").write_text(manifest)
    return folder / "own.toml"


def number(text: str) -> float:
    return float(text.replace(",", "").replace("$", ""))


def ivv() -> tuple[dict[str, float], float]:
    """IVV by value: equities by symbol, and cash, as parts of all lines' market value."""
    lines = market_file(FILES["ishares"][0]).read_text("utf-8-sig").splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("Ticker,"))
    rows = [row for row in csv.DictReader(lines[start:]) if row["Market Value"]]
    total = sum(number(row["Market Value"]) for row in rows)
    equities = {row["Ticker"]: number(row["Market Value"]) / total for row in rows if row["Asset Class"] == "Equity"}
    return equities, sum(number(row["Market Value"]) for row in rows if row["Asset Class"] != "Equity") / total


def qqq() -> dict[str, float]:
    rows = list(csv.DictReader(market_file(FILES["invesco"][0]).read_text("utf-8-sig").splitlines()))
    total = sum(number(row["MarketValue"]) for row in rows)
    return {row["Holding Ticker"].strip(): number(row["MarketValue"]) / total for row in rows}


CLASSES = {"GOOG": "GOOGL", "FOX": "FOXA", "NWS": "NWSA", "BRKB": "BRK.B", "BFB": "BF.B"}
"""Share classes of one issuer in these two files, under one symbol; and symbols printed without their dot."""


@needs_market
def test_three_positions_equal_an_independent_computation(view: Published) -> None:
    expected: dict[str, float] = defaultdict(float, {"AAPL": 0.2})
    equities, cash = ivv()
    for part, held in ((0.6, equities), (0.2, qqq())):
        for symbol, weight in held.items():
            expected[CLASSES.get(symbol, symbol)] += part * weight
    answer = exposure(view, read_portfolio(b"60% IVV, 20% QQQ, 20% AAPL"), Asked(on=ON, most=2000))
    shares = {CLASSES.get(item.security, item.security): item.share for item in answer.companies}
    assert len(shares) == len(answer.companies) == answer.figures.companies
    expected["FI"] += expected.pop("FISV", 0.0)  # Fiserv was FISV in January 2023 and is FI after
    assert set(shares) == set(expected)
    worst = max(abs(shares[symbol] - expected[symbol]) for symbol in expected)
    assert worst < 1e-9
    assert [(part.what, part.share) for part in answer.other] == [("cash", pytest.approx(0.6 * cash, abs=1e-9))]
    assert abs(answer.not_looked_through) < 1e-9
    assert {fund.fund: fund.as_of for fund in answer.funds} == {"IVV": date(2024, 12, 6), "QQQ": date(2023, 1, 13)}
    seven = ("AAPL", "MSFT", "NVDA", "AMZN", "GOOGL", "META", "TSLA")
    group = next(item for item in answer.groups if item.group == "magnificent7")
    assert group.share == pytest.approx(sum(expected[symbol] for symbol in seven), abs=1e-9)


@needs_market
def test_ivv_alone_has_the_reference_figures(view: Published) -> None:
    """The reference: by issuer 500 companies, HHI 208.35, effective N 48.00, ten largest 37.52 %."""
    figures = exposure(view, read_portfolio(b"100% IVV"), Asked(on=ON)).figures
    assert figures.companies == 500
    assert figures.hhi == pytest.approx(208.35, abs=0.01)
    assert figures.effective_n == pytest.approx(48.00, abs=0.01)
    assert figures.top10 == pytest.approx(0.3752, abs=5e-5)


@needs_market
def test_a_filing_with_derivatives_is_shown_for_what_it_is(view: Published) -> None:
    answer = exposure(view, read_portfolio(b"100% GSNIX"), Asked(on=ON))
    kinds = {part.what: part.lines for part in answer.other}
    assert kinds["forward"] == 554
    assert kinds["swap"] == 76
    assert answer.companies_share == 0
    assert answer.short < -0.05
    total = answer.companies_share + sum(part.share for part in answer.other) + sum(r.share for r in answer.residuals)
    assert total == pytest.approx(1, abs=1e-9)
    inside = [item for item in answer.residuals if "a fund inside a fund" in item.reason]
    assert "Vanguard Intermediate-Term Corporate Bond ETF" in {item.what for item in inside}
    assert any(item.share < 0 and "owes the difference" in item.reason for item in answer.residuals)


@needs_market
def test_others_parsed_filings_are_read_as_ones_own_files(view: Published) -> None:
    answer = exposure(view, read_portfolio(b"100% VUG"), Asked(on=ON, most=500))
    filing = json.loads(market_file("nport/vanguard_parsed/latest/VUG.json").read_text())
    by_isin = {item["id"]: item["weight"] / 100 for item in filing["components"]}
    shares = {item.name: item.share for item in answer.companies}
    assert shares["Alphabet"] == pytest.approx(by_isin["US02079K3059"] + by_isin["US02079K1079"], abs=1e-12)
    assert answer.funds[0].stated == pytest.approx(sum(by_isin.values()), abs=1e-9)
    beyond = exposure(view, read_portfolio(b"100% VXF"), Asked(on=ON))
    assert beyond.funds[0].stated == pytest.approx(1.0229, abs=1e-4)
    assert any("Market Liquidity Fund" in item.what for item in beyond.residuals)


@needs_market
def test_through_time_what_moves_is_what_the_fund_holds(view: Published) -> None:
    portfolio = read_portfolio(b"80% IVV, 20% AAPL")
    moments = through_time(view, portfolio, Asked(), ON)
    assert [moment.on for moment in moments] == [date(2022, 12, 30), date(2024, 12, 6)]
    now = exposure(view, portfolio, Asked(on=ON))
    assert moments[-1].figures == now.figures
    assert moments[0].figures.effective_n != now.figures.effective_n
