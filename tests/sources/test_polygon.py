"""Polygon: what is asked, and what its answers say; expected values are read off the recorded bodies by hand."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from support.market_data import market_file, needs_market
from support.scripted_http import ScriptedHttp
from topheavy.core.calendar import sessions
from topheavy.core.errors import Malformed, UsageError
from topheavy.core.http.client import Limits
from topheavy.core.settings import Settings, read_settings
from topheavy.core.units import Answer, Page, SourceKind, Unit
from topheavy.sources.polygon import SOURCE
from topheavy.sources.vendor import Ask, Parsed

# said by pandas to the calendar's library, not to us
pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning:DeprecationWarning")

MOCKS = "wire/polygon/mocks"
GROUPED = f"{MOCKS}/v2/aggs/grouped/locale/us/market/stocks/2005-04-04&adjusted=true.json"
RECEIVED = datetime(2024, 12, 18, 3, tzinfo=UTC)  # the evening of the 17th in New York
SESSION = date(2024, 12, 6)


def settings(**environment: str) -> Settings:
    return read_settings(Path("home"), environment)


def answer(route: str, *bodies: object, session: date | None = None, subject: str = "") -> Answer:
    pages = tuple(Page("https://example.org/", b if isinstance(b, bytes) else json.dumps(b).encode()) for b in bodies)
    return Answer(Unit("polygon", route, session, subject), pages, RECEIVED, SourceKind.VENDOR)


def wired(route: str, name: str, session: date | None = None, subject: str = "") -> Parsed:
    body = market_file(f"{MOCKS}/{name}").read_bytes()
    return SOURCE.parse(answer(route, body, session=session, subject=subject))


def rows(parsed: Parsed, name: str) -> list[dict[str, Any]]:
    return parsed.tables[name].to_pylist()


def bar(symbol: object = "XMPL", **changed: object) -> dict[str, object]:
    plain: dict[str, object] = {"T": symbol, "o": 10.0, "h": 11, "l": 9.5, "c": 10.5, "v": 100, "vw": 10.2}
    return {name: value for name, value in (plain | changed).items() if value != "absent"}


def grouped(*found: object, **changed: object) -> dict[str, object]:
    return {"status": "OK", "adjusted": False, "resultsCount": len(found), "results": list(found)} | changed


def bars(*found: object, **changed: object) -> Parsed:
    return SOURCE.parse(answer("bars", grouped(*found, **changed), session=SESSION))


# recorded bodies


@pytest.mark.market
@needs_market
def test_a_recorded_session() -> None:
    body = market_file(GROUPED).read_bytes()  # recorded under 2005-04-04, but of a day that its time stamp says
    with pytest.raises(Malformed, match="the time stamp says 2020-10-14"):
        SOURCE.parse(answer("bars", body, session=date(2005, 4, 4)))
    parsed = SOURCE.parse(answer("bars", body, session=date(2020, 10, 14)))
    (row,) = rows(parsed, "bars")
    assert (row["session"], row["symbol"]) == (date(2020, 10, 14), "GIK")
    assert [row[name] for name in ("open", "high", "low", "close")] == [9.99, 10.02, 9.9, 10.02]
    assert (row["volume"], row["vwap"]) == (895345.0, 9.9979)
    assert row["basis"] == date(2024, 12, 17)  # the body says "adjusted": true
    assert [note for note in parsed.notes if "split-adjusted" in note], parsed.notes


@pytest.mark.market
@needs_market
def test_recorded_splits() -> None:
    parsed = wired("splits", "v3/reference/splits.json", subject="2022-05-01..2022-07-31")
    ratios = {(row["symbol"], row["effective"].isoformat()): row["ratio"] for row in rows(parsed, "splits")}
    assert len(ratios) == 10
    assert ratios[("GOOGL", "2022-07-18")] == 20.0
    assert ratios[("AMZN", "2022-06-06")] == 20.0
    assert ratios[("DXCM", "2022-06-10")] == 4.0
    assert ratios[("BRW", "2022-05-20")] == 0.5
    assert ratios[("CIG.C", "2022-05-02")] == pytest.approx(4 / 3)
    assert {row["kind"] for row in rows(parsed, "splits")} == {"split"}
    assert "polygon splits, 1:2" in {row["evidence"] for row in rows(parsed, "splits")}
    assert parsed.left_out == ()


@pytest.mark.market
@needs_market
def test_recorded_dividends() -> None:
    parsed = wired("dividends", "v3/reference/dividends.json", subject="2023-01-01..2025-12-31")
    printed = json.loads(market_file(f"{MOCKS}/v3/reference/dividends.json").read_bytes())["results"]
    first = rows(parsed, "dividends")[0]
    assert len(rows(parsed, "dividends")) + len(parsed.left_out) == len(printed)
    assert (first["symbol"], first["amount"], first["kind"]) == ("CSSEN", 0.59375, "regular")
    assert first["effective"] == first["basis"] == date(2025, 6, 12)


@pytest.mark.market
@needs_market
def test_recorded_tickers_name_the_issuer_by_its_cik() -> None:
    parsed = wired("tickers", "v3/reference/tickers.json", subject="active")
    assert [(r["security"], r["issuer"], r["name"], r["currency"]) for r in rows(parsed, "securities")] == [
        ("A", "0001090872", "Agilent Technologies Inc.", "USD"),
        ("AA", "0001675149", "Alcoa Corporation", "USD"),
    ]
    assert "the last page names a further one: the listing is not whole" in parsed.notes


@pytest.mark.market
@needs_market
def test_recorded_symbols_of_meta() -> None:
    parsed = wired("events", "vX/reference/tickers/META/events&types=ticker_change.json", subject="META")
    assert [(r["security"], r["symbol"], r["since"], r["until"]) for r in rows(parsed, "symbols")] == [
        ("META", "FB", date(2012, 5, 18), date(2022, 6, 10)),
        ("META", "META", date(2022, 6, 11), None),
    ]


@pytest.mark.market
@needs_market
def test_recorded_details_of_apple() -> None:
    day = date(2020, 10, 1)
    parsed = wired("details", "v3/reference/tickers/AAPL&date=2020-10-01.json", day, "AAPL")
    counts = {row["covers"]: row for row in rows(parsed, "shares")}
    assert counts["issuer"]["count"] == 16185181000.0
    assert counts["class"]["count"] == 16319440000.0
    assert {counts["class"][name] for name in ("effective", "known", "basis")} == {day}
    (apple,) = rows(parsed, "securities")
    assert (apple["security"], apple["issuer"]) == ("AAPL", "0000320193")
    assert apple["sector"] == "ELECTRONIC COMPUTERS"
    assert apple["description"].startswith("Apple designs")


# bars


def test_bars_are_as_traded_on_the_session_asked_for() -> None:
    parsed = bars(bar(), bar("BRK.B"), bar("ABC.WS"))
    assert [row["symbol"] for row in rows(parsed, "bars")] == ["XMPL", "BRK.B", "ABC.WS"]
    assert {(row["session"], row["basis"]) for row in rows(parsed, "bars")} == {(SESSION, SESSION)}
    assert (parsed.left_out, parsed.naming, parsed.notes) == ((), None, ())


def test_a_preferred_share_is_not_the_company_of_that_name() -> None:
    parsed = bars(bar("TpC", c=20.0), bar("TPC", c=35.0), bar("TPCw"), bar("TPCr"))
    assert [row["symbol"] for row in rows(parsed, "bars")] == ["T.PRC", "TPC", "TPC.WI", "TPC.RT"]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (bar(c="absent"), "missing"),
        (bar(c=None), "not a number"),
        (bar(c="10.5"), "not a number"),
        (bar(o=True), "not a number"),
        (bar(l=0), "above zero"),
        (bar(h=-1), "above zero"),
        (bar(o=[1]), "not a number"),
        (bar(symbol=""), "no symbol"),
        (bar(symbol=7), "no symbol"),
        (bar("absent"), "missing"),
        (bar(v="many"), "volume"),
        (bar(v=-5), "volume"),
        (bar(vw="x"), "vwap"),
        ("XMPL", "missing"),
        (None, "missing"),
        ([], "missing"),
    ],
)
def test_a_broken_row_is_left_out_with_its_reason_and_the_others_stay(broken: object, reason: str) -> None:
    parsed = bars(bar("AAA"), broken, bar("ZZZ"))
    assert [row["symbol"] for row in rows(parsed, "bars")] == ["AAA", "ZZZ"]
    (line,) = parsed.left_out
    assert line.where.startswith("row 2")
    assert reason in line.reason


def test_volume_and_vwap_may_be_absent() -> None:
    (row,) = rows(bars(bar(v="absent", vw="absent")), "bars")
    assert (row["volume"], row["vwap"]) == (None, None)


def test_a_symbol_printed_twice_is_kept_once() -> None:
    parsed = bars(bar(c=10.5), bar(c=10.5, n=3), bar("ZZZ"))
    assert [(row["symbol"], row["close"]) for row in rows(parsed, "bars")] == [("XMPL", 10.5), ("ZZZ", 10.5)]
    assert [line.reason for line in parsed.left_out] == ["XMPL is printed twice"]


@pytest.mark.parametrize("other", [{"c": 10.6}, {"v": 101}, {"vw": "absent"}])
def test_of_two_rows_that_differ_neither_is_kept(other: dict[str, object]) -> None:
    parsed = bars(bar(), bar("ZZZ"), bar(**other), bar())
    assert [row["symbol"] for row in rows(parsed, "bars")] == ["ZZZ"]
    assert len(parsed.left_out) == 3
    assert parsed.left_out[-1].reason == "printed twice with other figures, neither is kept"


@pytest.mark.parametrize("body", [grouped(), grouped() | {"results": None}, {"status": "OK", "resultsCount": 0}])
def test_a_session_without_a_bar_is_no_answer_yet(body: dict[str, object]) -> None:
    with pytest.raises(Malformed, match="no bars came"):
        SOURCE.parse(answer("bars", body, session=SESSION))


@pytest.mark.parametrize("broken", [bar(c="10.5"), bar(c="absent"), bar("absent")])
def test_rows_of_which_none_can_be_read_are_refused(broken: object) -> None:
    with pytest.raises(Malformed, match="none of 2 rows can be used"):
        bars(broken, broken)


@pytest.mark.parametrize(
    ("route", "results", "subject"),
    [
        ("splits", [{"symbol": "AAA"}, 3], "2024-01-01..2024-12-31"),
        ("dividends", [{"symbol": "AAA"}, 3], "2024-01-01..2024-12-31"),
        ("tickers", [{"symbol": "AAA"}, 3], "active"),
        ("events", {"name": "A", "events": [{"day": "2024-01-01"}, 3]}, "AAA"),
    ],
)
def test_a_listing_of_which_no_row_can_be_read_is_refused(route: str, results: object, subject: str) -> None:
    with pytest.raises(Malformed, match="none of 2 rows can be used"):
        SOURCE.parse(answer(route, {"status": "OK", "results": results}, subject=subject))


def test_fewer_rows_than_promised_are_refused() -> None:
    with pytest.raises(Malformed, match="3 rows were promised and 1 came"):
        bars(bar(), resultsCount=3)


def test_rows_of_another_day_are_left_out_and_an_answer_of_them_is_refused() -> None:
    close = int(datetime(2024, 12, 6, 21, tzinfo=UTC).timestamp() * 1000)
    parsed = bars(bar("AAA", t=close), bar("BBB", t=close - 86_400_000), bar("CCC", t=10**18), bar("DDD", t="soon"))
    assert [row["symbol"] for row in rows(parsed, "bars")] == ["AAA", "CCC", "DDD"]  # no moment says nothing of a day
    assert [line.reason for line in parsed.left_out] == ["the time stamp says 2024-12-05"]
    with pytest.raises(Malformed, match="the time stamp says 2024-12-05"):
        bars(bar(t=close - 86_400_000))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"status": "ERROR", "error": "Unknown API Key"}, "Unknown API Key"),
        ({"status": "NOT_AUTHORIZED", "message": "upgrade your plan"}, "upgrade your plan"),
        ({"results": []}, "no reason given"),
        (grouped(bar(c=1), results={"a": 1}), "not a list"),
        ([], "not an object"),
        (b'{"status":"OK","results":[{"T":"A","o":NaN}]}', "not JSON"),
        (b'{"status":"OK","results":[{"T":"A","o":1e999}]}', "not JSON"),
        (b"", "empty"),
        (b" <html>", "web page"),
    ],
)
def test_what_is_no_answer_is_malformed_and_names_the_unit(body: object, message: str) -> None:
    with pytest.raises(Malformed, match=message) as caught:
        SOURCE.parse(answer("bars", body, session=SESSION))
    assert "polygon/bars/session=2024-12-06" in str(caught.value)


def test_delayed_is_an_answer() -> None:
    assert bars(bar(), status="DELAYED").tables["bars"].num_rows == 1


# listings


def test_pages_are_read_as_one_listing() -> None:
    pages = [
        {
            "status": "OK",
            "results": [{"ticker": "AAA", "execution_date": "2024-06-10", "split_from": 1, "split_to": 10}],
        },
        {
            "status": "OK",
            "results": [{"ticker": "BBB", "execution_date": "2024-06-11", "split_from": 8, "split_to": 1}],
        },
    ]
    parsed = SOURCE.parse(answer("splits", *pages, subject="2024-06-01..2024-06-30"))
    assert [(row["symbol"], row["ratio"]) for row in rows(parsed, "splits")] == [("AAA", 10.0), ("BBB", 0.125)]
    assert parsed.notes == ("pages: 2",)


def test_a_spin_off_in_the_split_list_is_called_so() -> None:
    found = [{"ticker": "GE", "execution_date": "2024-04-02", "split_from": 1000, "split_to": 1253}]
    (row,) = rows(SOURCE.parse(answer("splits", {"status": "OK", "results": found})), "splits")
    assert (row["kind"], row["ratio"]) == ("spin_off", 1.253)


@pytest.mark.parametrize(
    "changed",
    [
        {"split_from": 0},
        {"split_to": None},
        {"split_to": "2"},
        {"split_to": 1e9},
        {"execution_date": "June"},
        {"ticker": 1},
    ],
)
def test_a_split_that_cannot_be_used_is_left_out(changed: dict[str, object]) -> None:
    whole = {"ticker": "AAA", "execution_date": "2024-06-10", "split_from": 1, "split_to": 10}
    parsed = SOURCE.parse(answer("splits", {"status": "OK", "results": [whole, whole | {"ticker": "B"} | changed, 3]}))
    assert [row["symbol"] for row in rows(parsed, "splits")] == ["AAA"]
    assert len(parsed.left_out) == 2


def test_one_split_twice_is_one_split_and_another_ratio_is_kept_for_the_price_to_decide() -> None:
    once = {"ticker": "AAA", "execution_date": "2024-06-10", "split_from": 1, "split_to": 10}
    parsed = SOURCE.parse(answer("splits", {"status": "OK", "results": [once, once, once | {"split_to": 5}]}))
    assert [row["ratio"] for row in rows(parsed, "splits")] == [10.0, 5.0]
    assert [line.reason for line in parsed.left_out] == ["printed twice"]


def test_a_regular_and_a_special_dividend_of_one_amount_are_two() -> None:
    """1.00 and 1.00 on one day: 2.00 are paid, and the price falls from 20 to 18."""
    one = {"ticker": "AAA", "ex_dividend_date": "2024-12-05", "cash_amount": 1.0, "currency": "USD"}
    both = [one | {"dividend_type": "CD"}, one | {"dividend_type": "SC"}, one | {"dividend_type": "CD"}]
    parsed = SOURCE.parse(answer("dividends", {"status": "OK", "results": both[:2]}))
    assert [(row["amount"], row["kind"]) for row in rows(parsed, "dividends")] == [(2.0, "regular and special")]
    again = SOURCE.parse(answer("dividends", {"status": "OK", "results": [both[0], both[2]]}))
    assert [row["amount"] for row in rows(again, "dividends")] == [1.0]
    assert [line.reason for line in again.left_out] == ["printed twice"]


def test_dividends_keep_their_kind_and_currency() -> None:
    plain = {"ticker": "AAA", "ex_dividend_date": "2024-06-10", "cash_amount": 0.25, "currency": "usd"}
    found = [
        plain | {"dividend_type": "CD"},
        plain | {"dividend_type": "SC", "cash_amount": 15},
        plain | {"dividend_type": "LT", "ticker": "BBB"},
        plain | {"cash_amount": -1},
        plain | {"cash_amount": "1"},
    ]
    parsed = SOURCE.parse(answer("dividends", {"status": "OK", "results": found}))
    kept = [(row["symbol"], row["kind"], row["amount"], row["currency"]) for row in rows(parsed, "dividends")]
    assert kept == [("AAA", "regular", 0.25, "USD"), ("AAA", "special", 15.0, "USD"), ("BBB", "lt", 0.25, "USD")]
    assert len(parsed.left_out) == 2


def test_a_symbol_given_up_twice_is_described_by_the_last_who_did() -> None:
    found = [
        {"ticker": "INFO", "name": "Infosonics", "cik": "1274032", "delisted_utc": "2018-01-25T00:00:00Z"},
        {"ticker": "INFO", "name": "IHS Markit", "cik": "1598014", "delisted_utc": "2022-02-28T00:00:00Z"},
        {"ticker": "XYZ", "name": "No CIK"},
    ]
    parsed = SOURCE.parse(answer("tickers", {"status": "OK", "results": found}, subject="inactive"))
    named = {row["security"]: (row["issuer"], row["name"]) for row in rows(parsed, "securities")}
    assert named == {"INFO": ("0001598014", "IHS Markit"), "XYZ": ("XYZ", "No CIK")}
    assert [line.where for line in parsed.left_out] == ["page 1, row 1 INFO"]
    assert parsed.naming == date(2024, 12, 17)


def test_a_symbol_that_never_changed() -> None:
    parsed = SOURCE.parse(answer("events", {"status": "OK", "results": {"events": []}}, subject="XMPL"))
    assert parsed.tables["symbols"].num_rows == 0
    assert parsed.notes == ("the vendor knows no change of symbol",)


def test_events_that_say_nothing_are_left_out() -> None:
    change = {"ticker_change": {"ticker": "NEW"}, "type": "ticker_change", "date": "2022-06-09"}
    found = [change, change | {"ticker_change": None}, change | {"date": None}, change, 1]
    parsed = SOURCE.parse(answer("events", {"status": "OK", "results": {"name": "X", "events": found}}, subject="NEW"))
    assert [row["symbol"] for row in rows(parsed, "symbols")] == ["NEW"]
    assert len(parsed.left_out) == 4


def test_a_market_cap_alone_gives_no_count() -> None:
    found = {"ticker": "XMPL", "name": "Example", "market_cap": 1e12}
    parsed = SOURCE.parse(answer("details", {"status": "OK", "results": found}, session=SESSION, subject="XMPL"))
    assert parsed.tables["shares"].num_rows == 0
    assert parsed.notes == ("no share count; a market cap alone gives none",)


def test_a_count_of_zero_is_left_out() -> None:
    found = {"ticker": "XMPL", "name": "E", "weighted_shares_outstanding": 0, "share_class_shares_outstanding": 5}
    parsed = SOURCE.parse(answer("details", {"status": "OK", "results": found}, session=SESSION, subject="XMPL"))
    assert [(row["covers"], row["count"]) for row in rows(parsed, "shares")] == [("class", 5.0)]
    assert len(parsed.left_out) == 1


# what is asked


def ask(since: date, until: date, *datasets: str, subjects: tuple[str, ...] = ()) -> Ask:
    return Ask(since, until, tuple(sessions(since, until)), frozenset(datasets), subjects)


def planned(asked: Ask) -> list[str]:
    return [unit.id for unit in SOURCE.plan(asked, settings())]


def test_everything_without_subjects_is_listings_and_sessions() -> None:
    assert planned(ask(date(2024, 12, 5), date(2024, 12, 9))) == [
        "polygon/splits/2024-12-05..2024-12-09",
        "polygon/dividends/2024-12-05..2024-12-09",
        "polygon/tickers/inactive",
        "polygon/tickers/active",
        "polygon/bars/session=2024-12-05",
        "polygon/bars/session=2024-12-06",
        "polygon/bars/session=2024-12-09",
    ]


def test_counts_are_asked_for_at_the_start_and_at_quarter_ends_and_only_on_demand() -> None:
    half = ask(date(2024, 1, 2), date(2024, 6, 28), "shares", subjects=("AAA", "BBB"))
    assert planned(half) == [
        "polygon/details/session=2024-01-02/AAA",
        "polygon/details/session=2024-01-02/BBB",
        "polygon/details/session=2024-03-28/AAA",  # the 29th was Good Friday
        "polygon/details/session=2024-03-28/BBB",
        "polygon/details/session=2024-06-28/AAA",
        "polygon/details/session=2024-06-28/BBB",
    ]
    assert not [
        unit for unit in planned(ask(date(2024, 1, 2), date(2024, 6, 28), subjects=("AAA",))) if "details" in unit
    ]
    short = ask(date(2024, 5, 1), date(2024, 5, 9), "shares", subjects=("AAA",))
    assert planned(short) == ["polygon/details/session=2024-05-01/AAA"]


def test_events_are_asked_for_by_subject() -> None:
    assert planned(ask(date(2024, 5, 1), date(2024, 5, 9), "symbols", subjects=("META",))) == ["polygon/events/META"]
    assert planned(ask(date(2024, 5, 1), date(2024, 5, 9), "symbols")) == []


def test_a_session_is_asked_for_as_traded_with_the_key_in_a_header() -> None:
    http = ScriptedHttp(in_turn=[json.dumps(grouped()).encode()])
    SOURCE.fetch(Unit("polygon", "bars", SESSION), http, settings(POLYGON_API_KEY="s3cret\n"))
    (call,) = http.calls
    assert call.url == "https://api.polygon.io/v2/aggs/grouped/locale/us/market/stocks/2024-12-06?adjusted=false"
    assert call.headers == {"Authorization": "Bearer s3cret"}


@pytest.mark.parametrize(
    ("unit", "path"),
    [
        (
            Unit("polygon", "splits", subject="2024-01-02..2024-12-31"),
            "/v3/reference/splits?execution_date.gte=2024-01-02&execution_date.lte=2024-12-31&limit=1000",
        ),
        (
            Unit("polygon", "dividends", subject="2024-01-02..2024-12-31"),
            "/v3/reference/dividends?ex_dividend_date.gte=2024-01-02&ex_dividend_date.lte=2024-12-31&limit=1000",
        ),
        (Unit("polygon", "tickers", subject="active"), "/v3/reference/tickers?active=true&limit=1000&market=stocks"),
        (Unit("polygon", "tickers", subject="inactive"), "/v3/reference/tickers?active=false&limit=1000&market=stocks"),
        (Unit("polygon", "events", subject="BRK.B"), "/vX/reference/tickers/BRK.B/events?types=ticker_change"),
        (Unit("polygon", "details", SESSION, "A/../B"), "/v3/reference/tickers/A%2F..%2FB?date=2024-12-06"),
    ],
)
def test_requests(unit: Unit, path: str) -> None:
    http = ScriptedHttp(in_turn=[b"{}"])
    SOURCE.fetch(unit, http, settings(TOPHEAVY_POLYGON_URL="http://127.0.0.1:9/"))
    assert [call.url for call in http.calls] == [f"http://127.0.0.1:9{path}"]
    assert http.calls[0].headers == {}  # no key for this machine itself


def test_pages_are_followed_on_the_address_we_trust() -> None:
    first = b'{"status":"OK","results":[],"next_url":"https://api.massive.com/v3/reference/splits?cursor=abc"}'
    last = b'{"status":"OK","results":[]}'
    http = ScriptedHttp(in_turn=[first, last])
    unit = Unit("polygon", "splits", subject="2024-01-02..2024-12-31")
    fetched = SOURCE.fetch(unit, http, settings(MASSIVE_API_KEY="k"))
    assert [page.content for page in fetched.pages] == [first, last]
    assert http.calls[1].url == "https://api.polygon.io/v3/reference/splits?cursor=abc"
    assert http.calls[1].headers == {"Authorization": "Bearer k"}


def test_a_listing_that_goes_round_is_refused() -> None:
    http = ScriptedHttp(in_turn=[b'{"status":"OK","next_url":"https://api.polygon.io/v3/reference/splits?cursor=abc"}'])
    unit = Unit("polygon", "splits", subject="2024-01-02..2024-12-31")
    with pytest.raises(Malformed, match="has no end"):
        SOURCE.fetch(unit, http, settings(POLYGON_API_KEY="k"))
    assert len(http.calls) == 2


def test_calls_are_counted_by_the_key() -> None:
    assert SOURCE.account(settings(MASSIVE_API_KEY=" k ")) == "k"
    assert SOURCE.account(settings()) == ""


def test_without_a_key_nothing_is_asked() -> None:
    http = ScriptedHttp(in_turn=[b"{}"])
    with pytest.raises(UsageError, match="POLYGON_API_KEY"):
        SOURCE.fetch(Unit("polygon", "bars", SESSION), http, settings())
    assert http.calls == []


@pytest.mark.parametrize(
    ("environment", "allowed"),
    [
        ({}, 5),
        ({"TOPHEAVY_POLYGON_PER_MINUTE": "0"}, 0),
        ({"TOPHEAVY_POLYGON_PER_MINUTE": "100"}, 100),
        ({"TOPHEAVY_POLYGON_URL": "http://localhost:8000"}, 0),
        ({"TOPHEAVY_POLYGON_URL": "http://localhost:8000", "TOPHEAVY_POLYGON_PER_MINUTE": "7"}, 7),
    ],
)
def test_the_plan_paid_for_is_a_setting(environment: dict[str, str], allowed: int) -> None:
    assert SOURCE.limits_for(settings(**environment)) == Limits(per_minute=allowed)


@pytest.mark.parametrize("text", ["-1", "2.5", "many"])
def test_an_odd_limit_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="POLYGON_PER_MINUTE"):
        SOURCE.limits_for(settings(TOPHEAVY_POLYGON_PER_MINUTE=text))
