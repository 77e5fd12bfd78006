"""The whole road on a simulated market, held against the truth that only the simulator knows."""

import bisect
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from topheavy.answers.exposure.ask import exposure
from topheavy.answers.published import Published
from topheavy.core.settings import read_settings
from topheavy.home import Home, open_home
from topheavy.jobs.demo import SEED, demo
from topheavy.jobs.publish.publish import publish
from topheavy.jobs.publish.verify import verify
from topheavy.jobs.refine.refine import refine
from topheavy.portfolios.shelf import Shelf
from topheavy.simulator.market import make_market
from topheavy.simulator.records import FaultKind
from topheavy.simulator.truth import Market

SINCE, UNTIL, COMPANIES = date(2021, 1, 4), date(2022, 12, 30), 60


@pytest.fixture(scope="module")
def market() -> Market:
    return make_market(SEED, SINCE, UNTIL, COMPANIES)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home: Path = tmp_path_factory.mktemp("demo") / "home"
    with open_home(read_settings(home, {})) as opened:
        done = demo(opened, since=SINCE, until=UNTIL, companies=COMPANIES)
        assert done.failures == []
        yield opened


def test_every_session_of_the_calendar_has_its_figures(place: Home, market: Market) -> None:
    rows = place.warehouse.rows("SELECT DISTINCT session FROM concentration WHERE status = 'ok' ORDER BY session")
    assert [row["session"] for row in rows] == list(market.sessions)


def test_caps_are_the_true_ones_wherever_a_cover_page_counts(place: Home, market: Market) -> None:
    """Single-class companies are counted by SEC pages: from the first page on, every cap is exact.

    Left aside: the stretch where a planted wrong count was replaced by the count before it (the true one is
    not in the data), and days before a company's first page.
    """
    wrong = {fault.line: fault for fault in market.faults if fault.kind is FaultKind.WRONG_COUNT}
    by_symbol = _caps(place)
    compared = 0
    for company in market.companies:
        if len(company.lines) > 1:
            continue
        line = market.lines[company.lines[0]]
        caps = by_symbol.get(line.namings[-1].symbol, {})
        pages = sorted(page.effective for page in market.filings if page.line == line.number)
        for row, session in enumerate(market.sessions):
            if session not in caps or session < pages[0] or _mended(wrong.get(line.number), pages, session):
                continue
            assert caps[session] == pytest.approx(market.issuer_caps[row, company.number], rel=1e-6), (line, session)
            compared += 1
    assert compared > 0.9 * (COMPANIES - 5) * len(market.sessions)


def test_repairs_are_the_planted_faults_and_nothing_else(place: Home, market: Market) -> None:
    planted = {
        (_latest(market, fault.line), FaultKind.WRONG_COUNT)
        for fault in market.faults
        if fault.kind is FaultKind.WRONG_COUNT
    }
    found = place.warehouse.rows("SELECT rule, security FROM repairs")
    rule = {"share_outlier": FaultKind.WRONG_COUNT}
    assert {(row["security"], rule[row["rule"]]) for row in found if row["rule"] in rule} == planted
    mismatched = {_latest(market, f.line) for f in market.faults if f.kind is FaultKind.SPLIT_MISMATCH}
    assert {row["security"] for row in found if row["rule"] == "split_mismatch"} == mismatched
    lows = {_latest(market, f.line) for f in market.faults if f.kind is FaultKind.LOW_ABOVE_OPEN}
    assert {row["security"] for row in found if row["rule"] == "bar_range"} == lows
    assert {row["rule"] for row in found} <= {"share_outlier", "split_mismatch", "bar_range"}


def test_a_bar_that_is_missing_lowers_coverage_and_is_carried_not_lost(place: Home, market: Market) -> None:
    absent = [fault for fault in market.faults if fault.kind is FaultKind.MISSING_BAR]
    assert absent
    for fault in absent:
        symbol = _latest(market, fault.line)
        row = place.warehouse.rows(
            "SELECT how, reason FROM weights WHERE level = 'issuer' AND security = $symbol AND session = $day",
            {"symbol": symbol, "day": fault.since},
        )[0]
        assert row == {"how": "carried", "reason": "no bar"}


def test_the_groups_share_is_the_true_one(place: Home, market: Market) -> None:
    giants = [company.number for company in market.companies if company.giant]
    stated = place.warehouse.rows(
        "SELECT session, share FROM group_share WHERE \"group\" = 'magnificent7' AND \"index\" = 'SP500'"
    )
    assert len(stated) == len(market.sessions)
    for row in stated:
        at = market.row_of[row["session"]]
        members = {market.lines[line].company for line in range(len(market.lines)) if market.member[at, line]}
        total = sum(market.issuer_caps[at, number] for number in members)
        true = sum(market.issuer_caps[at, number] for number in giants) / total
        assert row["share"] == pytest.approx(true, abs=0.002)


def test_twice_is_once(place: Home) -> None:
    before = {name: place.tables.catalog.load_table(name).metadata_location for name in _names(place)}
    again = demo(place, since=SINCE, until=UNTIL, companies=COMPANIES)
    assert again.failures == []
    done = refine(place)
    assert (done.answers, done.rows) == (0, {})
    unchanged = {name for name in before if not name.endswith(".runs")}
    after = {name: place.tables.catalog.load_table(name).metadata_location for name in unchanged}
    assert after == {name: before[name] for name in unchanged}


def test_publishing_again_with_nothing_new_writes_nothing(place: Home) -> None:
    publish(place)
    stamp = place.warehouse.path.stat().st_mtime_ns
    assert publish(place).rows == {}
    assert place.warehouse.path.stat().st_mtime_ns == stamp


def test_everything_verifies(place: Home) -> None:
    assert [item for item in verify(place) if item.wrong] == []


def _caps(place: Home) -> dict[str, dict[date, float]]:
    found: dict[str, dict[date, float]] = {}
    for row in place.warehouse.rows("SELECT security, session, market_cap FROM market_caps"):
        found.setdefault(row["security"], {})[row["session"]] = row["market_cap"]
    return found


def _latest(market: Market, line: int) -> str:
    return market.lines[line].namings[-1].symbol


def _mended(fault: object, pages: list[date], session: date) -> bool:
    if fault is None:
        return False
    at = bisect.bisect_right(pages, fault.since) - 1  # type: ignore[attr-defined]
    end = pages[at + 1] if at + 1 < len(pages) else date.max
    return pages[at] <= session < end


def _names(place: Home) -> list[str]:
    return [f"market.{name}" for _, name in place.tables.catalog.list_tables("market")]


def test_the_sample_portfolio_is_looked_through_to_the_true_companies(place: Home, market: Market) -> None:
    """Half in the index fund, a fifth in a fund of funds, 15 % in the ten largest, 10 % in one company."""
    answer = exposure(Published(place.lake.folder.path), Shelf(place.lake.folder.path).portfolio("sample"))
    caps, largest = market.issuer_caps[-1], sorted(market.issuer_caps[-1], reverse=True)[:10]
    in_index = {line.company for line in market.lines if market.member[-1, line.number]}
    total = sum(caps[company] for company in in_index)
    giant = next(company for company in market.companies if company.giant)
    index, ten = 0.5 + 0.2 * 0.65, 0.15 + 0.2 * 0.3
    expected = index * caps[giant.number] / total + ten * caps[giant.number] / sum(largest) + 0.1
    first = next(item for item in answer.companies if item.security == "ORQD")
    assert first.share == pytest.approx(expected, rel=1e-9)
    assert answer.world == "simulated"
    assert {fund.source_kind for fund in answer.funds} == {"simulated"}
    assert answer.companies_share + sum(part.share for part in answer.other) == pytest.approx(1, abs=1e-9)
    assert [(part.what, part.share) for part in answer.other] == [("cash", pytest.approx(0.05 + 0.2 * 0.05))]
