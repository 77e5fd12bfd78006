"""The vendors' answers: their shapes, their pages, and every planted fault really in the bytes."""

import asyncio
import csv
import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import httpx2
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from topheavy.core.http.client import SIMULATED_HEADER
from topheavy.core.settings import read_settings
from topheavy.simulator.api.app import make_app
from topheavy.simulator.api.polygon import Polygon
from topheavy.simulator.market import Market, make_market
from topheavy.simulator.records import Fault, FaultKind

pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning:DeprecationWarning")
"""exchange_calendars on pandas 3.1 warns when it opens; nothing of ours."""

HOST = "http://simulated"
GROUPED = "/v2/aggs/grouped/locale/us/market/stocks/"
TICKERS = "/v3/reference/tickers"
Ask = Callable[[str], httpx2.Response]


@pytest.fixture(scope="module")
def market() -> Market:
    return make_market(11, date(2022, 1, 3), date(2023, 6, 30), companies=80)


@pytest.fixture(scope="module")
def ask(market: Market) -> Ask:
    return asker(make_app(market))


def asker(app: ASGIApp) -> Ask:
    async def get(url: str) -> httpx2.Response:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=HOST) as client:
            return await client.get(url)

    return lambda url: asyncio.run(get(url))


def all_pages(ask: Ask, url: str) -> list[list[dict[str, Any]]]:
    pages = []
    while url:
        body = ask(url).json()
        pages.append(body["results"])
        url = body.get("next_url", "")
    return pages


def planted(market: Market, kind: FaultKind) -> list[Fault]:
    return [fault for fault in market.faults if fault.kind is kind]


def bars_on(ask: Ask, day: date) -> dict[str, dict[str, Any]]:
    return {bar["T"]: bar for bar in ask(f"{GROUPED}{day}?adjusted=false").json()["results"]}


def cover_pages(ask: Ask, market: Market, line: int) -> list[dict[str, Any]]:
    cik = market.companies[market.lines[line].company].cik_text
    facts = ask(f"/api/xbrl/companyfacts/CIK{cik}.json").json()["facts"]
    pages: list[dict[str, Any]] = facts["dei"]["EntityCommonStockSharesOutstanding"]["units"]["shares"]
    return pages


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{GROUPED}2022-01-03?adjusted=false", 200),
        ("/v3/reference/splits", 200),
        ("/groups.csv", 200),
        ("/files/company_tickers.json", 200),
        (f"{TICKERS}/NOPE", 404),
        ("/nowhere", 404),
        (f"{GROUPED}yesterday", 400),
    ],
)
def test_every_answer_says_it_is_simulated(ask: Ask, path: str, status: int) -> None:
    answer = ask(path)
    assert answer.status_code == status
    assert answer.headers[SIMULATED_HEADER] == "seed 11"


def test_any_key_is_accepted_and_changes_nothing(ask: Ask) -> None:
    assert ask("/v3/reference/splits?apiKey=x").content == ask("/v3/reference/splits").content


def test_the_same_seed_serves_the_same_bytes(market: Market, ask: Ask) -> None:
    again = asker(make_app(make_market(11, date(2022, 1, 3), date(2023, 6, 30), companies=80)))
    cik = market.companies[30].cik_text
    for path in (f"{GROUPED}2022-05-04", TICKERS, "/constituents.csv", f"/api/xbrl/companyfacts/CIK{cik}.json"):
        assert ask(path).content == again(path).content


def test_a_session_has_a_bar_of_every_listed_line(market: Market, ask: Ask) -> None:
    day = date(2022, 8, 1)
    body = ask(f"{GROUPED}{day}?adjusted=false").json()
    listed = {line.symbol_on(day): line.number for line in market.lines if line.trades_on(day)}
    assert body["queryCount"] == body["resultsCount"] == body["count"] == len(listed)
    assert (body["adjusted"], body["status"]) == (False, "OK")
    row = market.sessions.index(day)
    for bar in body["results"]:
        line = listed.pop(bar["T"])
        close, volume = market.bars.close[row, line], market.bars.volume[row, line]
        assert (bar["c"], bar["v"]) == (close, volume)
        assert bar["t"] == 1_659_384_000_000  # 2022-08-01 16:00 in New York
    assert not listed


def test_a_half_day_closes_at_13_in_new_york(ask: Ask) -> None:
    assert ask(f"{GROUPED}2022-11-25").json()["results"][0]["t"] == 1_669_399_200_000  # 18:00 UTC


@pytest.mark.parametrize("day", ["2022-07-04", "2022-07-02", "2021-12-31", "2023-07-03"])
def test_a_day_without_a_session_has_no_results(ask: Ask, day: str) -> None:
    body = ask(f"{GROUPED}{day}?adjusted=false").json()
    assert body.pop("request_id")
    assert body == {"queryCount": 0, "resultsCount": 0, "adjusted": False, "status": "OK", "count": 0}


def test_adjusted_prices_are_divided_by_every_later_split(market: Market, ask: Ask) -> None:
    day = market.sessions[0]
    plain, adjusted = bars_on(ask, day), {b["T"]: b for b in ask(f"{GROUPED}{day}").json()["results"]}
    symbol = market.lines[market.companies[2].lines[0]].symbol_on(day)  # 4:1, then 10:1
    assert adjusted[symbol]["c"] == pytest.approx(plain[symbol]["c"] / 40, abs=0.0001)
    assert adjusted[symbol]["v"] == plain[symbol]["v"] * 40


def test_grouped_bars_are_built_once(market: Market) -> None:
    polygon = Polygon(market)
    day = market.sessions[5]
    assert polygon.grouped(day, False) is polygon.grouped(day, False)


def test_bars_carry_the_symbol_of_their_day(market: Market, ask: Ask) -> None:
    for line in market.lines:
        if len(line.namings) == 2:
            old, new = line.namings
            before, after = market.sessions[market.row_of[new.since] - 1], new.since
            assert old.symbol in bars_on(ask, before)
            assert new.symbol not in bars_on(ask, before)
            assert old.symbol not in bars_on(ask, after)
            assert new.symbol in bars_on(ask, after)


@pytest.mark.parametrize(
    ("path", "limit"), [("/v3/reference/dividends", 7), ("/v3/reference/splits", 4), (TICKERS, 40)]
)
def test_pages_are_complete_and_never_overlap(market: Market, ask: Ask, path: str, limit: int) -> None:
    pages = all_pages(ask, f"{path}?limit={limit}&apiKey=secret")
    assert {len(page) for page in pages[:-1]} == {limit}
    rows = [row for page in pages for row in page]
    whole = {
        "/v3/reference/dividends": len(market.dividends),
        "/v3/reference/splits": len(market.splits),
        TICKERS: sum(line.trades_on(market.until) for line in market.lines),
    }
    assert len(rows) == len({json.dumps(row) for row in rows}) == whole[path]


def test_the_next_address_keeps_the_question_and_drops_the_key(ask: Ask) -> None:
    body = ask("/v3/reference/splits?limit=2&order=asc&apiKey=secret").json()
    assert body["next_url"].startswith(f"{HOST}/v3/reference/splits?cursor=")
    assert "secret" not in body["next_url"]
    days = [r["execution_date"] for page in all_pages(ask, "/v3/reference/splits?limit=2&order=asc") for r in page]
    assert days == sorted(days)


def test_lists_are_newest_first_unless_asked(ask: Ask) -> None:
    days = [row["ex_dividend_date"] for row in ask("/v3/reference/dividends?limit=1000").json()["results"]]
    assert days == sorted(days, reverse=True)


def test_lists_can_be_narrowed(market: Market, ask: Ask) -> None:
    since, until = "2022-03-01", "2022-06-01"
    found = ask(f"/v3/reference/dividends?limit=1000&ex_dividend_date.gte={since}&ex_dividend_date.lt={until}").json()
    assert len(found["results"]) == sum(since <= one.ex.isoformat() < until for one in market.dividends) > 0
    grower = ask("/v3/reference/splits?ticker=VIQL").json()["results"]
    assert [(row["split_from"], row["split_to"]) for row in grower] == [(1, 10), (1, 4)]


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "cursor=%21", "cursor=AAAA", "sort=price"])
def test_a_list_that_cannot_be_read_is_refused(ask: Ask, query: str) -> None:
    answer = ask(f"/v3/reference/splits?{query}")
    assert (answer.status_code, answer.json()["status"]) == (400, "ERROR")
    assert answer.json()["error"]


def test_splits_and_dividends_carry_the_facts_of_the_market(market: Market, ask: Ask) -> None:
    splits = ask("/v3/reference/splits?limit=1000&order=asc&sort=execution_date").json()["results"]
    assert [r["execution_date"] for r in splits] == sorted(one.effective.isoformat() for one in market.splits)
    assert {(r["split_from"], r["split_to"]) for r in splits} >= {(1, 10), (1, 4), (2, 3), (8, 1), (1000, 1253)}
    one = market.dividends[0]
    symbol = market.lines[one.line].symbol_on(one.ex)
    rows = ask(f"/v3/reference/dividends?ticker={symbol}&ex_dividend_date={one.ex}").json()["results"]
    assert [row["cash_amount"] for row in rows] == [one.amount]


def test_an_acquired_company_is_listed_as_inactive(market: Market, ask: Ask) -> None:
    gone = next(line for line in market.lines if line.delisted)
    symbol = gone.symbol_on(market.until)
    (row,) = ask(f"{TICKERS}?active=false").json()["results"]
    assert (row["ticker"], row["active"], row["delisted_utc"]) == (symbol, False, f"{gone.delisted}T00:00:00Z")
    assert symbol not in {row["ticker"] for page in all_pages(ask, TICKERS) for row in page}
    before = f"{TICKERS}?date={(gone.delisted or date.min) - timedelta(days=1)}&ticker={symbol}"
    assert [row["active"] for row in ask(before).json()["results"]] == [True]


def test_details_know_a_company_by_its_symbol_of_the_day(market: Market, ask: Ask) -> None:
    renamed = next(line for line in market.lines if len(line.namings) == 2)
    old, new = renamed.namings
    before = new.since - timedelta(days=1)
    assert ask(f"{TICKERS}/{old.symbol}?date={before}").status_code == 200
    assert ask(f"{TICKERS}/{new.symbol}?date={before}").status_code == 404
    assert ask(f"{TICKERS}/{old.symbol}").status_code == 404
    assert ask(f"{TICKERS}/{new.symbol}").json()["results"]["cik"] == market.companies[renamed.company].cik_text
    assert ask(f"{TICKERS}/{new.symbol}?date={market.until + timedelta(days=1)}").status_code == 404


def test_a_refusal_has_the_vendors_shape(ask: Ask) -> None:
    answer = ask(f"{TICKERS}/NOPE")
    body = answer.json()
    assert answer.status_code == 404
    assert (set(body), body["status"]) == ({"status", "request_id", "message"}, "NOT_FOUND")
    assert ask("/api/xbrl/companyfacts/CIK0000320193.json").status_code == 404
    assert ask("/vX/reference/tickers/NOPE/events").status_code == 404


def test_one_class_counts_all_classes_in_its_own_equivalents(market: Market, ask: Ask) -> None:
    heavy = next(company for company in market.companies if market.lines[company.lines[-1]].unit == 1500)
    light, weighty = (market.lines[number].symbol_on(market.until) for number in heavy.lines)
    assert (light[-2:], weighty[-2:]) == (".B", ".A")
    b, a = (ask(f"{TICKERS}/{symbol}").json()["results"] for symbol in (light, weighty))
    b_count, a_count = b["share_class_shares_outstanding"], a["share_class_shares_outstanding"]
    assert b["weighted_shares_outstanding"] == pytest.approx(b_count + 1500 * a_count, abs=1)
    assert a["weighted_shares_outstanding"] == pytest.approx(b_count / 1500 + a_count, abs=1)
    assert a["market_cap"] == pytest.approx(b["market_cap"], rel=0.001)  # the whole company's, on each line
    assert b["market_cap"] == pytest.approx(market.issuer_caps[-1, heavy.number], rel=0.001)


def test_details_of_a_single_class_are_its_true_cap(market: Market, ask: Ask) -> None:
    day = date(2022, 10, 14)
    details = ask(f"{TICKERS}/ORQD?date={day}").json()["results"]
    assert details["weighted_shares_outstanding"] == details["share_class_shares_outstanding"]
    assert details["market_cap"] == pytest.approx(market.issuer_caps[market.row_of[day], 0], rel=1e-9)
    assert details["sic_description"] == "ELECTRONIC COMPUTERS"
    assert "simulated" in details["description"]


def test_details_before_the_first_session_have_a_count_but_no_cap(ask: Ask) -> None:
    details = ask(f"{TICKERS}/ORQD?date=2021-12-15").json()["results"]
    assert details["share_class_shares_outstanding"] > 0
    assert "market_cap" not in details


def test_events_tell_every_symbol_newest_first(market: Market, ask: Ask) -> None:
    renamed = market.lines[market.companies[5].lines[0]]
    old, new = renamed.namings
    results = ask("/vX/reference/tickers/VAQN/events?types=ticker_change").json()["results"]
    assert [(e["ticker_change"]["ticker"], e["date"], e["type"]) for e in results["events"]] == [
        ("VAQN", new.since.isoformat(), "ticker_change"),
        (old.symbol, old.since.isoformat(), "ticker_change"),
    ]
    assert ask(f"/vX/reference/tickers/{results['composite_figi']}/events").json()["results"] == results
    assert ask(f"/vX/reference/tickers/{old.symbol}/events").status_code == 404


def test_the_sec_knows_every_symbol_of_today(market: Market, ask: Ask) -> None:
    rows = ask("/files/company_tickers.json").json()
    assert list(rows) == [str(number) for number in range(len(rows))]
    assert rows["0"] == {"cik_str": 9_900_000_001, "ticker": "ORQD", "title": "Orchadia Devices Inc."}
    today = {line.symbol_on(market.until) for line in market.lines if line.trades_on(market.until)}
    assert {row["ticker"] for row in rows.values()} == today


def test_company_facts_have_the_secs_shape(market: Market, ask: Ask) -> None:
    line = market.companies[0].lines[0]
    facts = ask("/api/xbrl/companyfacts/CIK9900000001.json").json()
    assert set(facts) == {"cik", "entityName", "facts"}
    pages = cover_pages(ask, market, line)
    assert all(set(page) == {"end", "val", "accn", "fy", "fp", "form", "filed"} for page in pages)
    assert {(page["fp"], page["form"]) for page in pages} == {
        ("Q1", "10-Q"), ("Q2", "10-Q"), ("Q3", "10-Q"), ("FY", "10-K"),
    }  # fmt: skip
    assert all(page["end"] < page["filed"] <= "2023-06-30" for page in pages)
    assert pages[0]["end"] < "2021-02-01"  # a year of history before the first session
    counts = {page.effective.isoformat(): page.count for page in market.filings if page.line == line}
    assert {page["end"]: page["val"] for page in pages} == counts


def test_a_balance_sheet_tells_the_count_at_the_quarters_end(market: Market, ask: Ask) -> None:
    company = market.companies[market.cast.balance[0]]
    facts = ask(f"/api/xbrl/companyfacts/CIK{company.cik_text}.json").json()["facts"]
    sheet = facts["us-gaap"]["CommonStockSharesOutstanding"]["units"]["shares"]
    end = date(2022, 9, 30)
    values = {row["val"] for row in sheet if row["end"] == end.isoformat()}
    assert values == {round(market.shares[market.row_of[end], company.lines[0]])}
    year_end = [row["filed"] for row in sheet if row["end"] == "2021-12-31"]
    assert len(year_end) == 5  # the annual report, the next three quarterly ones, the next annual one


def test_two_classes_have_no_count_among_company_facts(market: Market, ask: Ask) -> None:
    for company in market.companies:
        facts = ask(f"/api/xbrl/companyfacts/CIK{company.cik_text}.json").json()["facts"]
        assert ("EntityCommonStockSharesOutstanding" in facts["dei"]) is (len(company.lines) == 1)
        assert "EntityPublicFloat" in facts["dei"]


def test_lists_are_csv_with_the_headers_of_their_kind(market: Market, ask: Ask) -> None:
    members = list(csv.DictReader(ask("/constituents.csv").text.splitlines()))
    assert list(members[0]) == ["ticker", "start_date", "end_date"]
    for row, day in enumerate(market.sessions[::40]):
        text = day.isoformat()
        inside = {
            m["ticker"] for m in members if m["start_date"] <= text and (not m["end_date"] or text < m["end_date"])
        }
        flags = market.member[row * 40]
        assert inside == {line.symbol_on(day) for line in market.lines if flags[line.number]}
    group = list(csv.DictReader(ask("/groups.csv").text.splitlines()))
    assert [(row["group"], row["ticker"]) for row in group][4] == ("magnificent7", "LEQS")
    assert len(group) == 7


def test_wrong_counts_are_served(market: Market, ask: Ask) -> None:
    for fault in planted(market, FaultKind.WRONG_COUNT):
        values = {page["end"]: page["val"] for page in cover_pages(ask, market, fault.line)}
        before = max(end for end in values if end < fault.since.isoformat())
        assert values[fault.since.isoformat()] == fault.served
        assert values[before] == pytest.approx(fault.true, rel=0.03)
        assert values[fault.until.isoformat()] == pytest.approx(fault.true, rel=0.03)


def test_the_late_filing_is_served(market: Market, ask: Ask) -> None:
    (fault,) = planted(market, FaultKind.LATE_FILING)
    filed = {page["end"]: page["filed"] for page in cover_pages(ask, market, fault.line)}
    assert date.fromisoformat(filed[fault.since.isoformat()]) - fault.since >= timedelta(days=60)


def test_the_split_mismatch_is_served(market: Market, ask: Ask) -> None:
    for fault in planted(market, FaultKind.SPLIT_MISMATCH):
        day_before = market.sessions[market.row_of[fault.since] - 1]
        days = (day_before, fault.since, fault.until - timedelta(days=1), fault.until)
        asked = [ask(f"{TICKERS}/{fault.symbol}?date={day}").json()["results"] for day in days]
        counts = [round(details["share_class_shares_outstanding"] / fault.true, 1) for details in asked]
        assert counts == [1, 10, 10, 10]
        caps = [details["market_cap"] / asked[0]["market_cap"] for details in asked]
        assert caps == pytest.approx([1, 10, 10, 1], rel=0.25)  # the price splits with the last


def test_the_crossed_bar_is_served(market: Market, ask: Ask) -> None:
    (fault,) = planted(market, FaultKind.LOW_ABOVE_OPEN)
    bar = bars_on(ask, fault.since)[fault.symbol]
    assert bar["l"] == fault.served > bar["o"] == fault.true
    crossed = [b for day in market.sessions for b in bars_on(ask, day).values() if b["l"] > b["o"]]
    assert crossed == [bar]


def test_the_missing_bars_are_not_served(market: Market, ask: Ask) -> None:
    missing = planted(market, FaultKind.MISSING_BAR)
    symbol = missing[0].symbol
    absent = [day for day in market.sessions if symbol not in bars_on(ask, day)]
    assert absent == [fault.since for fault in missing]


def test_faults_on_the_way_have_one_place(market: Market) -> None:
    async def busy(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 429, "headers": [(b"retry-after", b"1")]})
        await send({"type": "http.response.body", "body": b""})

    answer = asker(make_app(market, faults=lambda _: busy))("/groups.csv")
    assert (answer.status_code, answer.headers[SIMULATED_HEADER]) == (429, "seed 11")


SAMPLES = {
    "v2/aggs/grouped/locale/us/market/stocks/2005-04-04&adjusted=true.json": f"{GROUPED}2022-01-03",
    "v3/reference/splits.json": "/v3/reference/splits",
    "v3/reference/dividends.json": "/v3/reference/dividends?limit=3",
    "v3/reference/tickers.json": f"{TICKERS}?limit=2",
    "v3/reference/tickers/AAPL&date=2020-10-01.json": f"{TICKERS}/ORQD?date=2022-08-01",
    "vX/reference/tickers/META/events&types=ticker_change.json": "/vX/reference/tickers/VAQN/events",
}
ADDED = {"id", "currency", "round_lot", "count", "next_url"}
"""What the vendor sends today and the shortened samples leave out."""
LEFT_OUT = {
    "share_class_figi", "last_updated_utc", "phone_number", "address", "homepage_url", "total_employees",
    "branding", "next_url",
}  # fmt: skip


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])]
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def without(value: Any, names: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: without(inner, names) for key, inner in value.items() if key not in names}
    return [without(inner, names) for inner in value] if isinstance(value, list) else value


@pytest.mark.market
@pytest.mark.parametrize("sample", SAMPLES)
def test_answers_have_the_shape_of_the_vendors_samples(ask: Ask, sample: str) -> None:
    path = read_settings().market_data / "wire" / "polygon" / "mocks" / sample
    if not path.exists():
        pytest.skip(f"{path} is not there")
    real = without(shape(json.loads(path.read_text())), LEFT_OUT)
    ours = shape(ask(SAMPLES[sample]).json())
    assert without(ours, ADDED) == without(real, ADDED)


def test_one_lines_bars_are_those_of_the_whole_market(ask: Ask) -> None:
    whole = {day: ask(f"{GROUPED}{day}?adjusted=false").json()["results"] for day in ("2022-03-01", "2022-03-02")}
    symbol = whole["2022-03-01"][0]["T"]
    body = ask(f"/v2/aggs/ticker/{symbol}/range/1/day/2022-03-01/2022-03-02?adjusted=false").json()
    expected = [bar for bars in whole.values() for bar in bars if bar["T"] == symbol]
    assert [bar | {"T": symbol} for bar in body["results"]] == expected
    assert body["ticker"] == symbol
    assert body["resultsCount"] == 2
