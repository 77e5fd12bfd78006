"""The scheduler under a clock of our own: holidays, half days, seasons, missed weeks, restarts, set clocks."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from topheavy.core.calendar import close_of, last_known, next_session, sessions
from topheavy.core.errors import SourceBusy, SourceRefused, UsageError
from topheavy.core.http.client import Reply
from topheavy.core.progress import Silent
from topheavy.core.settings import Settings, read_settings
from topheavy.core.units import Answer, Outcome, Page, SourceKind, Unit
from topheavy.home import open_home
from topheavy.jobs.schedule.backlog import Order, owed, period
from topheavy.jobs.schedule.scheduler import SLICE, Scheduler, schedule
from topheavy.jobs.schedule.single import FILE, Between, Stop, Stopped, alone
from topheavy.jobs.schedule.timing import LONGEST_PAUSE, Failed, due, runs_at, told, upcoming, wakes_at
from topheavy.lake.folder import open_folder
from topheavy.lake.records import Attempt
from topheavy.simulator.api.server import running

# said by pandas to the calendar's library, not to us
pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning:DeprecationWarning")

SIMULATED = SourceKind.SIMULATED
DELAY = timedelta(minutes=20)
BARS = Order("polygon", frozenset({"bars"}), since=date(2024, 12, 2))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day(text: str) -> date:
    return date.fromisoformat(text)


@dataclass
class FakeTime:
    """A clock that only sleeping moves, with jumps planned at moments of its own."""

    now: datetime
    until: datetime
    stop: Stop = field(default_factory=Stop)
    jumps: dict[datetime, timedelta] = field(default_factory=dict)
    step: timedelta = timedelta(minutes=10)

    def clock(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds == SLICE
        self.now += self.step
        for moment in [moment for moment in self.jumps if moment <= self.now]:
            self.now += self.jumps.pop(moment)
        self.stop.asked = self.now >= self.until and not self.jumps


@dataclass
class Vendor:
    """A vendor of one bar a day that remembers what it was asked; ``fails`` says what happens first, by day."""

    time: FakeTime
    asked: list[tuple[str, datetime]] = field(default_factory=list)
    fails: dict[str, list[Exception]] = field(default_factory=dict)

    def get(self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        asked = url.rpartition("/")[2]
        self.asked.append((asked, self.time.now))
        if self.fails.get(asked):
            raise self.fails[asked].pop(0)
        noon = int(datetime.fromisoformat(asked).replace(hour=21, tzinfo=UTC).timestamp() * 1000)
        bar = {"T": "XMPL", "v": 100, "vw": 10.2, "o": 10, "c": 10.5, "h": 11, "l": 9.5, "t": noon, "n": 9}
        body = {"status": "OK", "adjusted": False, "queryCount": 1, "resultsCount": 1, "results": [bar]}
        return Reply(Page(url, json.dumps(body).encode(), "application/json"), SourceKind.SIMULATED)

    @property
    def days(self) -> list[str]:
        return [asked for asked, _ in self.asked]


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    open_folder(tmp_path / "home").settle(SourceKind.SIMULATED)
    return read_settings(tmp_path / "home", {"TOPHEAVY_POLYGON_URL": "http://127.0.0.1:9"})


def follow(settings: Settings, time: FakeTime, vendor: Vendor, order: Order = BARS) -> list[str]:
    """Follow the order until the fake time is over; return what was said."""
    said: list[str] = []
    between = Between(Silent(), time.stop)
    scheduler = Scheduler(settings, order, time.clock, time.sleep, said.append, between, vendor)
    with pytest.raises(Stopped):
        scheduler.follow()
    return said


def held(settings: Settings) -> list[str]:
    with open_home(settings) as place:
        return sorted(str(entry.unit.session) for entry in place.lake.ledger.latest())


# when: pure, over the calendar


@pytest.mark.parametrize(
    ("session", "moment"),
    [
        ("2024-11-27", "2024-11-27 21:20"),
        ("2024-11-29", "2024-11-29 18:20"),  # half days
        ("2024-12-24", "2024-12-24 18:20"),
        ("2025-07-03", "2025-07-03 17:20"),
        ("2024-03-08", "2024-03-08 21:20"),  # New York puts its clocks forward on 2024-03-10
        ("2024-03-11", "2024-03-11 20:20"),
        ("2024-11-01", "2024-11-01 20:20"),  # and back on 2024-11-03
        ("2024-11-04", "2024-11-04 21:20"),
        ("2025-03-07", "2025-03-07 21:20"),
        ("2025-03-10", "2025-03-10 20:20"),
    ],
)
def test_a_session_runs_after_its_close(session: str, moment: str) -> None:
    assert runs_at(day(session), DELAY) == at(moment)


@pytest.mark.parametrize(
    ("now", "session"),
    [
        ("2024-11-27 21:19", "2024-11-27"),
        ("2024-11-27 21:20", "2024-11-29"),  # Thanksgiving
        ("2024-11-29 18:20", "2024-12-02"),  # a half day, then a weekend
        ("2025-01-08 22:00", "2025-01-10"),  # National Day of Mourning
        ("2018-12-04 22:00", "2018-12-06"),  # National Day of Mourning
        ("2012-10-26 21:00", "2012-10-31"),  # Hurricane Sandy
        ("2024-03-09 12:00", "2024-03-11"),
        ("2024-12-31 22:00", "2025-01-02"),
    ],
)
def test_what_comes_next_is_never_a_closed_day(now: str, session: str) -> None:
    assert upcoming(at(now), DELAY) == day(session)
    assert wakes_at({}, at(now), DELAY) == runs_at(day(session), DELAY)


def test_every_session_of_four_years_gets_its_turn() -> None:
    every = sessions(date(2020, 11, 30), date(2024, 12, 13))
    moments = [runs_at(session, DELAY) for session in every]
    assert moments == sorted(set(moments))
    assert [upcoming(moment, DELAY) for moment in moments[:-1]] == every[1:]


@pytest.mark.parametrize(
    ("now", "line"),
    [
        ("2026-11-20 12:00", "next: session 2026-11-20, closes 16:00 New York, runs at 21:20 UTC"),
        ("2024-11-28 12:00", "next: session 2024-11-29, closes 13:00 New York, runs at 18:20 UTC"),
        ("2024-07-01 12:00", "next: session 2024-07-01, closes 16:00 New York, runs at 20:20 UTC"),
    ],
)
def test_what_is_waited_for_is_said_in_one_line(now: str, line: str) -> None:
    assert told({}, at(now), DELAY) == line


def test_a_run_on_the_day_after_says_its_date() -> None:
    assert "runs at 2024-12-07 02:00 UTC" in told({}, at("2024-12-06 12:00"), timedelta(hours=5))


def test_pauses_grow_to_an_end() -> None:
    start = at("2024-12-06 21:20")
    pauses = [Failed(times, start).until - start for times in range(1, 12)]
    assert pauses[:3] == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == Failed(10_000, start).until - start == LONGEST_PAUSE


def test_failed_days_come_after_the_others_and_not_before_their_pause_is_over() -> None:
    first, second, third = day("2024-12-02"), day("2024-12-03"), day("2024-12-04")
    now = at("2024-12-05 12:00")
    failed = {first: Failed(1, now - timedelta(minutes=4)), second: Failed(1, now - timedelta(minutes=6))}
    assert due([first, second, third], failed, now) == [third, second]
    assert wakes_at({first: failed[first]}, now, DELAY) == now + timedelta(minutes=1)
    assert "session 2024-12-02 again, at 12:01 UTC" in told({first: failed[first]}, now, DELAY)


def test_a_clock_set_back_ends_a_pause() -> None:
    failed = {day("2024-12-02"): Failed(1, at("2025-01-02 12:00"))}
    assert due(list(failed), failed, at("2024-12-03 12:00")) == list(failed)
    assert wakes_at(failed, at("2024-12-03 12:00"), DELAY) == at("2024-12-03 12:00")


def test_beyond_the_calendar_is_said_with_its_end() -> None:
    with pytest.raises(UsageError, match=f"to {last_known()}.*upgrade exchange-calendars"):
        next_session(last_known())
    with pytest.raises(UsageError, match=r"2025-01-09 is no session \(holiday\)"):
        close_of(date(2025, 1, 9))
    with pytest.raises(UsageError, match="the calendar knows"):
        close_of(date(2150, 1, 3))


# the scheduler, with a clock of our own and a vendor that remembers


@pytest.mark.slow
def test_a_week_with_its_closed_days(home: Settings) -> None:
    time = FakeTime(at("2024-11-25 12:00"), at("2024-12-03 12:00"))
    said = follow(home, time, vendor := Vendor(time), Order("polygon", frozenset({"bars"}), since=day("2024-11-25")))
    ran = {asked: f"{moment:%m-%d %H:%M}" for asked, moment in vendor.asked}
    assert ran == {
        "2024-11-25": "11-25 21:20",
        "2024-11-26": "11-26 21:20",
        "2024-11-27": "11-27 21:20",
        "2024-11-29": "11-29 18:20",
        "2024-12-02": "12-02 21:20",
    }
    assert len(vendor.asked) == len(ran)
    assert [line for line in said if "failed" in line] == []
    assert "next: session 2024-11-29, closes 13:00 New York, runs at 18:20 UTC" in said


def test_the_weekend_the_clocks_change(home: Settings) -> None:
    time = FakeTime(at("2024-03-08 12:00"), at("2024-03-11 22:00"))
    follow(home, time, vendor := Vendor(time), Order("polygon", frozenset({"bars"}), since=day("2024-03-08")))
    assert [f"{moment:%m-%d %H:%M}" for _, moment in vendor.asked] == ["03-08 21:20", "03-11 20:20"]


@pytest.mark.slow
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Pacific/Auckland", "America/Los_Angeles"])
def test_the_machine_s_time_zone_does_not_matter(home: Settings, zone: str) -> None:
    """A clock that shows another zone's time, daylight saving and all, is the same moment."""

    class Abroad(FakeTime):
        def clock(self) -> datetime:
            return self.now.astimezone(ZoneInfo(zone)).astimezone(UTC)

    time = Abroad(at("2025-01-08 12:00"), at("2025-01-10 23:00"))
    follow(home, time, vendor := Vendor(time), Order("polygon", frozenset({"bars"}), since=day("2025-01-08")))
    assert [f"{moment:%m-%d %H:%M}" for _, moment in vendor.asked] == ["01-08 21:20", "01-10 21:20"]


@pytest.mark.slow
def test_forecasts_are_scored_and_made_after_each_publication_where_that_is_ordered(home: Settings) -> None:
    pytest.importorskip("onnxruntime", reason="needs the extra 'forecast'")
    from support.registered import CARD, DRIFT
    from topheavy.datasets.schema import dataset
    from topheavy.forecast.serving.registry import Registry
    from topheavy.tables.read import read

    card = replace(CARD, series=("XMPL",), params={}, held_out=20, trained_until=day("2024-11-29"))
    time = FakeTime(at("2024-12-02 12:00"), at("2024-12-04 23:00"))
    Registry(home.home).register(card, DRIFT.graph())
    said = follow(home, time, Vendor(time), replace(BARS, forecast=True))
    with open_home(home) as place:
        made = {row["origin"]: row for row in read(place.tables, dataset("forecasts")).to_pylist()}
        scored = {row["origin"]: row["actual"] for row in read(place.tables, dataset("scores")).to_pylist()}
    assert sorted(made) == [day("2024-12-02"), day("2024-12-03"), day("2024-12-04")]
    assert all(row["ahead"] and row["session"] == next_session(origin) for origin, row in made.items())
    assert scored == {day("2024-12-02"): 0.0, day("2024-12-03"): 0.0}, "the vendor's only bar closes at 10.5 every day"
    assert said.count("1 forecasts made") == 3
    assert [line for line in said if "the champion goes on: 1 sessions of history are too few" in line], "a new month"


def test_a_missed_week_is_caught_up_on_at_the_start(home: Settings) -> None:
    time = FakeTime(at("2024-12-09 03:00"), at("2024-12-09 04:00"))
    said = follow(home, time, vendor := Vendor(time))
    assert vendor.days == ["2024-12-02", "2024-12-03", "2024-12-04", "2024-12-05", "2024-12-06"]
    assert "5 sessions to catch up on, from 2024-12-02 to 2024-12-06" in said
    with open_home(home) as place:
        published = place.warehouse.rows("SELECT DISTINCT session FROM bars ORDER BY 1")
    assert [str(row["session"]) for row in published] == vendor.days


def test_without_since_it_goes_on_where_the_home_begins(home: Settings) -> None:
    time = FakeTime(at("2024-12-03 03:00"), at("2024-12-03 04:00"))
    open_order = Order("polygon", frozenset({"bars"}))
    follow(home, time, first := Vendor(time), open_order)
    assert first.days == ["2024-12-02"]  # an empty home begins with the last session
    time = FakeTime(at("2024-12-06 03:00"), at("2024-12-06 04:00"))
    follow(home, time, then := Vendor(time), open_order)
    assert then.days == ["2024-12-03", "2024-12-04", "2024-12-05"]


def test_an_end_in_the_middle_and_a_new_start_ask_nothing_twice(home: Settings) -> None:
    time = FakeTime(at("2024-12-09 03:00"), at("2024-12-09 04:00"))
    vendor = Vendor(time)

    class Ending(Vendor):
        def get(self, *args: object, **kwargs: object) -> Reply:
            time.stop.asked = len(self.asked) == 1
            return super().get(*args, **kwargs)  # type: ignore[arg-type]

    follow(home, time, ending := Ending(time))
    assert ending.days == held(home) == ["2024-12-02", "2024-12-03"]
    time.stop.asked = False
    follow(home, time, vendor)
    assert vendor.days == ["2024-12-04", "2024-12-05", "2024-12-06"]


def test_what_was_brought_home_but_not_published_is_published_at_the_start(home: Settings) -> None:
    time = FakeTime(at("2024-12-03 03:00"), at("2024-12-03 04:00"))
    follow(home, time, Vendor(time))
    with open_home(home) as place:
        place.warehouse.path.unlink()
    time = FakeTime(at("2024-12-03 05:00"), at("2024-12-03 06:00"))
    follow(home, time, vendor := Vendor(time))
    assert vendor.asked == []
    with open_home(home) as place:
        assert place.warehouse.rows("SELECT COUNT(*) AS n FROM bars") == [{"n": 1}]


@pytest.mark.slow
def test_a_clock_set_back_by_a_day_asks_nothing_twice(home: Settings) -> None:
    jump = {at("2024-12-04 22:00"): -timedelta(days=1)}
    time = FakeTime(at("2024-12-02 12:00"), at("2024-12-05 22:00"), jumps=jump)
    follow(home, time, vendor := Vendor(time))
    assert vendor.days == ["2024-12-02", "2024-12-03", "2024-12-04", "2024-12-05"]


def test_a_clock_set_forward_by_a_month_catches_up(home: Settings) -> None:
    jump = {at("2024-12-02 22:00"): timedelta(days=31)}
    time = FakeTime(at("2024-12-02 12:00"), at("2025-01-03 12:00"), jumps=jump)
    follow(home, time, vendor := Vendor(time))
    assert vendor.days == [str(session) for session in sessions(date(2024, 12, 2), date(2025, 1, 2))]


def test_a_machine_that_slept_through_closes_catches_up(home: Settings) -> None:
    time = FakeTime(at("2024-12-02 12:00"), at("2024-12-08 12:00"), step=timedelta(hours=37))
    follow(home, time, vendor := Vendor(time))
    assert vendor.days == ["2024-12-02", "2024-12-03", "2024-12-04", "2024-12-05", "2024-12-06"]


def test_a_failed_day_is_tried_again_and_does_not_stop_later_days(home: Settings) -> None:
    time = FakeTime(at("2024-12-05 03:00"), at("2024-12-05 04:00"), step=timedelta(minutes=1))
    vendor = Vendor(time, fails={"2024-12-03": [SourceBusy("HTTP 503"), SourceRefused("HTTP 403")]})
    said = follow(home, time, vendor)
    assert vendor.days == ["2024-12-02", "2024-12-03", "2024-12-04", "2024-12-03", "2024-12-03"]
    assert [f"{moment:%H:%M}" for asked, moment in vendor.asked if asked == "2024-12-03"] == ["03:00", "03:05", "03:15"]
    assert "session 2024-12-03 failed: polygon/bars/session=2024-12-03: HTTP 503; tried again at 03:05 UTC" in said
    assert "next: session 2024-12-03 again, at 03:15 UTC" in said
    assert held(home) == ["2024-12-02", "2024-12-03", "2024-12-04"]


def test_a_restart_tries_a_failed_day_at_once(home: Settings) -> None:
    time = FakeTime(at("2024-12-05 03:00"), at("2024-12-05 03:01"), step=timedelta(minutes=1))
    follow(home, time, Vendor(time, fails={"2024-12-03": [SourceBusy("HTTP 503")]}))
    time = FakeTime(at("2024-12-05 03:02"), at("2024-12-05 03:03"), step=timedelta(minutes=1))
    follow(home, time, vendor := Vendor(time))
    assert vendor.days == ["2024-12-03"]


def test_a_home_of_the_other_world_fails_the_day_and_says_why(tmp_path: Path, home: Settings) -> None:
    open_folder(tmp_path / "real").settle(SourceKind.VENDOR)
    settings = read_settings(tmp_path / "real", dict(home.environment))
    time = FakeTime(at("2024-12-03 03:00"), at("2024-12-03 03:01"), step=timedelta(minutes=1))
    said = follow(settings, time, Vendor(time))
    assert any("they never mix" in line and "tried again at 03:05 UTC" in line for line in said)


def test_a_file_is_read_once_after_every_close(tmp_path: Path) -> None:
    from support.own_files import write

    settings = read_settings(tmp_path / "home", {})
    order = Order("files", target=str(write(tmp_path / "in")), since=day("2024-12-02"))
    time = FakeTime(at("2024-12-05 03:00"), at("2024-12-05 22:00"))
    said = follow(settings, time, Vendor(time), order)
    assert [line.partition(" came")[0] for line in said if " came: " in line] == [
        "session 2024-12-04",
        "session 2024-12-05",
    ]
    with open_home(settings) as place:
        now = at("2024-12-05 22:00")
        assert owed(place, order, period(place, order, now), lambda: now) == []
        later = at("2024-12-06 22:00")
        assert owed(place, order, period(place, order, later), lambda: later) == [day("2024-12-06")]
        earlier = at("2024-12-04 22:00")  # what was read in a future that a wrong clock told of does not count
        assert owed(place, order, period(place, order, earlier), lambda: earlier) == [day("2024-12-04")]


def test_a_source_with_nothing_to_ask_for_says_so(home: Settings) -> None:
    time = FakeTime(at("2024-12-03 03:00"), at("2024-12-03 03:01"), step=timedelta(minutes=1))
    said = follow(home, time, Vendor(time), Order("yahoo"))
    assert "session 2024-12-02 failed: nothing could be asked for; tried again at 03:05 UTC" in said


@pytest.mark.parametrize(
    ("fault", "wanted", "owing"),
    [
        ("busy", {"bars", "symbols"}, ["2024-12-03"]),  # counts for the newest session
        ("refused", {"bars", "symbols"}, []),  # asking again does not help
        ("busy", {"bars"}, []),  # not of this order
    ],
)
def test_a_company_s_own_answer_is_asked_for_again(
    home: Settings, fault: str, wanted: set[str], owing: list[str]
) -> None:
    time = FakeTime(at("2024-12-04 03:00"), at("2024-12-04 03:01"), step=timedelta(minutes=1))
    follow(home, time, Vendor(time))
    order = replace(BARS, datasets=frozenset(wanted))
    with open_home(home) as place:
        unit = Unit("polygon", "events", subject="XMPL")
        place.lake.ledger.note_attempt(Attempt(unit, Outcome.FAILED, "HTTP 503", 0.1, 0, time.now, fault))
        days = period(place, order, time.now)
        assert [str(day) for day in owed(place, order, days, time.clock)] == owing


def test_an_answer_from_before_the_close_is_owed(home: Settings) -> None:
    early, now = at("2024-12-02 15:00"), at("2024-12-04 03:00")
    with open_home(home) as place:
        for session in (day("2024-12-02"), day("2024-12-03")):
            unit = Unit("polygon", "bars", session)
            place.lake.keep(Answer(unit, (Page("", b"{}"),), early if session == day("2024-12-02") else now, SIMULATED))
        assert owed(place, BARS, period(place, BARS, now), lambda: now) == [day("2024-12-02")]
        place.lake.ledger.note_attempt(Attempt(Unit("polygon", "bars", day("2024-12-02")), Outcome.OK, None, 0, 0, now))
        assert owed(place, BARS, period(place, BARS, now), lambda: now) == []  # it says the same after the close


def test_an_order_that_makes_no_sense_is_refused_at_once(home: Settings) -> None:
    time = FakeTime(at("2024-12-03 03:00"), at("2024-12-03 04:00"))
    for order, says in (
        (Order("poligon"), "did you mean 'polygon'"),
        (Order("polygon", frozenset({"barz"})), "did you mean 'bars'"),
        (Order("files", target="nowhere.toml"), "nowhere.toml"),
    ):
        scheduler = Scheduler(home, order, time.clock, time.sleep, print, Between(Silent()), Vendor(time))
        with pytest.raises(UsageError, match=says):
            scheduler.follow()


# alone


def test_a_second_scheduler_is_told_who_holds_the_home(home: Settings) -> None:
    told_who = pytest.raises(UsageError, match=rf"process {os.getpid()} on .*, since 2024-12-03 03:00 UTC")
    with alone(home.home, at("2024-12-03 03:00")), told_who:
        schedule(home, BARS, print, Silent())
    with alone(home.home, at("2024-12-03 04:00")):
        assert "04:00" in (home.home / FILE).read_text()


@pytest.mark.kill
def test_the_lock_dies_with_its_process(home: Settings) -> None:
    code = (
        "import sys, time; from datetime import datetime, UTC; from pathlib import Path\n"
        "from topheavy.jobs.schedule.single import alone\n"
        "with alone(Path(sys.argv[1]), datetime.now(UTC)): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(home.home)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(UsageError, match=f"process {other.pid} "), alone(home.home, at("2024-12-03 03:00")):
            pass
        other.kill()
        other.wait()
        with alone(home.home, at("2024-12-03 03:00")):
            pass


# the real thing


@pytest.fixture(scope="module")
def market() -> Iterator[str]:
    with running(since=date(2024, 11, 1), until=date(2024, 12, 13), companies=30) as base:
        yield base


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_real_process_runs_what_is_due_and_ends_cleanly(home: Settings, market: str, number: int) -> None:
    session = sessions(date(2024, 12, 9), date(2024, 12, 13))[-1]
    words = ["schedule", "polygon", "bars", "--since", str(session), "--home", str(home.home)]
    command = [sys.executable, "-c", "from topheavy.cli import main; main()", *words]
    environment = os.environ | {"TOPHEAVY_POLYGON_URL": market, "TZ": "Pacific/Auckland"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as ran:
        assert ran.stdout is not None
        lines = list(_until(ran.stdout.readline, f"session {session} came"))
        ran.send_signal(number)
        out, err = ran.communicate(timeout=30)
    assert ran.returncode == 0, err
    assert "stopped; what was brought home is safe" in out
    assert "Traceback" not in err
    assert re.search(r"[\d,]+ sessions to catch up on, from 2024-12-13", lines[0])
    assert str(session) in held(home)


def _until(read: Callable[[], str], text: str) -> Iterator[str]:
    while line := read():
        yield line
        if text in line:
            return
