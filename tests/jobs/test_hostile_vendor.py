"""Every fault a hostile vendor knows, from asking to the tables: accounted for, out of the tables, healed later."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from support.hostile_vendor import MOST, OPTIONS, Vendor, script
from topheavy.core.units import Outcome
from topheavy.jobs.road import ask_for, gather
from topheavy.lake.folder import SIMULATED
from topheavy.simulator.api.server import Simulation
from topheavy.simulator.hostile.table import FAULTS
from topheavy.simulator.market import Market

pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning:DeprecationWarning")
"""exchange_calendars on pandas 3.1 warns when it opens; nothing of ours."""

OK, ASKING, READING = "ok", "failed when asked", "failed when read"
NONE, SOME, ALL = "no row", "true rows only", "every row"


@dataclass(frozen=True, slots=True)
class Case:
    """A fault on one session: how the unit ends at first, with which cause, and what of it the table may hold."""

    fault: str
    ends: str
    cause: str = ""
    holds: str = NONE
    set: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return " ".join([self.fault, *(f"{name}={value}" for name, value in self.set.items() if name != "asks")])


ONCE = {"asks": "1"}
CASES = [
    Case("latency", OK, holds=ALL, set={"wait": "50ms-100ms"}),
    Case("429", ASKING, "HTTP 429", set=ONCE),
    Case("429", ASKING, "HTTP 429", set=ONCE | {"retry-after": "no"}),
    Case("500", ASKING, "HTTP 500", set=ONCE),
    Case("502", ASKING, "HTTP 502", set=ONCE),
    Case("timeout", ASKING, set=ONCE),
    Case("reset", ASKING, set=ONCE),
    Case("drip", OK, holds=ALL, set={"wait": "10ms", "size": "500B"}),
    Case("truncated", ASKING, set=ONCE),
    Case("bomb", ASKING, "more than 4,000,000 bytes", set=ONCE | {"size": "100MB"}),
    Case("html", READING, "a web page, not JSON", set=ONCE),
    Case("empty", READING, "the body is empty", set=ONCE),
    Case("nested", READING, "not JSON", set=ONCE),
    Case("utf8", READING, "not JSON", set=ONCE),
    Case("nan", READING, "not JSON", set=ONCE | {"field": "c"}),
    Case("nan", READING, "not JSON", set=ONCE | {"field": "vw"}),
    Case("infinity", READING, "not JSON", set=ONCE),
    Case("infinity", READING, "not JSON", set=ONCE | {"as": "-Infinity"}),
    Case("infinity", READING, "not JSON", set=ONCE | {"as": "1e999"}),
    Case("drift", READING, "rows can be used", set=ONCE | {"how": "type", "field": "c"}),
    Case("drift", READING, "rows can be used", set=ONCE | {"how": "type", "field": "T"}),
    Case("drift", READING, "rows can be used", set=ONCE | {"how": "type", "field": "v"}),
    Case("drift", READING, "rows can be used", set=ONCE | {"how": "renamed", "field": "o"}),
    Case("drift", READING, "rows can be used", set=ONCE | {"how": "missing", "field": "T"}),
    Case("drift", OK, holds=ALL, set={"how": "new", "field": "c"}),
    Case("duplicate", OK, holds=ALL, set={"how": "identical", "rows": "5"}),
    Case("duplicate", OK, holds=SOME, set=ONCE | {"how": "conflicting", "rows": "5"}),
    Case("late", READING, "no bars came", set=ONCE),
    Case("late", ASKING, "HTTP 404", set=ONCE | {"how": "404"}),
    Case("otherday", READING, "the time stamp says", set=ONCE),
    Case("otherday", READING, "the time stamp says", set=ONCE | {"by": "1"}),
]
STORMED = ("bars", "splits", "dividends", "securities")
_BARS = "path=/v2/aggs/*"
STORM = ",".join(
    [
        *(f"{name}:7%:asks=1-3" for name in ("500", "502", "reset", "truncated", "html", "empty", "utf8", "nan")),
        *(f"{name}:10%:asks=1-3:{_BARS}" for name in ("late", "otherday", "drift:renamed:field=c", "infinity:1e999")),
        f"duplicate:20%:{_BARS}",
        "latency:0ms-5ms",
    ]
)


@pytest.fixture(scope="module")
def market() -> Market:
    return OPTIONS.make()


@pytest.fixture(scope="module")
def vendor(market: Market, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vendor]:
    """One vendor, a session for each case: the first sessions of the market, in the cases' order."""
    days = market.sessions
    rules = {str(day): {"name": case.fault, **case.set} for day, case in zip(days[1:], CASES, strict=False)}
    rules[f"{days[40]}..{days[45]}"] = {"name": "429", "limit": "2/s"}
    rules[f"{days[50]}"] = {"name": "revised", "rows": "2"}
    rules[f"{days[51]}"] = {"name": "late", "asks": "2"}
    rules[f"{days[60]}..{days[69]}"] = {"name": "bomb", "size": "300MB"}
    file = tmp_path_factory.mktemp("script") / "faults.toml"
    file.write_text(script(rules))
    with Simulation(OPTIONS, faults=str(file)) as served:
        yield Vendor(served.url, market)


def test_every_fault_has_a_case() -> None:
    assert {case.fault for case in CASES} | {"revised"} == set(FAULTS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_fault_is_accounted_for_and_heals(
    vendor: Vendor, case: Case, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    session = vendor.market.sessions[1 + CASES.index(case)]
    truth = vendor.truth(session)
    with vendor.customer(tmp_path / "home") as customer:
        collected, refined = customer.bring(session, session)
        causes = [*(cause for _, cause in collected.failures), *(cause for _, cause in refined.unreadable)]
        ended = ASKING if collected.failures else READING if refined.unreadable else OK
        first, kept = customer.bars(session), customer.kept()
        assert (ended, len(causes)) == (case.ends, 0 if case.ends is OK else 1)
        assert case.cause in "".join(causes)
        assert (first == truth, first <= truth, bool(first)) == (case.holds is ALL, True, case.holds is not NONE)
        assert kept or case.ends is ASKING or case.fault == "empty"
        customer.bring(session, session, again=case.ends is OK)
        assert customer.failed() == {}
        assert customer.bars(session) == truth
    short = re.split(r"adjusted=false: |session=[\d-]+: ", causes[0])[-1] if causes else ""
    record_property("hostile", (case.id, ended, f"{kept:,}", case.holds, "every row", short))


def test_what_is_held_already_outlives_every_fault(vendor: Vendor, tmp_path: Path) -> None:
    """A day that came well is asked for again and comes late: the good answer stays, the failure is told."""
    session = vendor.market.sessions[51]
    with vendor.customer(tmp_path / "home") as customer:
        customer.bring(session, session)
        assert customer.bars(session) == vendor.truth(session)
        _, refined = customer.bring(session, session, again=True)
        assert len(refined.unreadable) == len(customer.failed()) == 1
        assert customer.bars(session) == vendor.truth(session)
        customer.bring(session, session)
        assert (customer.failed(), customer.bars(session)) == ({}, vendor.truth(session))


def test_a_revised_day_takes_the_place_of_the_first_and_both_are_kept(
    vendor: Vendor, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    session = vendor.market.sessions[50]
    with vendor.customer(tmp_path / "home") as customer:
        customer.bring(session, session)
        first, held = customer.bars(session), customer.kept()
        assert first == vendor.truth(session)
        collected, _ = customer.bring(session, session, again=True)
        assert collected.outcomes[Outcome.OK] == 1
        changed = {bar[0] for bar in customer.bars(session) ^ first}
        assert len(changed) == 2
        assert customer.kept() > 1.9 * held
        record_property("hostile", ("revised", OK, f"{customer.kept():,}", "every row", "every row, revised", ""))


def test_calls_above_a_limit_fail_with_their_cause_and_the_others_stand(vendor: Vendor, tmp_path: Path) -> None:
    sessions = vendor.market.sessions[40:46]
    with vendor.customer(tmp_path / "home") as customer:
        collected, _ = customer.bring(sessions[0], sessions[-1])
        came, failed = collected.outcomes[Outcome.OK], collected.outcomes[Outcome.FAILED]
        assert came + failed == len(sessions)
        assert came >= 2, "as many as leave at once, and later ones that kept to the pause"
        assert failed >= 1
        assert all("HTTP 429" in cause for _, cause in collected.failures)
        held = [session for session in sessions if customer.bars(session)]
        assert len(held) == came
        assert all(customer.bars(session) == vendor.truth(session) for session in held)


@pytest.mark.slow
def test_a_storm_ends_as_if_it_had_not_been(
    market: Market, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Many faults at once, by chance, on the first three asks: every round asks only for what failed in the last."""
    days, failed = len(market.sessions), [len(market.sessions) + 4]
    with Simulation(OPTIONS, faults=STORM) as stormy, Simulation(OPTIONS) as calm:
        storm, plain = Vendor(stormy.url, market), Vendor(calm.url, market)
        with storm.customer(tmp_path / "storm") as customer, plain.customer(tmp_path / "calm") as other:
            for _ in range(4):
                collected, refined = customer.bring(OPTIONS.since, OPTIONS.until, *STORMED)
                assert sum(collected.outcomes.values()) == failed[-1]
                assert all(customer.bars(day) <= storm.truth(day) for day in market.sessions[::9])
                failed.append(len(collected.failures) + len(refined.unreadable))
                assert failed[-1] == len(customer.failed())
            other.bring(OPTIONS.since, OPTIONS.until, *STORMED)
            assert [customer.table(name) for name in STORMED] == [other.table(name) for name in STORMED]
            kept = customer.kept()
    assert failed[1] > days // 3
    assert failed[-1] == 0
    left = ", ".join(map(str, failed[1:]))
    record_property("hostile", ("a storm of all", f"{left} failed", f"{kept:,}", SOME, "every row", "see above"))


def test_ten_bombs_at_once_cost_bounded_memory(
    vendor: Vendor, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """In a process of its own, so that its peak is its own: ten bodies of 300 MB each, unpacked, would be 3 GB."""
    sessions = vendor.market.sessions[60:70]
    code = f"""
import resource
from datetime import date
from pathlib import Path
from support.hostile_vendor import OPTIONS, Vendor
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
with Vendor({vendor.url!r}, None).customer(Path({str(tmp_path / "home")!r})) as customer:
    customer.bring(date(2024, 1, 2), date(2024, 1, 2))
    before = peak()
    collected, _ = customer.bring(date({sessions[0]:%Y, %-m, %-d}), date({sessions[-1]:%Y, %-m, %-d}))
    print(len(collected.failures), peak() - before, customer.kept())
"""
    folder = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    failures, grown, kept = map(int, done.stdout.split())
    assert failures == 10
    assert grown < 10 * (MOST // 1_000_000 + 6), f"{grown} MB"
    record_property("hostile", ("ten bombs at once", ASKING, f"{kept:,}", NONE, "", f"memory grew by {grown} MB"))


def test_a_new_home_may_meet_a_simulated_vendor_first(vendor: Vendor, tmp_path: Path) -> None:
    """The packaged facts are real: they may not settle a home before the vendor has answered."""
    session = vendor.market.sessions[55]
    ask = ask_for(session, session, frozenset({"bars"}), "")
    with vendor.customer(tmp_path / "home") as customer:
        assert gather(customer.place, "polygon", ask).failures == []
        assert customer.place.world == SIMULATED
