"""Situations that people reported of vendors' splits, counts and dividends, with the value worked out by hand.

Each goes the way of a publication: rules, doubts, then the questions over the tables as they were received.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from support.metric_market import PROVENANCE, Row, bar, count, dividend, market, on, security, split
from topheavy.core.calendar import sessions
from topheavy.metrics.engines.duckdb import DuckDB
from topheavy.repairs.run import Ruling, look

WEEK = sessions(on("2024-12-02"), on("2024-12-10"))
"""2, 3, 4, 5, 6, 9 and 10 December 2024."""

FILED = on("2024-11-01")


@dataclass
class Told:
    """What a publication would say."""

    caps: dict[tuple[str, date], float]
    doubts: dict[tuple[str, date], str]
    adjusted: dict[date, float]
    repairs: list[Row]
    asked: list[Row]

    def of(self, name: str = "AAA") -> list[float]:
        return [cap for (issuer, _), cap in sorted(self.caps.items()) if issuer == name]

    def doubted(self, name: str = "AAA") -> list[date]:
        return sorted(day for issuer, day in self.doubts if issuer == name)


def tell(rulings: dict[str, Ruling] | None = None, **rows: list[Row]) -> Told:
    tables = market({name: [row | PROVENANCE for row in listed] for name, listed in rows.items()})
    looked = look(tables, frozenset(), rulings or {})
    answers = DuckDB().answer(
        ["market_caps", "bars_adjusted"], {**tables, "repairs": looked.repairs, "doubts": looked.doubts}
    )
    caps = answers["market_caps"].to_pylist()
    return Told(
        {(row["issuer"], row["session"]): row["market_cap"] for row in caps},
        {(row["issuer"], row["session"]): row["doubt"] for row in caps if row["doubt"]},
        {row["session"]: row["adj_close"] for row in answers["bars_adjusted"].to_pylist() if row["security"] == "AAA"},
        looked.repairs.to_pylist(),
        looked.doubts.to_pylist(),
    )


def closes(*values: float, days: list[date] = WEEK, name: str = "AAA", **more: Any) -> list[Row]:
    return [bar(day, name, close, **more) for day, close in zip(days, values, strict=True)]


FALL = closes(100, 100, 100, 100, 100, 10, 10)
"""A price that falls to a tenth on Monday the 9th."""

COUNTS = [count("AAA", FILED, 1000)]
FRIDAY, MONDAY = WEEK[4], WEEK[5]


@pytest.mark.parametrize(
    "listed",
    [
        [(MONDAY, 10)],
        [(FRIDAY, 10)],
        [(WEEK[3], 10)],
        [(WEEK[6], 10)],
        [(FRIDAY, 10), (MONDAY, 10)],
        [(MONDAY, 10), (WEEK[6], 10)],
        [(MONDAY, 10), (MONDAY, 2)],
        [(MONDAY, 0.1)],
    ],
)
def test_one_split_however_it_is_listed_leaves_the_cap(listed: list[tuple[date, float]]) -> None:
    """100 × 1,000 before, 10 × 10,000 after: 100,000 on all seven sessions."""
    told = tell(bars=FALL, shares=COUNTS, splits=[split("AAA", *entry) for entry in listed])
    assert told.of() == pytest.approx([100_000] * 7)
    assert told.doubted() == []
    assert all(row["dataset"] == "splits" for row in told.repairs)


def test_of_two_splits_on_one_day_the_price_decides() -> None:
    """1:2 and 1:15 are listed, the price went from 1 to 15: 15,000 shares are 1,000."""
    bars = closes(1, 1, 1, 1, 1, 15, 15)
    told = tell(bars=bars, shares=[count("AAA", FILED, 15_000)], splits=[split("AAA", MONDAY, 1 / n) for n in (2, 15)])
    assert told.of() == pytest.approx([15_000] * 7)
    assert [row["before"] for row in told.repairs] == [0.5], "the other is told to be left out"


@pytest.mark.parametrize(
    ("ratio", "before", "after", "cap"),
    [
        (0.08, 1.0, 12.5, 1_000),
        (0.031, 1.0, 32.26, 1_000),
        (1.6667, 100.0, 60.0, 100_000),
        (1.03, 103.0, 100.0, 103_000),
        (20.0, 2000.0, 100.0, 2_000_000),
    ],
)
def test_a_ratio_of_any_size_and_sense(ratio: float, before: float, after: float, cap: float) -> None:
    bars = closes(*[before] * 5, *[after] * 2)
    listed = market_kind(ratio)
    told = tell(bars=bars, shares=COUNTS, splits=[split("AAA", MONDAY, ratio, listed)])
    assert told.of() == pytest.approx([cap] * 7, rel=1e-3)


def market_kind(ratio: float) -> str:
    from topheavy.datasets.splits import kind_of_ratio

    return kind_of_ratio(ratio)


def test_a_round_factor_may_be_a_spin_off_and_is_asked_about_until_a_count_tells() -> None:
    """125 → 100 by 1.25: a fifth given away, or five for four."""
    bars, listed = closes(*[125.0] * 5, *[100.0] * 2), [split("AAA", MONDAY, 1.25, market_kind(1.25))]
    told = tell(bars=bars, shares=COUNTS, splits=listed)
    assert told.of() == pytest.approx([125_000] * 5 + [100_000] * 2)
    assert told.doubted() == [MONDAY, WEEK[6]]
    (asked,) = told.asked
    ruled = tell(
        {asked["id"]: Ruling("yes", "the company says five for four")}, bars=bars, shares=COUNTS, splits=listed
    )
    assert ruled.of() == pytest.approx([125_000] * 7)
    assert ruled.doubted() == []
    filed = [*COUNTS, count("AAA", on("2025-01-31"), 1250)]
    assert tell(bars=bars, shares=filed, splits=listed).of() == pytest.approx([125_000] * 7)


def test_a_split_in_no_list_is_asked_about_and_found_once_a_count_shows_it() -> None:
    told = tell(bars=FALL, shares=COUNTS)
    assert told.doubted() == WEEK, "no one can say which side is right"
    (asked,) = told.asked
    assert asked["question"] == "is there a split of 10:1 of AAA near 2024-12-09?"
    no = tell({asked["id"]: Ruling("no", "the company failed")}, bars=FALL, shares=COUNTS)
    assert (no.of(), no.doubted()) == (pytest.approx([100_000] * 5 + [10_000] * 2), [])
    yes = tell({asked["id"]: Ruling("yes", "the company's release")}, bars=FALL, shares=COUNTS)
    assert (yes.of(), yes.doubted()) == (pytest.approx([100_000] * 7), [])
    assert "the company's release" in yes.repairs[0]["evidence"]
    assert yes.asked[0]["ruling"] == "yes"
    filed = tell(bars=FALL, shares=[*COUNTS, count("AAA", on("2025-01-31"), 10_020)])
    assert (filed.of(), filed.doubted()) == (pytest.approx([100_000] * 7), [])


def test_a_split_that_never_was_is_left_out() -> None:
    bars = closes(100, 101, 102, 101, 100, 101, 102)
    filed = [*COUNTS, count("AAA", on("2025-01-31"), 1001)]
    told = tell(bars=bars, shares=filed, splits=[split("AAA", MONDAY, 4)])
    assert told.of()[0] == pytest.approx(100_000)
    assert told.doubted() == []
    silent = tell(bars=bars, shares=COUNTS, splits=[split("AAA", MONDAY, 4)])
    assert silent.doubted() == WEEK, "no count tells: it is asked about"


@pytest.mark.parametrize("factor", [0.01, 10.0, 100.0, 1000.0])
def test_a_price_that_leaves_by_a_factor_and_returns_is_mended(factor: float) -> None:
    values = [100.0, 101.0, 102.0, 103.0, 102.0, 101.0, 100.0]
    wrong = [value * factor if place == 3 else value for place, value in enumerate(values)]
    told = tell(bars=closes(*wrong), shares=COUNTS)
    assert told.of() == pytest.approx([value * 1000 for value in values])
    assert {(row["rule"], row["field"]) for row in told.repairs} == {
        ("bar_slip", name) for name in ("open", "high", "low", "close")
    }


def test_a_spike_of_no_known_factor_is_doubted_for_its_session_alone() -> None:
    told = tell(bars=closes(100, 101, 160, 101, 100, 101, 102), shares=COUNTS)
    assert told.doubted() == [WEEK[2]]


def test_one_wrong_bar_on_the_day_of_a_split_is_mended_and_not_all_before_it() -> None:
    later = on("2025-06-30")
    bars = closes(3.5, 3.52, 3.54, 3.5, 3.52, 0.35, 3.56, basis=later)
    told = tell(bars=bars, splits=[split("AAA", MONDAY, 0.1)], shares=[])
    assert [told.adjusted[day] for day in WEEK] == pytest.approx([3.5, 3.52, 3.54, 3.5, 3.52, 3.5, 3.56])


def test_unadjusted_prices_that_end_a_session_before_the_split_are_found() -> None:
    later = on("2025-06-30")
    bars = closes(20.2, 20.3, 20.25, 20.3, 4.1, 4.11, 4.12, basis=later)
    told = tell(bars=bars, splits=[split("AAA", MONDAY, 5)], shares=[])
    assert [told.adjusted[day] for day in WEEK] == pytest.approx([4.04, 4.06, 4.05, 4.06, 4.1, 4.11, 4.12])


def test_counts_restated_before_their_split_with_nothing_after() -> None:
    """2,470 and then 24,990 shares, the 10:1 split after the last bar: 1,000 × 2,499."""
    counts = [count("AAA", day, shares) for day, shares in ((on("2024-08-01"), 2470), (FILED, 24_990))]
    bars = closes(*[1000.0] * 7)
    told = tell(bars=bars, shares=counts, splits=[split("AAA", on("2024-12-20"), 10)])
    assert told.of() == pytest.approx([2_499_000] * 7)


def test_a_count_six_years_old_is_told_by_its_age() -> None:
    told = tell(bars=closes(*[15.5] * 7), shares=[count("AAA", on("2018-03-15"), 533)])
    assert told.doubted() == WEEK
    assert "2018-03-15" in told.doubts["AAA", MONDAY]


def test_a_whole_company_on_each_of_its_classes_is_doubted() -> None:
    """The company's value over each class's price: 20.78 bn twice."""
    bars = [*closes(*[47.12] * 7, name="ALFA"), *closes(*[44.74] * 7, name="ALFB")]
    counts = [count("ALFA", WEEK[0], 441_012_982), count("ALFB", WEEK[0], 464_470_000)]
    names = [security("ALFA", "ALF"), security("ALFB", "ALF")]
    assert tell(bars=bars, shares=counts, securities=names).doubted("ALF") == WEEK
    counts[1]["count"] = 200_000_000.0
    assert tell(bars=bars, shares=counts, securities=names).doubted("ALF") == []


def test_of_two_levels_the_one_of_the_history_is_not_mended_away() -> None:
    """1,743 and 408 by turns: where the count leaves the level it had, it is doubted, and never taken for it."""
    quarters = [on(day) for day in ("2021-08-09", "2021-11-08", "2022-02-22", "2022-05-06", "2022-08-05")]
    quarters += [on(day) for day in ("2022-11-04", "2023-02-21", "2023-08-04", "2023-11-03", "2024-02-15")]
    values = [1738, 1740, 1743, 408, 408.4, 408.7, 1742, 419, 1750, 419]
    counts = [count("AAA", day, value) for day, value in zip(quarters, values, strict=True)]
    days = [quarters[place] for place in (2, 3, 4, 5, 6, 7, 8)]
    told = tell(bars=closes(*[38.0] * 7, days=days), shares=counts)
    wrong = [day for (_, day), cap in told.caps.items() if abs(cap / (38 * 1742) - 1) > 0.02]
    assert set(wrong) == set(told.doubted())


@pytest.mark.parametrize("second", [15_010.0, 15.01, 15e9])
def test_a_new_listing_whose_second_count_is_in_another_unit_is_doubted(second: float) -> None:
    counts = [count("AAA", on("2024-05-03"), 15e6), count("AAA", on("2024-08-02"), second)]
    assert tell(bars=closes(*[10.0] * 7), shares=counts).doubted() == WEEK


def test_of_two_counts_of_one_filing_the_one_that_continues_the_series_is_used() -> None:
    day = on("2024-08-02")
    two = [count("AAA", day, 9_100_000), count("AAA", day, 1_200_000)]
    told = tell(bars=closes(*[10.0] * 7), shares=[count("AAA", on("2024-05-03"), 9_000_000), *two])
    assert told.of() == pytest.approx([91e6] * 7)
    assert told.doubted() == []
    assert tell(bars=closes(*[10.0] * 7), shares=two).doubted() == WEEK, "nothing says which"


@pytest.mark.parametrize(
    ("amount", "before", "after", "adjusted"),
    [
        (46.0, 63.5, 63.6, 63.5 - 0.46),  # a hundred times too large
        (10.0, 100.0, 90.0, 90.0),  # a special one, which the price fell by
        (100.5, 100.0, 99.0, 98.995),  # larger than the price: a hundredth is paid
        (15.0, 100.0, 100.0, 100.0),  # the price did not fall, and 0.15 is not what is paid
    ],
)
def test_a_dividend_is_held_against_the_price(amount: float, before: float, after: float, adjusted: float) -> None:
    bars = closes(*[before] * 5, *[after] * 2)
    told = tell(bars=bars, shares=COUNTS, dividends=[dividend("AAA", MONDAY, amount)])
    assert told.adjusted[FRIDAY] == pytest.approx(adjusted)
    assert bool(told.repairs) == (amount != 10.0)


def test_a_dividend_listed_twice_with_other_rounding_is_one() -> None:
    paid = [dividend("AAA", MONDAY, 0.4599), dividend("AAA", MONDAY, 0.46)]
    told = tell(bars=closes(*[100.0] * 7), shares=COUNTS, dividends=paid)
    assert told.adjusted[FRIDAY] == pytest.approx(100 - 0.4599)
