"""What an address asks for becomes a choice, or a sentence that says why not."""

import pytest

from support.small_warehouse import LAST, MON, THU, TUE
from topheavy.answers.choice import asked_in, choose
from topheavy.answers.indices import Level
from topheavy.core.errors import UsageError
from topheavy.web.services import View


def test_nothing_asked_is_the_usual(view: View) -> None:
    choice = choose(view, {})
    assert (choice.index.index, choice.group and choice.group.group) == ("SP500", "magnificent7")
    assert (choice.level, choice.on, choice.compare, choice.notes) == (Level.ISSUER, LAST, MON, ())


def test_a_choice_survives_its_own_address(view: View) -> None:
    asked = {"index": "SP500", "group": "gamma", "level": "line", "day": "2024-03-28", "compare": "2024-03-26"}
    choice = choose(view, asked)
    assert (choice.on, choice.compare, choice.level) == (THU, TUE, Level.LINE)
    assert choice.asked == asked
    assert choose(view, asked_in(choice.search)) == choice


def test_a_fund_of_one_day_has_nothing_to_compare_with(view: View) -> None:
    choice = choose(view, {"index": "FND", "compare": "2024-03-26"})
    assert (choice.on, choice.compare, choice.notes) == (THU, None, ())


@pytest.mark.parametrize(
    ("asked", "shown", "why"),
    [
        ("2024-03-29", THU, "Friday 29 March 2024 is no session: the exchange was closed (holiday)"),
        ("2024-03-31", THU, "closed (weekend); shown is Thursday 28 March 2024."),
        ("2020-01-02", MON, "2 Jan 2020 lies before the first published session, 25 Mar 2024"),
        ("2030-01-02", LAST, "2 Jan 2030 lies after the last published session, 1 Apr 2024"),
        ("soon", LAST, "'soon' is no date; shown is Monday 1 April 2024."),
    ],
)
def test_the_nearest_earlier_session_is_taken_and_said(view: View, asked: str, shown: object, why: str) -> None:
    choice = choose(view, {"day": asked})
    assert choice.on == shown
    (note,) = choice.notes
    assert why in note.replace("\u00a0", " ")


def test_the_same_remark_about_both_days_is_made_once(view: View) -> None:
    assert len(choose(view, {"day": "2024-03-31", "compare": "2024-03-31"}).notes) == 1


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"index": "SP5000"}, "did you mean 'SP500'"),
        ({"group": "magnificent8"}, "did you mean 'magnificent7'"),
        ({"level": "isuer"}, "did you mean 'issuer'"),
    ],
)
def test_what_does_not_exist_is_said_with_the_nearest(view: View, asked: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        choose(view, asked)


def test_of_a_name_given_twice_the_last_counts() -> None:
    assert asked_in("?index=IVV&index=SP500&day=") == {"index": "SP500"}
    assert asked_in(None) == {}
