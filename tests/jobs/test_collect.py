"""Collecting: what is missing is asked for once, what fails is a row with its cause, and collectors share the work."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import sleep

import pytest

from support.small_market import SESSIONS, SINCE, UNTIL, Watched, at, settings_for
from topheavy.answers.status import sessions_by_state
from topheavy.core.errors import Malformed, SourceBusy, SourceRefused
from topheavy.core.http.client import Client
from topheavy.core.plugins import SOURCES, pick
from topheavy.core.units import Outcome, Page, Unit
from topheavy.home import Home, open_home
from topheavy.jobs.collect.fetch import Collected, collect
from topheavy.jobs.collect.plan import Why, plan
from topheavy.jobs.road import ask_for, foresee, retry
from topheavy.lake.records import Attempt, Run
from topheavy.simulator.api.server import running

POLYGON = pick(SOURCES, "polygon")
BARS = ask_for(SINCE, UNTIL, frozenset({"bars"}), "")
LATER = at("2024-12-14T12:00")
BAD_DAY = date(2024, 11, 20)


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with running(seed=3, since=SINCE, until=UNTIL, companies=30) as url:
        yield url


Watch = Callable[..., Watched]


@pytest.fixture
def watch() -> Iterator[Watch]:
    with Client() as client:
        yield lambda before=lambda _: None: Watched(client, before)


@pytest.fixture
def place(tmp_path: Path, base: str) -> Iterator[Home]:
    with open_home(settings_for(tmp_path / "home", base)) as opened:
        yield opened


def refuses(error: Exception, where: str = f"/{BAD_DAY}") -> Callable[[str], None]:
    def before(url: str) -> None:
        if url.endswith(where):
            raise error

    return before


def get_bars(place: Home, http: Watched) -> Collected:
    return collect(place, POLYGON, BARS, http=http, clock=LATER)


def last_runs(place: Home) -> dict[Unit, Run]:
    return {run.unit: run for run in place.lake.ledger.runs()}


# what is asked for


def test_what_is_held_is_not_asked_for_again(place: Home, watch: Watch) -> None:
    assert set(plan(place, POLYGON, BARS, clock=LATER).todo.values()) == {Why.MISSING}
    first, second = watch(), watch()
    assert get_bars(place, first).outcomes[Outcome.OK] == SESSIONS
    assert get_bars(place, second).held == SESSIONS
    assert (len(first.asked), len(second.asked)) == (SESSIONS, 0)


def test_again_asks_for_everything_and_finds_nothing_new(place: Home, watch: Watch) -> None:
    get_bars(place, watch())
    again = collect(place, POLYGON, BARS, again=True, http=watch(), clock=at("2024-12-14T13:00"))
    assert again.outcomes == {Outcome.OK: 0, Outcome.UNCHANGED: SESSIONS, Outcome.FAILED: 0}


def test_a_session_that_has_not_closed_is_not_asked_for(place: Home) -> None:
    during = plan(place, POLYGON, BARS, clock=at("2024-12-13T20:59"))
    after = plan(place, POLYGON, BARS, clock=at("2024-12-13T21:00"))
    assert (len(during.todo), during.not_yet) == (SESSIONS - 1, 1)
    assert (len(after.todo), after.not_yet) == (SESSIONS, 0)


def test_on_a_half_day_the_session_closes_at_one(place: Home) -> None:
    half = ask_for(date(2024, 11, 29), date(2024, 11, 29), frozenset({"bars"}), "")
    assert plan(place, POLYGON, half, clock=at("2024-11-29T17:59")).not_yet == 1
    assert len(plan(place, POLYGON, half, clock=at("2024-11-29T18:00")).todo) == 1


def test_a_listing_read_before_its_period_was_over_is_superseded(place: Home, watch: Watch) -> None:
    splits = ask_for(SINCE, UNTIL, frozenset({"splits"}), "")
    collect(place, POLYGON, splits, http=watch(), clock=at("2024-12-10T12:00"))
    assert plan(place, POLYGON, splits, clock=at("2024-12-10T20:00")).todo == {}, "nothing has closed since"
    assert list(plan(place, POLYGON, splits, clock=LATER).todo.values()) == [Why.SUPERSEDED]
    collect(place, POLYGON, splits, http=watch(), clock=LATER)
    assert plan(place, POLYGON, splits, clock=LATER).todo == {}, "unchanged, but asked after the period was over"


def test_a_listing_that_grows_is_asked_for_again_when_a_later_session_is_wanted(place: Home, watch: Watch) -> None:
    tickers = ask_for(SINCE, date(2024, 12, 10), frozenset({"securities"}), "")
    collect(place, POLYGON, tickers, http=watch(), clock=at("2024-12-10T22:00"))
    later = ask_for(SINCE, date(2024, 12, 11), frozenset({"securities"}), "")
    assert plan(place, POLYGON, tickers, clock=LATER).todo == {}
    assert set(plan(place, POLYGON, later, clock=LATER).todo.values()) == {Why.SUPERSEDED}


def test_four_years_plan_to_a_call_a_session_and_one_a_company(place: Home, watch: Watch) -> None:
    years = ask_for(date(2020, 11, 30), date(2024, 12, 13), frozenset({"bars"}), "")
    bars = foresee(place, "polygon", years, clock=LATER)
    assert (bars.cost.calls, bars.cost.seconds, bars.cost.binding) == (1017, 0.0, ""), "no limit on this machine itself"
    assert foresee(place, "sec", replace(years, datasets=frozenset({"shares"})), clock=LATER).more
    by_company = replace(years, datasets=frozenset({"shares"}), subjects=("AAA=1", "BBB=2", "BBB.B=2"))
    assert foresee(place, "sec", by_company, clock=LATER).cost.calls == 2


def test_a_plan_counts_calls_as_its_like_took_before(place: Home, watch: Watch) -> None:
    for day, calls in ((date(2024, 12, 9), 3), (date(2024, 12, 10), 5)):
        unit = Unit("polygon", "bars", day)
        place.lake.ledger.note_attempt(Attempt(unit, Outcome.OK, None, 0.1, 1, LATER(), calls=calls))
    assert foresee(place, "polygon", BARS, clock=LATER).cost.calls == SESSIONS * 4


def test_only_a_plan_that_goes_by_company_says_that_more_comes(place: Home, watch: Watch) -> None:
    assert not foresee(place, "polygon", BARS, clock=LATER).more
    assert foresee(place, "polygon", replace(BARS, datasets=frozenset({"symbols"})), clock=LATER).more


# what fails


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (SourceBusy("HTTP 503"), "busy"),
        (SourceRefused("HTTP 403"), "refused"),
        (Malformed("half a body"), "malformed"),
    ],
)
def test_a_failure_is_a_row_and_does_not_stop_the_others(
    place: Home, error: Exception, fault: str, watch: Watch
) -> None:
    done = get_bars(place, watch(refuses(error)))
    unit = Unit("polygon", "bars", BAD_DAY)
    assert done.outcomes == {Outcome.OK: SESSIONS - 1, Outcome.UNCHANGED: 0, Outcome.FAILED: 1}
    assert done.failures == ((unit, str(error)),)
    last = last_runs(place)[unit].last
    assert (last.outcome, last.fault, last.cause, last.calls) == (Outcome.FAILED, fault, str(error), 1)


def test_only_what_failed_is_asked_for_again(place: Home, watch: Watch) -> None:
    get_bars(place, watch(refuses(SourceBusy("HTTP 503"))))
    assert plan(place, POLYGON, BARS, clock=LATER).todo == {Unit("polygon", "bars", BAD_DAY): Why.FAILED}
    http = watch()
    (part,) = retry(place, http=http, clock=LATER).collected
    assert part.outcomes[Outcome.OK] == 1
    assert [url.rsplit("/", 1)[1] for url in http.asked] == [str(BAD_DAY)]
    assert retry(place, http=http, clock=LATER).collected == []


def test_retrying_one_source_leaves_the_others(place: Home, watch: Watch) -> None:
    get_bars(place, watch(refuses(SourceBusy("HTTP 503"))))
    assert retry(place, ["sec"], http=watch(), clock=LATER).collected == []


def test_bytes_that_cannot_be_read_are_kept_aside(place: Home, watch: Watch) -> None:
    error = Malformed("half a body")
    error.pages = (Page("https://x/y", b'{"results":[', "application/json"),)
    get_bars(place, watch(refuses(error)))
    (kept,) = (place.lake.folder.path / "quarantine").rglob("*.0.json")
    assert kept.read_bytes() == b'{"results":['
    assert "half a body" in kept.with_name(kept.name.replace(".0.json", ".answer.json")).read_text()
    assert last_runs(place)[Unit("polygon", "bars", BAD_DAY)].last.bytes == 12


def test_a_session_with_a_failed_unit_is_partial_and_never_complete() -> None:
    def run(route: str, day: date, outcome: Outcome) -> Run:
        return Run(Attempt(Unit("polygon", route, day), outcome, None, 0.1, 1, LATER()), 1)

    monday, tuesday, friday = date(2024, 12, 9), date(2024, 12, 10), date(2024, 12, 13)
    runs = [
        run("bars", monday, Outcome.OK),
        run("details", monday, Outcome.UNCHANGED),
        run("bars", tuesday, Outcome.OK),
        run("details", tuesday, Outcome.FAILED),
        run("bars", friday, Outcome.FAILED),
    ]
    assert {row["state"]: row["sessions"] for row in sessions_by_state(runs)} == {
        "complete": 1,
        "partial": 1,
        "failed": 1,
    }


# several collectors


def test_two_collectors_share_the_work(place: Home, watch: Watch) -> None:
    http = watch(lambda _: sleep(0.02))
    with ThreadPoolExecutor(2) as pool:
        parts = list(pool.map(lambda _: get_bars(place, http), range(2)))
    assert len(http.asked) == SESSIONS, "none is asked for twice"
    assert [sum(part.outcomes.values()) + part.held for part in parts] == [SESSIONS, SESSIONS]


def test_the_failure_another_collector_met_is_not_met_twice(place: Home, watch: Watch) -> None:
    def before(url: str) -> None:
        sleep(0.02)
        refuses(SourceRefused("HTTP 403"))(url)

    http = watch(before)
    with ThreadPoolExecutor(2) as pool:
        parts = list(pool.map(lambda _: collect(place, POLYGON, BARS, http=http), range(2)))
    assert len(http.asked) == SESSIONS
    assert {part.failures for part in parts} == {((Unit("polygon", "bars", BAD_DAY), "HTTP 403"),)}


def test_a_collection_is_written_down_from_its_beginning(place: Home, watch: Watch) -> None:
    seen: list[int] = []
    get_bars(place, watch(lambda _: seen.append(place.lake.ledger.collections()[0].asked)))
    assert set(seen) == {SESSIONS}
    (over,) = place.lake.ledger.collections()
    assert (over.ended, over.failed, over.ended_at) == (SESSIONS, 0, LATER())


def test_calls_are_counted_with_those_that_had_to_be_tried_again(tmp_path: Path) -> None:
    day = ask_for(UNTIL, UNTIL, frozenset({"bars"}), "")
    with (
        running(seed=3, since=SINCE, until=UNTIL, companies=30, faults="502:asks=1-2") as hostile,
        open_home(settings_for(tmp_path / "home", hostile)) as place,
    ):
        collect(place, POLYGON, day, clock=LATER)
        (run,) = place.lake.ledger.runs()
    assert (run.outcome, run.attempts, run.last.calls) == (Outcome.OK, 1, 3)
