"""The JSON interface to the live market, and the page's parts for what a browser test does not reach."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from support.sink_statuses import NOW, publish_counts, sink_status, sinks_at_work
from support.trades import trades
from topheavy.answers.live.facts import LiveMinute
from topheavy.answers.live.reader import LiveReader
from topheavy.core.clock import fixed_clock
from topheavy.web.app import make_app
from topheavy.web.frame.theme import LIGHT
from topheavy.web.pages.live.head import head, tiles
from topheavy.web.pages.live.minute_chart import chart
from topheavy.web.pages.live.tables import flags, prices
from topheavy.web.services import Services, View

HERE = "http://127.0.0.1:8050"
MADE = [trades([0, 1, 2], apart=1), trades([3], "MSFT", apart=1)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return publish_counts(tmp_path)


@pytest.fixture
def tape(home: Path) -> Iterator[LiveReader]:
    with sinks_at_work(home, sink_status(*MADE, dead=2, newest_dead="partition 0, offset 7: an empty message")):
        ticker = LiveReader(home, fixed_clock(NOW))
        yield ticker
        ticker.close()


@pytest.fixture
def client(home: Path, tape: LiveReader) -> Iterator[TestClient]:
    with TestClient(make_app(home, Services(live=tape)), base_url=HERE) as client:
        yield client


def test_how_the_market_stands(client: TestClient) -> None:
    live = client.get("/api/live").json()
    assert (live["flow"], live["world"], live["kinds"]) == ("streaming", "simulated", ["simulated"])
    assert (live["trades"], live["unreadable"], live["behind"], live["securities"]) == (4, 2, 4, 2)
    assert live["sinks"][0]["newest_dead"] == "partition 0, offset 7: an empty message"
    assert [one["security"] for one in live["prices"]] == ["AAPL", "MSFT"], "largest turnover first"
    assert client.get("/api/live", params={"most": 1}).json()["prices"] == live["prices"][:1]


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/api/minutes?security=APPL", 404, "did you mean 'AAPL'?"),
        ("/api/minutes", 422, "security"),
        ("/api/minutes?security=AAPL&most=0", 422, "most"),
        ("/api/live?most=-1", 422, "most"),
        ("/api/minutes?security=x'%20or%20true%20--", 404, "no streaming security"),
    ],
)
def test_what_cannot_be_answered_is_said(client: TestClient, path: str, status: int, said: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert said in answer.json()["message"]


def test_a_security_without_minutes_has_none(client: TestClient) -> None:
    assert client.get("/api/minutes?security=AAPL").json() == {"security": "AAPL", "minutes": []}


def test_the_published_copy_alone_says_that_it_is(tmp_path: Path) -> None:
    with TestClient(make_app(tmp_path), base_url=HERE) as client:
        answer = client.get("/api/live")
    assert (answer.status_code, "topheavy serve" in answer.json()["message"]) == (404, True)


def test_every_route_is_described(client: TestClient) -> None:
    page = client.get("/docs").text
    for name in ("GET /api/live", "GET /api/minutes", "prices[].against", "lags[].behind"):
        assert name in page


# parts


def test_a_silent_sink_and_a_clock_ahead_are_told(home: Path, text_of: Callable[[Any], str]) -> None:
    ahead = trades([0], start=NOW.replace(hour=20))
    said = replace(sink_status(ahead), said_at=NOW.replace(minute=39, second=20))
    with sinks_at_work(home, said):
        ticker = LiveReader(home, fixed_clock(NOW))
        told = text_of(head(ticker.now(), View(home, Services(live=ticker))))
        ticker.close()
    assert "has not been heard of for 40 s: is its broker there?" in told
    assert "The newest trade's clock is 6 h ahead of this machine's" in told


def test_dead_letters_say_why(tape: LiveReader, text_of: Callable[[Any], str]) -> None:
    assert "in trades.dead, the last: partition 0, offset 7: an empty message" in text_of(tiles(tape.now()))


def test_a_price_says_what_its_change_is_against(tape: LiveReader, text_of: Callable[[Any], str]) -> None:
    told = text_of(prices(tape.now(), None))
    assert "Change against the first price of the day." in told
    assert "2.00 %" in told


def test_a_jump_is_told(home: Path, text_of: Callable[[Any], str]) -> None:
    usual = trades(list(range(299)), apart=1)
    odd = trades([299], apart=1)
    jumped = odd.set_column(4, odd.schema.field("price"), [[250.0]])
    with sinks_at_work(home, sink_status(usual, jumped)):
        ticker = LiveReader(home, fixed_clock(NOW))
        told = text_of(flags(ticker.now()))
        ticker.close()
    assert "250.00" in told
    assert "103.00" in told, "the median of the two hundred before"


def test_a_jump_that_two_sinks_tell_of_stands_once(home: Path, text_of: Callable[[Any], str]) -> None:
    """A sink that begins looks at the table, and so at what another one kept."""
    usual = trades(list(range(299)), apart=1)
    odd = trades([299], apart=1.001)
    jumped = odd.set_column(4, odd.schema.field("price"), [[250.0]])
    both = [sink_status(usual, jumped, index=index, of=2) for index in (0, 1)]
    with sinks_at_work(home, *both):
        ticker = LiveReader(home, fixed_clock(NOW))
        told = text_of(flags(ticker.now()))
        ticker.close()
    assert told.count("250.00") == 1
    assert "09:34:59.299" in told, "299 times 1.001 s after half past nine: two trades of a second are told apart"


def test_minutes_of_two_days_have_places_of_their_own() -> None:
    figures = {"open": 1.0, "high": 2.0, "low": 1.0, "close": 1.5, "volume": 5.0, "vwap": 1.4, "trades": 3}
    days = [LiveMinute(minute=NOW.replace(day=day), final=day == 5, **figures) for day in (5, 6)]
    drawn = chart(days, 1.5, LIGHT, "SIMULATED")
    assert drawn["data"][0]["x"] == ["2024-12-05 09:40", "2024-12-06 09:40"]
    assert drawn["layout"]["xaxis"]["ticktext"][0] == "09:40<br>2024-12-05"
    assert drawn["layout"]["annotations"][1]["text"] == "<b>SIMULATED</b>"
    assert drawn["data"][2]["marker"]["color"] == [LIGHT.rest, LIGHT.accent], "an open minute stands out"
