"""What every rule of doubt keeps: a new file in ``repairs/doubts/`` is held by this suite the moment it exists."""

from datetime import date

import pytest

from contracts.test_rule_contract import clean, shuffled
from support.frames import frames
from topheavy.core.plugins import DOUBTS, Found, scan
from topheavy.datasets.schema import datasets
from topheavy.repairs.doubts.doubt import Doubt, DoubtRule
from topheavy.repairs.mend import mend

FOUND = {found.name: found for found in scan(DOUBTS)}


@pytest.fixture(params=sorted(FOUND))
def found(request: pytest.FixtureRequest) -> Found:
    return FOUND[request.param]


@pytest.fixture
def rule(found: Found) -> DoubtRule:
    plugin: DoubtRule = found.plugin
    return plugin


def places(doubts: list[Doubt]) -> list[tuple[str, date, date | None]]:
    return sorted([(item.security, item.since, item.until) for item in doubts], key=str)


def test_it_declares_itself(found: Found, rule: DoubtRule) -> None:
    assert rule.name == found.module.rpartition(".")[2], f"{found.module}: name it after its file"
    assert rule.title.strip()
    assert set(rule.reads) <= set(datasets())


def test_its_example_is_found_exactly(found: Found, rule: DoubtRule) -> None:
    given, expected = rule.example()
    assert expected, f"{found.module}: an example has a fault"
    assert set(given) == set(rule.reads), f"{found.module}: an example gives the datasets the rule reads, and no other"
    assert places(rule.find(given)) == sorted(expected, key=str)


def test_it_doubts_nothing_in_sound_data_nor_in_nothing(rule: DoubtRule) -> None:
    assert not rule.find(clean())
    assert not rule.find(frames())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_rows_is_nothing_to_it(rule: DoubtRule, seed: int) -> None:
    given, _ = rule.example()
    assert sorted(rule.find(shuffled(given, seed)), key=str) == sorted(rule.find(given), key=str)


def test_it_asks_a_question_and_says_what_it_saw_in_one_line(rule: DoubtRule) -> None:
    for item in rule.find(rule.example()[0]):
        assert item.question.endswith("?")
        assert "\n" not in item.question + item.evidence
        assert any(sign.isdigit() for sign in item.evidence)
        assert item.until is None or item.since < item.until
        assert item.security in item.question or item.security in item.evidence


def test_ids_are_stable_and_distinct(rule: DoubtRule) -> None:
    given, _ = rule.example()
    ids = [item.identity for item in rule.find(given)]
    assert ids == [item.identity for item in rule.find(given)]
    assert len(set(ids)) == len(ids)


def test_a_remedy_settles_the_doubt(rule: DoubtRule) -> None:
    given, _ = rule.example()
    doubts = rule.find(given)
    remedies = [repair for item in doubts for repair in item.if_yes]
    after = {name: mend(frame, [item for item in remedies if item.dataset == name]) for name, frame in given.items()}
    left = {item.identity for item in rule.find(after)}
    assert not left & {item.identity for item in doubts if item.if_yes}
