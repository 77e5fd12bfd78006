"""What every rule keeps: a new file in ``repairs/`` is held by this suite the moment it exists."""

import re
from dataclasses import replace
from datetime import date
from hashlib import sha256

import polars as pl
import pytest

from support.frames import bars, counts, frames, on, quarters, split, symbol
from topheavy.core.plugins import RULES, Found, scan
from topheavy.datasets.schema import datasets
from topheavy.repairs.rule import Frames, Repair, Rule
from topheavy.repairs.run import identity, mend, rules
from topheavy.repairs.split_days import as_day

FOUND = {found.name: found for found in scan(RULES)}
Place = tuple[str, date, float | None]


@pytest.fixture(params=sorted(FOUND))
def found(request: pytest.FixtureRequest) -> Found:
    return FOUND[request.param]


@pytest.fixture
def rule(found: Found) -> Rule:
    plugin: Rule = found.plugin
    return plugin


def mended(given: Frames, repairs: list[Repair]) -> Frames:
    return {name: mend(frame, [item for item in repairs if item.dataset == name]) for name, frame in given.items()}


def shuffled(given: Frames, seed: int) -> Frames:
    return {name: frame.sample(fraction=1.0, shuffle=True, seed=seed) for name, frame in given.items()}


def clean() -> Frames:
    """Three sound companies: one splits 4:1 and 10:1, one buys back, one is renamed; prices follow the splits."""
    days = quarters(16)
    before, between, after = days[:6], days[6:12], days[12:]
    sessions = [on(f"2021-08-{day:02}") for day in (11, 12, 13, 16, 17, 18)]
    return frames(
        shares=[
            *counts([600] * 6 + [2400] * 6 + [24000] * 4, [*before, *between, *after]),
            *counts([1000 - 5 * place for place in range(16)], days, "B"),
            *counts([500 + place for place in range(16)], days, "C"),
        ],
        splits=[split("2021-08-13", 4), split("2023-02-10", 10), split("2021-08-13", 1.05, "C", "spin_off")],
        symbols=[symbol("C", "OLD", "2010-01-04", "2021-08-12"), symbol("C", "C", "2021-08-13", None)],
        bars=[
            *bars([800, 804, 200, 202, 199, 201], sessions),
            *bars([50, 51, 50.5, 49, 48, 47], sessions, "B"),
        ],
    )


def test_there_are_rules() -> None:
    assert FOUND, "no rule was found: a file in src/topheavy/repairs must end with RULE = YourRule()"
    assert [item.name for item in rules()] == [item.name for item in sorted(rules(), key=lambda r: (r.order, r.name))]


def test_it_declares_itself(found: Found, rule: Rule) -> None:
    assert isinstance(rule, Rule), f"{found.module}: RULE must be an object of a subclass of rule.Rule"
    if found.module.startswith(RULES.package):
        assert rule.name == found.module.rpartition(".")[2], f"{found.module}: name it after its file"
    assert rule.title.strip(), f"{found.module}: set title, one line that says what it finds"
    assert rule.reads, f"{found.module}: say in reads which datasets it looks at"
    assert set(rule.reads) <= set(datasets()), f"{found.module}: reads an unknown dataset"


def test_orders_are_distinct() -> None:
    orders = [item.order for item in rules()]
    assert len(set(orders)) == len(orders), "two rules of one order would run by name, which says nothing"


def test_its_example_is_found_exactly(found: Found, rule: Rule) -> None:
    given, expected = rule.example()
    assert expected, f"{found.module}: an example has a fault"
    assert set(given) == set(rule.reads), f"{found.module}: an example gives the datasets the rule reads, and no other"
    assert places(rule.find(given)) == sorted(expected, key=str)


def places(repairs: list[Repair]) -> list[Place]:
    return sorted([(item.security, item.effective, rounded(item.after)) for item in repairs], key=str)


def rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 9)


def test_what_was_mended_is_sound(found: Found, rule: Rule) -> None:
    given, _ = rule.example()
    after = mended(given, rule.find(given))
    assert not rule.find(after), f"{found.module}: finds something again in what it has mended itself"


def test_it_finds_nothing_in_sound_data(found: Found, rule: Rule) -> None:
    assert not rule.find(clean()), f"{found.module}: finds a fault in sound data"


def test_it_finds_nothing_in_nothing(found: Found, rule: Rule) -> None:
    assert not rule.find(frames())


def test_it_reads_only_what_it_says(found: Found, rule: Rule) -> None:
    class Watched(dict[str, pl.DataFrame]):
        def __getitem__(self, name: str) -> pl.DataFrame:
            assert name in rule.reads, f"{found.module} looks at {name}, which is not in reads"
            return super().__getitem__(name)

    given = Watched(clean() | dict(rule.example()[0]))
    rule.find(given)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_rows_is_nothing_to_it(found: Found, rule: Rule, seed: int) -> None:
    given, _ = rule.example()
    first = rule.find(given)
    assert sorted(rule.find(shuffled(given, seed)), key=str) == sorted(first, key=str)


def test_finding_changes_nothing(found: Found, rule: Rule) -> None:
    given, _ = rule.example()
    copies = {name: frame.clone() for name, frame in given.items()}
    assert rule.find(given) == rule.find(given), f"{found.module}: finds something else the second time"
    assert all(given[name].equals(copies[name]) for name in copies), f"{found.module}: changed what it looked at"


def test_its_evidence_is_one_line_with_the_figures(found: Found, rule: Rule) -> None:
    given, _ = rule.example()
    for item in rule.find(given):
        assert "\n" not in item.evidence
        assert len(item.evidence) > 20
        figures = set(map(float, re.findall(r"\d+(?:\.\d+)?", item.evidence.replace(",", ""))))
        assert any(abs(figure - item.before) < 0.01 * item.before for figure in figures), (
            f"{found.module}: evidence names the value as received: {item.evidence}"
        )


def test_its_repairs_name_a_value_that_is_there(found: Found, rule: Rule) -> None:
    given, _ = rule.example()
    for item in rule.find(given):
        assert item.rule == rule.name
        assert item.dataset in rule.reads
        assert item.field in datasets()[item.dataset].schema.names
        assert rows_named(given, item) == (0 if adds(item) else 1), f"{found.module}: {item} names no row, or several"
        assert item.after is None or item.after > 0


def adds(item: Repair) -> bool:
    return item.dataset == "splits" and item.field == "ratio" and item.before == 1


def rows_named(given: Frames, item: Repair) -> int:
    """How many rows have the repair's place and its value as received."""
    day = "session" if item.dataset == "bars" else "effective"
    rows = given[item.dataset].filter(security=item.security, source=item.source, **{day: item.effective})
    if item.field == "effective":
        return rows.filter(effective=as_day(item.before)).height
    if item.field == "kind":
        return rows.filter(kind="spin_off" if item.before == 1 else "split").height
    return rows.filter(**{item.field: item.before}).height


def test_no_value_is_repaired_twice_by_one_rule(found: Found, rule: Rule) -> None:
    given, _ = rule.example()
    named = [(r.dataset, r.security, r.effective, r.source, r.covers, r.field, r.before) for r in rule.find(given)]
    assert len(set(named)) == len(named)


def test_the_same_fault_has_the_same_id_and_another_has_another(found: Found, rule: Rule) -> None:
    given, _ = rule.example()
    ids = [identity(item) for item in rule.find(given)]
    assert ids == [identity(item) for item in rule.find(given)]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[0-9a-f]{10}", name) for name in ids)


def test_ids_are_those_of_earlier_versions() -> None:
    """A switched-off repair is remembered by its id, so what goes into one is written down here for good."""
    fault = Repair("a_rule", "shares", "NVDA", on("2024-06-07"), "sec", "count", 24600.0, 2460.0, "because", "class")
    assert identity(fault) == sha256(b"a_rule|shares|NVDA|2024-06-07|class|sec|count|24600.0").hexdigest()[:10]
    assert identity(replace(fault, evidence="in other words", after=2461.0)) == identity(fault)
    assert identity(replace(fault, before=24601.0)) != identity(fault), "a re-published value is a new fault"
