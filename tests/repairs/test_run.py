"""All rules together: each sees what the ones before it mended, and what is switched off is listed and does not act."""

from typing import Any

import pytest

from support.frames import Frames, bars, counts, frames, on, quarters, split, tables
from topheavy.datasets.schema import dataset
from topheavy.repairs.rule import Repair
from topheavy.repairs.run import find_repairs, inputs, mend, rules

DAYS = [on("2024-01-31"), on("2024-04-30"), on("2024-06-07"), on("2024-06-28"), on("2024-09-30")]
EARLY = frames(shares=counts([2464, 2460, 24600, 24598, 24530], DAYS), splits=[split("2024-06-10", 10)])
"""A count of one day on the wrong side of a split: two rules could mend it."""


def found(given: Frames, *off: str) -> list[dict[str, Any]]:
    table = find_repairs(tables(given), frozenset(off))
    assert table.schema == dataset("repairs").schema
    return sorted(table.to_pylist(), key=lambda row: (row["rule"], row["effective"], row["field"]))


def test_rules_run_in_their_declared_order() -> None:
    names = [rule.name for rule in rules()]
    assert names == [
        *("split_date", "split_unseen", "split_kind", "split_missing", "symbol_reuse", "share_twice", "split_mismatch"),
        *("share_outlier", "share_unconfirmed", "bar_slip", "bar_range", "bar_unit", "dividend_size"),
    ]
    assert inputs() >= {"shares", "splits", "symbols", "bars"}


def test_what_one_rule_mended_no_other_mends_again() -> None:
    (repair,) = found(EARLY)
    assert (repair["rule"], repair["before"], repair["after"]) == ("split_mismatch", 24600.0, 2460.0)
    assert repair["active"] is True


def test_nothing_wrong_gives_no_rows() -> None:
    assert found(frames()) == []
    assert found(frames(shares=counts([100.0] * 9, quarters(9)))) == []


def test_a_switched_off_repair_is_listed_and_does_not_act() -> None:
    """A lone newest count: nobody else has a word on it."""
    given = frames(shares=counts([250.0, 251.0, 25.0], quarters(3)))
    (repair,) = found(given)
    (again,) = found(given, repair["id"])
    assert again == repair | {"active": False}
    assert found(given, repair["id"]) == [again], "it stays off, however often the rules run"


def test_what_is_switched_off_stays_off_though_another_rule_finds_the_same_value() -> None:
    (first,) = found(EARLY)
    off: tuple[str, ...] = (first["id"],)
    for _ in range(3):
        rows = found(EARLY, *off)
        assert [(row["rule"], row["active"]) for row in rows] == [("share_outlier", True), ("split_mismatch", False)]
        off = tuple(row["id"] for row in rows if not row["active"])
    both = found(EARLY, *(row["id"] for row in found(EARLY, *off)))
    assert [row["active"] for row in both] == [False, False]


def test_two_rules_on_one_value_are_one_repair_that_tells_the_whole_way() -> None:
    """A newest count on the wrong side of a split, and still far away once brought over."""
    days = [*quarters(6, "2022-01-15"), on("2024-06-07"), on("2024-06-11"), on("2024-09-30")]
    values = [100.0] * 6 + [100.0, 1000.0, 1000.0]
    wrong = [*values]
    wrong[6] = 1000.0 * 1.14  # early by 10, and 14 % off: within what the split rule calls the same
    given = frames(shares=counts(wrong, days), splits=[split("2024-06-10", 10)])
    (repair,) = found(given)
    assert repair["before"] == 1140.0
    assert repair["after"] == pytest.approx(100.0)
    assert repair["rule"] == "share_outlier"
    assert "10-for-1 split" in repair["evidence"]
    assert "; then 114 on 2024-06-07 is 1.14 times" in repair["evidence"]
    (off,) = found(given, repair["id"])
    assert off["active"] is False
    assert found(given, off["id"]) == [off]


def test_repairs_of_bars_and_counts_stand_beside_each_other() -> None:
    given = EARLY | {"bars": frames(bars=bars([10.0], [DAYS[0]], low=11.0))["bars"]}
    rows = found(given)
    assert [(row["rule"], row["dataset"], row["field"], row["covers"]) for row in rows] == [
        ("bar_range", "bars", "high", ""),
        ("bar_range", "bars", "low", ""),
        ("split_mismatch", "shares", "count", "class"),
    ]
    assert len({row["id"] for row in rows}) == len(rows)


# mending a frame


def repair(field: str, before: float, after: float | None, **more: Any) -> Repair:
    values = {"dataset": "bars", "covers": "", "source": "files", "effective": DAYS[0]} | more
    return Repair(rule="r", security="A", field=field, before=before, after=after, evidence="because", **values)


def test_mending_changes_the_named_value_and_no_other() -> None:
    rows = [*bars([10.0, 10.0], DAYS[:2]), *bars([10.0], DAYS[:1], "B"), *bars([10.0], DAYS[:1], source="other")]
    given = frames(bars=rows)["bars"]
    after = mend(given, [repair("close", 10.0, 11.0), repair("low", 10.0, 9.0)])
    assert after.height == given.height
    changed = after.filter((after["close"] != 10.0) | (after["low"] != 10.0)).to_dicts()
    assert [(row["session"], row["security"], row["source"], row["close"], row["low"]) for row in changed] == [
        (DAYS[0], "A", "files", 11.0, 9.0)
    ]


def test_a_value_that_is_no_longer_what_it_was_is_not_mended() -> None:
    given = frames(bars=bars([12.0], DAYS[:1]))["bars"]
    assert mend(given, [repair("close", 10.0, 11.0)]).equals(given)


def test_a_row_whose_value_is_taken_away_is_left_out() -> None:
    rows = counts([44.0, 200.0], DAYS[:2]) + counts([44.0], DAYS[:1], covers="issuer")
    given = frames(shares=rows)["shares"]
    gone = repair("count", 44.0, None, dataset="shares", covers="class", source="sec")
    after = mend(given, [gone])
    assert sorted(after.select("count", "covers").rows()) == [(44.0, "issuer"), (200.0, "class")]


def test_mending_with_nothing_changes_nothing() -> None:
    given = frames(bars=bars([10.0], DAYS[:1]))["bars"]
    assert mend(given, []) is given
