"""SQL over what is published and what came live since, in one query."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from topheavy.answers.sql import ask
from topheavy.core.errors import NotPublished, WarehouseError
from topheavy.core.positions import Position
from topheavy.core.settings import read_settings
from topheavy.datasets.schema import dataset
from topheavy.home import Home, open_home
from topheavy.tables.streams import streaming
from topheavy.warehouse.build import build

MOMENT = datetime(2024, 12, 6, 15, 30, tzinfo=UTC)
TRADES = [("AAA", 1, 10.0, 3.0), ("AAA", 2, 11.0, 1.0), ("BBB", 3, 50.0, 2.0)]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Home]:
    """Three live trades; nothing is published yet."""
    with open_home(read_settings(tmp_path / "home", {})) as opened:
        rows = [
            {"feed": "f", "sequence": number, "security": name, "event_time": MOMENT, "price": price, "size": size,
             "source_kind": "simulated", "partition": 0, "batch": 0, "received_at": MOMENT}
            for name, number, price, size in TRADES
        ]  # fmt: skip
        live = pa.Table.from_pylist(rows, schema=dataset("trades").schema)
        streaming.append(opened.tables, dataset("trades"), live, Position("trades", "id", {0: 0}), {0: 3})
        yield opened


def publish(place: Home) -> None:
    daily = pa.table({"security": ["AAA", "BBB"], "close": [10.0, 40.0]})
    build(place.lake.folder.path, {"daily": daily}, [], [], {"world": "simulated"})


def test_live_trades_are_answered_before_anything_is_published(place: Home) -> None:
    assert ask(place, "SELECT security, SUM(size) AS size FROM trades GROUP BY security ORDER BY security") == [
        {"security": "AAA", "size": 4.0},
        {"security": "BBB", "size": 2.0},
    ]
    assert ask(place, "SELECT COUNT(*) AS n FROM minute_bars") == [{"n": 0}], "none was ever made"


def test_live_trades_join_the_daily_figures(place: Home) -> None:
    publish(place)
    query = """
        SELECT t.security, MAX(t.price / d.close - 1) AS change FROM trades AS t
        JOIN daily AS d ON d.security = t.security GROUP BY t.security ORDER BY t.security
    """
    assert ask(place, query) == [{"security": "AAA", "change": pytest.approx(0.1)}, {"security": "BBB", "change": 0.25}]


def test_what_comes_later_is_seen_by_the_next_question(place: Home) -> None:
    more = pa.Table.from_pylist(
        [
            dict(
                zip(
                    dataset("trades").schema.names,
                    ["f", 4, "AAA", MOMENT, 12.0, 1.0, None, "simulated", 0, 3, MOMENT],
                    strict=True,
                )
            )
        ],
        schema=dataset("trades").schema,
    )
    streaming.append(place.tables, dataset("trades"), more, Position("trades", "id", {0: 3}), {0: 4})
    assert ask(place, "SELECT MAX(price) AS p FROM trades WHERE security = 'AAA'") == [{"p": 12.0}]


@pytest.mark.parametrize("query", ["SELECT COUNT(*) FROM daily", "SELECT 'trades' AS word FROM daily"])
def test_without_a_publication_only_live_tables_are_there(place: Home, query: str) -> None:
    with pytest.raises(NotPublished):
        ask(place, query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM trades, read_csv('/etc/hostname')",
        "COPY trades TO 'stolen.csv'",
        "CREATE TABLE mine AS SELECT * FROM trades",
        "SELECT 1 FROM trades; SELECT 2",
        "SET threads = 1; SELECT * FROM trades",
    ],
)
@pytest.mark.parametrize("published", [False, True])
def test_the_sandbox_holds_beside_live_tables(place: Home, query: str, published: bool) -> None:
    if published:
        publish(place)
    with pytest.raises(WarehouseError):
        ask(place, query)


def test_two_columns_of_one_name_are_both_there(place: Home) -> None:
    publish(place)
    assert ask(place, "SELECT 1 AS a, 2 AS a, 3 AS a_2, 4 AS a") == [{"a": 1, "a_3": 2, "a_2": 3, "a_4": 4}]
