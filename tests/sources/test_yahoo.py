"""Yahoo: charts put back to as traded, or kept as received where that cannot be known.

Expected prices are public facts: NVDA closed at 529.48 on 2021-02-01 and at 751.19 on 2021-07-19, the session before
its 4:1 split; its next split was 10:1, on 2024-06-10.
"""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from support.market_data import market_file, market_folder, needs_market
from support.scripted_http import ScriptedHttp
from topheavy.core.errors import Malformed
from topheavy.core.settings import read_settings
from topheavy.core.units import Answer, Page, SourceKind, Unit
from topheavy.datasets.schema import dataset
from topheavy.sources.vendor import Ask, Parsed
from topheavy.sources.yahoo import SOURCE, TO_THE_PRESENT

# said by pandas to the calendar's library, not to us
pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning:DeprecationWarning")

NVDA = "wire/yahoo/historical-via-chart-NVDA-split-2021-02-01-to-2022-01-31.csv.json"
AAPL = "wire/yahoo/chart-AAPL-2020-08-31-to-2020-11-07.json"
DOWNLOADED = datetime(2025, 2, 22, 10, 1, 31, tzinfo=UTC)
TO_NOW = f"https://query1.finance.yahoo.com/v8/finance/chart/X?period1=0&period2={TO_THE_PRESENT}"


def recorded(name: str) -> tuple[str, dict[str, Any]]:
    envelope = json.loads(market_file(name).read_bytes())
    return envelope["request"]["url"], envelope["response"]["bodyJson"]


def answer(
    body: object, subject: str = "XMPL 2024-06-03..2024-06-28", request: str = TO_NOW, received: datetime = DOWNLOADED
) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(Unit("yahoo", "chart", subject=subject), (Page(request, content),), received, SourceKind.VENDOR)


def rows(parsed: Parsed, name: str = "bars") -> list[dict[str, Any]]:
    return parsed.tables[name].to_pylist()


def closes(parsed: Parsed) -> dict[str, float]:
    return {row["session"].isoformat(): row["close"] for row in rows(parsed)}


# recorded answers


@pytest.mark.market
@needs_market
def test_a_chart_that_ends_before_its_download_is_kept_as_received() -> None:
    request, body = recorded(NVDA)
    parsed = SOURCE.parse(answer(body, "NVDA 2021-02-01..2022-01-31", request))
    assert len(rows(parsed)) == 252
    assert closes(parsed)["2021-02-01"] == 13.237000465393066
    assert {row["basis"] for row in rows(parsed)} == {date(2025, 2, 22)}
    assert rows(parsed)[0]["volume"] == 217204000.0
    assert "cannot tell later splits" in parsed.notes[0]
    (split,) = rows(parsed, "splits")
    assert (split["symbol"], split["effective"], split["ratio"]) == ("NVDA", date(2021, 7, 20), 4.0)
    assert (split["kind"], split["evidence"]) == ("split", "yahoo chart, 4:1")
    assert parsed.naming == date(2025, 2, 22)
    assert parsed.left_out == ()


@pytest.mark.market
@needs_market
def test_with_every_split_in_the_answer_prices_are_as_traded() -> None:
    _, body = recorded(NVDA)
    effective = int(datetime(2024, 6, 10, 13, 30, tzinfo=UTC).timestamp())
    event = {"date": effective, "numerator": 10, "denominator": 1, "splitRatio": "10:1"}
    body["chart"]["result"][0]["events"]["splits"][str(effective)] = event
    parsed = SOURCE.parse(answer(body, "NVDA 2021-02-01..2022-01-31"))
    assert closes(parsed)["2021-02-01"] == pytest.approx(529.48, abs=0.005)
    assert closes(parsed)["2021-07-19"] == pytest.approx(751.19, abs=0.005)
    assert closes(parsed)["2021-07-20"] == pytest.approx(186.12, abs=0.005)
    assert all(row["basis"] == row["session"] for row in rows(parsed))
    assert rows(parsed)[0]["volume"] == 217204000 / 40
    assert {row["effective"] for row in rows(parsed, "splits")} == {date(2021, 7, 20), date(2024, 6, 10)}


@pytest.mark.market
@needs_market
def test_the_day_of_a_split_is_on_the_new_unit() -> None:
    _, body = recorded(AAPL)
    parsed = SOURCE.parse(answer(body, "AAPL 2020-08-31..2020-11-06"))
    assert len(rows(parsed)) == 49
    assert closes(parsed)["2020-08-31"] == pytest.approx(129.04, abs=0.005)
    (dividend,) = rows(parsed, "dividends")
    assert (dividend["effective"], dividend["amount"]) == (date(2020, 11, 6), 0.205)
    assert (dividend["basis"], dividend["currency"]) == (date(2020, 11, 6), "USD")


@pytest.mark.market
@needs_market
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("chart-AAPL-2025-02-01-to-2025-02-02-includePrePost-false-interval-1m.json", "'1m'"),
        ("chart-TSLA-2025-01-01-to-2025-01-02-interval-1h.fake.json", "'1h'"),
        ("chart-notimestamp-quotes-length.fake.json", "0 time stamps"),
        ("chart-notimestamp-weird-quote.fake.json", "0 time stamps"),
    ],
)
def test_charts_that_are_not_daily_or_have_no_dates_are_malformed(name: str, message: str) -> None:
    request, body = recorded(f"wire/yahoo/{name}")
    with pytest.raises(Malformed, match=message):
        SOURCE.parse(answer(body, request=request))


@pytest.mark.market
@needs_market
@pytest.mark.parametrize(
    "name", [path.name for path in sorted((market_folder() or Path("/")).glob("wire/yahoo/chart-*2020-01-03.json"))]
)
def test_every_recorded_market_gives_its_own_date(name: str) -> None:
    request, body = recorded(f"wire/yahoo/{name}")
    parsed = SOURCE.parse(answer(body, "X 2020-01-02..2020-01-02", request))
    (row,) = rows(parsed)
    printed = body["chart"]["result"][0]["indicators"]["quote"][0]["close"]
    assert row["session"] == date(2020, 1, 2)
    assert row["close"] in printed
    assert parsed.tables["bars"].schema.equals(dataset("bars").parsed_schema)


@pytest.mark.market
@needs_market
def test_pence_are_said_to_be_pence() -> None:
    request, body = recorded("wire/yahoo/chart-OCDO.L-2020-01-01-to-2020-01-03.json")
    assert "prices are in GBp" in SOURCE.parse(answer(body, "OCDO.L 2020-01-02..2020-01-03", request)).notes


# made-up charts: 2024-06-07, -10 (a 2:1 split), -11, at the open of New York

OPENS = (1717767000, 1718026200, 1718112600)


def chart(**changed: Any) -> dict[str, Any]:
    meta = {"currency": "USD", "symbol": "XMPL", "exchangeTimezoneName": "America/New_York", "dataGranularity": "1d"}
    quote = {
        "open": [50.0, 51.0, 52.0],
        "high": [51.0, 52.5, 53.0],
        "low": [49.5, 50.5, 51.0],
        "close": [50.5, 52.0, 51.5],
        "volume": [2000, 1500, 1200],
    }
    result = {
        "meta": meta | changed.pop("meta", {}),
        "timestamp": list(OPENS),
        "events": {
            "dividends": {"1": {"amount": 0.25, "date": OPENS[0]}},
            "splits": {"1": {"date": OPENS[1], "numerator": 2, "denominator": 1}},
        },
        "indicators": {"quote": [quote | changed.pop("quote", {})]},
    }
    return {"chart": {"result": [result | changed], "error": None}}


def test_a_split_is_undone_before_its_day_and_not_after() -> None:
    parsed = SOURCE.parse(answer(chart()))
    assert closes(parsed) == {"2024-06-07": 101.0, "2024-06-10": 52.0, "2024-06-11": 51.5}
    assert [row["volume"] for row in rows(parsed)] == [1000.0, 1500.0, 1200.0]
    assert [row["amount"] for row in rows(parsed, "dividends")] == [0.5]
    assert parsed.notes == ("as traded, splits undone: 1",)


def test_a_reverse_split_is_undone_too() -> None:
    events = {"splits": {"1": {"date": OPENS[1], "numerator": 1, "denominator": 10}}}
    parsed = SOURCE.parse(answer(chart(events=events)))
    assert closes(parsed)["2024-06-07"] == pytest.approx(5.05)
    assert rows(parsed)[0]["volume"] == 20000.0


def test_later_sessions_serve_their_splits_only() -> None:
    parsed = SOURCE.parse(answer(chart(), "XMPL 2024-06-03..2024-06-07"))
    assert closes(parsed) == {"2024-06-07": 101.0}
    assert len(rows(parsed, "splits")) == 1
    assert "2 bars and dividends outside the period came along, not kept" in parsed.notes


@pytest.mark.parametrize(
    ("received", "as_traded"),
    [
        (datetime(2024, 6, 12, 3, tzinfo=UTC), True),  # the evening of the last bar's day
        (datetime(2024, 6, 12, 15, tzinfo=UTC), True),  # the next day, before its bar
        (datetime(2024, 6, 13, 15, tzinfo=UTC), False),  # a session is missing: a split may be, too
        (datetime(2024, 12, 13, 15, tzinfo=UTC), False),
    ],
)
def test_a_chart_asked_for_without_an_end_is_judged_by_its_last_bar(received: datetime, as_traded: bool) -> None:
    parsed = SOURCE.parse(answer(chart(), request="chart.json", received=received))
    assert (rows(parsed)[0]["basis"] == rows(parsed)[0]["session"]) is as_traded
    assert closes(parsed)["2024-06-07"] == (101.0 if as_traded else 50.5)


def test_a_company_gone_for_years_is_as_traded_when_asked_up_to_now() -> None:
    assert rows(SOURCE.parse(answer(chart())))[0]["basis"] == date(2024, 6, 7)


def test_a_split_that_cannot_be_read_leaves_prices_as_received() -> None:
    events = {"splits": {"1": {"date": OPENS[1], "numerator": 2, "denominator": 0}}}
    parsed = SOURCE.parse(answer(chart(events=events)))
    assert closes(parsed)["2024-06-07"] == 50.5
    assert rows(parsed)[0]["basis"] == date(2025, 2, 22)
    assert "a split cannot be read" in parsed.notes[0]
    assert len(parsed.left_out) == 1


@pytest.mark.parametrize(
    ("quote", "reason"),
    [
        ({name: [50.0, None, 52.0] for name in ("open", "high", "low", "close")}, "no prices"),
        ({"close": [50.5, None, 51.5]}, "not a number above zero"),
        ({"low": [49.5, 0, 51.0]}, "not a number above zero"),
        ({"low": [49.5, "50", 51.0]}, "not a number above zero"),
        ({"volume": [1, -1, 1]}, "volume"),
        ({"volume": [1, "x", 1]}, "volume"),
    ],
)
def test_a_row_without_prices_is_left_out_with_its_reason(quote: dict[str, Any], reason: str) -> None:
    parsed = SOURCE.parse(answer(chart(quote=quote)))
    assert list(closes(parsed)) == ["2024-06-07", "2024-06-11"]
    assert [line.where for line in parsed.left_out] == ["bar 2, 2024-06-10"]
    assert reason in parsed.left_out[0].reason


def test_volume_may_be_zero_or_absent() -> None:
    volumes = [row["volume"] for row in rows(SOURCE.parse(answer(chart(quote={"volume": [0, None, 5]}))))]
    assert volumes == [0.0, None, 5.0]


def test_a_day_given_twice_is_its_last_line() -> None:
    stamps = [OPENS[0], OPENS[1], OPENS[1] + 3600]
    parsed = SOURCE.parse(answer(chart(timestamp=stamps)))
    assert closes(parsed) == {"2024-06-07": 101.0, "2024-06-10": 51.5}
    assert [line.reason for line in parsed.left_out] == ["a later line gives 2024-06-10 again"]


def test_a_session_under_way_is_left_out() -> None:
    regular = {"start": OPENS[2], "end": OPENS[2] + 23400}
    meta = {"currentTradingPeriod": {"regular": regular}}
    during, after = (datetime(2024, 6, 11, hour, tzinfo=UTC) for hour in (15, 21))
    assert list(closes(SOURCE.parse(answer(chart(meta=meta), received=during)))) == ["2024-06-07", "2024-06-10"]
    assert list(closes(SOURCE.parse(answer(chart(meta=meta), received=after))))[-1] == "2024-06-11"


@pytest.mark.parametrize("stamp", [None, "x", True, 1e300, -1e300])
def test_a_bar_without_a_date_is_left_out(stamp: object) -> None:
    parsed = SOURCE.parse(answer(chart(timestamp=[stamp, OPENS[1], OPENS[2]])))
    assert [line.reason for line in parsed.left_out] == ["no date"]


def test_no_bars_is_an_answer() -> None:
    body = chart(indicators={"quote": [{}]}, timestamp=None, events=None)
    parsed = SOURCE.parse(answer(body))
    assert parsed.tables["bars"].num_rows == 0
    assert "no bars in the period" in parsed.notes


def test_a_renamed_company_is_noted() -> None:
    parsed = SOURCE.parse(answer(chart(), "OLD 2024-06-03..2024-06-28"))
    assert {row["symbol"] for row in rows(parsed)} == {"XMPL"}
    assert "asked for OLD, the vendor calls it XMPL" in parsed.notes


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"chart": {"result": None, "error": {"code": "Not Found", "description": "No data found"}}}, "No data found"),
        ({"finance": {"result": None, "error": {"code": "Unauthorized", "description": "Invalid Crumb"}}}, "Crumb"),
        ({"chart": {"result": None, "error": "odd"}}, "odd"),
        ({"chart": {"result": [], "error": None}}, "0 charts"),
        ({"chart": None}, "not an object"),
        (chart(meta={"dataGranularity": "1wk"}), "'1wk'"),
        (chart(meta={"dataGranularity": None}), "'None'"),
        (chart(meta={"exchangeTimezoneName": "America"}), "no time zone"),
        (chart(meta={"exchangeTimezoneName": "../etc/passwd"}), "no time zone"),
        (chart(meta={"exchangeTimezoneName": None}), "no time zone"),
        (chart(quote={"close": [1.0]}), "columns of"),
        (chart(indicators={}), "quote"),
        (chart(events=[1]), "events"),
        (b"Edge: Too Many Requests", "not JSON"),
    ],
)
def test_what_is_no_chart_is_malformed_and_names_the_unit(body: object, message: str) -> None:
    with pytest.raises(Malformed, match=message) as caught:
        SOURCE.parse(answer(body))
    assert "yahoo/chart/XMPL" in str(caught.value)


# what is asked


def test_a_unit_a_subject_and_none_without() -> None:
    period = (date(2020, 11, 30), date(2024, 12, 13), (date(2020, 11, 30),))
    units = list(SOURCE.plan(Ask(*period, subjects=("AAPL", "BRK.B")), read_settings(Path("home"), {})))
    assert [unit.id for unit in units] == [
        "yahoo/chart/AAPL 2020-11-30..2024-12-13",
        "yahoo/chart/BRK.B 2020-11-30..2024-12-13",
    ]
    assert list(SOURCE.plan(Ask(*period), read_settings(Path("home"), {}))) == []
    assert list(SOURCE.plan(Ask(*period, frozenset({"shares"}), ("AAPL",)), read_settings(Path("home"), {}))) == []


def test_a_chart_is_asked_for_up_to_the_present() -> None:
    http = ScriptedHttp(in_turn=[b"{}"])
    unit = Unit("yahoo", "chart", subject="BRK.B 2020-11-30..2024-12-13")
    SOURCE.fetch(unit, http, read_settings(Path("home"), {}))
    (call,) = http.calls
    assert urlsplit(call.url).path == "/v8/finance/chart/BRK-B"
    asked = {name: values[0] for name, values in parse_qs(urlsplit(call.url).query).items()}
    first = int(datetime(2020, 11, 29, tzinfo=UTC).timestamp())
    assert asked == {"events": "div|split", "interval": "1d", "period1": str(first), "period2": "9999999999"}
    assert call.headers["User-Agent"]


def test_address_and_user_agent_are_settings() -> None:
    http = ScriptedHttp(in_turn=[b"{}"])
    environment = {"TOPHEAVY_YAHOO_URL": "http://127.0.0.1:9/", "TOPHEAVY_YAHOO_USER_AGENT": "me"}
    SOURCE.fetch(Unit("yahoo", "chart", subject="^GSPC 2024-01-02..2024-01-03"), http, read_settings(None, environment))
    assert http.calls[0].url.startswith("http://127.0.0.1:9/v8/finance/chart/%5EGSPC?")
    assert http.calls[0].headers == {"User-Agent": "me"}


def test_yahoo_is_asked_politely_and_this_machine_as_fast_as_it_can() -> None:
    local = read_settings(None, {"TOPHEAVY_YAHOO_URL": "http://127.0.0.1:9/"})
    assert SOURCE.limits_for(read_settings(None, {})).per_second == 2
    assert SOURCE.limits_for(local).rates == ()
