"""A group's share: each issuer once, and withheld rather than guessed. The original five tables rest on it."""

from typing import Any

import pytest

from support.metric_market import (
    FRIDAY,
    MONDAY,
    SESSIONS,
    THURSDAY,
    TINY,
    TUESDAY,
    ask,
    bar,
    in_group,
    market,
    member,
    one,
)


def share(group: str = "magnificent7", session: Any = THURSDAY, **changed: Any) -> dict[str, Any]:
    return one("group_share", market(**changed), session=session, group=group, index="SP500")


def test_a_share_is_the_groups_part_of_the_index() -> None:
    """BIGCO 4,000 and ALF 3,000 of 11,000; on Friday 4,400 and 3,000 of 11,400."""
    found = share()
    assert (found["members"], found["measured"], found["value"], found["total"]) == (2, 2, 7000.0, 11_000.0)
    assert found["share"] == pytest.approx(7000 / 11_000)
    assert found["coverage"] == pytest.approx(10 / 11)
    assert share(session=FRIDAY)["share"] == pytest.approx(7400 / 11_400)


@pytest.mark.parametrize(
    "named", [["BIG", "ALFB"], ["BIG", "ALFA"], ["BIG", "ALFA", "ALFB"], ["BIG", "ALFA", "ALFB", "NOT_IN_THE_INDEX"]]
)
def test_a_company_counts_once_whichever_of_its_lines_are_named(named: list[str]) -> None:
    found = share(groups=[in_group(name) for name in named])
    assert (found["members"], found["value"]) == (2, 7000.0)
    assert found["share"] == pytest.approx(7 / 11)


def test_a_company_whose_lines_are_named_for_different_times_counts_once() -> None:
    groups = [in_group("BIG"), in_group("ALFA", until=MONDAY), in_group("ALFB", since=FRIDAY)]
    assert [share(session=day, groups=groups, floor=0.5)["members"] for day in SESSIONS] == [2, 2, 2, 2]
    assert share(session=FRIDAY, groups=groups)["value"] == pytest.approx(7400)


def test_a_group_is_its_members_of_that_day() -> None:
    groups = [in_group("BIG"), in_group("SML", since=FRIDAY), in_group("ALFA", until=FRIDAY)]
    assert share(groups=groups)["value"] == pytest.approx(7000)
    assert share(session=FRIDAY, groups=groups)["value"] == pytest.approx(5400)


def test_a_member_of_which_nothing_is_known_withholds_the_share() -> None:
    found = share("lost")
    assert (found["share"], found["reason"]) == (None, "not measured: GONE")
    assert (found["members"], found["measured"]) == (2, 1)


def test_a_carried_member_does_not() -> None:
    """SML's cap of Friday is carried to Monday, moved with the index: 4,600 + 1,021 of 12,621."""
    found, carried = share(session=MONDAY, groups=[in_group("BIG"), in_group("SML")], floor=0.6), 1000 * 96 / 94
    assert found["share"] == pytest.approx((4600 + carried) / (11_600 + carried))
    assert (found["members"], found["measured"]) == (2, 1)


def test_what_is_withheld_of_the_index_is_withheld_of_the_group() -> None:
    found = share(session=MONDAY)
    assert (found["share"], found["total"]) == (None, None)
    assert found["reason"] == "coverage 76.1 % is below the floor of 80.0 %"
    members = ask("group_members", market(), session=MONDAY, group="magnificent7")
    assert [row["weight"] for row in members] == [None, None]


def test_members_are_ranked_in_their_group() -> None:
    rows = {row["issuer"]: row for row in ask("group_members", market(), session=THURSDAY, group="magnificent7")}
    assert {name: (row["security"], row["ranking"]) for name, row in rows.items()} == {
        "BIGCO": ("BIG", 1),
        "ALF": ("ALFB", 2),
    }
    assert [rows[name]["weight_in_group"] for name in ("BIGCO", "ALF")] == pytest.approx([4 / 7, 3 / 7])
    assert [rows[name]["weight"] for name in ("BIGCO", "ALF")] == pytest.approx([4 / 11, 3 / 11])


def test_the_change_from_one_session_to_the_next() -> None:
    days = {row["session"]: row for row in ask("day_over_day", market(floor=0.5), group="magnificent7")}
    assert [days[THURSDAY][name] for name in ("share_change", "value_change", "total_change")] == [None] * 3
    friday = days[FRIDAY]
    assert friday["share_change"] == pytest.approx(7400 / 11_400 - 7000 / 11_000)
    assert friday["value_change"] == pytest.approx(7400 / 7000 - 1)
    assert friday["total_change"] == pytest.approx(11_400 / 11_000 - 1)
    assert days[MONDAY]["value_change"] == pytest.approx(7600 / 7400 - 1)
    monday, tuesday = 11_600 + 1000 * 96 / 94, 11_800 + 1000 * 98 / 94
    assert days[TUESDAY]["total_change"] == pytest.approx(tuesday / monday - 1)


def test_changes_of_two_groups_are_kept_apart() -> None:
    groups = [in_group("BIG"), in_group("ALFA", "other")]
    days = ask("day_over_day", market(groups=groups, floor=0.5), session=FRIDAY)
    assert {row["group"]: row["value_change"] for row in days} == pytest.approx({"magnificent7": 0.1, "other": 0})


def test_the_figures_stand_beside_the_share() -> None:
    row = one("figures", market(), session=THURSDAY, level="issuer", group="magnificent7")
    assert (row["share"], row["hhi"], row["coverage"]) == (
        pytest.approx(7 / 11),
        pytest.approx(310_000 / 121),
        pytest.approx(10 / 11),
    )
    rows = ask("figures", market(groups=[]), session=THURSDAY)
    assert [(row["group"], row["share"]) for row in rows] == [(None, None)] * 2


# the original five tables


def test_the_original_caps() -> None:
    row = one("company_details", market(), ticker="BIG", trading_date=MONDAY)
    assert row == {
        "trading_date": MONDAY,
        "ticker": "BIG",
        "company_name": "BIGCO Inc.",
        "market_cap": pytest.approx(4600),
        "shares_outstanding": pytest.approx(400),
        "currency": "USD",
        "description": None,
    }


def test_the_original_prices_are_as_traded() -> None:
    prices = {"open": 10.5, "high": 11.2, "low": 10.4, "close": 11.0, "vwap": 10.9}
    adjusted = [bar(FRIDAY, "BIG", 11, basis=TUESDAY, volume=1000.0) | prices]
    row = one("daily_trading", market(bars=adjusted), ticker="BIG")
    names = ("open_price", "high_price", "low_price", "close_price", "volume", "vwap")
    assert [row[name] for name in names] == pytest.approx([105, 112, 104, 110, 100, 109])


def test_the_original_group() -> None:
    rows = {row["ticker"]: row for row in ask("magnificent7_metrics", market(), trading_date=THURSDAY)}
    assert {name: (row["market_cap"], row["ranking"]) for name, row in rows.items()} == {
        "BIG": (4000.0, 1),
        "ALFB": (3000.0, 2),
    }
    assert rows["BIG"]["pct_of_mag7"] == pytest.approx(400 / 7)
    assert rows["BIG"]["pct_of_sp500"] == pytest.approx(400 / 11)


def test_a_member_that_nothing_is_known_of_is_not_in_the_original_group() -> None:
    groups = [in_group("BIG"), in_group("GONE")]
    assert {row["ticker"] for row in ask("magnificent7_metrics", market(groups=groups))} == {"BIG"}


def test_the_original_share() -> None:
    assert one("concentration_metrics", market(), trading_date=THURSDAY) == {
        "trading_date": THURSDAY,
        "total_mag7_market_cap": 7000.0,
        "sp500_total_market_cap": 11_000.0,
        "mag7_pct_of_sp500": pytest.approx(700 / 11),
        "mag7_companies_count": 2,
    }


def test_the_original_failures() -> None:
    elsewhere = [*TINY["constituents"], member("LOST", "OTHER")]
    rows = ask("failed_collections", market(constituents=elsewhere), trading_date=MONDAY)
    assert {row["ticker"]: row["reason"] for row in rows} == {"SML": "no longer traded", "GONE": "never collected"}
