"""A minute's bar is what its trades say, in any order; a correction is counted once the bar was final."""

import random
from datetime import timedelta

import polars as pl
import pyarrow as pa

from support.trades import START, trades
from topheavy.datasets.schema import dataset
from topheavy.stream.sink.minutes import bars_of, revised, touched

BARS = dataset("minute_bars").schema
LATER = START + timedelta(hours=1)


def row(bars: pa.Table, at: int = 0) -> dict[str, object]:
    found: dict[str, object] = bars.to_pylist()[at]
    return found


def test_a_bar_is_first_highest_lowest_last_and_the_sum() -> None:
    made = trades([0, 1, 2, 3, 59, 60], apart=1)
    bars = bars_of(made, LATER)
    assert bars.schema == BARS
    first = row(bars)
    assert (first["open"], first["high"], first["low"], first["close"]) == (100.0, 103.0, 100.0, 103.0)
    assert (first["volume"], first["trades"]) == (1 + 2 + 3 + 4 + 5.0, 5)
    assert first["vwap"] == (100 + 2 * 101 + 3 * 102 + 4 * 103 + 5 * 103) / 15
    assert (first["minute"], row(bars, 1)["minute"]) == (START, START + timedelta(minutes=1))


def test_the_order_of_arrival_does_not_matter() -> None:
    made = trades(list(range(300)), apart=1)
    mixed = made.take(random.Random(3).sample(range(300), 300))
    assert bars_of(mixed, LATER).sort_by("minute").equals(bars_of(made, LATER).sort_by("minute"))


def test_trades_at_one_moment_stand_in_the_order_of_their_numbers() -> None:
    bars = bars_of(trades([5, 3, 4], apart=0), LATER)
    assert (row(bars)["open"], row(bars)["close"]) == (103.0, 105.0)


def test_a_minute_without_a_share_traded_has_no_average() -> None:
    made = trades([0])
    empty = made.set_column(5, made.schema.field("size"), pa.array([0.0]))
    assert row(bars_of(empty, LATER))["vwap"] is None


def test_a_minute_is_final_once_the_watermark_has_passed_its_end() -> None:
    made = trades([0, 60], apart=1)
    finals = bars_of(made, START + timedelta(minutes=1)).sort_by("minute")["final"].to_pylist()
    assert finals == [True, False]


def test_touched_are_the_minutes_trades_lie_in() -> None:
    found = pl.from_arrow(touched(pa.concat_tables([trades([0, 1, 60], apart=1), trades([2], "MSFT", apart=1)])))
    assert isinstance(found, pl.DataFrame)
    minute = timedelta(minutes=1)
    assert sorted(found.rows()) == [("AAPL", START), ("AAPL", START + minute), ("MSFT", START)]


def test_a_final_bar_that_changes_is_a_revision_and_an_open_one_is_not() -> None:
    early, late = trades([0, 1, 60], apart=1), trades([0, 1, 2, 60, 61], apart=1)
    watermark = START + timedelta(minutes=1)
    before = bars_of(early, watermark)
    whole, changed = revised(bars_of(late, watermark), before)
    assert whole.num_rows == changed.num_rows == 2
    assert whole.sort_by("minute")["revision"].to_pylist() == [1, 0]
    again, nothing = revised(bars_of(late, watermark), whole)
    assert nothing.num_rows == 0
    assert again.equals(whole)


def test_a_bar_that_only_became_final_is_written_without_a_revision_and_stays_final() -> None:
    made = trades([0, 1], apart=1)
    opened = bars_of(made, START)
    _, changed = revised(bars_of(made, LATER), opened)
    assert (row(changed)["final"], row(changed)["revision"]) == (True, 0)
    whole, _ = revised(bars_of(made, START), changed)
    assert row(whole)["final"], "after a restart the watermark begins anew; what was final stays so"


def test_bars_not_computed_again_stay() -> None:
    other = bars_of(trades([0], "MSFT"), LATER)
    whole, changed = revised(bars_of(trades([0]), LATER), other)
    assert sorted(whole["security"].to_pylist()) == ["AAPL", "MSFT"]
    assert changed["security"].to_pylist() == ["AAPL"]
