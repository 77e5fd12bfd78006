"""What every processor promises, held over all that are found: it declares its columns, and so reaches everyone."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from fastapi.testclient import TestClient

from support.page_walk import walk
from support.planted import planted
from support.served_home import served_home, whole_home
from support.sink_statuses import publish_counts, sink_status, sinks_at_work
from support.trades import trades
from topheavy.answers.sql import ask
from topheavy.core.errors import StreamError
from topheavy.core.plugins import PROCESSORS, load
from topheavy.core.settings import read_settings
from topheavy.datasets.schema import TEXT, Column
from topheavy.home import open_home
from topheavy.stream.processor import (
    EVIDENCE,
    FromAnswer,
    FromTrades,
    Given,
    Processor,
    begin_all,
    from_trades,
    joined,
    processors,
)
from topheavy.stream.sink.status import sink_statuses

GIVEN = Given(
    pa.table({"security": ["AAPL", "MSFT"], "issuer": ["Apple", "Microsoft"], "shares": [1000.0, 500.0]}),
    pa.table({"group": ["two", "two"], "security": ["AAPL", "MSFT"]}),
)
SIZED = [trades(list(range(300)), apart=1), trades(list(range(300, 400)), "MSFT", apart=1)]
ODD = trades([400], apart=1)
MADE = pa.concat_tables([*SIZED, ODD.set_column(4, ODD.schema.field("price"), pa.array([250.0]))])
"""Trades of two securities; the last of them is far from all before it, so that no answer is without rows."""

each_processor = pytest.mark.parametrize("name", sorted(processors()))


def told(*parts: pa.Table) -> dict[str, pa.Table]:
    """What a sink tells that took in ``parts``."""
    states = begin_all(Given())
    for part in parts:
        for live in states.values():
            live.take(part)
    return {name: item.conform(states[name].answer()) for name, item in from_trades().items()}


def answer(name: str, *sinks: dict[str, pa.Table]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = joined(name, sinks, GIVEN).to_pylist()
    return rows


def test_processors_are_the_plug_ins_that_were_found() -> None:
    assert set(processors()) == set(load(PROCESSORS)) != set()


@each_processor
def test_it_declares_what_identifies_a_row_and_its_order(name: str) -> None:
    item, names = processors()[name], processors()[name].schema.names
    assert len(set(names)) == len(names)
    assert set(item.key) <= set(names)
    assert item.key
    assert item.first in names
    assert all(column.meaning for column in item.all_columns)
    assert isinstance(item, FromTrades | FromAnswer)


@each_processor
def test_every_row_says_what_it_rests_on(name: str) -> None:
    assert processors()[name].all_columns[-len(EVIDENCE) :] == EVIDENCE
    rows = answer(name, told(MADE))
    assert rows
    newest = max(MADE["event_time"].to_pylist())
    for row in rows:
        assert 0 < row["trades"] <= MADE.num_rows
        assert row["event_time"] <= newest
        assert row["source_kind"] == "simulated", "so are all these trades"
    assert max(row["event_time"] for row in rows) == newest


@each_processor
def test_its_rows_are_as_it_declares(name: str) -> None:
    item, rows = processors()[name], joined(name, [told(MADE)], GIVEN)
    assert rows.schema == item.schema
    keys = [tuple(row[part] for part in item.key) for row in rows.to_pylist()]
    assert len(set(keys)) == len(keys)
    first = rows[item.first].to_pylist()
    assert first == sorted(first, reverse=True)
    for column in item.all_columns:
        assert column.optional or rows[column.name].null_count == 0


@each_processor
def test_pieces_come_to_the_same_as_the_whole(name: str) -> None:
    pieces = told(*(MADE.slice(at, 37) for at in range(0, MADE.num_rows, 37)))
    assert answer(name, pieces) == [
        {
            column: pytest.approx(value, rel=1e-12) if isinstance(value, float) else value
            for column, value in row.items()
        }
        for row in answer(name, told(MADE))
    ]


@each_processor
def test_two_sinks_come_to_the_same_as_one(name: str) -> None:
    of = [MADE.filter(pa.compute.equal(MADE["security"], security)) for security in ("AAPL", "MSFT")]
    assert answer(name, *(told(part) for part in of)) == answer(name, told(MADE))
    assert answer(name, told(MADE), told(MADE)) == answer(name, told(MADE)), "a row counts once"


@each_processor
def test_before_the_first_trade_there_is_an_answer_without_rows(name: str) -> None:
    assert answer(name) == answer(name, told()) == []


@each_processor
def test_it_comes_through_a_sinks_status_file(name: str, tmp_path: Path) -> None:
    with sinks_at_work(tmp_path, sink_status(MADE)):
        (status,) = sink_statuses(tmp_path)
    assert answer(name, dict(status.answers)) == answer(name, told(MADE))


# everyone it reaches


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_counts(whole_home(tmp_path_factory.mktemp("whole") / "home"))


def assert_reached(home: Path, client: TestClient, name: str) -> None:
    item = processors()[name]
    said = client.get(f"/api/live/{name}").json()
    assert [column["name"] for column in said["columns"]] == item.schema.names
    assert (said["text"], said["world"]) == (item.text, "simulated" if said["rows"] else "")
    page = str(walk(client, "/live").values["live-answers", "children"])
    assert f"/api/live/{name}" in page
    assert item.text in page
    with open_home(read_settings(home, {}), create=False) as place:
        rows = ask(place, f"SELECT * FROM {name}")
    assert [list(row) for row in rows] == [item.schema.names] * said["total"]


def test_each_reaches_the_page_the_interface_and_sql(whole: Path) -> None:
    with served_home(whole) as client:
        for name in sorted(processors()):
            assert_reached(whole, client, name)


PLANTED = """
from datetime import timedelta
import pyarrow as pa
from topheavy.datasets.schema import NUMBER, TEXT, Column
from topheavy.stream.processor import FromTrades, Live

class Largest(Live):
    def __init__(self, given):
        self.rows = {}

    def take(self, trades):
        for row in trades.to_pylist():
            before = self.rows.get(row["security"], {"trades": 0, "size": 0.0})
            newest = {name: row[name] for name in ("security", "event_time", "source_kind")}
            self.rows[row["security"]] = newest | {
                "size": max(before["size"], row["size"]), "trades": before["trades"] + 1}

    def answer(self):
        return pa.Table.from_pylist(list(self.rows.values()), schema=PROCESSOR.schema)

COLUMNS = (Column("security", TEXT, "the share class"), Column("size", NUMBER, "the largest trade", "shares"))
PROCESSOR = FromTrades("live_largest", "the largest trades", COLUMNS, ("security",), "size", timedelta(1), Largest)
"""


def test_one_file_is_enough_to_be_reached(tmp_path: Path, whole: Path) -> None:
    with planted(tmp_path, PROCESSORS, "live_largest", PLANTED), served_home(whole) as client:
        assert_reached(whole, client, "live_largest")
        rows = client.get("/api/live/live_largest").json()["rows"]
    assert [(row["security"], row["size"], row["trades"]) for row in rows] == [("MSFT", 4.0, 1), ("AAPL", 3.0, 3)]


def test_one_that_does_not_answer_as_it_declares_is_named() -> None:
    item = Processor("live_odd", "odd", (Column("security", TEXT, "the share class"),), ("security",), "security")
    with pytest.raises(StreamError, match="processor 'live_odd' does not answer as it declares"):
        item.conform(pa.table({"security": ["AAA"]}))
    evidence = {"event_time": [datetime(2024, 12, 6, tzinfo=UTC)], "trades": [1], "source_kind": ["file"]}
    with pytest.raises(StreamError, match="live_odd"):
        item.conform(
            pa.table({"security": [date(2024, 12, 6)], "event_time": ["x"], "trades": [1], "source_kind": [""]})
        )
    assert item.conform(pa.table({"security": ["AAA"], "extra": [1], **evidence})).schema == item.schema


def test_an_answer_that_there_is_not_is_refused_with_the_nearest(whole: Path) -> None:
    with served_home(whole) as client:
        refused = client.get("/api/live/live_price")
    assert (refused.status_code, "did you mean 'live_prices'" in refused.json()["message"]) == (404, True)
