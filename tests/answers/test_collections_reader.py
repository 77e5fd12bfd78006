"""The monitor: what goes on in a home, what can be asked for again, and the same for who watches over the machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
from prometheus_client.parser import text_string_to_metric_families

from support.small_ledger import AAA, BBB, BUSY, CAUSE, DAYS, NOON, at, small_home
from support.small_market import SINCE, UNTIL, settings_for
from support.small_warehouse import publish_small
from topheavy.answers.collections.facts import AlreadyRetrying, Asking, Stage, Wanted
from topheavy.answers.collections.reader import Monitor
from topheavy.answers.status import status
from topheavy.core.errors import LakeError, UsageError
from topheavy.core.settings import read_settings
from topheavy.core.units import Outcome, SourceKind, Unit
from topheavy.home import open_home
from topheavy.jobs.serve.serve import open_monitor
from topheavy.lake.folder import HomeFolder
from topheavy.lake.leases import Leases
from topheavy.lake.ledger import Ledger
from topheavy.lake.records import Attempt
from topheavy.simulator.api.server import running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return small_home(tmp_path / "home")


@pytest.fixture
def desk(home: Path) -> Iterator[Monitor]:
    with open_monitor(read_settings(home, {}), lambda: at(200)) as opened:
        yield opened


@contextmanager
def at_work(home: Path, ended: int) -> Iterator[None]:
    """A collector that asked for forty units, a hundred seconds ago, and is alive."""
    ledger = Ledger(home / "ledger.sqlite")
    with Leases(home, ledger) as leases:
        ledger.begin(leases.holder, "polygon details", 40, at(100))
        for number in range(ended):
            unit = Unit("polygon", "details", subject=f"S{number}")
            outcome = Outcome.OK if number else Outcome.FAILED
            fault = None if number else "malformed"
            ledger.note_attempt(Attempt(unit, outcome, fault, 1, 10, at(150), fault, 1, leases.holder))
        yield
    ledger.close()


# seeing


def test_a_unit_comes_with_its_last_attempt(desk: Monitor) -> None:
    found = desk.units(Wanted(outcome="failed", source="polygon"))
    (run,) = found.units
    assert (found.world, found.total, run.unit, run.outcome, run.fault) == ("real", 1, BUSY.id, Outcome.FAILED, "busy")
    assert (run.attempts, run.calls, run.seconds, run.cause, run.finished_at) == (1, 5, 3.0, CAUSE, at(60))
    assert [run.unit for run in desk.units(Wanted(sort="bytes", limit=2)).units] == [DAYS[1].id, DAYS[0].id]


def test_a_collection_that_is_over_and_one_whose_collector_is_gone(desk: Monitor) -> None:
    gone, over = desk.collections()
    assert (over.stage, over.asked, over.ended, over.failed, over.rate) == (Stage.ENDED, 3, 3, 1, pytest.approx(0.05))
    assert (gone.stage, gone.asked, gone.ended, gone.failed) == (Stage.BROKEN_OFF, 5, 2, 1)
    assert (over.seconds_left, gone.seconds_left, gone.rate) == (None, None, None)


def test_a_collection_at_work_has_a_rate_and_a_time_left(home: Path, desk: Monitor) -> None:
    before = desk.mark()
    with at_work(home, ended=10):
        one = desk.collections()[0]
        assert (one.stage, one.ended, one.failed) == (Stage.RUNNING, 10, 1)
        assert (one.rate, one.seconds_left) == (pytest.approx(0.1), pytest.approx(300))
        during = desk.mark()
    assert desk.collections()[0].stage is Stage.BROKEN_OFF, "it never said that it ended"
    assert len({before, during, desk.mark()}) == 3


def test_one_that_has_brought_nothing_yet_has_neither(home: Path, desk: Monitor) -> None:
    with at_work(home, ended=0):
        one = desk.collections()[0]
        assert (one.stage, one.rate, one.seconds_left) == (Stage.RUNNING, None, None)


def test_sources_with_units_and_sessions_by_state(desk: Monitor) -> None:
    polygon, sec = desk.sources()
    assert (polygon.ok, polygon.unchanged, polygon.failed) == (2, 0, 1)
    assert (polygon.complete_sessions, polygon.partial_sessions, polygon.failed_sessions) == (2, 0, 1)
    assert (sec.ok, sec.unchanged, sec.failed, sec.complete_sessions) == (0, 1, 1, 0)


def test_status_tells_what_is_being_collected(home: Path) -> None:
    with open_home(read_settings(home, {}), create=False) as place:
        assert status(place, lambda: at(200))["collecting"] == []
        with at_work(home, ended=10):
            (one,) = status(place, lambda: at(200))["collecting"]
    assert (one["title"], one["asked"], one["ended"], one["failed"]) == ("polygon details", 40, 10, 1)
    assert one["seconds_left"] == pytest.approx(300)


def test_there_is_nothing_to_watch_where_no_home_is(tmp_path: Path) -> None:
    with pytest.raises(LakeError, match="holds nothing yet"), open_monitor(read_settings(tmp_path / "none", {})):
        pass


# asking again

Wait = Callable[[Monitor], Asking]


def ended(desk: Monitor) -> Asking:
    patience = monotonic() + 60
    while (asking := desk.asking()).going:
        assert monotonic() < patience, "asking again does not end"
        sleep(0.05)
    return asking


@contextmanager
def market(path: Path, faults: str = "") -> Iterator[tuple[Path, Monitor]]:
    """A home in which two sessions' bars failed, with a simulated vendor that now answers."""
    with running(seed=3, since=SINCE, until=UNTIL, companies=30, faults=faults) as base:
        settings = settings_for(path, base)
        with open_home(settings) as place:
            place.lake.folder.settle(SourceKind.SIMULATED)
            for unit in DAYS[1:]:
                place.lake.ledger.note_attempt(Attempt(unit, Outcome.FAILED, "HTTP 503", 1, 0, NOON, "busy"))
        with open_monitor(settings) as desk:
            yield path, desk


def test_what_failed_is_asked_for_again_and_comes(tmp_path: Path) -> None:
    with market(tmp_path / "home") as (_, desk):
        assert desk.asking() == Asking(going=False, units=0, said="")
        assert desk.ask_again().going
        asking = ended(desk)
        assert (asking.units, asking.wrong) == (2, False)
        assert "2 units, 2 came, 0 failed" in asking.said
        assert [(one.title, one.ended, one.failed) for one in desk.collections()] == [("polygon, what failed", 2, 0)]
        assert {(run.outcome, run.attempts) for run in desk.units(Wanted()).units} == {(Outcome.OK, 2)}


def test_units_are_asked_for_alone(tmp_path: Path) -> None:
    with market(tmp_path / "home") as (_, desk):
        desk.ask_again(units=[DAYS[1].id, DAYS[0].id])
        assert ended(desk).units == 1
        assert [run.unit for run in desk.units(Wanted(outcome="failed")).units] == [BUSY.id]


def test_never_twice_at_once_and_an_end_at_any_moment(tmp_path: Path) -> None:
    with market(tmp_path / "home", "latency:wait=20s") as (_, desk):
        began = monotonic()
        desk.ask_again(["polygon"])
        with pytest.raises(AlreadyRetrying, match="already"):
            desk.ask_again()
        assert desk.asking().going
    assert monotonic() - began < 15, "leaving does not wait for the vendor"
    assert not desk.asking().going
    assert "broken off" in desk.asking().said


def test_where_nothing_failed_there_is_nothing_to_ask(desk: Monitor) -> None:
    for asked in ({"sources": ["yahoo"]}, {"units": [AAA.id]}, {"units": ["no/such/unit"]}):
        with pytest.raises(UsageError, match="nothing of that failed"):
            desk.ask_again(**asked)
    assert not desk.asking().going


def test_what_goes_wrong_is_said(home: Path, desk: Monitor) -> None:
    desk.ask_again(units=[BUSY.id])  # nobody has set a key
    asking = ended(desk)
    assert (asking.going, asking.wrong) == (False, True)
    assert "no key found" in asking.said


# watching over the machine


def figures(desk: Monitor) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every figure by name and labels, as the library's own parser reads them."""
    said = desk.metrics()
    assert said.media_type.startswith("text/plain")
    families = list(text_string_to_metric_families(said.text))
    assert all(family.documentation.endswith(".") for family in families)
    assert all(family.type in {"gauge", "counter"} for family in families)
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def labels(**named: str) -> frozenset[tuple[str, str]]:
    return frozenset({"world": "real", **named}.items())


def attempt(source: str, route: str, outcome: str, fault: str = "") -> frozenset[tuple[str, str]]:
    return labels(source=source, route=route, outcome=outcome, fault=fault)


def test_figures_for_prometheus_are_those_of_the_ledger(desk: Monitor) -> None:
    found = figures(desk)
    failed, came = attempt("polygon", "bars", "failed", "busy"), attempt("polygon", "bars", "ok")
    assert found["topheavy_units", came] == 2
    assert found["topheavy_units", attempt("sec", "shares", "failed", "refused")] == 1
    assert found["topheavy_attempts_total", failed] == 1
    assert found["topheavy_calls_total", failed] == 5
    assert found["topheavy_received_bytes_total", came] == 3_000
    assert found["topheavy_attempt_seconds_total", came] == 4
    assert found["topheavy_sessions", labels(source="polygon", state="complete")] == 2
    assert found["topheavy_sessions", labels(source="polygon", state="failed")] == 1
    assert found["topheavy_last_success_timestamp_seconds", labels(source="polygon")] == at(40).timestamp()
    assert found["topheavy_last_success_timestamp_seconds", labels(source="sec")] == at(101).timestamp()
    assert not [name for name, _ in found if name.startswith(("topheavy_running", "topheavy_published"))]


def test_what_is_under_way_is_added_up_by_title(home: Path, desk: Monitor) -> None:
    with at_work(home, ended=10), at_work(home, ended=5):
        found = figures(desk)
    title = labels(title="polygon details")
    names = ("collections", "units_asked", "units_ended", "units_failed")
    assert [found[f"topheavy_running_{name}", title] for name in names] == [2, 80, 15, 2]


def test_what_is_published_is_told_with_its_time(home: Path, desk: Monitor) -> None:
    publish_small(home, published_at="2024-12-06T13:00:00+00:00")
    found = figures(desk)
    assert found["topheavy_published_timestamp_seconds", labels()] == (NOON + timedelta(hours=1)).timestamp()
    assert found["topheavy_published_rows", labels(table="concentration")] == 14


def test_simulated_figures_say_so(tmp_path: Path) -> None:
    home = HomeFolder(small_home(tmp_path / "made-up", SourceKind.SIMULATED)).path
    with open_monitor(read_settings(home, {})) as desk:
        assert {dict(named)["world"] for _, named in figures(desk)} == {"simulated"}
        assert BBB.id in {run.unit for run in desk.units(Wanted()).units}
        assert desk.units(Wanted()).world == "simulated"
