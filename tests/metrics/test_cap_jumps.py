"""A cap that leaves its price by more than 15 % is listed, with what explains it, or that nothing does."""

from datetime import timedelta
from typing import Any

import pytest

from support.metric_market import (
    FILED,
    FRIDAY,
    MONDAY,
    SESSIONS,
    THURSDAY,
    TUESDAY,
    ask,
    bar,
    count,
    doubt,
    market,
    on,
    repair,
    security,
    split,
)

BARS = [bar(day, "ONE", 100) for day in SESSIONS]
MARKET = {"bars": BARS, "securities": [security("ONE", "ONE")]}


def jumps(**changed: Any) -> list[tuple[Any, float, str]]:
    rows = ask("cap_jumps", market(MARKET, **changed))
    return sorted((row["session"], round(row["excess"], 9), row["explanation"]) for row in rows)


def test_a_quiet_company_has_none() -> None:
    assert jumps(shares=[count("ONE", FILED, 10)]) == []


def test_a_price_may_jump_as_it_likes() -> None:
    bars = [bar(THURSDAY, "ONE", 100), bar(FRIDAY, "ONE", 200), bar(MONDAY, "ONE", 20)]
    assert jumps(bars=bars, shares=[count("ONE", FILED, 10)]) == []


def test_a_split_on_both_sides_is_none() -> None:
    bars = [bar(FRIDAY, "ONE", 100), bar(MONDAY, "ONE", 10.5)]
    shares = [count("ONE", FILED, 40), count("ONE", MONDAY, 400)]
    assert jumps(bars=bars, shares=shares, splits=[split("ONE", MONDAY, 10)]) == []


@pytest.mark.parametrize(("shares", "listed"), [(11.4, False), (11.6, True), (8.6, False), (8.4, True)])
def test_fifteen_percent_is_the_line(shares: float, listed: bool) -> None:
    found = jumps(shares=[count("ONE", FILED, 10), count("ONE", MONDAY, shares)])
    assert bool(found) == listed
    if found:
        assert found == [(MONDAY, pytest.approx(shares / 10 - 1), "lasting change of the count")]


def test_a_merger_lasts() -> None:
    later = [count("ONE", on("2024-09-30"), 18.2), count("ONE", on("2024-12-31"), 18.3)]
    assert jumps(shares=[count("ONE", FILED, 10), count("ONE", MONDAY, 18), *later]) == [
        (MONDAY, 0.8, "lasting change of the count")
    ]


@pytest.mark.parametrize(("days", "explained"), [(100, False), (449, False), (450, True), (900, True)])
def test_a_count_that_comes_back_within_15_months_explains_nothing(days: int, explained: bool) -> None:
    back = count("ONE", MONDAY + timedelta(days=days), 10.5)
    ((_, _, explanation),) = jumps(shares=[count("ONE", FILED, 10), count("ONE", MONDAY, 18), back])
    assert explanation == ("lasting change of the count" if explained else "unexplained")


@pytest.mark.parametrize(("level", "back"), [(9.0, True), (11.0, True), (8.9, False), (11.1, False)])
def test_back_means_within_a_tenth_of_the_count_before(level: float, back: bool) -> None:
    later = count("ONE", on("2024-09-30"), level)
    ((_, _, explanation),) = jumps(shares=[count("ONE", FILED, 10), count("ONE", MONDAY, 18), later])
    assert explanation == ("unexplained" if back else "lasting change of the count")


def test_a_repair_explains_the_day_it_begins_and_the_day_it_ends() -> None:
    bars = [bar(THURSDAY, "ONE", 100), bar(FRIDAY, "ONE", 100) | {"close": 101.0}, *BARS[2:]]
    shares = [count("ONE", FILED, 10), count("ONE", FRIDAY, 18), count("ONE", MONDAY, 10)]
    acting = [repair("ONE", FRIDAY, "close", 101.0, 100.0)]
    assert jumps(bars=bars, shares=shares, repairs=acting) == [
        (FRIDAY, 0.8, "repair"),
        (MONDAY, pytest.approx(10 / 18 - 1), "repair"),
    ]
    idle = [acting[0] | {"active": False}]
    assert [explanation for *_, explanation in jumps(bars=bars, shares=shares, repairs=idle)] == [
        *("unexplained", "lasting change of the count"),
    ]


def test_a_corporate_action_explains_a_jump_that_is_not_its_ratio() -> None:
    """A 10:1 split whose count was never followed up: a tenth of the cap is gone, and the split is named."""
    bars = [bar(FRIDAY, "ONE", 100), bar(MONDAY, "ONE", 10)]
    shares = [count("ONE", FILED, 40), count("ONE", MONDAY, 600)]
    assert jumps(bars=bars, shares=shares, splits=[split("ONE", MONDAY, 10)]) == [(MONDAY, 0.5, "corporate action")]


def test_a_spin_off_moves_the_price_and_the_cap_together() -> None:
    bars = [bar(FRIDAY, "ONE", 100), bar(MONDAY, "ONE", 70)]
    spun = [split("ONE", MONDAY, 1.4, "spin_off")]
    assert jumps(bars=bars, shares=[count("ONE", FILED, 40)], splits=spun) == []


def test_another_way_of_counting_is_named() -> None:
    """One class until Friday, the whole issuer from Monday on."""
    shares = [count("ONE", FILED, 10), count("ONE", MONDAY, 18, "issuer")]
    assert jumps(shares=shares) == [(MONDAY, 0.8, "another way of counting")]


def test_sessions_without_a_cap_are_jumped_over() -> None:
    bars = [bar(THURSDAY, "ONE", 100), bar(TUESDAY, "ONE", 300)]
    assert jumps(bars=bars, shares=[count("ONE", FILED, 10), count("ONE", MONDAY, 30)]) == [
        (TUESDAY, 2.0, "lasting change of the count")
    ]


def test_another_main_class_is_no_jump_of_one_price() -> None:
    """The class worth most changes: its price cannot be compared with the other's the day before."""
    pair = [security("ONE", "ONE"), security("TWO", "ONE")]
    bars = [bar(FRIDAY, "ONE", 100), bar(FRIDAY, "TWO", 50), bar(MONDAY, "ONE", 40), bar(MONDAY, "TWO", 50)]
    shares = [count("ONE", FILED, 10), count("TWO", FILED, 10)]
    assert jumps(bars=bars, securities=pair, shares=shares) == []


def test_what_is_doubted_is_listed_with_its_question_whatever_the_cap_does() -> None:
    """A price that falls to a tenth takes the cap with it: no jump, and a doubt from Friday on."""
    bars = [bar(THURSDAY, "ONE", 100), bar(FRIDAY, "ONE", 100), bar(MONDAY, "ONE", 10), bar(TUESDAY, "ONE", 10)]
    asked = doubt("ONE", FRIDAY, question="is there a split of 10:1?")
    rows = ask("cap_jumps", market(MARKET, bars=bars, shares=[count("ONE", FILED, 10)], doubts=[asked]))
    listed = [(row["session"], row["explanation"], row["question"]) for row in rows]
    assert listed == [(FRIDAY, "doubted", "is there a split of 10:1?")]
    assert not ask("cap_jumps", market(MARKET, bars=bars, shares=[count("ONE", FILED, 10)]))
