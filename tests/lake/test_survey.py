"""The survey: what the ledger says, at once, however long it is and while others write it."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

import pytest

from support.responses import NOON
from topheavy.core.errors import LakeError, UsageError
from topheavy.core.units import Outcome, Unit
from topheavy.lake.folder import HomeFolder
from topheavy.lake.ledger import Ledger
from topheavy.lake.records import Attempt
from topheavy.lake.survey import SORTED_BY, Survey

OK, UNCHANGED, FAILED = Outcome
BARS = [Unit("polygon", "bars", date(2024, 12, day)) for day in (2, 3, 4)]
DETAILS = [Unit("polygon", "details", date(2024, 12, 3), name) for name in ("AAA", "50%_OFF")]
SHARES = Unit("sec", "shares", subject="AAA")


@pytest.fixture
def ledger(home: HomeFolder) -> Iterator[Ledger]:
    opened = Ledger(home.path / "ledger.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def survey(home: HomeFolder, ledger: Ledger) -> Iterator[Survey]:
    opened = Survey(home.path / "ledger.sqlite")
    yield opened
    opened.close()


def note(ledger: Ledger, unit: Unit, outcome: Outcome, minute: float, cause: str = "", of: str = "") -> None:
    fault = "busy" if cause else None
    ledger.note_attempt(Attempt(unit, outcome, cause or None, 0.5, 100, at(minute), fault, 2, of))


def at(minute: float) -> object:
    return NOON + timedelta(minutes=minute)


@pytest.fixture
def noted(ledger: Ledger) -> Ledger:
    note(ledger, BARS[0], OK, 0)
    note(ledger, BARS[1], FAILED, 1, "HTTP 503")
    note(ledger, BARS[1], UNCHANGED, 2)
    note(ledger, BARS[2], FAILED, 3, "HTTP 500")
    note(ledger, DETAILS[0], OK, 4)
    note(ledger, DETAILS[1], FAILED, 5, "HTTP 404: nothing 100% sure")
    note(ledger, SHARES, OK, 6)
    return ledger


def found(survey: Survey, **wanted: object) -> list[str]:
    rows, total = survey.units(**wanted)  # type: ignore[arg-type]
    assert len(rows) == total
    return [row["unit"] for row in rows]


def test_it_says_of_every_unit_what_the_ledger_says(survey: Survey, noted: Ledger) -> None:
    rows, total = survey.units(sort="unit", descending=False)
    told = [(row["unit"], row["outcome"], row["cause"], row["attempts"], row["fault"], row["calls"]) for row in rows]
    assert told == [
        (run.unit.id, run.outcome.value, run.cause, run.attempts, run.last.fault, run.last.calls)
        for run in noted.runs()
    ]
    assert total == 6


def test_what_is_written_afterwards_is_there_at_the_next_look(survey: Survey, noted: Ledger) -> None:
    assert survey.units(outcome="failed")[1] == 2
    mark = survey.mark()
    note(noted, BARS[2], OK, 9)
    note(noted, BARS[0], FAILED, 9, "HTTP 502")
    assert survey.mark() > mark
    assert found(survey, outcome="failed", sort="unit", descending=False) == [BARS[0].id, DETAILS[1].id]
    (again,) = (row for row in survey.units()[0] if row["unit"] == BARS[2].id)
    assert (again["outcome"], again["cause"], again["attempts"]) == ("ok", None, 2)


def test_a_second_survey_says_the_same_from_the_beginning(survey: Survey, noted: Ledger, home: HomeFolder) -> None:
    survey.sums()
    note(noted, SHARES, FAILED, 10, "HTTP 403")
    other = Survey(home.path / "ledger.sqlite")
    for ask in (Survey.sums, Survey.states, Survey.sessions, Survey.units):
        assert ask(survey) == ask(other)
    other.close()


@pytest.mark.parametrize(
    ("wanted", "units"),
    [
        ({"outcome": "failed"}, [DETAILS[1], BARS[2]]),
        ({"source": "sec"}, [SHARES]),
        ({"source": "sec", "outcome": "failed"}, []),
        ({"text": "details"}, [DETAILS[1], DETAILS[0]]),
        ({"text": "HTTP 5"}, [BARS[2]]),
        ({"text": "http 50"}, [BARS[2]]),
        ({"text": "100%"}, [DETAILS[1]]),
        ({"text": "%_"}, []),
        ({"text": "' OR 1=1 --"}, []),
        ({"text": "  AAA "}, [SHARES, DETAILS[0]]),
    ],
)
def test_units_are_found_by_state_source_and_text(
    survey: Survey, noted: Ledger, wanted: dict[str, str], units: list[Unit]
) -> None:
    assert found(survey, **wanted) == [unit.id for unit in units]


def test_a_stretch_is_cut_from_the_whole(survey: Survey, noted: Ledger) -> None:
    everything = found(survey)
    rows, total = survey.units(limit=2, offset=3)
    assert ([row["unit"] for row in rows], total) == (everything[3:5], 6)


@pytest.mark.parametrize("name", SORTED_BY)
def test_units_are_sorted_by_any_column(survey: Survey, noted: Ledger, name: str) -> None:
    rows, _ = survey.units(sort=name, descending=False)
    values = [(row[name] is not None, row[name]) for row in rows]
    assert values == sorted(values)


def test_they_are_sorted_by_nothing_else(survey: Survey) -> None:
    with pytest.raises(UsageError, match="did you mean 'finished_at'"):
        survey.units(sort="finishedat")


def test_those_that_failed_are_told_from_the_others(survey: Survey, noted: Ledger) -> None:
    assert survey.failed([BARS[1].id, BARS[2].id, "no/such/unit"]) == [BARS[2].id]


def test_a_session_is_partial_where_one_of_its_units_failed(survey: Survey, noted: Ledger) -> None:
    states = {(row["source"], row["state"]): row["sessions"] for row in survey.sessions()}
    assert states == {("polygon", "complete"): 1, ("polygon", "partial"): 1, ("polygon", "failed"): 1}


def test_sums_are_over_all_attempts(survey: Survey, noted: Ledger) -> None:
    sums = {(row["route"], row["outcome"]): row for row in survey.sums()}
    failed = sums["bars", "failed"]
    assert (failed["attempts"], failed["calls"], failed["bytes"], failed["seconds"]) == (2, 4, 200, 1.0)
    assert failed["newest"] == NOON.replace(minute=3).isoformat()
    assert sum(row["attempts"] for row in sums.values()) == 7


def test_collections_at_work_are_told_however_many_began_since(survey: Survey, ledger: Ledger) -> None:
    ledger.begin("long", "polygon details", 100, NOON)
    note(ledger, BARS[0], OK, 0, of="long")
    note(ledger, BARS[1], FAILED, 0, "HTTP 500", of="long")
    for number in range(5):
        ledger.begin(f"short{number}", "sec shares", 1, NOON + timedelta(minutes=1 + number))
        ledger.end(f"short{number}", NOON + timedelta(minutes=2 + number))
    known = survey.collections(newest=2)
    assert [one.id for one in known] == ["short4", "short3", "long"]
    assert (known[-1].asked, known[-1].ended, known[-1].failed, known[-1].ended_at) == (100, 2, 1, None)


def test_a_hundred_thousand_units_are_no_burden(home: HomeFolder, ledger: Ledger) -> None:
    rows = [(f"polygon/details/{n}", "polygon", "details", f"2024-{1 + n % 12:02}-{1 + n % 28:02}", f"{n}",
             "ok" if n % 10 else "failed", None if n % 10 else "HTTP 500", 0.1, 9, f"{at(n / 60)}", None, 1, "c")
            for n in range(100_000)]  # fmt: skip
    with ledger.transaction() as file:
        file.executemany("INSERT INTO attempts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", rows)
    survey = Survey(home.path / "ledger.sqlite")
    survey.mark()
    began = perf_counter()
    assert survey.units(outcome="failed")[1] == 10_000
    assert survey.units(text="HTTP 500", sort="seconds")[1] == 10_000
    note(ledger, BARS[0], OK, 0)
    assert survey.units()[1] == 100_001
    survey.states()
    assert perf_counter() - began < 2, "about 50 ms on a quiet machine"
    survey.close()


def test_what_is_no_ledger_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_text("this is no database, and long enough to be looked at as one" * 20)
    with pytest.raises(LakeError, match="ledger"):
        Survey(tmp_path / "ledger.sqlite").mark()
