"""A view answers once per publication, forgets when something new is published, and never mixes the two."""

from pathlib import Path

import pytest

from support.small_warehouse import publish_small
from topheavy.answers.published import MOST_HELD, remembered
from topheavy.core.errors import NotPublished
from topheavy.web.services import View


@remembered
def fingerprint(view: View, asked: list[str] | None = None) -> str:
    return str(view.ask("SELECT value FROM published WHERE name = 'fingerprint'")[0]["value"])


def counting(view: View, name: str, made: list[str]) -> str:
    def make() -> str:
        made.append(name)
        return name

    return view.remember(name, make)


def test_an_answer_is_made_once_per_publication(tmp_path: Path) -> None:
    view, made = View(publish_small(tmp_path)), list[str]()
    assert [counting(view, "a", made) for _ in range(3)] == ["a", "a", "a"]
    assert made == ["a"]
    publish_small(tmp_path)
    counting(view, "a", made)
    assert made == ["a", "a"]


def test_a_function_of_a_view_sees_what_is_published_now(tmp_path: Path) -> None:
    view = View(publish_small(tmp_path))
    assert fingerprint(view) == "small-real"
    publish_small(tmp_path, world="simulated")
    assert fingerprint(view) == "small-simulated"


def test_views_of_two_homes_know_nothing_of_each_other(tmp_path: Path) -> None:
    one, other = View(publish_small(tmp_path / "one")), View(publish_small(tmp_path / "other", world="simulated"))
    assert (fingerprint(one), fingerprint(other)) == ("small-real", "small-simulated")


def test_that_nothing_is_published_is_not_remembered(tmp_path: Path) -> None:
    view = View(tmp_path)
    with pytest.raises(NotPublished):
        fingerprint(view)
    publish_small(tmp_path)
    assert fingerprint(view) == "small-real"


def test_the_answer_asked_for_longest_ago_gives_way(tmp_path: Path) -> None:
    view, made = View(tmp_path), list[str]()
    for number in range(MOST_HELD + 1):
        counting(view, str(number), made)
    made.clear()
    counting(view, str(MOST_HELD), made)
    counting(view, "0", made)
    assert made == ["0"]


def test_parameters_reach_the_question_as_values(view: View) -> None:
    hostile = "SP500' OR 'a' = 'a"
    assert view.ask('SELECT 1 AS n FROM weights WHERE "index" = $index', index=hostile) == []
