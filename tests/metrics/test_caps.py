"""Caps: price and count on one side of every split, each issuer once, half a company never."""

from typing import Any

import pytest

from support.metric_market import (
    FILED,
    FRIDAY,
    LATER,
    MONDAY,
    SESSIONS,
    THURSDAY,
    TINY,
    TUESDAY,
    ask,
    bar,
    count,
    doubt,
    market,
    on,
    one,
    repair,
    security,
    split,
)

CAPS = {
    "BIGCO": [4000, 4400, 4600, 4800],
    "ALF": [3000, 3000, 3000, 3000],
    "WHL": [2000, 2000, 2000, 2000],
    "SML": [1000, 1000],
}


def caps(issuer: str, **changed: Any) -> list[float]:
    rows = ask("market_caps", market(**changed), issuer=issuer)
    return [row["market_cap"] for row in sorted(rows, key=lambda row: row["session"])]


@pytest.mark.parametrize("issuer", CAPS)
def test_every_cap_is_the_one_worked_out_by_hand(issuer: str) -> None:
    assert caps(issuer) == pytest.approx(CAPS[issuer])


def test_nothing_has_a_cap_that_has_no_bar() -> None:
    rows = ask("market_caps", market())
    assert sorted({row["issuer"] for row in rows}) == sorted(CAPS)
    assert len(rows) == 14


def test_a_cap_says_how_it_is_known() -> None:
    friday = {row["issuer"]: row for row in ask("market_caps", market(), session=FRIDAY)}
    assert {name: row["how"] for name, row in friday.items()} == {
        "BIGCO": "class count",
        "ALF": "sum of 2 classes",
        "WHL": "issuer count",
        "SML": "class count",
    }
    assert friday["ALF"]["security"] == "ALFA", "the class worth most stands for the company"
    assert friday["WHL"]["security"] == "WHLA"
    assert [friday["ALF"][name] for name in ("close", "shares", "shares_effective")] == [100.0, 30.0, FILED]
    assert [friday["BIGCO"][name] for name in ("close", "shares", "name")] == [110.0, 40.0, "BIGCO Inc."]
    assert not any(row["repaired"] for row in friday.values())


def test_a_split_changes_price_and_count_and_not_the_cap() -> None:
    """110 × 40 on Friday, 11.50 × 400 on Monday."""
    days = {row["session"]: row for row in ask("market_caps", market(), issuer="BIGCO")}
    assert [(days[day]["close"], days[day]["shares"]) for day in SESSIONS] == [
        *((100.0, 40.0), (110.0, 40.0), (11.5, 400.0), (12.0, 400.0)),
    ]


@pytest.mark.parametrize(
    "shares",
    [
        [count("BIG", FILED, 400, basis=LATER)],  # restated to the newest unit, and said so
        [count("BIG", FILED, 40), count("BIG", MONDAY, 400)],  # filed before and after
        [count("BIG", FILED, 40), count("BIG", TUESDAY, 40, basis=FRIDAY)],  # printed late, on the old unit
    ],
)
def test_a_count_is_used_on_its_declared_basis(shares: list[dict[str, Any]]) -> None:
    assert caps("BIGCO", shares=shares) == pytest.approx(CAPS["BIGCO"])


@pytest.mark.parametrize("basis", [LATER, MONDAY])
def test_prices_divided_by_the_split_are_turned_back(basis: Any) -> None:
    closes = zip(SESSIONS, [10, 11, 11.5, 12], strict=True)
    bars = [bar(day, "BIG", close, basis=basis, volume=1000.0) for day, close in closes]
    assert caps("BIGCO", bars=bars) == pytest.approx(CAPS["BIGCO"])
    (friday,) = ask("bars_as_traded", market(bars=bars), session=FRIDAY)
    assert friday["close"] == pytest.approx(110)
    assert friday["volume"] == pytest.approx(100), "a tenth as many shares were traded, at ten times the price"


def test_a_price_on_the_day_of_the_split_is_on_the_new_unit() -> None:
    bars = [bar(MONDAY, "BIG", 115, basis=FRIDAY)]
    assert caps("BIGCO", bars=bars) == pytest.approx([4600])


def test_two_splits_multiply() -> None:
    splits = [split("BIG", MONDAY, 10), split("BIG", on("2024-09-03"), 2)]
    assert caps("BIGCO", splits=splits) == pytest.approx(CAPS["BIGCO"])
    adjusted = [bar(FRIDAY, "BIG", 5.5, basis=LATER), bar(MONDAY, "BIG", 5.75, basis=LATER)]
    assert caps("BIGCO", splits=splits, bars=adjusted) == pytest.approx([4400, 4600])
    restated = [count("BIG", FILED, 800, basis=LATER)]
    assert caps("BIGCO", splits=splits, shares=restated) == pytest.approx(CAPS["BIGCO"])


def test_a_spin_off_moves_the_price_and_leaves_the_count() -> None:
    """1.25 new for old, as vendors print a spin-off: 110 before, 88 after it, 40 shares all along."""
    splits = [split("BIG", MONDAY, 1.25, "spin_off")]
    bars = [bar(FRIDAY, "BIG", 110), bar(MONDAY, "BIG", 88)]
    assert caps("BIGCO", splits=splits, bars=bars) == pytest.approx([4400, 3520])
    adjusted = [bar(FRIDAY, "BIG", 88, basis=LATER), bar(MONDAY, "BIG", 88, basis=LATER)]
    assert caps("BIGCO", splits=splits, bars=adjusted) == pytest.approx([4400, 3520])


def test_the_count_of_a_class_follows_splits_and_no_spin_off() -> None:
    splits = [split("BIG", FRIDAY, 1.25, "spin_off"), split("BIG", MONDAY, 10)]
    rows = ask("class_caps", market(splits=splits), security="BIG")
    assert {row["session"]: row["shares"] for row in rows} == pytest.approx(
        {THURSDAY: 40, FRIDAY: 40, MONDAY: 400, TUESDAY: 400}
    )


def test_prices_without_their_dividends_are_no_traded_prices() -> None:
    bars = [bar(FRIDAY, "BIG", 110, dividend_basis=LATER), bar(MONDAY, "BIG", 11.5)]
    assert caps("BIGCO", bars=bars) == pytest.approx([4600])


def test_a_count_holds_until_the_next_one() -> None:
    shares = [count("SML", FILED, 10), count("SML", FRIDAY, 12), count("SML", LATER, 99)]
    assert caps("SML", shares=shares) == pytest.approx([1000, 1200])
    assert caps("SML", shares=shares[2:]) == []


def test_of_counts_for_one_date_the_one_known_last_is_used() -> None:
    shares = [count("SML", FILED, 10), count("SML", FILED, 11, known=on("2024-04-30"), source="sec")]
    assert caps("SML", shares=shares) == pytest.approx([1100, 1100])
    assert caps("SML", shares=shares[::-1]) == pytest.approx([1100, 1100])


def test_half_a_company_is_not_a_cap() -> None:
    """ALFB is traded and has no count: the two classes cannot be added up."""
    assert caps("ALF", shares=[count("ALFA", FILED, 20)]) == []


def test_a_class_that_is_not_traded_yet_is_not_waited_for() -> None:
    bars = [*TINY["bars"]]
    bars = [row for row in bars if not (row["security"] == "ALFB" and row["session"] < MONDAY)]
    assert caps("ALF", bars=bars) == pytest.approx([2000, 2000, 3000, 3000])


def test_a_count_of_the_whole_issuer_is_preferred_to_its_classes() -> None:
    shares = [count("ALFA", FILED, 20), count("ALFB", FILED, 10), count("ALFA", FILED, 33, "issuer")]
    row = one("market_caps", market(shares=shares), issuer="ALF", session=FRIDAY)
    assert (row["market_cap"], row["how"], row["shares"]) == (3300.0, "issuer count", 33.0)


def test_where_both_classes_carry_the_whole_count_the_company_counts_once() -> None:
    """As a vendor does that puts the company's count on each line; the main class is the one worth most."""
    shares = [count("ALFA", FILED, 30, "issuer"), count("ALFB", FILED, 30, "issuer")]
    shares += [count("ALFA", FILED, 20), count("ALFB", FILED, 10)]
    bars = [bar(FRIDAY, "ALFA", 100), bar(FRIDAY, "ALFB", 101)]
    row = one("market_caps", market(shares=shares, bars=bars), issuer="ALF")
    assert (row["security"], row["market_cap"]) == ("ALFA", 3000.0)


def test_an_unknown_security_is_its_own_issuer() -> None:
    row = one("market_caps", market(securities=[]), security="SML", session=FRIDAY)
    assert (row["issuer"], row["name"], row["market_cap"]) == ("SML", "SML", 1000.0)


# repairs act


def test_an_active_repair_of_a_count_is_used_and_shown() -> None:
    wrong = [count("SML", FILED, 10), count("SML", FRIDAY, 1000)]
    acting = [repair("SML", FRIDAY, "count", 1000.0, 10.0)]
    assert caps("SML", shares=wrong, repairs=acting) == pytest.approx([1000, 1000])
    days = ask("market_caps", market(shares=wrong, repairs=acting), issuer="SML")
    assert {row["session"]: row["repaired"] for row in days} == {THURSDAY: False, FRIDAY: True}


@pytest.mark.parametrize(
    "idle",
    [
        {"active": False},
        {"before": 999.0},  # the value was re-published since
        {"covers": "issuer"},
        {"source": "sec"},
        {"security": "BIG"},
        {"effective": THURSDAY},
        {"dataset": "bars"},
    ],
)
def test_a_repair_acts_on_its_own_value_only(idle: dict[str, Any]) -> None:
    wrong = [count("SML", FILED, 10), count("SML", FRIDAY, 1000)]
    repairs = [repair("SML", FRIDAY, "count", 1000.0, 10.0) | idle]
    assert caps("SML", shares=wrong, repairs=repairs) == pytest.approx([1000, 100_000])


def test_a_count_that_is_taken_away_gives_way_to_the_one_before() -> None:
    wrong = [count("SML", FILED, 10), count("SML", FRIDAY, 1000)]
    assert caps("SML", shares=wrong, repairs=[repair("SML", FRIDAY, "count", 1000.0, None)]) == [1000, 1000]


def test_repaired_prices_are_used() -> None:
    wrong = [bar(THURSDAY, "SML", 100), bar(FRIDAY, "SML", 100) | {"close": 1000.0}]
    repairs = [repair("SML", FRIDAY, "close", 1000.0, 101.0), repair("SML", FRIDAY, "low", 100.0, 99.0)]
    assert caps("SML", bars=wrong, repairs=repairs) == pytest.approx([1000, 1010])
    row = one("bars_as_traded", market(bars=wrong, repairs=repairs), session=FRIDAY)
    assert [row[name] for name in ("open", "high", "low", "close", "repaired")] == [100.0, 100.0, 99.0, 101.0, True]


def test_names_come_from_the_securities() -> None:
    named = [security("SML", "SML", "Small plc")]
    assert one("market_caps", market(securities=named), issuer="SML", session=FRIDAY)["name"] == "Small plc"


# doubts stand beside the cap


def test_a_doubt_about_a_class_is_one_about_its_company_and_only_for_its_stretch() -> None:
    doubts = [doubt("ALFB", FRIDAY, TUESDAY), doubt("BIG", FRIDAY, acts=False)]
    rows = ask("market_caps", market(doubts=doubts))
    assert {(row["issuer"], row["session"]) for row in rows if row["doubt"]} == {("ALF", FRIDAY), ("ALF", MONDAY)}
    assert caps("ALF", doubts=doubts) == pytest.approx(CAPS["ALF"]), "the value stays: it is the trust that goes"


# splits as repaired


@pytest.mark.parametrize(
    ("listed", "mended"),
    [
        ([split("BIG", FRIDAY, 10)], [("effective", FRIDAY, 20240607.0, 20240610.0)]),
        ([split("BIG", FRIDAY, 10), split("BIG", MONDAY, 10)], [("ratio", FRIDAY, 10.0, None)]),
        ([split("BIG", MONDAY, 0.1)], [("ratio", MONDAY, 0.1, 10.0)]),
        ([], [("ratio", MONDAY, 1.0, 10.0)]),
        ([split("BIG", MONDAY, 10, "spin_off")], [("kind", MONDAY, 1.0, 10.0)]),
    ],
)
def test_a_split_is_moved_left_out_turned_added_or_told_to_be_one(listed: list[Any], mended: list[Any]) -> None:
    acting = [
        repair("BIG", day, field, before, after, dataset="splits", covers="") for field, day, before, after in mended
    ]
    assert caps("BIGCO", splits=listed, repairs=acting) == pytest.approx(CAPS["BIGCO"])


def test_a_product_of_reverse_splits_may_be_a_billionth() -> None:
    """1:1000 three times and 1:100: two thousand million shares are two hundredths of one."""
    splits = [split("SML", on(day), 0.001) for day in ("2024-07-01", "2024-08-01", "2024-09-03")]
    splits.append(split("SML", on("2024-10-01"), 0.01))
    shares = [count("SML", FILED, 2e9)]
    assert caps("SML", splits=splits, shares=shares) == pytest.approx([2e11, 2e11])
    (row,) = ask("bars_adjusted", market(splits=splits), security="SML", session=FRIDAY)
    assert row["close"] == pytest.approx(100e11)
