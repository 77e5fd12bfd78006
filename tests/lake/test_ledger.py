"""The ledger: what was asked, came and failed; it can be rebuilt from the raw zone, and is read by plain SQLite."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from support.responses import FRIDAY, NOON, answer
from topheavy.core.errors import LakeError
from topheavy.core.units import Outcome, Unit
from topheavy.lake.folder import HomeFolder
from topheavy.lake.ledger import Ledger
from topheavy.lake.raw import Lake
from topheavy.lake.records import Attempt, Entry


@pytest.fixture
def ledger(home: HomeFolder) -> Iterator[Ledger]:
    opened = Ledger(home.path / "ledger.sqlite")
    yield opened
    opened.close()


def note(ledger: Ledger, unit: Unit, outcome: Outcome, hours: float, cause: str | None = None) -> None:
    ledger.note_attempt(Attempt(unit, outcome, cause, 0.5, 100, NOON + timedelta(hours=hours)))


def test_a_failure_is_a_row_with_its_cause(ledger: Ledger) -> None:
    note(ledger, FRIDAY, Outcome.FAILED, 0, "HTTP 500")
    (run,) = ledger.runs()
    assert (run.unit, run.outcome, run.cause, run.attempts) == (FRIDAY, Outcome.FAILED, "HTTP 500", 1)
    assert (run.last.seconds, run.last.bytes, run.last.finished_at) == (0.5, 100, NOON)


def test_attempts_are_counted_and_the_last_one_shown(ledger: Ledger) -> None:
    note(ledger, FRIDAY, Outcome.FAILED, 0, "HTTP 500")
    note(ledger, FRIDAY, Outcome.FAILED, 1, "HTTP 503")
    note(ledger, FRIDAY, Outcome.OK, 2)
    note(ledger, Unit("sec", "shares", subject="AAPL"), Outcome.UNCHANGED, 0)
    shown = [(run.unit.id, run.outcome, run.cause, run.attempts) for run in ledger.runs()]
    assert shown == [
        ("polygon/bars/session=2024-12-06", Outcome.OK, None, 3),
        ("sec/shares/AAPL", Outcome.UNCHANGED, None, 1),
    ]


def test_of_two_attempts_that_end_at_once_the_later_written_counts(ledger: Ledger) -> None:
    note(ledger, FRIDAY, Outcome.FAILED, 0, "first")
    note(ledger, FRIDAY, Outcome.OK, 0)
    assert ledger.runs()[0].outcome is Outcome.OK


def test_the_newest_answer_of_every_unit_is_the_latest(lake: Lake) -> None:
    other = Unit("sec", "shares", subject="AAPL")
    lake.keep(answer(b"old"))
    newest, _ = lake.keep(answer(b"new", hours=1))
    elsewhere, _ = lake.keep(answer(b"old", unit=other))
    assert lake.ledger.latest() == [newest, elsewhere]


def test_fractions_of_a_second_are_kept_in_order(lake: Lake) -> None:
    lake.keep(answer(b"on the second"))
    later, _ = lake.keep(answer(b"a little later", hours=0.0001))
    assert lake.ledger.latest() == [later]


def test_an_unreadable_answer_gives_way_to_the_one_before(lake: Lake) -> None:
    good, _ = lake.keep(answer(b"good"))
    bad, _ = lake.keep(answer(b"bad", hours=1))
    lake.ledger.note_unreadable(bad, "not JSON", "1")
    assert lake.ledger.latest() == [good]
    assert lake.read(bad).pages[0].content == b"bad", "its bytes stay"


def test_an_unreadable_answer_is_tried_again_by_another_edition_of_the_parser(lake: Lake) -> None:
    bad, _ = lake.keep(answer(b"bad"))
    lake.ledger.note_unreadable(bad, "not JSON", "1")
    lake.ledger.read_again("polygon", "1")
    lake.ledger.read_again("sec", "2")
    assert lake.ledger.latest() == []
    lake.ledger.read_again("polygon", "2")
    assert lake.ledger.latest() == [bad]


def test_an_unreadable_answer_that_comes_again_is_to_be_read_again(lake: Lake) -> None:
    bad, _ = lake.keep(answer(b"bad"))
    lake.ledger.note_unreadable(bad, "not JSON", "1")
    again, is_new = lake.keep(answer(b"bad", hours=1))
    assert not is_new
    assert lake.ledger.latest() == [again]


def test_a_ledger_of_an_earlier_version_grows_and_keeps_its_rows(home: HomeFolder) -> None:
    path = home.path / "ledger.sqlite"
    with closing(sqlite3.connect(path)) as old:
        old.executescript(
            "CREATE TABLE attempts (unit TEXT, source TEXT, route TEXT, session TEXT, subject TEXT, outcome TEXT,"
            " cause TEXT, seconds REAL, bytes INTEGER, finished_at TEXT);"
            "CREATE TABLE answers (unit TEXT, version TEXT, source TEXT, route TEXT, session TEXT, subject TEXT,"
            " kind TEXT, envelope TEXT, bytes INTEGER, received_at TEXT, unreadable TEXT, PRIMARY KEY (unit, version));"
            "INSERT INTO attempts VALUES ('polygon/bars/session=2024-12-06', 'polygon', 'bars', '2024-12-06', '',"
            " 'failed', 'HTTP 500', 0.5, 100, '2024-12-06T12:00:00+00:00');"
        )
    for _ in range(2):
        ledger = Ledger(path)
        (run,) = ledger.runs()
        ledger.close()
        assert (run.unit, run.cause, run.last.calls, run.last.fault) == (FRIDAY, "HTTP 500", 0, None)


def test_what_the_tables_hold_is_noted_with_the_parsers_edition(ledger: Ledger, lake: Lake) -> None:
    entry, _ = lake.keep(answer(b"x"))
    ledger.note_refined([(entry, "1.abc")])
    ledger.note_refined([(entry, "2.abc")])
    assert ledger.refined() == {FRIDAY.id: (entry.version, "2.abc")}


def test_a_lost_ledger_is_rebuilt_from_the_raw_zone(home: HomeFolder) -> None:
    first = Lake(home)
    first.keep(answer(b"old"))
    first.keep(answer(b"new", b"pages", hours=1))
    first.keep(answer(b"other", unit=Unit("sec", "shares", subject="BRK/B")))
    before = first.ledger.latest()
    first.close()
    for path in home.path.glob("ledger.sqlite*"):
        path.unlink()
    second = Lake(home)
    assert second.ledger.latest() == []
    for envelope, found in second.every():
        size = sum(len(page.content) for page in found.pages)
        second.ledger.note_answer(Entry(found.unit, found.version, found.kind, envelope, size, found.received_at))
    assert second.ledger.latest() == before
    assert second.ledger.runs() == [], "failures live in the ledger alone"
    second.close()


def test_rebuilding_over_a_whole_ledger_changes_nothing(lake: Lake) -> None:
    lake.keep(answer(b"A"))
    lake.keep(answer(b"B", hours=1))
    lake.keep(answer(b"A", hours=2))
    before = lake.ledger.latest()
    for envelope, found in lake.every():
        lake.ledger.note_answer(Entry(found.unit, found.version, found.kind, envelope, 1, found.received_at))
    assert lake.ledger.latest() == before


def test_the_file_is_plain_sqlite(home: HomeFolder) -> None:
    lake = Lake(home)
    entry, _ = lake.keep(answer(b"12345"))
    lake.ledger.note_attempt(Attempt(FRIDAY, Outcome.OK, None, 1.5, 5, NOON))
    lake.close()
    with sqlite3.connect(home.path / "ledger.sqlite") as file:
        answers = file.execute("SELECT unit, version, kind, bytes, received_at, unreadable FROM answers").fetchall()
        attempts = file.execute("SELECT unit, session, outcome, cause, seconds FROM attempts").fetchall()
    file.close()
    assert answers == [(FRIDAY.id, entry.version, "vendor", 5, "2024-12-06T12:00:00+00:00", None)]
    assert attempts == [(FRIDAY.id, "2024-12-06", "ok", None, 1.5)]


def test_a_file_that_is_no_ledger_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"certainly not a database, but long enough to be read as one" * 20)
    with pytest.raises(LakeError, match=r"ledger\.sqlite cannot be opened as a ledger"):
        Ledger(path)


def test_a_ledger_that_broke_since_is_named(ledger: Ledger) -> None:
    with sqlite3.connect(ledger._path) as file:
        file.execute("DROP TABLE answers")
        file.execute("DROP TABLE attempts")
    file.close()
    with pytest.raises(LakeError, match="cannot be read: no such table"):
        ledger.latest()
    with pytest.raises(LakeError, match="cannot be written: no such table"):
        note(ledger, FRIDAY, Outcome.OK, 0)
