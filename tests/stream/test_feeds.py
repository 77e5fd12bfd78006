"""Feeds by themselves: histories of all sorts, faults on request, the vendor's socket, and pace."""

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from support.vendor_socket import KEY, minute, trade, vendor_socket
from topheavy.core.errors import UsageError
from topheavy.core.settings import Settings, read_settings
from topheavy.stream.feed import Ask, Tamper, Timed, feed
from topheavy.stream.feeds.polygon_ws import Refused
from topheavy.stream.pace import Pace
from topheavy.stream.recorded.history import history

NOWHERE = read_settings(Path(), {})


def table(count: int = 1_000) -> pa.Table:
    moments = pa.array([1_700_000_000_000_000 + 1_000 * n for n in range(count)]).cast(pa.timestamp("us", "UTC"))
    return pa.table({"symbol": ["A"] * count, "time": moments, "price": [1.0] * count, "size": [1.0] * count})


def played(tamper: Tamper, seed: int = 0) -> tuple[list[int], list[float]]:
    timed = list(feed("replay").trades(NOWHERE, Ask(table(), tamper=tamper, seed=seed)))
    return [n for one in timed for n in one.batch["sequence"].to_pylist()], [one.due or 0.0 for one in timed]


def test_a_day_is_played_at_its_close(tmp_path: Path) -> None:
    days = pa.table({"date": [date(2024, 7, 3), date(2024, 12, 6)], "Ticker": ["A", "A"], "Close": [1.0, 2.0]})
    pa.parquet.write_table(days.append_column("volume", pa.array([5, 6])), tmp_path / "bars.parquet")
    rows = history(tmp_path / "bars.parquet")
    assert rows["event_time"].to_pylist() == [
        datetime(2024, 7, 3, 20, tzinfo=UTC),
        datetime(2024, 12, 6, 21, tzinfo=UTC),
    ]
    assert rows["feed"].to_pylist() == ["bars", "bars"]


def test_files_of_a_folder_are_one_market_named_by_their_files(tmp_path: Path) -> None:
    for name, at in (("B_1m.csv", "13:31"), ("A_1m.csv", "13:30")):
        (tmp_path / name).write_text(f"Datetime,Close,Volume\n2026-03-19 {at}:00+00:00,2.5,7\n")
    rows = history(tmp_path)
    assert rows["security"].to_pylist() == ["A", "B"]
    assert rows["sequence"].to_pylist() == [0, 1]


@pytest.mark.parametrize("what", [Path("nowhere"), pa.table({"price": [1.0]})])
def test_what_cannot_be_replayed_is_said(what: Any) -> None:
    with pytest.raises(UsageError):
        history(what)


def test_faults_come_by_seed_and_only_on_request() -> None:
    assert played(Tamper())[0] == list(range(1_000))
    bad = Tamper(gaps=0.1, duplicates=0.1, disorder=0.2, jitter=0.01)
    assert played(bad, 1) == played(bad, 1) != played(bad, 2)


def test_each_fault_is_what_it_says() -> None:
    gaps, twice, mixed = (played(t)[0] for t in (Tamper(gaps=0.1), Tamper(duplicates=0.1), Tamper(disorder=0.1)))
    assert 850 < len(gaps) == len(set(gaps)) < 950
    assert 1_050 < len(twice) < 1_150
    assert set(twice) == set(mixed) == set(range(1_000))
    assert mixed != sorted(mixed)
    shaken, due = played(Tamper(jitter=0.5))
    assert shaken != sorted(shaken)
    assert due == sorted(due)


@pytest.mark.parametrize("tamper", [Tamper(gaps=1.5), Tamper(duplicates=-1), Tamper(jitter=float("nan"))])
def test_a_share_that_is_none_is_refused(tamper: Tamper) -> None:
    with pytest.raises(UsageError):
        played(tamper)


def test_a_simulated_market_keeps_its_rate_and_never_repeats() -> None:
    timed = list(
        islice(feed("simulator").trades(NOWHERE, Ask(rate=2_000, begin=datetime(2026, 1, 5, tzinfo=UTC))), 1_000)
    )
    assert 4.5 < (timed[-1].due or 0) < 5.5
    assert sum(one.batch.num_rows for one in timed) == 10_000
    assert min(price for one in timed for price in one.batch["price"].to_pylist()) > 0


def live(address: str, key: str = KEY) -> Settings:
    return read_settings(Path(), {"TOPHEAVY_POLYGON_WS": address, "POLYGON_API_KEY": key})


def from_the_vendor(script: Sequence[Sequence[Any]], batches: int, ask: Ask) -> list[dict[str, Any]]:
    with vendor_socket(script) as address:
        timed = list(islice(feed("polygon_ws").trades(live(address), ask), batches))
    return [row for one in timed for row in one.batch.to_pylist()]


def test_the_vendor_is_followed_over_broken_connections_and_odd_messages() -> None:
    script = [[[trade(1), {"ev": "T", "sym": "X"}], "no json", [{"ev": "LULD"}]], [], [[trade(2)]]]
    rows = from_the_vendor(script, 2, Ask())
    assert [row["sequence"] for row in rows] == [1, 2]
    assert rows[0] | {"event_time": None} == {
        "feed": "polygon/T/AAPL/2018-09-04",
        "sequence": 1,
        "security": "AAPL",
        "event_time": None,
        "price": 114.125,
        "size": 100.0,
        "venue": "4",
        "source_kind": "vendor",
    }


def test_aggregates_are_trades_of_their_minute() -> None:
    [row] = from_the_vendor([[[minute(1_610_144_640_000)]]], 1, Ask(options={"channel": "AM"}))
    assert (row["event_time"], row["price"], row["size"]) == (datetime(2021, 1, 8, 22, 24, tzinfo=UTC), 0.4486, 4110)


def test_the_vendor_hears_what_is_wanted() -> None:
    asked: list[dict[str, Any]] = []
    with vendor_socket([[[trade(1)]]], asked) as address:
        next(iter(feed("polygon_ws").trades(live(address), Ask(securities=("SPY", "IBM")))))
    assert asked == [{"action": "subscribe", "params": "T.SPY,T.IBM"}]


def test_a_wrong_key_is_refused_and_not_tried_again() -> None:
    with vendor_socket([[]]) as address, pytest.raises(Refused, match="check the key"):
        next(iter(feed("polygon_ws").trades(live(address, "wrong"), Ask())))


def batches(count: int, every: float) -> list[Timed]:
    batch = pa.record_batch({"n": [1]})
    return [Timed(n * every, batch) for n in range(count)]


def test_what_is_due_leaves_then_and_never_before() -> None:
    pace = Pace(speed=1)
    begun = time.monotonic()
    assert len(list(pace.keep(batches(101, 0.01)))) == 101
    assert 1.0 <= time.monotonic() - begun < 1.5
    assert min(pace.errors) >= 0
    assert sorted(pace.errors)[len(pace.errors) // 2] < 0.010


def test_played_faster_or_unpaced() -> None:
    begun = time.monotonic()
    assert len(list(Pace(speed=100).keep(batches(11, 1)))) == 11
    assert 0.1 <= time.monotonic() - begun < 0.5
    assert len(list(Pace(speed=0).keep(batches(11, 1_000)))) == 11


def test_a_wait_can_be_ended() -> None:
    stop = Event()
    kept = Pace(1, stop).keep(batches(2, 1_000))
    next(kept)
    stop.set()
    assert list(kept) == []


def test_a_made_up_market_goes_on_from_the_prices_given() -> None:
    ask = Ask(
        rate=2_000, options={"prices": {"AAA": 10.0, "BBB": 4_000.0}}, begin=datetime(2024, 12, 6, 15, tzinfo=UTC)
    )
    rows = next(iter(feed("simulator").trades(NOWHERE, ask))).batch.to_pylist()
    assert {row["security"] for row in rows} == {"AAA", "BBB"}
    for row in rows:
        assert row["price"] == pytest.approx({"AAA": 10.0, "BBB": 4_000.0}[row["security"]], rel=0.01)
