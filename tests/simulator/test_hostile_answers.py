"""What a hostile vendor answers: every fault is really in the bytes, and an answer without one is untouched."""

import asyncio
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx2
import orjson
import pytest

from topheavy.core.errors import UsageError
from topheavy.core.http.client import SIMULATED_HEADER
from topheavy.simulator.api.app import make_app
from topheavy.simulator.hostile.habits import session_beside
from topheavy.simulator.hostile.refusals import Bucket
from topheavy.simulator.hostile.rows import rows_of
from topheavy.simulator.hostile.values import Rate
from topheavy.simulator.hostile.vendor import hostile
from topheavy.simulator.market import Market, make_market

pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning:DeprecationWarning")
"""exchange_calendars on pandas 3.1 warns when it opens; nothing of ours."""

GROUPED = "/v2/aggs/grouped/locale/us/market/stocks/"
DAY = f"{GROUPED}2024-02-06?adjusted=false"
Ask = Callable[[str], httpx2.Response]


@pytest.fixture(scope="module")
def market() -> Market:
    return make_market(5, date(2024, 1, 2), date(2024, 3, 28), companies=30)


@pytest.fixture(scope="module")
def plain(market: Market) -> Ask:
    return asker(market, "")


class Time:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def asker(market: Market, script: str, clock: Callable[[], float] | None = None) -> Ask:
    app = make_app(market, faults=hostile(script, clock) if clock else hostile(script))

    async def get(url: str) -> httpx2.Response:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://simulated") as client:
            return await client.get(url)

    return lambda url: asyncio.run(get(url))


def bars_of(answer: httpx2.Response) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def changed(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(one, other) for one, other in zip(before, after, strict=True) if one != other]


SCRIPTS = ["429", "500", "502", "html", "empty", "nested:100", "utf8", "nan", "infinity", "drift", "duplicate", "late",
           "revised:asks=1", "otherday", "latency:1ms", "drip:1ms:size=1kB"]  # fmt: skip


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_answer_says_that_it_is_simulated_and_which_fault_it_met(market: Market, script: str) -> None:
    answer = asker(market, script)(DAY)
    assert answer.headers[SIMULATED_HEADER] == "seed 5"
    assert answer.headers["x-topheavy-faults"] == script.partition(":")[0]


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_call_that_is_not_struck_is_answered_as_ever(market: Market, plain: Ask, script: str) -> None:
    answer = asker(market, f"{script}:path=/v9/*")(DAY)
    assert (answer.content, answer.headers) == (plain(DAY).content, plain(DAY).headers)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_fault_falls_the_same_for_the_same_ask_whoever_else_asks(market: Market, script: str) -> None:
    one, other = asker(market, script), asker(market, script)
    other(f"{GROUPED}2024-02-07")
    assert one(f"{DAY}&apiKey=a").content == other(f"{DAY}&apiKey=b").content


def test_asks_are_counted_by_request_and_the_key_is_no_part_of_it(market: Market) -> None:
    ask = asker(market, "502:asks=2")
    assert [ask(f"{DAY}&apiKey={n}").status_code for n in range(3)] == [200, 502, 200]
    assert [ask(f"{GROUPED}2024-02-07").status_code for _ in range(3)] == [200, 502, 200]


@pytest.mark.parametrize("status", [500, 502])
def test_server_errors(market: Market, status: int) -> None:
    assert asker(market, str(status))(DAY).status_code == status


# limits


def test_a_bucket_lets_through_its_limit_and_fills_again_evenly() -> None:
    bucket = Bucket(Rate(2, 60.0))
    assert [bucket.take(5.0) for _ in range(3)] == [0.0, 0.0, 30.0]
    assert bucket.take(20.0) == pytest.approx(15.0)
    assert [bucket.take(at) for at in (35.0, 65.0)] == [0.0, 0.0]
    assert [bucket.take(1e6) for _ in range(3)] == [0.0, 0.0, 30.0]


@pytest.mark.parametrize(("said", "told"), [("yes", "12"), ("no", None)])
def test_calls_above_the_limit_are_refused_until_there_is_a_token(market: Market, said: str, told: str | None) -> None:
    time = Time()
    ask = asker(market, f"429:5/min:retry-after={said}", time)
    codes = [ask(f"{GROUPED}2024-02-0{day}").status_code for day in range(1, 8)]
    assert codes == [200] * 5 + [429] * 2
    assert ask(DAY).headers.get("retry-after") == told
    time.seconds += 12
    assert [ask(DAY).status_code for _ in range(2)] == [200, 429]


def test_a_limit_counts_only_the_calls_of_its_rule(market: Market) -> None:
    ask = asker(market, f"429:1/min:path={GROUPED}*", Time())
    assert [ask(url).status_code for url in (DAY, "/groups.csv", DAY, "/groups.csv")] == [200, 200, 429, 200]


# bytes


def test_a_web_page(market: Market) -> None:
    answer = asker(market, "html")(DAY)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.text.startswith("<!DOCTYPE html>")


def test_nothing_at_all(market: Market) -> None:
    answer = asker(market, "empty")(DAY)
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")


def test_deep_brackets(market: Market) -> None:
    body = asker(market, "nested:100000")(DAY).content
    assert body.count(b"[") == body.count(b"]") == 100_000
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(body)


def test_bytes_that_are_no_utf_8(market: Market, plain: Ask) -> None:
    body = asker(market, "utf8")(DAY).content
    with pytest.raises(UnicodeDecodeError):
        body.decode()
    assert body.replace(b"\xff\xfe", b"") == plain(DAY).content


@pytest.mark.parametrize(
    ("script", "odd"), [("nan", "nan"), ("infinity", "inf"), ("infinity:-Infinity", "-inf"), ("infinity:1e999", "inf")]
)
def test_a_number_that_json_has_none_for(market: Market, script: str, odd: str) -> None:
    body = asker(market, f"{script}:field=c")(DAY).content
    closes = [str(bar["c"]) for bar in json.loads(body)["results"]]  # Python's own reader takes what JSON forbids
    assert closes.count(odd) == 1
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(body)


def test_what_is_no_json_is_not_torn_apart(market: Market, plain: Ask) -> None:
    for script in ("nan", "drift", "duplicate", "late", "revised:asks=1"):
        assert asker(market, script)("/groups.csv").content == plain("/groups.csv").content


def test_a_refusal_stays_what_it_is(market: Market, plain: Ask) -> None:
    nowhere = "/v3/reference/tickers/NOPE"
    assert plain(nowhere).status_code == 404
    for script in ("html", "empty", "utf8", "drift"):
        assert asker(market, script)(nowhere).content == plain(nowhere).content


# rows


def test_drift_by_type(market: Market, plain: Ask) -> None:
    for was, now in zip(bars_of(plain(DAY)), bars_of(asker(market, "drift:type:field=c")(DAY)), strict=True):
        assert now == {**was, "c": str(was["c"])}


def test_drift_by_name(market: Market, plain: Ask) -> None:
    for was, now in zip(bars_of(plain(DAY)), bars_of(asker(market, "drift:renamed:field=c")(DAY)), strict=True):
        assert now.pop("c_v2") == was.pop("c")
        assert now == was


def test_drift_by_a_new_field(market: Market, plain: Ask) -> None:
    for was, now in zip(bars_of(plain(DAY)), bars_of(asker(market, "drift:new:field=c")(DAY)), strict=True):
        assert isinstance(now.pop("c_new"), dict)
        assert now == was


def test_drift_by_a_missing_field(market: Market, plain: Ask) -> None:
    for was, now in zip(bars_of(plain(DAY)), bars_of(asker(market, "drift:missing:field=c")(DAY)), strict=True):
        assert was.pop("c") > 0
        assert now == was


def test_drift_draws_a_field_where_none_is_named(market: Market, plain: Ask) -> None:
    names = {
        tuple(bars_of(plain(DAY))[0].keys() - bars_of(asker(market, f"seed={seed},drift:missing")(DAY))[0].keys())
        for seed in range(12)
    }
    assert len(names) > 3


def test_rows_of_every_kind_of_answer_are_found(market: Market, plain: Ask) -> None:
    cik = market.companies[20].cik_text
    symbol = market.lines[0].symbol_on(market.until)
    for url, field in [
        (DAY, "c"), ("/v3/reference/tickers", "ticker"), (f"/v3/reference/tickers/{symbol}", "ticker"),
        (f"/vX/reference/tickers/{symbol}/events", "date"), ("/files/company_tickers.json", "cik_str"),
        (f"/api/xbrl/companyfacts/CIK{cik}.json", "val"),
    ]:  # fmt: skip
        assert field in rows_of(plain(url).json())[0], url
        assert not [row for row in rows_of(asker(market, f"drift:missing:field={field}")(url).json()) if field in row]


def test_identical_rows_stand_beside_each_other(market: Market, plain: Ask) -> None:
    was, now = bars_of(plain(DAY)), bars_of(asker(market, "duplicate:rows=4")(DAY))
    assert len(now) == len(was) + 4
    assert [bar for place, bar in enumerate(now) if bar not in now[:place]] == was


def test_conflicting_rows_say_another_price_before_or_after_the_true_one(market: Market, plain: Ask) -> None:
    was, now = bars_of(plain(DAY)), bars_of(asker(market, "duplicate:conflicting:rows=10")(DAY))
    odd = [place for place, bar in enumerate(now) if bar not in was]
    assert len(odd) == 10
    for place in odd:
        (true,) = [bar for bar in was if bar["T"] == now[place]["T"]]
        assert now[place]["c"] == pytest.approx(true["c"] * 1.1, abs=1e-4)
        assert (now[place]["v"], now[place]["t"]) == (true["v"], true["t"])
    assert {now[place + 1]["T"] == now[place]["T"] for place in odd} == {True, False}


def test_a_revised_day_brings_other_prices_from_the_second_ask(market: Market, plain: Ask) -> None:
    ask = asker(market, "revised:3:by=2%")
    assert ask(DAY).content == plain(DAY).content
    again = changed(bars_of(plain(DAY)), bars_of(ask(DAY)))
    assert len(again) == 3
    assert all(now["c"] == pytest.approx(was["c"] * 1.02, abs=1e-4) for was, now in again)


def test_a_late_day_is_empty_until_its_third_ask(market: Market, plain: Ask) -> None:
    ask = asker(market, "late")
    for _ in range(2):
        body = ask(DAY).json()
        assert "results" not in body
        assert (body["resultsCount"], body["queryCount"], body["count"], body["status"]) == (0, 0, 0, "OK")
    assert ask(DAY).content == plain(DAY).content


def test_a_late_day_is_not_found_until_its_time(market: Market, plain: Ask) -> None:
    time = Time()
    ask = asker(market, "late:404:until=20s", time)
    assert [ask(DAY).status_code for _ in range(3)] == [404] * 3
    time.seconds += 20
    assert ask(DAY).content == plain(DAY).content


@pytest.mark.parametrize(("by", "served"), [("-1", "2024-02-16"), ("1", "2024-02-21"), ("-3", "2024-02-14")])
def test_another_sessions_answer(market: Market, plain: Ask, by: str, served: str) -> None:
    answer = asker(market, f"otherday:by={by}")(f"{GROUPED}2024-02-20?adjusted=false")
    assert answer.content == plain(f"{GROUPED}{served}?adjusted=false").content


def test_what_names_no_day_is_answered_as_ever_by_who_mistakes_days(market: Market, plain: Ask) -> None:
    assert asker(market, "otherday")("/groups.csv").content == plain("/groups.csv").content
    assert asker(market, "otherday")(f"{GROUPED}2024-13-45").status_code == 400


def test_sessions_end_where_the_calendar_does() -> None:
    assert session_beside(date(1900, 1, 1), -5) == date(1990, 1, 2)
    assert session_beside(date(1990, 1, 2), 1) == date(1990, 1, 3)
    assert session_beside(date(2999, 1, 1), 1) == session_beside(date(2999, 1, 1), 0)
    assert session_beside(date(2024, 7, 6), 1) == date(2024, 7, 8)
    assert session_beside(date(2024, 7, 6), -1) == date(2024, 7, 5)


# several at once


def test_faults_add_up(market: Market) -> None:
    body = asker(market, "nan:c,drift:renamed:field=o,otherday,latency:1ms")(DAY).content
    bars = json.loads(body)["results"]
    assert all("o_v2" in bar for bar in bars)
    assert sum(bar["c"] != bar["c"] for bar in bars) == 1


def test_days_choose_their_faults(market: Market, plain: Ask) -> None:
    ask = asker(market, "502:dates=2024-02-06,html:dates=2024-02-07..2024-02-08")
    codes = [ask(f"{GROUPED}2024-02-0{day}").status_code for day in (5, 6, 7, 8, 9)]
    pages = [ask(f"{GROUPED}2024-02-0{day}").text.startswith("<!") for day in (5, 7, 8, 9)]
    assert codes == [200, 502, 200, 200, 200]
    assert pages == [False, True, True, False]


def test_without_a_server_a_broken_connection_is_an_error_of_its_own(market: Market) -> None:
    for script in ("reset", "truncated", "timeout:1ms"):
        with pytest.raises(ConnectionResetError):
            asker(market, script)(DAY)


def test_a_script_is_read_before_a_market_is_made() -> None:
    with pytest.raises(UsageError, match="no fault"):
        hostile("fire")
