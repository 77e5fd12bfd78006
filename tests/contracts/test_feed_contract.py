"""What every feed promises, held over all feeds that are found."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice, pairwise
from pathlib import Path

import pyarrow as pa
import pytest

from support.vendor_socket import KEY, trade, vendor_socket
from topheavy.core.plugins import FEEDS, load
from topheavy.core.settings import Settings, read_settings
from topheavy.stream.feed import Ask, Feed, Timed, feeds
from topheavy.stream.wire.format import TRADE, decode, pack

each_feed = pytest.mark.parametrize("feed", load(FEEDS).values(), ids=lambda feed: feed.name)
BEGIN = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
EVENTS = [[[trade(n, f"S{n % 3}") for n in range(at, at + 10)] for at in range(0, 300, 10)]]


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    with vendor_socket(EVENTS) as address:
        yield read_settings(tmp_path, {"TOPHEAVY_POLYGON_WS": address, "POLYGON_API_KEY": KEY})


def ask(seed: int = 1) -> Ask:
    moments = pa.array([1_700_000_000_000_000 + 10_000 * n for n in range(200)]).cast(pa.timestamp("us", "UTC"))
    names = [f"S{n % 3}" for n in range(200)]
    table = pa.table({"ticker": names, "time": moments, "price": [1.5] * 200, "size": [10] * 200})
    return Ask(what=table, seed=seed, begin=BEGIN)


def some(feed: Feed, settings: Settings, seed: int = 1) -> list[Timed]:
    return list(islice(feed.trades(settings, ask(seed)), 20))


def rows(timed: list[Timed]) -> pa.Table:
    return pa.Table.from_batches([one.batch for one in timed])


@each_feed
def test_a_feed_says_what_it_is(feed: Feed) -> None:
    assert feeds()[feed.name] is feed
    assert feed.title
    assert "\n" not in feed.title
    assert feed.kind != "simulated" or "SIMULATED" in feed.title


@each_feed
def test_a_feed_yields_trades_and_nothing_empty(feed: Feed, settings: Settings) -> None:
    timed = some(feed, settings)
    assert timed
    assert all(one.batch.num_rows for one in timed)
    assert all(one.batch.schema.equals(TRADE) for one in timed)
    rows(timed).validate(full=True)
    assert not [name for name in TRADE.names if not TRADE.field(name).nullable and rows(timed)[name].null_count]


@each_feed
def test_a_feed_says_of_which_kind_its_trades_are(feed: Feed, settings: Settings) -> None:
    assert set(rows(some(feed, settings))["source_kind"].to_pylist()) == {str(feed.kind)}


@each_feed
def test_a_trade_is_known_by_feed_and_sequence(feed: Feed, settings: Settings) -> None:
    table = rows(some(feed, settings))
    keys = list(zip(table["feed"].to_pylist(), table["sequence"].to_pylist(), strict=True))
    assert len(set(keys)) == len(keys)


@each_feed
def test_what_is_due_is_due_in_order(feed: Feed, settings: Settings) -> None:
    due = [one.due for one in some(feed, settings) if one.due is not None]
    assert all(a <= b for a, b in pairwise(due))


@each_feed
def test_a_feed_goes_over_the_wire_and_back(feed: Feed, settings: Settings) -> None:
    table = rows(some(feed, settings))
    came = decode([one.value for one in pack(table, 7)])
    assert came.dead == []
    order = [("feed", "ascending"), ("sequence", "ascending")]
    assert came.table.sort_by(order).equals(table.combine_chunks().sort_by(order))


@each_feed
def test_the_same_seed_is_the_same_market(feed: Feed, settings: Settings) -> None:
    if feed.kind == "vendor":
        pytest.skip("a vendor's market has no seed")
    first, again = (some(feed, settings) for _ in range(2))
    assert rows(first).equals(rows(again))
    assert [one.due for one in first] == [one.due for one in again]
