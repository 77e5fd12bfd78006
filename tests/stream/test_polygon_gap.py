"""What was missed while the vendor's socket was away is fetched, and is the same trade as the one that was sent."""

import json
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from support.scripted_http import ScriptedHttp
from support.vendor_socket import KEY, minute, trade, vendor_socket
from topheavy.core.settings import Settings, read_settings
from topheavy.stream.feed import Ask, feed

FIRST = 1_536_036_818_784
"""The moment of trade 0 of the made-up socket, in ms."""


def settings(address: str) -> Settings:
    given = {"TOPHEAVY_POLYGON_WS": address, "POLYGON_API_KEY": KEY, "TOPHEAVY_POLYGON_URL": "http://rest.example"}
    return read_settings(Path(), given)


def rest_trade(sequence: int) -> dict[str, Any]:
    """The trade that the socket would have sent, as the REST reference shows it."""
    shown = {"conditions": [12, 41], "exchange": 4, "id": str(sequence), "participant_timestamp": 1, "tape": 1}
    moment = (FIRST + sequence) * 1_000_000
    return shown | {"price": 114.125, "size": 100, "sequence_number": sequence, "sip_timestamp": moment}


def page(*rows: dict[str, Any], more: str = "") -> bytes:
    return json.dumps({"status": "OK", "results": rows} | ({"next_url": more} if more else {})).encode()


def followed(script: list[Any], http: Any, count: int, **more: Any) -> list[dict[str, Any]]:
    """The first ``count`` trades, each once, as the sink would keep them."""
    options = {"http": http, "settled": 0.0} | more.pop("options", {})
    with vendor_socket(script) as address:
        rows: dict[tuple[str, int], dict[str, Any]] = {}
        for timed in feed("polygon_ws").trades(settings(address), Ask(options=options, **more)):
            for row in timed.batch.to_pylist():
                held = rows.setdefault((row["feed"], row["sequence"]), row)
                assert held == row, "the same trade on both ways"
            if len(rows) >= count:
                break
    return sorted(rows.values(), key=lambda row: row["sequence"])


def test_what_a_break_has_cost_is_fetched_and_overlaps_without_harm() -> None:
    onward = "https://api.polygon.io/v3/trades/AAPL?cursor=abc"
    http = ScriptedHttp(in_turn=[page(rest_trade(2), rest_trade(3), more=onward), page(rest_trade(4), rest_trade(5))])
    rows = followed([[[trade(1), trade(2)]], [[trade(5), trade(6)]]], http, 6)
    assert [row["sequence"] for row in rows] == [1, 2, 3, 4, 5, 6]
    asked = urlsplit(http.calls[0].url)
    assert (asked.netloc, asked.path) == ("rest.example", "/v3/trades/AAPL")
    since = int(parse_qs(asked.query)["timestamp.gte"][0])
    assert since == (FIRST + 2 - 10_000) * 1_000_000, "from ten seconds before the last that was heard"
    assert http.calls[1].url == "http://rest.example/v3/trades/AAPL?cursor=abc", "it does not leave the address given"
    assert http.calls[0].headers == {"Authorization": f"Bearer {KEY}"}


def test_minutes_are_fetched_as_minutes() -> None:
    start = 1_610_144_640_000
    http = ScriptedHttp(in_turn=[page({"t": start + 60_000, "c": 0.45, "v": 10.0, "o": 1, "h": 1, "l": 1})])
    rows = followed([[[minute(start)]], [[minute(start + 120_000)]]], http, 3, options={"channel": "AM"})
    assert [(row["sequence"], row["price"]) for row in rows] == [
        (start, 0.4486), (start + 60_000, 0.45), (start + 120_000, 0.4486)
    ]  # fmt: skip
    assert "/v2/aggs/ticker/GTE/range/1/minute/" in http.calls[0].url


def test_what_was_traded_since_a_moment_is_brought_first() -> None:
    http = ScriptedHttp(in_turn=[page(rest_trade(1))])
    rows = followed([[[trade(2)]]], http, 2, securities=("AAPL",), begin=datetime(2018, 9, 4, 4, 0, tzinfo=UTC))
    assert [row["sequence"] for row in rows] == [1, 2]


def test_what_cannot_be_had_is_named_with_the_way_to_bring_it(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "topheavy"):
        rows = followed([[[trade(1)]], [[trade(5)]], []], ScriptedHttp(), 2)
        assert [row["sequence"] for row in rows] == [1, 5]
        said = next(until(caplog, "is missing"))
    assert "of AAPL from 2018-09-04T04:53:28Z to " in said
    assert "HTTP 404" in said
    assert "'topheavy stream feed polygon_ws --security AAPL --since 2018-09-04T04:53:28Z'" in said


def test_a_whole_market_is_told_and_not_asked_for_one_by_one(caplog: pytest.LogCaptureFixture) -> None:
    many = [trade(number, f"S{number}") for number in range(60)]
    http = ScriptedHttp(in_turn=[page()])
    with caplog.at_level(logging.WARNING, "topheavy"):
        followed([[many], [[trade(100)]]], http, 61)
    assert any("all 60 securities" in record.getMessage() for record in caplog.records)
    assert http.calls == []


def until(caplog: pytest.LogCaptureFixture, text: str) -> Iterator[str]:
    """Yield the record that has a text; the fetching thread may be a moment behind."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        yield from islice((one.getMessage() for one in caplog.records if text in one.getMessage()), 1)
        time.sleep(0.01)
