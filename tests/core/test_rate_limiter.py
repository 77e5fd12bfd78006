"""Turns are shared by threads, objects, processes and restarts, and a window never holds more than it may."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topheavy.core.errors import UsageError
from topheavy.core.http.limits import MINUTE, SECOND, Limits, binding, duration, holder, limiter
from topheavy.core.http.rate_limiter import MARGIN, PATIENCE, RateLimiter

SLACK = 0.3
"""Seconds that a busy machine may let pass between a turn and the line that prints it."""

TAKER = """
import sys, time
from pathlib import Path
from threading import Thread
from topheavy.core.http.limits import Limits, limiter

state, per_second, threads, each = Path(sys.argv[1]), *map(int, sys.argv[2:])
wait = limiter(Limits(per_second=per_second), vendor="v", account="key", state=state)

def work():
    for _ in range(each):
        wait()
        print(f"{time.time()!r}\\n", end="", flush=True)

crew = [Thread(target=work) for _ in range(threads)]
[thread.start() for thread in crew]
[thread.join() for thread in crew]
"""


class FakeTime:
    """A clock that moves only when someone waits."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.now = now
        self.waits: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def turns(self, file: Path | None, rates: tuple[tuple[int, float], ...], name: str = "v") -> Callable[[], None]:
        return RateLimiter(file, name, rates, now=lambda: self.now, wait=self.wait)


def take(state: Path, *numbers: int) -> "subprocess.Popen[str]":
    arguments = [sys.executable, "-c", TAKER, str(state), *map(str, numbers)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


def moments_kept(state: Path) -> list[float]:
    with closing(sqlite3.connect(state / "calls.sqlite")) as file:
        return [at for (at,) in file.execute("SELECT at FROM turns ORDER BY at")]


def fullest(moments: list[float], window: float) -> int:
    """The most moments that any window of this length holds."""
    return max(sum(start <= other < start + window for other in moments) for start in moments)


@pytest.mark.slow
def test_four_processes_of_three_threads_keep_one_limit(tmp_path: Path) -> None:
    crew = [take(tmp_path, 20, 3, 8) for _ in range(4)]
    left = sorted(float(line) for process in crew for line in process.communicate(timeout=120)[0].split())
    given = moments_kept(tmp_path)
    assert [process.returncode for process in crew] == [0] * 4
    assert len(left) == len(given) == 96
    assert fullest(given, SECOND + MARGIN / 2) == 20  # never more, and none given away
    assert fullest(left, SECOND - SLACK) <= 20
    assert given[-1] - given[0] >= duration(Limits(per_second=20), 96)


@pytest.mark.kill
def test_a_killed_process_leaves_its_count_and_no_lock(tmp_path: Path) -> None:
    random = Random(3)
    for _ in range(6):
        process = take(tmp_path, 1_000_000, 4, 100_000)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(random.uniform(0.0, 0.05))
        process.kill()
        process.stdout.close()
        process.wait()
        started, before = time.monotonic(), len(moments_kept(tmp_path))
        limiter(Limits(per_second=1_000_000), vendor="v", account="key", state=tmp_path)()
        assert time.monotonic() - started < PATIENCE / 10
        assert len(moments_kept(tmp_path)) == before + 1


def test_a_restart_goes_on_where_the_count_was(tmp_path: Path) -> None:
    clock, rates = FakeTime(), Limits(per_minute=5).rates
    for _ in range(5):
        clock.turns(tmp_path / "calls.sqlite", rates)()
    assert clock.waits == []
    clock.turns(tmp_path / "calls.sqlite", rates)()
    assert sum(clock.waits) == pytest.approx(MINUTE + MARGIN)


def test_vendors_and_accounts_have_limits_of_their_own(tmp_path: Path) -> None:
    clock, rates = FakeTime(), Limits(per_minute=1).rates
    for name in (holder("a", ""), holder("b", ""), holder("a", "key"), holder("a", "other")):
        clock.turns(tmp_path / "calls.sqlite", rates, name)()
    assert clock.waits == []


def test_a_key_is_not_written(tmp_path: Path) -> None:
    limiter(Limits(per_minute=5), vendor="polygon", account="s3cret-key", state=tmp_path)()
    assert b"polygon:" in (content := b"".join(file.read_bytes() for file in tmp_path.iterdir()))
    assert b"s3cret" not in content


@pytest.mark.parametrize("hours", [-24, -1])
def test_a_clock_set_back_costs_one_window_at_most(tmp_path: Path, hours: int) -> None:
    clock, rates = FakeTime(), Limits(per_minute=2).rates
    turn = clock.turns(tmp_path / "calls.sqlite", rates)
    turn()
    turn()
    clock.now += hours * 3600
    turn()
    assert sum(clock.waits) <= MINUTE + 2 * MARGIN


def test_the_file_stays_small(tmp_path: Path) -> None:
    clock = FakeTime()
    turn = clock.turns(tmp_path / "calls.sqlite", Limits(per_second=1).rates)
    for _ in range(500):
        turn()
    assert len(moments_kept(tmp_path)) < 130


def test_two_limits_of_one_account_count_the_same_calls(tmp_path: Path) -> None:
    clock = FakeTime()
    for _ in range(5):
        clock.turns(tmp_path / "calls.sqlite", Limits(per_minute=100).rates)()
    clock.turns(tmp_path / "calls.sqlite", Limits(per_minute=5).rates)()
    assert sum(clock.waits) == pytest.approx(MINUTE + MARGIN)


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="TOPHEAVY_STATE"):
        limiter(Limits(per_minute=5), state=tmp_path / "file" / "state")()


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "calls.sqlite").write_bytes(b"not a database at all, but long enough to be looked at" * 100)
    with pytest.raises(UsageError, match=r"calls\.sqlite.*delete the file") as caught:
        limiter(Limits(per_minute=5), state=tmp_path)()
    assert "\n" not in str(caught.value)


def test_no_limit_touches_no_file(tmp_path: Path) -> None:
    limiter(Limits(), vendor="v", state=tmp_path)()
    assert not list(tmp_path.iterdir())


# what a plan asks

any_limits = st.builds(Limits, per_second=st.integers(0, 12), per_minute=st.integers(0, 90))


@settings(deadline=None, max_examples=50)
@given(any_limits, st.integers(1, 120))
def test_a_planned_duration_is_what_it_takes(limits: Limits, calls: int) -> None:
    if not limits.rates:
        assert duration(limits, calls) == 0.0
        return
    clock = FakeTime()
    turn, moments = clock.turns(None, limits.rates), []
    for _ in range(calls):
        turn()
        moments.append(clock.now)
    planned = duration(limits, calls)
    assert planned <= moments[-1] - moments[0] + 1e-6 <= planned * (1 + MARGIN) + 10 * MARGIN
    assert all(fullest(moments, period) <= most for most, period in limits.rates)
    assert bool(binding(limits, calls)) == (planned > 0)


@pytest.mark.parametrize(
    ("limits", "calls", "expected"),
    [
        (Limits(per_minute=5), 0, ""),
        (Limits(per_minute=5), 5, ""),
        (Limits(per_minute=5), 6, "5 calls a minute"),
        (Limits(per_second=10), 11, "10 calls a second"),
        (Limits(per_second=10, per_minute=100), 60, "10 calls a second"),
        (Limits(per_second=10, per_minute=100), 101, "100 calls a minute"),
        (Limits(per_second=1, per_minute=100), 1_000, "1 calls a second"),
        (Limits(), 10**6, ""),
    ],
)
def test_the_limit_that_binds_is_named(limits: Limits, calls: int, expected: str) -> None:
    assert binding(limits, calls) == expected
