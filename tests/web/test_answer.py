"""What the concentration page says in words: the answer, the figures beside it, and who makes it up."""

from collections.abc import Callable
from typing import Any

import pytest

from topheavy.answers.choice import choose
from topheavy.web.pages.concentration import members_table
from topheavy.web.pages.concentration.group_bars import makeup
from topheavy.web.pages.concentration.headline import headline, tiles
from topheavy.web.pages.concentration.notes import course_notes
from topheavy.web.services import View

Text = Callable[[Any], str]


def said(view: View, text_of: Text, **asked: str) -> str:
    return text_of(headline(view, choose(view, asked)))


def test_the_answer_stands_with_its_day_its_change_and_its_coverage(view: View, text_of: Text) -> None:
    text = said(view, text_of, day="2024-04-01", compare="2024-03-26")
    assert "The Magnificent 7 make up 80.0 % of the S&P 500" in text
    assert "on Monday 1 April 2024, counting each company once" in text
    assert "▲ +20.00 pp against 60.00 % on 26 Mar 2024" in text
    assert "100.0 % coverage" in text
    assert "4 of 4 companies measured." in text
    assert "Withheld below 70 %." in text


def test_a_change_of_membership_is_said_beside_the_change(view: View, text_of: Text) -> None:
    text = said(view, text_of, day="2024-04-01", compare="2024-03-25")
    assert "+40.00 pp against 40.00 % on 25 Mar 2024, when 1 of the 2 were in the index (now 2)" in text


def test_a_fall_is_shown_as_one(view: View, text_of: Text) -> None:
    assert "▼ −20.00 pp" in said(view, text_of, day="2024-03-26", compare="2024-04-01")


def test_members_that_are_stood_in_for_are_counted_out_loud(view: View, text_of: Text) -> None:
    text = said(view, text_of, day="2024-03-28")
    assert "90.0 % coverage by weight" in text
    assert "3 of 4 companies measured. For the other 1 a stand-in is counted" in text
    assert "The share is between 73.53 % and 76.53 %, by what may be missing." in text, "75 of 102 and 75 of 98"
    assert "by what may be missing" not in said(view, text_of)


def test_a_withheld_answer_says_why(view: View, text_of: Text) -> None:
    text = said(view, text_of, day="2024-03-27")
    assert "The share of the Magnificent 7 in the S&P 500 is withheld" in text
    assert "coverage 60.0 % is below the floor of 70.0 %" in text
    assert "pp" not in text
    figures = text_of(tiles(view, choose(view, {"day": "2024-03-27", "compare": "2024-03-26"})))
    assert figures.count("withheld") == 5
    assert "was 3,000 on 26 Mar 2024" in figures


def test_there_is_no_change_against_a_withheld_day(view: View, text_of: Text) -> None:
    assert "No share is stated for 27 Mar 2024" in said(view, text_of, day="2024-04-01", compare="2024-03-27")


def test_a_fund_says_how_much_of_the_group_it_holds(view: View, text_of: Text) -> None:
    text = said(view, text_of, index="FND")
    assert "The Magnificent 7 make up 60.0 % of FND" in text
    assert "1 of the 2 are in the fund." in text
    assert "3 companies, from the fund's own file." in text


def test_a_group_with_no_member_in_the_index(view: View, text_of: Text) -> None:
    assert "None of gamma is in WTS" in said(view, text_of, index="WTS", group="gamma")


def test_the_tiles_state_the_index_now_and_then(view: View, text_of: Text) -> None:
    text = text_of(tiles(view, choose(view, {"compare": "2024-03-26"})))
    for figure in ("2.4", "as concentrated as 2 equal companies", "was 3.3 on 26 Mar 2024", "60.0 %", "Alpha",
                   "4,250", "was 3,000 on 26 Mar 2024", "$100.0 B", "of which $100.0 B measured"):  # fmt: skip
        assert figure in text


def test_a_fund_of_weights_has_no_total(view: View, text_of: Text) -> None:
    text = text_of(tiles(view, choose(view, {"index": "WTS"})))
    assert "its file prints weights only" in text
    assert "$" not in text


@pytest.mark.parametrize(
    ("asked", "lines"),
    [
        ({}, ["Alpha AAA", "60.00 %", "+20.00 pp", "Beta BBB", "20.00 %", "new", "Together", "80.00 %"]),
        ({"group": "gamma"}, ["Gamma Holdings CCC.A", "15.00 %", "−25.00 pp", "85.00 %"]),
        ({"group": "gamma", "level": "line"}, ["CCC.A", "10.00 %", "CCC.B", "5.00 %", "Together", "15.00 %"]),
        ({"index": "FND"}, ["Alpha AAA", "60.00 %", "1 of the 2 not in FND that day."]),
        ({"day": "2024-03-27"}, ["Withheld on 27 Mar 2024."]),
    ],
)
def test_who_makes_it_up(view: View, text_of: Text, asked: dict[str, str], lines: list[str]) -> None:
    text = text_of(makeup(view, choose(view, asked)))
    places = [text.find(line) for line in lines]
    assert -1 not in places, text
    assert places == sorted(places)


def test_the_table_has_every_member_with_how_it_is_known(view: View) -> None:
    rows = members_table.rows(view, choose(view, {"day": "2024-03-28", "compare": "2024-03-25"}))
    assert [(row["symbol"], row["inside"], row["was"], row["how"]) for row in rows] == [
        ("AAA", True, True, "measured"),
        ("BBB", True, False, "measured"),
        ("CCC.A", False, True, "measured"),
        ("DDD", False, True, "carried: no bar"),
    ]
    assert rows[0]["change"] == pytest.approx(0.1)
    assert rows[1]["change"] is None


def test_columns_that_would_be_empty_are_left_out(view: View) -> None:
    whole = [column["field"] for column in members_table.columns(choose(view, {}))]
    assert whole == ["symbol", "name", "weight", "change", "value", "place", "how"]
    weights_only = [column["field"] for column in members_table.columns(choose(view, {"index": "WTS"}))]
    assert weights_only == ["symbol", "name", "weight", "place", "how"]


def test_the_notes_list_the_repairs_that_act_and_no_other(view: View, text_of: Text) -> None:
    notes, words = course_notes(view, choose(view, {}))
    text = text_of(notes)
    assert "2 repairs of members' data act in this period, 1 switched off" in text
    assert "CCC.A, 26 Mar 2024" in text
    assert "DDD, 1 Apr 2024" in text
    assert "XXX" not in text
    assert "moved between 40.0 % (25 Mar 2024) and 80.0 % (1 Apr 2024)" in words.replace("\u00a0", " ")


def test_one_day_is_no_course(view: View) -> None:
    notes, words = course_notes(view, choose(view, {"index": "FND"}))
    assert notes is None
    assert "speaks of one day, Thursday 28 March 2024" in words.replace("\u00a0", " ")
