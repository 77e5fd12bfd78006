"""The tape of a live market: one answer of what all sinks say, which says what it lacks, whatever the clocks do."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from support.sink_statuses import NOW, publish_counts, sink_status, sinks_at_work
from support.trades import START, trades
from topheavy.answers.live.facts import Flow, SinkStage
from topheavy.answers.live.reader import LiveReader
from topheavy.core.clock import fixed_clock
from topheavy.core.errors import StreamError, UsageError
from topheavy.core.positions import Position
from topheavy.core.units import SourceKind
from topheavy.datasets.schema import dataset
from topheavy.jobs.stream.minute_bars import MinuteBars
from topheavy.stream.sink.minutes import touched
from topheavy.stream.sink.status import FOLDER, StatusFile, sink_statuses
from topheavy.tables.catalogs.catalog import Tables
from topheavy.tables.streams import streaming
from topheavy.warehouse.build import build

HALF = trades([0, 1, 2], "AAPL", apart=1)
OTHER = trades([3, 4], "MSFT", apart=1)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return publish_counts(tmp_path)


def look(home: Path, now: datetime = NOW):  # type: ignore[no-untyped-def]
    ticker = LiveReader(home, fixed_clock(now))
    try:
        return ticker.now()
    finally:
        ticker.close()


def test_before_any_sink_there_is_nothing(tmp_path: Path) -> None:
    live = look(tmp_path)
    assert (live.flow, live.world, live.prices, live.behind) == (Flow.NEVER, "", (), 0)


def test_several_sinks_are_one_market(home: Path) -> None:
    with sinks_at_work(home, sink_status(HALF, index=0, of=2, again=2), sink_status(OTHER, index=1, of=2, dead=1)):
        live = look(home)
    assert (live.flow, live.world, live.kinds) == (Flow.STREAMING, "simulated", (SourceKind.SIMULATED,))
    assert (live.trades, live.repeated, live.unreadable, live.behind, live.missing) == (5, 2, 1, 8, "")
    assert {one.security: one.price for one in live.prices} == {"AAPL": 102.0, "MSFT": 104.0}
    (group,) = live.groups
    assert (group.title, group.share) == ("Magnificent 7", 1.0)
    assert group.total_cap == 1000 * 102 + 500 * 104, "each sink knows one of the two"
    assert (group.members_priced, group.members, group.priced, group.issuers) == (2, 2, 2, 3)


def test_the_share_is_of_what_streams(home: Path) -> None:
    with sinks_at_work(home, sink_status(HALF, trades([5], "GE", apart=1))):
        (group,) = look(home).groups
    assert group.share == pytest.approx(102_000 / (102_000 + 50 * 105))
    assert (group.members_priced, group.priced) == (1, 2)


def test_a_sink_that_is_not_at_work_is_missed(home: Path) -> None:
    with sinks_at_work(home, sink_status(HALF, index=0, of=3), sink_status(OTHER, index=1, of=3)) as boards:
        boards[1].close()
        live = look(home)
    assert "sink 2 of 3 of trades, 3 of 3 of trades" in live.missing
    assert [one.stage for one in live.sinks] == [SinkStage.RUNNING, SinkStage.BROKEN_OFF]
    assert live.securities == 2, "what it said last is still known"


def test_once_none_is_at_work_the_last_to_speak_are_told(home: Path) -> None:
    early, late = sink_status(HALF, topic="old"), sink_status(OTHER, over=True, said_at=NOW)
    with sinks_at_work(home, early, late):
        pass
    live = look(home)
    assert (live.flow, [one.topic for one in live.sinks], live.sinks[0].stage) == (
        Flow.STOPPED, ["trades"], SinkStage.ENDED
    )  # fmt: skip
    assert live.missing == ""


def test_why_a_sink_broke_off_is_told(home: Path) -> None:
    with sinks_at_work(home, sink_status(HALF, over=True, why="topic trades was made anew")):
        pass
    (sink,) = look(home).sinks
    assert (sink.stage, sink.why) == (SinkStage.BROKEN_OFF, "topic trades was made anew")


def test_a_sink_that_begins_takes_away_what_its_like_left(home: Path) -> None:
    with sinks_at_work(home, sink_status(HALF, index=0, of=2), sink_status(topic="trades.more")):
        pass
    with sinks_at_work(home, sink_status(OTHER, index=0, of=1)):
        left = sorted(file.name.rsplit(".", 3)[0:2] for file in (home / FOLDER).glob("*.json"))
        assert left == [["trades", "1-of-1"], ["trades.more", "1-of-1"]]
        assert [one.of for one in sink_statuses(home)] == [1]


@pytest.mark.parametrize(
    ("passed", "heard", "flow"),
    [(5, 5, Flow.STREAMING), (11, 5, Flow.REPEATING), (11, 11, Flow.QUIET)],
)
def test_how_it_flows_is_told(home: Path, passed: int, heard: int, flow: Flow) -> None:
    ago = {name: NOW - timedelta(seconds=s) for name, s in (("committed_at", passed), ("heard_at", heard))}
    with sinks_at_work(home, sink_status(HALF, **ago)):
        assert look(home).flow is flow


def test_the_rate_is_of_the_last_five_whole_seconds(home: Path) -> None:
    second = int(NOW.timestamp())
    seconds = {second - 1: 900, second - 2: 100, second - 3: 200, second - 6: 300, second - 7: 5000}
    with sinks_at_work(home, sink_status(HALF, seconds=seconds)):
        live = look(home)
    assert live.rate == 120.0
    assert sum(one.records for one in live.rates) == 6500


# clocks


def test_a_trade_is_as_old_as_its_own_clock_says(home: Path) -> None:
    with sinks_at_work(home, sink_status(trades([0], start=NOW - timedelta(seconds=4)))):
        live = look(home)
    assert (live.age, live.ahead) == (4.0, 0.0)


def test_a_replayed_trade_is_as_old_as_its_keeping(home: Path) -> None:
    long_ago = trades([0], start=NOW - timedelta(days=4000))
    replayed = long_ago.set_column(7, long_ago.schema.field("source_kind"), pa.array(["file"]))
    with sinks_at_work(home, sink_status(replayed)):
        live = look(home)
    assert (live.age, live.kinds, live.world) == (1.0, (SourceKind.FILE,), "real")


def test_an_event_clock_that_is_ahead_is_told_and_makes_no_age_below_zero(home: Path) -> None:
    with sinks_at_work(home, sink_status(trades([0], start=NOW + timedelta(hours=1)))):
        live = look(home)
    assert (live.age, live.ahead) == (1.0, 3600.0)


def test_a_machine_clock_set_back_makes_nothing_negative(home: Path) -> None:
    with sinks_at_work(home, sink_status(HALF)):
        live = look(home, NOW - timedelta(hours=2))
    assert live.age == 0.0
    assert live.sinks[0].silent == 0.0
    assert live.rate == 0.0


# changes and minutes


def whole(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows with something in every column that must have it."""
    schema = dataset(name).schema
    anything = {
        pa.bool_(): False,
        pa.string(): "x",
        pa.float64(): 1.0,
        pa.date32(): NOW.date(),
        pa.timestamp("us", "UTC"): NOW,
    }
    usual = {field.name: anything[field.type] for field in schema if not field.nullable}
    return pa.Table.from_pylist([usual | row for row in rows], schema=schema)


def test_a_change_is_against_the_close_before_where_it_is_published_as_traded(tmp_path: Path) -> None:
    friday, monday = date(2024, 3, 28), datetime(2024, 4, 1, 14, 30, tzinfo=UTC)
    bars = [
        {"session": friday, "security": name, "close": close, "dividend_basis": basis}
        for name, close, basis in (("AAA", 100.0, None), ("SPLIT", 204.0, None), ("PAID", 99.0, friday))
    ]
    splits = [
        {"security": "SPLIT", "effective": monday.date()},
        {"security": "AAA", "effective": date(2020, 8, 31)},
    ]
    build(tmp_path, {"bars": whole("bars", bars), "splits": whole("splits", splits)}, [], [], {"world": "real"})
    came = [trades([3, 6], name, start=monday) for name in ("AAA", "SPLIT", "PAID", "NEW")]
    with sinks_at_work(tmp_path, sink_status(*came)):
        found = {one.security: one for one in look(tmp_path, monday).prices}
    assert (found["AAA"].against, found["AAA"].change) == ("close of 2024-03-28", pytest.approx(0.06))
    for name in ("SPLIT", "PAID", "NEW"):
        assert (found[name].against, found[name].change) == ("first price of the day", pytest.approx(106 / 103 - 1))


def test_minutes_are_those_of_the_table(home: Path) -> None:
    rows, tables = trades(list(range(0, 600, 7)), apart=1), Tables(home)
    beside = {"partition": 0, "batch": 0, "received_at": START}
    for name, value in beside.items():
        field = dataset("trades").schema.field(name)
        rows = rows.append_column(field, pa.repeat(pa.scalar(value, field.type), rows.num_rows))
    whole = rows.select(dataset("trades").schema.names).cast(dataset("trades").schema)
    begin = Position("trades", "id", {0: 0})
    streaming.append(tables, dataset("trades"), whole, begin, {0: 1})
    MinuteBars(tables, 0).take(whole, begin.moved({0: 1}))
    ticker = LiveReader(home, fixed_clock(NOW))
    with sinks_at_work(home, sink_status(trades(list(range(0, 600, 7)), apart=1))):
        found = ticker.minutes("AAPL", 5)
        with pytest.raises(UsageError, match="did you mean 'AAPL'"):
            ticker.minutes("AAPLE", 5)
    assert [one.minute for one in found] == [START + timedelta(minutes=m) for m in range(5, 10)]
    assert sum(one.trades for one in ticker.minutes("AAPL", 100)) == rows.num_rows
    assert touched(rows).num_rows == len(ticker.minutes("AAPL", 100)) == 10
    ticker.close()
    tables.catalog.close()


# the file itself


def test_a_bulletin_comes_back_as_it_was_put(tmp_path: Path) -> None:
    said = sink_status(HALF, newest_dead="partition 0, offset 3: no JSON", why="")
    with sinks_at_work(tmp_path, said):
        (found,) = sink_statuses(tmp_path)
    assert found.lives
    for name in ("topic", "said_at", "kinds", "seconds", "parts", "newest_dead", "committed_at"):
        assert getattr(found, name) == getattr(said, name)
    for name, rows in said.answers.items():
        assert found.answers[name].to_pylist() == rows.to_pylist()
    assert found.answers["live_prices"].num_rows == 1


def test_one_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with sinks_at_work(tmp_path, sink_status(HALF)):
        (file,) = (tmp_path / FOLDER).glob("*.json")
        file.write_text(json.dumps(json.loads(file.read_text()) | {"version": 9}))
        with pytest.raises(StreamError, match="version 9"):
            sink_statuses(tmp_path)
        file.write_text("{")
        with pytest.raises(StreamError, match="cannot be read"):
            sink_statuses(tmp_path)


def test_a_disk_that_takes_no_bulletin_stops_no_sink(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    board = StatusFile(tmp_path, "trades", 0, 1)
    board.open()
    (tmp_path / FOLDER).rename(tmp_path / "elsewhere")
    board.put(sink_status(HALF))
    board.put(sink_status(HALF))
    assert [record.message for record in caplog.records if "live page" in record.message] != []
    assert len(caplog.records) == 1, "it is told once"
    board.close()
