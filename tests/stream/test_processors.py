"""What each live answer says of trades that are known; what all of them promise is in the contract."""

import random
from datetime import timedelta

import polars as pl
import pyarrow as pa
import pytest

from support.trades import START, trades
from topheavy.stream.processor import Given, begin_all, frame_of, joined, processors

GIVEN = Given(
    pa.table(
        {"security": ["AAPL", "MSFT", "GE"], "issuer": ["Apple", "Microsoft", "GE"], "shares": [1000.0, 500.0, 50.0]}
    ),
    pa.table({"group": ["two", "two", "one"], "security": ["AAPL", "MSFT", "MSFT"]}),
)
MADE = pa.concat_tables([trades(list(range(300)), apart=1), trades(list(range(300, 400)), "MSFT", apart=1)])


def answers(*parts: pa.Table) -> dict[str, pa.Table]:
    states = begin_all(GIVEN)
    for part in parts:
        for live in states.values():
            live.take(part)
    told = {name: live.answer() for name, live in states.items()}
    return {name: joined(name, [told], GIVEN) for name in processors()}


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
    assert share["group"].to_list() == ["two", "one"], "the largest first"
    assert share["share"].to_list() == pytest.approx([1.0, 50_000 / 155_000])
    assert (share["priced"][0], share["issuers"][0]) == (2, 3), "GE was not traded"
    assert (share["trades"][0], share["source_kind"][0]) == (400, "simulated")


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
