"""The figure of the course: what is drawn, where it breaks, and what is marked in it."""

from datetime import date
from typing import Any

import pytest

from support.small_warehouse import LAST, MON, SESSIONS, THU, TUE
from topheavy.answers.choice import Choice, choose
from topheavy.web.frame.theme import DARK, LIGHT, Look, look
from topheavy.web.pages.concentration.share_chart import course
from topheavy.web.services import View


def drawn(view: View, choice: Choice | None = None, colours: Look = LIGHT, reach: str = "All") -> dict[str, Any]:
    return course(view, choice or choose(view, {}), colours, reach)


def traces(figure: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {trace["name"]: trace for trace in figure["data"] if "name" in trace}


def words(figure: dict[str, Any]) -> list[str]:
    return [note["text"].replace("\u00a0", " ") for note in figure["layout"]["annotations"]]


def test_the_line_is_the_share_and_breaks_where_it_is_withheld(view: View) -> None:
    share = traces(drawn(view))["share"]
    assert share["x"] == list(SESSIONS)
    assert share["y"] == pytest.approx([40, 60, None, 75, 80])


def test_the_area_does_not_run_on_under_the_break(view: View) -> None:
    area = next(trace for trace in drawn(view)["data"] if trace.get("fill") == "tozeroy" and "yaxis" not in trace)
    assert area["x"] == [MON, MON, TUE, TUE, THU, THU, LAST, LAST]
    assert area["y"] == pytest.approx([0, 40, 60, 0, 0, 75, 80, 0])


def test_the_break_is_greyed_and_named(view: View) -> None:
    (grey,) = [shape for shape in drawn(view)["layout"]["shapes"] if shape["type"] == "rect"]
    assert (grey["x0"], grey["x1"], grey["label"]["text"]) == (TUE, THU, "withheld")


def test_the_total_is_below_in_its_own_unit_and_coverage_below_that(view: View) -> None:
    found = traces(drawn(view))
    assert found["total"]["y"] == pytest.approx([100, 100, None, 100, 100])
    assert "B<extra>" in found["total"]["hovertemplate"]
    assert found["coverage"]["y"] == pytest.approx([1, 1, 0.6, 0.9, 1])
    assert found["coverage"]["customdata"][2] == "2 of 4 measured, 2 stood in for"


def test_the_band_is_drawn_where_something_is_not_measured(view: View) -> None:
    """On 28 March the share is 75 of 98 to 102; before the withheld day it is what it is."""
    band = traces(drawn(view))["band"]
    assert band["x"] == [MON, TUE, TUE, MON, None, THU, LAST, LAST, THU, None]
    before, after = [40, 60, 60, 40, None], [7500 / 102, 80, 80, 7500 / 98, None]
    assert band["y"] == pytest.approx(before + after)
    assert traces(drawn(view))["share"]["customdata"] == ["", "", "", " (between 73.53\u00a0% and 76.53\u00a0%)", ""]


def test_repairs_of_members_are_marked_where_they_begin_to_act(view: View) -> None:
    repairs = traces(drawn(view))["repairs"]
    assert repairs["x"] == [TUE, LAST]
    assert "CCC.A, share outlier:" in repairs["text"][0]
    assert "1/100 of the count before" in repairs["text"][0].replace("<br>", " ")
    assert "DDD, share outlier (switched off):" in repairs["text"][1]


def test_who_joined_is_named_where_the_line_steps(view: View) -> None:
    note = next(note for note in drawn(view)["layout"]["annotations"] if note["text"] == "BBB joins")
    assert note["x"] == TUE


def test_both_chosen_days_stand_on_the_line(view: View) -> None:
    figure = drawn(view, choose(view, {"day": "2024-03-28", "compare": "2024-03-26"}))
    points = {trace["x"][0]: trace["y"][0] for trace in figure["data"] if trace.get("hoverinfo") == "skip"
              and trace["mode"] == "markers"}  # fmt: skip
    assert points == {TUE: pytest.approx(60), THU: pytest.approx(75)}
    assert "<b>28 Mar 2024</b>" in words(figure)


def test_a_range_shows_its_last_part(view: View) -> None:
    since, until = drawn(view, reach="1M")["layout"]["xaxis"]["range"]
    assert since <= MON
    assert until > LAST
    assert date(2024, 4, 1) < until


def test_a_simulated_figure_carries_the_word_itself(view: View, simulated_home: Any) -> None:
    assert "<b>SIMULATED</b>" not in words(drawn(view))
    simulated = View(simulated_home)
    assert "<b>SIMULATED</b>" in words(course(simulated, choose(simulated, {}), LIGHT, "All"))


def test_light_and_dark_draw_the_same_in_other_colours(view: View) -> None:
    light, dark = drawn(view), drawn(view, colours=DARK)
    assert traces(light)["share"]["y"] == traces(dark)["share"]["y"]
    assert traces(light)["share"]["line"]["color"] != traces(dark)["share"]["line"]["color"]
    assert (look("dark"), look("light"), look(None)) == (DARK, LIGHT, LIGHT)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("ink", "card"),
        ("muted", "card"),
        ("accent", "card"),
        ("ink", "paper"),
        ("muted", "paper"),
        ("warn_ink", "warn"),
    ],
)
def test_text_has_the_contrast_that_readers_need(palette: Look, ink: str, ground: str) -> None:
    one, other = sorted((luminance(getattr(palette, ink)), luminance(getattr(palette, ground))))
    assert (other + 0.05) / (one + 0.05) >= 4.5
