"""Concentration on a market worked out by hand: no member lost, no company twice, coverage beside every figure.

Nothing is known of GONE. On 2024-06-06 it stands in at 1,000, the smallest of 4,000, 3,000, 2,000 and 1,000 (15 % of
four members is less than one), and might be worth up to their median, 2,500. The five issuers are worth 4,000 + 3,000 +
2,000 + 1,000 + 1,000 = 11,000. On 2024-06-10 the smallest of 4,600, 3,000 and 2,000 stands in for GONE, and SML carries
1,000 from the session before, moved as BIGCO, ALF and WHL moved together: from 9,400 to 9,600.
"""

from math import exp, log
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
    failure,
    holding,
    market,
    member,
    one,
    security,
)
from topheavy.core.calendar import sessions

ISSUERS = {"BIGCO": 4 / 11, "ALF": 3 / 11, "WHL": 2 / 11, "SML": 1 / 11, "GONE": 1 / 11}
LINES = {"BIG": 4 / 11, "ALFA": 2 / 11, "ALFB": 1 / 11, "WHLA": 1 / 11, "WHLB": 1 / 11, "SML": 1 / 11, "GONE": 1 / 11}
"""Alphabet-like classes by their own caps; those of WHL, which have none, by halves."""


def figures(level: str = "issuer", session: Any = THURSDAY, **changed: Any) -> dict[str, Any]:
    return one("concentration", market(**changed), session=session, level=level, index="SP500")


# weights


@pytest.mark.parametrize(("level", "expected"), [("issuer", ISSUERS), ("line", LINES)])
def test_weights_are_those_worked_out_by_hand(level: str, expected: dict[str, float]) -> None:
    rows = ask("weights", market(), session=THURSDAY, level=level)
    assert {row["member"]: row["weight"] for row in rows} == pytest.approx(expected)
    assert sum(row["value"] for row in rows) == pytest.approx(11_000)


def test_weights_of_every_session_and_level_add_up_to_one() -> None:
    rows = ask("weights", market())
    for session in SESSIONS:
        for level in ("issuer", "line"):
            chosen = [row["weight"] for row in rows if (row["session"], row["level"]) == (session, level)]
            assert sum(chosen) == pytest.approx(1)


def test_membership_begins_and_ends_with_its_sessions() -> None:
    """From the first session as a member; ``until`` is the first session no longer one."""
    members = [member("BIG"), member("SML", since=FRIDAY, until=TUESDAY)]
    rows = ask("weights", market(constituents=members), level="line", member="SML")
    assert sorted(row["session"] for row in rows) == [FRIDAY, MONDAY]


def test_indices_are_kept_apart() -> None:
    members = [member("BIG"), member("SML"), member("SML", "OTHER")]
    rows = ask("weights", market(constituents=members), session=THURSDAY, level="issuer")
    assert {(row["index"], row["member"]): row["weight"] for row in rows} == {
        ("SP500", "BIGCO"): 0.8,
        ("SP500", "SML"): 0.2,
        ("OTHER", "SML"): 1.0,
    }


# what stands in, and why


CARRIED = pytest.approx(1000 * 9600 / 9400)


def missing(session: Any, **changed: Any) -> dict[str, tuple[str, float, str]]:
    rows = ask("missing_members", market(**changed), session=session)
    return {row["issuer"]: (row["how"], row["value"], row["reason"]) for row in rows}


def test_a_member_without_a_bar_carries_its_last_cap() -> None:
    assert missing(THURSDAY) == {"GONE": ("typical", 1000.0, "never collected")}
    assert missing(MONDAY) == {
        "SML": ("carried", CARRIED, "no longer traded"),
        "GONE": ("typical", 2000.0, "never collected"),
    }


def test_a_member_with_a_bar_and_no_count_says_so() -> None:
    shares = [row for row in TINY["shares"] if row["security"] != "SML"]
    assert missing(FRIDAY, shares=shares)["SML"] == ("typical", 2000.0, "no share count")


def test_a_member_not_listed_yet_and_one_suspended_for_a_day_say_so() -> None:
    bars = [row for row in TINY["bars"] if row["security"] != "SML"]
    gap = [*bars, bar(FRIDAY, "SML", 100), bar(TUESDAY, "SML", 100)]
    assert missing(THURSDAY, bars=gap)["SML"] == ("nearest", pytest.approx(1000 * 9000 / 9400), "not listed yet")
    assert missing(MONDAY, bars=gap)["SML"] == ("carried", CARRIED, "no bar")
    assert set(missing(TUESDAY, bars=gap)) == {"GONE"}


def test_a_failed_collection_is_the_reason_of_its_session_only() -> None:
    assert missing(MONDAY, runs=[failure(MONDAY, "HTTP 500")]) == {
        "SML": ("carried", CARRIED, "failed: HTTP 500"),
        "GONE": ("typical", 2000.0, "failed: HTTP 500"),
    }
    assert missing(TUESDAY, runs=[failure(MONDAY, "HTTP 500")])["SML"][2] == "no longer traded"
    of_no_session = failure(MONDAY, "HTTP 404") | {"session": "", "subject": "GONE"}
    assert missing(MONDAY, runs=[of_no_session])["SML"][2] == "no longer traded"


def test_a_cap_is_carried_for_21_sessions_and_no_further() -> None:
    days = sessions(THURSDAY, THURSDAY.replace(month=7, day=31))
    inputs = market(
        bars=[bar(days[0], "SML", 100), *(bar(day, "BIG", 100) for day in days)],
        splits=[],
        constituents=[member("BIG"), member("SML")],
    )
    inputs["sessions"] = inputs["sessions"].from_pydict({"session": days}, schema=inputs["sessions"].schema)
    rows = sorted(ask("weights", inputs, level="issuer", member="SML"), key=lambda row: row["session"])
    assert [row["how"] for row in rows[:24]] == ["measured", *["carried"] * 21, "nearest", "nearest"]
    assert {row["value"] for row in rows[1:24]} == {1000.0}, "BIG does not move"


def test_a_holiday_is_no_session_to_be_missed_on() -> None:
    assert {row["session"] for row in ask("weights", market())} == set(SESSIONS)


# figures


def test_the_figures_by_issuer() -> None:
    """HHI of 4, 3, 2, 1, 1 elevenths; Gini over 1 1 2 3 4 elevenths: (−4·1 − 2·1 + 0·2 + 2·3 + 4·4) ÷ 5 ÷ 11."""
    found = figures()
    assert (found["status"], found["reason"]) == ("ok", None)
    assert (found["members"], found["measured"], found["coverage"]) == (5, 4, pytest.approx(10 / 11))
    assert (found["measured_total"], found["total"]) == (10_000.0, 11_000.0)
    assert found["hhi"] == pytest.approx(10_000 * (16 + 9 + 4 + 1 + 1) / 121)
    assert found["effective_n"] == pytest.approx(121 / 31)
    assert found["entropy_n"] == pytest.approx(exp(-sum(w * log(w) for w in ISSUERS.values())))
    assert found["gini"] == pytest.approx((-4 - 2 + 6 + 16) / 55)
    assert [found[name] for name in ("top1", "top5", "top10")] == pytest.approx([4 / 11, 1, 1])


def test_the_figures_by_line() -> None:
    """HHI of 4, 2 and five times 1 eleventh; seven lines, one of them not measured. By weight it is as by issuer."""
    found = figures("line")
    assert (found["members"], found["measured"], found["total"]) == (7, 6, 11_000.0)
    assert found["coverage"] == pytest.approx(10 / 11)
    assert found["hhi"] == pytest.approx(10_000 * (16 + 4 + 5) / 121)
    assert found["entropy_n"] == pytest.approx(exp(-sum(w * log(w) for w in LINES.values())))
    ascending = sorted(LINES.values())
    assert found["gini"] == pytest.approx(sum((2 * i - 8) * w for i, w in enumerate(ascending, 1)) / 7)
    assert [found[name] for name in ("top1", "top5")] == pytest.approx([4 / 11, 9 / 11])


def test_equals_are_not_concentrated_and_one_alone_is() -> None:
    equals = figures(
        constituents=[member(name) for name in ("X", "Y", "Z", "W")],
        securities=[],
        bars=[bar(THURSDAY, name, 10) for name in "XYZW"],
        shares=[TINY["shares"][4] | {"security": name, "symbol": name} for name in "XYZW"],
    )
    assert [equals[name] for name in ("hhi", "effective_n", "entropy_n", "gini", "top1")] == pytest.approx(
        [2500, 4, 4, 0, 0.25]
    )
    alone = figures(constituents=[member("BIG")])
    assert [alone[name] for name in ("hhi", "effective_n", "entropy_n", "gini", "top1")] == pytest.approx(
        [10_000, 1, 1, 0, 1]
    )


def test_a_company_counts_once_by_issuer_and_its_classes_share_it_by_line() -> None:
    """Counting ALFA and ALFB each as all of ALF would make 3,000 more of it."""
    both = [member("BIG"), member("ALFA"), member("ALFB")]
    assert figures(constituents=both)["total"] == figures("line", constituents=both)["total"] == 7000
    half = [member("BIG"), member("ALFA")]
    assert figures(constituents=half)["total"] == 7000, "a company is worth all its classes, listed or not"
    assert figures("line", constituents=half)["hhi"] == pytest.approx(10_000 * (16 + 9) / 49)


# withheld


def test_below_the_floor_nothing_is_told_but_why() -> None:
    """On Monday 9,600 is measured of 9,600 + 1,021 + 2,000."""
    found = figures(session=MONDAY)
    assert (found["status"], found["members"], found["measured"]) == ("withheld", 5, 3)
    assert found["coverage"] == pytest.approx(9600 / (11_600 + 1000 * 96 / 94))
    assert found["reason"] == "coverage 76.1 % is below the floor of 80.0 %"
    assert found["measured_total"] == pytest.approx(9600)
    names = ("total", "top1", "top5", "top10", "hhi", "effective_n", "entropy_n", "gini")
    assert [found[name] for name in names] == [None] * len(names)


def test_at_the_floor_it_is_told() -> None:
    """4,600 + 3,000 + 2,000 measured, 1,021.28 carried, and 2,000, the smallest of the three measured."""
    found, carried = figures(session=MONDAY, floor=0.76), 1000 * 96 / 94
    assert (found["status"], found["total"]) == ("ok", pytest.approx(11_600 + carried))
    squares = 4600**2 + 3000**2 + 2000**2 + carried**2 + 2000**2
    assert found["hhi"] == pytest.approx(10_000 * squares / (11_600 + carried) ** 2)


def test_with_no_member_measured_nothing_is_told_whatever_the_floor() -> None:
    found = figures(shares=[], floor=0.0)
    assert (found["status"], found["reason"]) == ("withheld", "no member is measured")
    assert found["hhi"] is None


def test_a_session_before_the_first_member_is_listed_as_such() -> None:
    late = [member("BIG", since=TUESDAY)]
    rows = ask("concentration", market(constituents=late), session=MONDAY)
    assert sorted(row["level"] for row in rows) == ["issuer", "line"]
    for row in rows:
        assert (row["members"], row["coverage"], row["status"]) == (0, 0.0, "withheld")
        assert row["reason"] == "the index has no members on this day"


# funds


FUND = [
    holding(1, "BIG", 600.0),
    holding(2, "ALFA", 200.0),
    holding(3, "ALFB", 100.0),
    holding(4, None, 100.0, cusip="123456789", name="Unknown Corp"),
    holding(5, None, 5000.0, asset_class="cash", name="USD"),
    holding(6, "BIG", 900.0, asset_class="future"),
]


def test_a_fund_is_measured_by_what_its_own_file_says_it_holds() -> None:
    inputs = market(holdings=FUND)
    by_issuer = {row["member"]: row["weight"] for row in ask("weights", inputs, index="FND", level="issuer")}
    assert by_issuer == pytest.approx({"BIGCO": 0.6, "ALF": 0.3, "123456789": 0.1})
    by_line = {row["member"]: row["weight"] for row in ask("weights", inputs, index="FND", level="line")}
    assert by_line == pytest.approx({"BIG": 0.6, "ALFA": 0.2, "ALFB": 0.1, "123456789": 0.1})
    issuer = one("concentration", inputs, index="FND", level="issuer")
    assert (issuer["session"], issuer["coverage"], issuer["status"]) == (THURSDAY, 1.0, "ok")
    assert (issuer["hhi"], issuer["total"]) == (pytest.approx(3600 + 900 + 100), 1000.0)
    assert one("concentration", inputs, index="FND", level="line")["hhi"] == pytest.approx(3600 + 400 + 100 + 100)


def test_two_lines_of_one_security_are_one_member() -> None:
    inputs = market(holdings=[holding(1, "BIG", 300.0), holding(2, "BIG", 300.0), holding(3, "SML", 400.0)])
    assert one("concentration", inputs, index="FND", level="line")["members"] == 2
    assert one("weights", inputs, index="FND", level="line", member="BIG")["weight"] == pytest.approx(0.6)


def test_a_fund_that_prints_weights_alone_is_measured_by_them() -> None:
    inputs = market(holdings=[holding(1, "BIG", None, weight=0.6), holding(2, "SML", None, weight=0.2)])
    assert one("weights", inputs, index="FND", level="line", member="BIG")["weight"] == pytest.approx(0.75)


def test_values_and_weights_are_never_added_up() -> None:
    """One line without its value: then all are measured by their weights, the printed value of 600 by none."""
    inputs = market(holdings=[holding(1, "BIG", 600.0, weight=0.6), holding(2, "SML", None, weight=0.2)])
    rows = ask("weights", inputs, index="FND", level="line")
    assert {row["member"]: row["weight"] for row in rows} == pytest.approx({"BIG": 0.75, "SML": 0.25})


def test_an_unknown_issuer_is_its_own() -> None:
    named = [security("BIG", "BIGCO")]
    rows = ask("weights", market(holdings=FUND, securities=named), index="FND", level="issuer")
    assert {row["member"] for row in rows} == {"BIGCO", "ALFA", "ALFB", "123456789"}
