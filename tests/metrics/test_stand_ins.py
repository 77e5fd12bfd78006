"""What stands in for a member that is not measured: the evidence nearest in time, and how far it may be off.

Every market here is worked out by hand. BIG and MID are measured on all days; LOST is the member in question.
"""

from datetime import date
from math import exp, sqrt
from typing import Any

import pyarrow as pa
import pytest

from support.metric_market import Row, answer_over, ask, bar, count, holding, in_group, market, member, one
from topheavy.core.calendar import sessions
from topheavy.metrics.engines.duckdb import DuckDB

DAYS = tuple(sessions(date(2024, 1, 2), date(2024, 6, 28)))
FILED = date(2023, 12, 1)
DRIFT = 0.00045
"""Per day, of the square of the error in logarithms that nine in ten keep."""


def index(prices: dict[str, dict[date, float]], **changed: Any) -> dict[str, pa.Table]:
    """A market of companies with ten shares each, priced on the days given."""
    inputs = market(
        {},
        bars=[bar(day, name, price) for name, days in prices.items() for day, price in days.items()],
        shares=[count(name, FILED, 10) for name in prices],
        constituents=[member(name) for name in prices],
        **changed,
    )
    return inputs | {"sessions": pa.table({"session": pa.array(DAYS, pa.date32())})}


def flat(price: float, days: tuple[date, ...] = DAYS) -> dict[date, float]:
    return dict.fromkeys(days, price)


def stood_in(inputs: dict[str, pa.Table], day: date, name: str = "LOST") -> Row:
    return one("weights", inputs, session=day, level="issuer", member=name, index="SP500")


# its own weight


def test_the_last_weight_moves_with_the_index() -> None:
    """BIG 60 and MID 40 rise together by a tenth after the tenth day: so does what is counted for LOST."""
    rising = {day: 66.0 if place > 9 else 60.0 for place, day in enumerate(DAYS)}
    rising_too = {day: 44.0 if place > 9 else 40.0 for place, day in enumerate(DAYS)}
    inputs = index({"BIG": rising, "MID": rising_too, "LOST": flat(20, DAYS[:10])})
    first = stood_in(inputs, DAYS[10])
    assert (first["how"], first["value"]) == ("carried", pytest.approx(220))
    apart = (DAYS[10] - DAYS[9]).days
    assert first["value_low"] == pytest.approx(220 / exp(sqrt(DRIFT * apart)))
    assert first["value_high"] == pytest.approx(220 * exp(sqrt(DRIFT * apart)))
    later = stood_in(inputs, DAYS[31])
    assert (later["how"], later["value"]) == ("nearest", pytest.approx(220)), "22 sessions after"
    assert stood_in(inputs, DAYS[30])["how"] == "carried"


def test_before_its_first_day_its_first_weight_is_known() -> None:
    inputs = index({"BIG": flat(60), "MID": flat(40), "LOST": flat(20, DAYS[60:])})
    row = stood_in(inputs, DAYS[0])
    assert (row["how"], row["value"], row["reason"]) == ("nearest", pytest.approx(200), "not listed yet")
    assert row["value_high"] == pytest.approx(200 * exp(sqrt(DRIFT * (DAYS[60] - DAYS[0]).days)))


def test_of_the_day_before_and_the_day_after_the_nearer_is_taken() -> None:
    """Between a price of 20 up to day 10 and of 30 from day 70 on; within 21 sessions it is carried, even so."""
    prices = flat(20, DAYS[:10]) | flat(30, DAYS[70:])
    inputs = index({"BIG": flat(600), "MID": flat(400), "LOST": prices})
    assert [stood_in(inputs, DAYS[place])["value"] for place in (30, 35, 45, 65)] == pytest.approx([200, 200, 300, 300])
    short = flat(20, DAYS[:10]) | flat(30, DAYS[13:])
    assert stood_in(index({"BIG": flat(600), "MID": flat(400), "LOST": short}), DAYS[12])["value"] == pytest.approx(200)


def test_a_member_that_comes_or_goes_moves_nothing() -> None:
    """NEW is as large as all others when it joins; the others stand still, and so does what is counted for LOST."""
    inputs = index({"BIG": flat(60), "MID": flat(40), "LOST": flat(20, DAYS[:10]), "NEW": flat(100, DAYS[12:])})
    assert stood_in(inputs, DAYS[12])["value"] == pytest.approx(200)


# a fund's


def fund(name: str, as_of: date, **weights: float) -> list[Row]:
    """A fund's file with its weights, in fractions of a hundred."""
    return [
        holding(line, held, None, weight=weight / 100, fund=name, as_of=as_of)
        for line, (held, weight) in enumerate(weights.items(), 1)
    ]


def unknown(**changed: Any) -> dict[str, pa.Table]:
    """BIG is worth 600, MID 400, and LOST has never had a price."""
    inputs = index({"BIG": flat(60), "MID": flat(40)}, **changed)
    members = pa.concat_tables([inputs["constituents"], market({}, constituents=[member("LOST")])["constituents"]])
    return inputs | {"constituents": members}


def test_a_funds_weight_tells_the_size() -> None:
    """50 % for the 600 + 400 of BIG and MID, 10 % for LOST: 200. It may be off by 0.13 (free float) and by its age."""
    inputs = unknown(holdings=fund("FND", DAYS[20], BIG=30, MID=20, LOST=10, ELSE=40))
    row = stood_in(inputs, DAYS[0])
    assert (row["how"], row["value"], row["reason"]) == ("by fund", pytest.approx(200), "never collected")
    off = exp(sqrt(0.0169 + DRIFT * (DAYS[20] - DAYS[0]).days))
    assert [row["value_low"], row["value_high"]] == pytest.approx([200 / off, 200 * off])


def test_the_funds_nearest_file_is_asked() -> None:
    files = fund("FND", DAYS[20], BIG=30, MID=20, LOST=10) + fund("FND", DAYS[60], BIG=30, MID=20, LOST=5)
    inputs = unknown(holdings=files)
    assert [stood_in(inputs, DAYS[place])["value"] for place in (10, 39, 41, 90)] == pytest.approx([200, 200, 100, 100])


def test_its_own_weight_and_a_funds_whichever_is_nearer() -> None:
    prices = {"BIG": flat(60), "MID": flat(40), "LOST": flat(20, DAYS[:10])}
    inputs = index(prices, holdings=fund("FND", DAYS[70], BIG=30, MID=20, LOST=15))
    assert stood_in(inputs, DAYS[35])["how"] == "nearest"
    late = stood_in(inputs, DAYS[60])
    assert (late["how"], late["value"]) == ("by fund", pytest.approx(300))
    assert stood_in(inputs, DAYS[12])["how"] == "carried", "a weight of the last 21 sessions comes first"


def test_a_fund_unlike_the_index_is_not_asked() -> None:
    """Equal weights differ from 60 and 40 by 10 % (fit to be asked), from 90 and 10 by 40 % (not)."""
    equal = fund("FND", DAYS[20], BIG=30, MID=30, LOST=30)
    assert stood_in(unknown(holdings=equal), DAYS[20])["how"] == "by fund"
    skewed = index({"BIG": flat(90), "MID": flat(10), "SIZE": flat(1)}, holdings=equal)
    lost = pa.concat_tables([skewed["constituents"], market({}, constituents=[member("LOST")])["constituents"]])
    assert stood_in(skewed | {"constituents": lost}, DAYS[20])["how"] == "typical"


def test_a_fund_of_a_part_of_the_index_is_not_asked() -> None:
    """MID alone is 400 of the 1,000 that are measured."""
    assert stood_in(unknown(holdings=fund("FND", DAYS[20], MID=60, LOST=40)), DAYS[20])["how"] == "typical"


# nothing


@pytest.mark.parametrize(
    ("caps", "low", "value", "high"),
    [
        ([10], 10, 10, 10),
        ([10, 20], 10, 10, 15),
        ([10, 20, 30], 10, 10, 20),
        ([40, 10, 30, 20], 10, 10, 25),
        (list(range(1, 21)), 1, 3, 10.5),  # the third of twenty has 15 % up to it
        (list(range(1, 22)), 1, 4, 11),  # 15 % of 21 is 3.15: the fourth
    ],
)
def test_a_typical_member_and_the_exact_median(caps: list[float], low: float, value: float, high: float) -> None:
    inputs = index({f"M{place:02}": flat(cap, DAYS[:1]) for place, cap in enumerate(caps)})
    lost = pa.concat_tables([inputs["constituents"], market({}, constituents=[member("LOST")])["constituents"]])
    row = stood_in(inputs | {"constituents": lost}, DAYS[0])
    assert row["how"] == "typical"
    assert [row["value_low"], row["value"], row["value_high"]] == pytest.approx([10 * low, 10 * value, 10 * high])


# how much of it there is


def test_a_giant_that_is_missing_a_month_never_raises_the_share_in_silence() -> None:
    """TOP is 1,570 and GIANT 900 of 2,830. Without GIANT 68 % of the value is measured: withheld, from the first day.

    Its own weight is carried as long as it is missing, so with a lower floor the share stays what it was.
    """
    small = {f"S{place:02}": flat(2) for place in range(18)}
    gap = {day: 90.0 for place, day in enumerate(DAYS) if not 10 <= place < 60}
    prices = {"TOP": flat(157), "GIANT": gap} | small
    inputs = index(prices, groups=[in_group("TOP")])
    days = {row["session"]: row for row in ask("group_share", inputs)}
    assert {round(100 * row["share"], 1) for row in days.values() if row["share"] is not None} == {55.5}
    away = [days[day] for day in DAYS[10:60]]
    assert {row["share"] for row in away} == {None}
    assert {row["reason"] for row in away} == {"coverage 68.2 % is below the floor of 80.0 %"}
    lower = ask("group_share", index(prices, groups=[in_group("TOP")], floor=0.6))
    assert {round(100 * row["share"], 1) for row in lower} == {55.5}


def test_one_in_500_can_be_seven_percent() -> None:
    """GIANT is 70 of 1,000 in value and one of 32 in number: 93 % by weight, with 31 of 32 measured."""
    prices = {"GIANT": flat(70, DAYS[:1])} | {f"S{place:02}": flat(30) for place in range(31)}
    row = one("concentration", index(prices), session=DAYS[1], level="issuer")
    assert (row["members"], row["measured"]) == (32, 31)
    assert row["coverage"] == pytest.approx(93 / 100)


def test_half_the_members_of_unknown_size_withhold_the_figures_however_little_they_seem_to_weigh() -> None:
    """The smallest of ten stands in for each of ten others: 10 of 110, so the weight alone would pass for covered."""
    inputs = index({"BIG": flat(91, DAYS[:1])} | {f"S{place}": flat(1, DAYS[:1]) for place in range(9)})
    others = market({}, constituents=[member(f"GONE{place}") for place in range(10)])["constituents"]
    row = one(
        "concentration",
        inputs | {"constituents": pa.concat_tables([inputs["constituents"], others])},
        session=DAYS[0],
        level="issuer",
    )
    assert row["coverage"] == pytest.approx(100 / 110)
    assert (row["status"], row["reason"]) == ("withheld", "nothing tells the size of 10 of 20 members")


def test_the_band_by_hand() -> None:
    """BIG 600 and MID 400 are measured; LOST counts as 400, at least 400 and at most 500 (their median)."""
    inputs = unknown(groups=[in_group("BIG")], floor=0.5)
    share = one("group_share", inputs, session=DAYS[0])
    assert share["share"] == pytest.approx(600 / 1400)
    assert [share["share_low"], share["share_high"]] == pytest.approx([600 / 1500, 600 / 1400])
    row = one("concentration", inputs, session=DAYS[0], level="issuer")
    assert [row["total_low"], row["total"], row["total_high"]] == pytest.approx([1400, 1400, 1500])
    assert [row["top10_low"], row["top10"], row["top10_high"]] == pytest.approx([1, 1, 1])
    assert row["hhi_low"] == pytest.approx(10_000 * (600**2 + 400**2 + 400**2) / 1500**2)
    assert row["hhi_high"] == pytest.approx(10_000 * (600**2 + 400**2 + 500**2) / 1400**2)


def test_errors_of_two_members_with_evidence_are_independent() -> None:
    """Two of 100 each, a day old: the total is open by √2 times one's error, not by twice."""
    prices = {"BIG": flat(80), "ONE": flat(10, DAYS[:1]), "TWO": flat(10, DAYS[:1])}
    row = one("concentration", index(prices), session=DAYS[1], level="issuer")
    off = exp(sqrt(DRIFT)) - 1
    assert row["total_high"] == pytest.approx(1000 + sqrt(2) * 100 * off)


def test_where_all_is_measured_there_is_no_band() -> None:
    inputs = index({"BIG": flat(60), "MID": flat(40)}, groups=[in_group("BIG")])
    share = one("group_share", inputs, session=DAYS[0])
    assert (share["share_low"], share["share"], share["share_high"]) == (0.6, 0.6, 0.6)
    row = one("concentration", inputs, session=DAYS[0], level="issuer")
    assert (row["coverage"], row["total_low"], row["total_high"]) == (1.0, 1000, 1000)
    assert row["hhi_low"] == row["hhi"] == row["hhi_high"] == pytest.approx(5200)


# what is doubted


STEP = "a step of 10 that no split explains"


def told(question: str, inputs: dict[str, pa.Table], days: tuple[date, ...], name: str = "LOST") -> list[Row]:
    """The answer where the caps of a company are doubted on some days."""
    caps = DuckDB().answer(["market_caps"], inputs)["market_caps"]
    rows = [
        row | {"doubt": STEP if row["issuer"] == name and row["session"] in days else None} for row in caps.to_pylist()
    ]
    return answer_over(question, inputs | {"market_caps": pa.Table.from_pylist(rows, schema=caps.schema)})


def test_a_doubtful_cap_counts_as_missing_and_at_its_last_weight() -> None:
    """The price of LOST falls from 20 to 2 on the eleventh day: doubted, and counted as 200 as before."""
    prices = flat(20, DAYS[:10]) | flat(2, DAYS[10:])
    inputs = index({"BIG": flat(60), "MID": flat(40), "LOST": prices}, groups=[in_group("BIG")])
    (row,) = [
        row
        for row in told("weights", inputs, DAYS[10:])
        if (row["session"], row["level"], row["member"]) == (DAYS[10], "issuer", "LOST")
    ]
    assert (row["how"], row["value"], row["reason"]) == ("doubtful", pytest.approx(200), STEP)
    (figures,) = [
        row
        for row in told("concentration", inputs, DAYS[10:])
        if (row["session"], row["level"]) == (DAYS[10], "issuer")
    ]
    assert (figures["measured"], figures["coverage"]) == (2, pytest.approx(1000 / 1200))
    assert figures["status"] == "withheld", "a third of the members is of doubtful size"


def test_a_doubtful_cap_that_its_evidence_allows_counts_as_claimed() -> None:
    """From 20 to 21 within a day is 5 % and out of what nine in ten do; within a month it is not."""
    prices = flat(20, DAYS[:10]) | flat(21, DAYS[10:])
    inputs = index({"BIG": flat(60), "MID": flat(40), "LOST": prices})
    rows = {
        row["session"]: row
        for row in told("weights", inputs, DAYS[10:])
        if (row["level"], row["member"]) == ("issuer", "LOST")
    }
    assert (rows[DAYS[10]]["how"], rows[DAYS[10]]["value"]) == ("doubtful", pytest.approx(200))
    late = rows[DAYS[31]]
    assert (late["how"], late["value"]) == ("doubtful", pytest.approx(210))
    assert late["value_low"] == pytest.approx(200 / exp(sqrt(DRIFT * (DAYS[31] - DAYS[9]).days)))


def test_a_doubtful_cap_of_which_nothing_else_is_known_counts_as_claimed() -> None:
    """Claimed is 20 of 1,020; as little as the smallest and as much as the median it may be, 400 and 500."""
    inputs = index({"BIG": flat(60), "MID": flat(40), "LOST": flat(2)}, floor=0.5)
    (row,) = [
        row
        for row in told("weights", inputs, DAYS)
        if (row["session"], row["level"], row["member"]) == (DAYS[0], "issuer", "LOST")
    ]
    assert (row["how"], row["value"]) == ("doubtful", 20)
    assert [row["value_low"], row["value_high"]] == [20, 500]


def test_a_group_with_a_doubtful_member_is_withheld_and_says_why() -> None:
    prices = {f"S{place}": flat(10) for place in range(9)} | {"LOST": flat(10)}
    groups = [in_group("S1"), in_group("LOST"), in_group("S2", "others")]
    rows = {(row["session"], row["group"]): row for row in told("group_share", index(prices, groups=groups), DAYS[50:])}
    before, after = rows[DAYS[49], "magnificent7"], rows[DAYS[50], "magnificent7"]
    assert (before["share"], before["measured"]) == (pytest.approx(0.2), 2)
    assert (after["share"], after["share_low"], after["measured"]) == (None, None, 1)
    assert after["reason"] == f"doubtful: LOST ({STEP})"
    other = rows[DAYS[50], "others"]
    assert (other["share"], other["coverage"]) == (pytest.approx(0.1), pytest.approx(0.9))
    assert other["share_low"] < 0.1 < other["share_high"]


def test_no_change_is_stated_to_a_day_with_a_doubtful_member() -> None:
    prices = {f"S{place}": flat(10) for place in range(9)} | {"LOST": flat(10)}
    rows = told("day_over_day", index(prices, groups=[in_group("S1"), in_group("LOST")]), DAYS[50:51])
    changes = {row["session"]: (row["share_change"], row["value_change"]) for row in rows}
    assert changes[DAYS[49]] == (0, 0)
    assert changes[DAYS[50]] == changes[DAYS[51]] == (None, None)


def test_a_doubtful_member_is_not_in_the_original_group() -> None:
    prices = {f"S{place}": flat(10) for place in range(9)} | {"LOST": flat(10)}
    inputs = index(prices, groups=[in_group("S1"), in_group("LOST")])
    rows = [row for row in told("magnificent7_metrics", inputs, DAYS) if row["trading_date"] == DAYS[0]]
    assert [(row["ticker"], row["pct_of_mag7"]) for row in rows] == [("S1", None)]


# a fund's own file


def own_file(**weights: float) -> Row:
    lines = fund("FND", DAYS[0], **weights)
    return one("concentration", market({}, holdings=lines), index="FND", level="issuer")


def test_a_file_cut_after_its_first_lines_covers_what_its_weights_add_up_to() -> None:
    row = own_file(BIG=20, MID=10, SMALL=7)
    assert (row["status"], row["coverage"]) == ("withheld", pytest.approx(0.37))
    assert row["reason"] == "coverage 37.0 % is below the floor of 80.0 %"


def test_rounding_of_printed_weights_is_no_gap() -> None:
    """Three lines to two digits may lack 0.015 %."""
    assert own_file(BIG=50, MID=30, SMALL=19.99)["coverage"] == 1
    assert own_file(BIG=50, MID=30, SMALL=19.98)["coverage"] == pytest.approx(0.9998)
    assert own_file(BIG=60, MID=40.5)["coverage"] == 1, "more than all, with debts elsewhere"


def test_what_a_file_leaves_out_may_be_in_the_index() -> None:
    """90 of 100 are printed: the total may be 100 of which 90 are known."""
    row = own_file(BIG=50, MID=40)
    assert (row["status"], row["total"], row["total_high"]) == ("ok", pytest.approx(0.9), pytest.approx(1.0))


def test_cash_is_a_part_of_the_fund_and_none_of_its_equities() -> None:
    lines = [*fund("FND", DAYS[0], BIG=60, MID=30), holding(3, None, None, fund="FND", as_of=DAYS[0], weight=0.1)]
    lines[-1]["asset_class"] = "cash"
    row = one("concentration", market({}, holdings=lines), index="FND", level="issuer")
    assert (row["coverage"], row["members"]) == (1, 2)


def test_a_file_without_weights_does_not_tell_its_coverage() -> None:
    lines = [holding(1, "BIG", 60.0), holding(2, "MID", 40.0)]
    assert one("concentration", market({}, holdings=lines), index="FND", level="issuer")["coverage"] == 1
