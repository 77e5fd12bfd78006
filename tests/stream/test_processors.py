"""Live answers follow from the trades alone: in one go, in pieces, or after a restart they are the same."""

import random
from datetime import timedelta

import polars as pl
import pyarrow as pa
import pytest

from support.trades import START, trades
from topheavy.stream.processor import Given, begin_all, frame_of, processors

GIVEN = Given(
    pa.table(
        {"security": ["AAPL", "MSFT", "GE"], "issuer": ["Apple", "Microsoft", "GE"], "shares": [1000.0, 500.0, 50.0]}
    ),
    pa.table({"group": ["two", "two", "one"], "security": ["AAPL", "MSFT", "MSFT"]}),
)
MADE = pa.concat_tables([trades(list(range(300)), apart=1), trades(list(range(300, 400)), "MSFT", apart=1)])


def answers(*parts: pa.Table) -> dict[str, pa.Table]:
    live = begin_all(GIVEN)
    for part in parts:
        for one in live.values():
            one.take(part)
    return {name: one.answer() for name, one in live.items()}


@pytest.mark.parametrize("name", sorted(processors()))
def test_pieces_come_to_the_same_as_the_whole(name: str) -> None:
    pieces = answers(*(MADE.slice(at, 37) for at in range(0, MADE.num_rows, 37)))
    assert pieces[name].equals(answers(MADE)[name])


@pytest.mark.parametrize("name", sorted(processors()))
def test_before_the_first_trade_there_is_an_answer_without_rows(name: str) -> None:
    live = begin_all(Given())[name]
    assert live.answer().num_rows == 0
    live.take(MADE)
    live.answer()


@pytest.mark.parametrize("name", ["live_caps", "live_share", "live_vwap"])
def test_the_order_of_arrival_does_not_matter(name: str) -> None:
    mixed = MADE.take(random.Random(2).sample(range(400), 400))
    assert answers(mixed)[name].equals(answers(MADE)[name])


def test_caps_are_shares_times_the_last_price_and_a_late_trade_sets_none_back() -> None:
    caps = frame_of(answers(MADE, trades([3]))["live_caps"])
    assert dict(caps.select("issuer", "market_cap").iter_rows()) == {
        "Apple": 1000.0 * (100 + 299 % 7),
        "Microsoft": 500.0 * (100 + 399 % 7),
    }


def test_a_share_says_what_it_rests_on() -> None:
    share = frame_of(answers(MADE)["live_share"])
    assert share["group"].to_list() == ["one", "two"]
    assert share["share"].to_list() == pytest.approx([50_000 / 155_000, 1.0])
    assert (share["priced"][0], share["issuers"][0]) == (2, 3), "GE was not traded"


def test_vwap_begins_anew_with_the_day() -> None:
    tomorrow = trades([1000, 1001], start=START + timedelta(days=1))
    rows = frame_of(answers(MADE, tomorrow)["live_vwap"]).filter(pl.col("security") == "AAPL")
    assert rows["trades"].to_list() == [2]
    prices, sizes = tomorrow["price"].to_numpy(), tomorrow["size"].to_numpy()
    assert rows["vwap"].to_list() == [(prices * sizes).sum() / sizes.sum()]


def test_a_price_far_from_those_before_it_is_a_jump() -> None:
    odd = trades([299], apart=1)
    jumped = odd.set_column(4, odd.schema.field("price"), pa.array([250.0]))
    usual = trades(list(range(299)), apart=1)
    found = frame_of(answers(usual, jumped)["live_jumps"])
    assert found["price"].to_list() == [250.0]
    assert found["usual"].to_list() == [103.0]
    assert answers(usual)["live_jumps"].num_rows == 0
