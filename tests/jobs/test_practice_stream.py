"""A market through the practice broker into the tables: as long as one likes, for what was read makes room."""

from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pyarrow as pa
import pytest

from topheavy.core.errors import LakeError
from topheavy.core.settings import Settings, read_settings
from topheavy.core.units import SourceKind
from topheavy.datasets.schema import dataset
from topheavy.home import open_home
from topheavy.jobs.stream import commands
from topheavy.jobs.stream.feed import Manner, feed
from topheavy.jobs.stream.sink import Follow, open_sink
from topheavy.lake.folder import open_folder
from topheavy.stream.feed import Ask
from topheavy.stream.kafka.broker import practice
from topheavy.stream.kafka.unread import PRACTICE_BYTES
from topheavy.tables.read import read

COUNT = 400_000
"""Trades of 33 bytes each on the wire: more than three times what may lie unread."""

PART = 100_000


def trades(count: int) -> pa.Table:
    begin = datetime(2024, 12, 6, 14, 30, tzinfo=UTC)
    micros = int(begin.timestamp() * 1e6)
    return pa.table(
        {
            "security": pa.array(["AAA", "BBB", "CCC", "DDD", "EEE"] * (count // 5)),
            "event_time": pa.array(range(micros, micros + 1_000 * count, 1_000)).cast(pa.timestamp("us", "UTC")),
            "price": [100.0, 200.0, 300.0, 400.0, 500.0] * (count // 5),
            "size": [1.0] * count,
        }
    )


def settings(home: Path) -> Settings:
    return read_settings(home, {})


def test_several_times_of_what_it_keeps_goes_through_it_each_trade_once(tmp_path: Path) -> None:
    done = commands.send(settings(tmp_path), "replay", Ask(trades(COUNT)), speed=0, sink=True)
    assert (done["sent"], done["acknowledged"], done["new_trades"], done["repeated"]) == (COUNT, COUNT, COUNT, 0)
    assert COUNT * 33 > 3 * PRACTICE_BYTES
    with open_home(settings(tmp_path), create=False) as home:
        rows = read(home.tables, dataset("trades"), columns=("sequence", "price"))
        bars = read(home.tables, dataset("minute_bars"), columns=("trades", "volume"))
    assert rows.num_rows == len(set(rows["sequence"].to_pylist())) == COUNT
    assert sum(rows["price"].to_pylist()) == 300.0 * COUNT
    assert sum(bars["trades"].to_pylist()) == COUNT
    assert sum(bars["volume"].to_pylist()) == float(COUNT)


def test_nothing_is_left_to_read_and_no_more_than_the_limit_ever_was(tmp_path: Path) -> None:
    target, most = practice(), 0
    assert target.unread is not None
    with open_home(settings(tmp_path)) as home, open_sink(home, Follow(target, "trades", restart=True)) as sink:
        for number in range(COUNT // PART):
            part = Ask(trades(PART), options={"feed": f"part {number}"})
            feed(home.settings, "replay", part, Manner(speed=0), to=target)
            most = max(most, target.unread.bytes)
            until = monotonic() + 60
            while sink.tally.trades < (number + 1) * PART and monotonic() < until:
                sink.step()
            assert (sink.tally.trades, target.unread.bytes) == ((number + 1) * PART, 0)
        assert PART * 33 < most <= PRACTICE_BYTES


def test_a_sink_that_breaks_off_ends_the_feed_with_its_own_reason(tmp_path: Path) -> None:
    open_folder(tmp_path).settle(SourceKind.VENDOR)
    began = monotonic()
    with pytest.raises(LakeError, match="simulated"):
        commands.send(settings(tmp_path), "simulator", Ask(rate=500_000), speed=0, sink=True)
    assert monotonic() - began < 60
