"""Prices on today's share unit, with and without their dividends, against hand arithmetic."""

from typing import Any

import pytest

from support.metric_market import (
    FRIDAY,
    LATER,
    MONDAY,
    SESSIONS,
    THURSDAY,
    TUESDAY,
    ask,
    bar,
    dividend,
    market,
    on,
    split,
)

TRADED = [bar(day, "BIG", close) for day, close in zip(SESSIONS, [100, 110, 11.5, 12], strict=True)]
SPLIT = [split("BIG", MONDAY, 10)]


def series(name: str, **changed: Any) -> list[float]:
    rows = ask("bars_adjusted", market({"bars": TRADED, "splits": SPLIT}, **changed), security="BIG")
    return [row[name] for row in sorted(rows, key=lambda row: row["session"])]


def test_prices_before_a_split_are_divided_by_it() -> None:
    assert series("close") == pytest.approx([10, 11, 11.5, 12])
    assert series("adj_close") == pytest.approx([10, 11, 11.5, 12])
    assert series("volume") == pytest.approx([1000, 1000, 100, 100])
    assert all(series(name) == pytest.approx([10, 11, 11.5, 12]) for name in ("open", "high", "low"))


def test_a_dividend_is_taken_out_of_every_price_before_its_ex_date() -> None:
    """.24 on Tuesday, after a close of 11.50: all before × (1 − .24 ÷ 11.50)."""
    kept = 1 - 0.24 / 11.5
    assert series("adj_close", dividends=[dividend("BIG", TUESDAY, 0.24)]) == pytest.approx(
        [10 * kept, 11 * kept, 11.5 * kept, 12]
    )


def test_a_dividend_before_a_split_was_paid_on_the_old_unit() -> None:
    """2.00 on a share of 100: 2 % out of Thursday's price."""
    assert series("adj_close", dividends=[dividend("BIG", FRIDAY, 2.0)]) == pytest.approx([10 * 0.98, 11, 11.5, 12])


@pytest.mark.parametrize("basis", [LATER, MONDAY])
def test_a_dividend_quoted_on_the_new_unit_is_the_same_dividend(basis: Any) -> None:
    quoted = [dividend("BIG", FRIDAY, 0.2, basis=basis)]
    assert series("adj_close", dividends=quoted) == pytest.approx([10 * 0.98, 11, 11.5, 12])


def test_a_dividend_on_the_day_of_the_split_is_on_the_new_unit() -> None:
    """.22 on a share that closed at 11 on the new unit the session before: 2 %."""
    paid = [dividend("BIG", MONDAY, 0.22)]
    assert series("adj_close", dividends=paid) == pytest.approx([10 * 0.98, 11 * 0.98, 11.5, 12])


def test_dividends_of_one_day_are_added_and_of_several_days_multiplied() -> None:
    together = [dividend("BIG", FRIDAY, 1.5), dividend("BIG", FRIDAY, 0.5, kind="special")]
    assert series("adj_close", dividends=together)[0] == pytest.approx(10 * 0.98)
    apart = [dividend("BIG", FRIDAY, 2.0), dividend("BIG", TUESDAY, 1.15)]
    assert series("adj_close", dividends=apart) == pytest.approx([10 * 0.98 * 0.9, 11 * 0.9, 11.5 * 0.9, 12])


def test_a_dividend_before_the_first_price_changes_nothing() -> None:
    paid = [dividend("BIG", THURSDAY, 2.0), dividend("BIG", on("2020-01-02"), 2.0)]
    assert series("adj_close", dividends=paid) == pytest.approx([10, 11, 11.5, 12])


def test_an_amount_that_no_price_could_pay_is_left_out() -> None:
    assert series("adj_close", dividends=[dividend("BIG", FRIDAY, 100.0)]) == pytest.approx([10, 11, 11.5, 12])


def test_companies_are_kept_apart() -> None:
    paid = [dividend("OTHER", FRIDAY, 2.0)]
    assert series("adj_close", dividends=paid) == pytest.approx([10, 11, 11.5, 12])


def test_a_reverse_split_multiplies() -> None:
    bars = [bar(FRIDAY, "BIG", 1.5), bar(MONDAY, "BIG", 15.2)]
    assert series("close", bars=bars, splits=[split("BIG", MONDAY, 0.1)]) == pytest.approx([15, 15.2])


def test_a_spin_off_is_taken_out_like_a_split() -> None:
    bars = [bar(FRIDAY, "BIG", 110), bar(MONDAY, "BIG", 88)]
    assert series("close", bars=bars, splits=[split("BIG", MONDAY, 1.25, "spin_off")]) == pytest.approx([88, 88])


def test_adjusted_and_traded_prices_of_one_market_are_the_same_prices() -> None:
    adjusted = [bar(day, "BIG", close, basis=LATER) for day, close in zip(SESSIONS, [10, 11, 11.5, 12], strict=True)]
    assert series("close", bars=adjusted) == pytest.approx(series("close"))


def test_a_dividend_that_goes_ex_without_a_bar_acts_at_the_next_bar() -> None:
    """100 on Thursday, halted on Friday when 10 went ex, 90 on Monday."""
    bars = [bar(THURSDAY, "ONE", 100), bar(MONDAY, "ONE", 90)]
    rows = ask("bars_adjusted", market(bars=bars, splits=[], dividends=[dividend("ONE", FRIDAY, 10)]))
    assert [row["adj_close"] for row in rows] == pytest.approx([90, 90])
