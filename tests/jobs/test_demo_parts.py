"""What the demo shows beside its road: models on the scoreboard, and a market that goes on live."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from topheavy.answers.live.reader import LiveReader
from topheavy.answers.sql import ask
from topheavy.core.settings import read_settings
from topheavy.datasets.schema import dataset
from topheavy.forecast.serving.registry import Registry
from topheavy.home import Home, open_home
from topheavy.jobs.demo import demo
from topheavy.jobs.demo.forecasts import PLAYED, forecast
from topheavy.jobs.demo.live import RATE, streamed, streaming
from topheavy.jobs.demo.part import left_out, missing
from topheavy.jobs.demo.portfolio import portfolio
from topheavy.portfolios.shelf import Shelf
from topheavy.tables.read import read

SINCE, UNTIL = date(2021, 11, 1), date(2024, 12, 13)
GIANTS = 7


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home: Path = tmp_path_factory.mktemp("demo") / "home"
    with open_home(read_settings(home, {})) as opened:
        assert demo(opened, since=SINCE, until=UNTIL, companies=30).failures == []
        yield opened


def trades(place: Home) -> list[dict[str, Any]]:
    return sorted(
        read(place.tables, dataset("trades")).to_pylist(), key=lambda row: (row["event_time"], row["sequence"])
    )


def test_a_portfolio_is_kept_and_one_of_that_name_stays(place: Home) -> None:
    part = portfolio(place)
    largest = ask(place, "SELECT security FROM market_caps WHERE session = DATE '2024-12-13' ORDER BY market_cap DESC")
    names = [largest[rank]["security"] for rank in (0, 1, 2, 9, 19)]
    positions = f"30% {names[0]}, 25% {names[1]}, 20% {names[2]}, 15% {names[3]}, 10% {names[4]}"
    assert part.line == f'portfolio "demo" is kept, {positions}; choose it on the page'
    Shelf(place.settings.home).keep("demo", f"100% {names[4]}".encode())
    assert f"100% {names[4]};" in portfolio(place).line


def test_models_stand_on_the_scoreboard_and_one_of_them_has_forecast(place: Home) -> None:
    part = forecast(place)
    assert not part.left_out
    board = ask(place, "SELECT target, model, failed FROM backtests")
    assert {(row["target"], row["model"]) for row in board} == {
        *(("volatility", name) for name in ("naive", "har", "ridge", "forest")),
        *(("return", name) for name in ("naive", "drift", "ridge", "forest")),
    }
    assert [row for row in board if row["failed"]] == []
    card = Registry(place.settings.home).card("volatility-1", 1)
    assert (card.model, card.world) == ("har", "simulated")
    assert card.trained_until == date(2024, 11, 29)  # ten sessions before the last: 12-02 to 12-13
    assert "5 models tried" in part.line
    assert f"volatility-1 (har) is registered, {GIANTS * PLAYED} forecasts scored" in part.line
    ahead = ask(place, "SELECT DISTINCT session FROM forecasts EXCEPT SELECT DISTINCT session FROM scores")
    assert ahead == [{"session": date(2024, 12, 16)}]  # the Monday after the market's last Friday


def test_forecast_again_with_nothing_new_does_nothing(place: Home) -> None:
    first = forecast(place)
    before = {name: read(place.tables, dataset(name)).num_rows for name in ("backtests", "forecasts", "scores")}
    assert forecast(place) == first
    assert before == {name: read(place.tables, dataset(name)).num_rows for name in before}
    assert Registry(place.settings.home).versions("volatility-1") == [1]


def test_the_market_goes_on_from_minute_to_minute(place: Home) -> None:
    began = datetime.now(UTC)
    part = streamed(place)
    assert not part.left_out
    rows = trades(place)
    assert len(rows) == len({row["sequence"] for row in rows}) == 600 * RATE
    assert {row["source_kind"] for row in rows} == {"simulated"}
    assert timedelta(minutes=9) < rows[-1]["event_time"] - rows[0]["event_time"] < timedelta(minutes=11)
    assert abs(rows[-1]["event_time"] - began) < timedelta(seconds=60)
    closes = ask(place, "SELECT security, close FROM bars WHERE session = DATE '2024-12-13'")
    first = {row["security"]: row["price"] for row in reversed(rows)}
    known = {row["security"]: row["close"] for row in closes}
    off = [name for name, price in first.items() if abs(price / known[name] - 1) > 0.01]
    assert len(off) <= 1  # an odd trade may be a security's first

    live = LiveReader(place.settings.home).now()
    assert live.trades == len(rows)
    seen = Counter((flag.security, flag.event_time) for flag in live.flags)
    assert seen
    assert max(seen.values()) == 1
    assert {abs(flag.price / flag.usual - 1) > 0.02 for flag in live.flags} == {True}


def test_run_again_it_goes_on_where_the_tables_end(place: Home) -> None:
    streamed(place)
    before = trades(place)
    last = {row["security"]: row["price"] for row in before}
    sleep(1.1)
    streamed(place)
    new = trades(place)[len(before) :]
    assert {row["feed"] for row in new}.isdisjoint({row["feed"] for row in before})
    assert new[0]["event_time"] >= before[-1]["event_time"]
    steps = [abs(row["price"] / last[row["security"]] - 1) for row in new]
    assert sorted(steps)[len(steps) // 2] < 0.01


def test_it_goes_on_while_a_block_lasts_and_ends_with_it(place: Home) -> None:
    streamed(place)
    before, until = len(trades(place)), monotonic() + 30
    with streaming(place):
        while len(trades(place)) < before + 2 * RATE and monotonic() < until:
            sleep(0.3)
    after = len(trades(place))
    assert after >= before + 2 * RATE
    sleep(1.5)
    assert len(trades(place)) == after
    assert [sink.stage for sink in LiveReader(place.settings.home).now().sinks] == ["ended"]


def test_what_is_not_installed_is_left_out_with_what_brings_it() -> None:
    assert missing(("json", "no_such_library")) == ["no_such_library"]
    part = left_out("Live", ["no_such_library"])
    assert part.left_out
    assert part.line == "left out, no_such_library not installed: pip install 'topheavy[demo]', then run this again"
