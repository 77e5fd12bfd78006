"""Pace on a machine that has other things to do: on time all the same, where the system lets us."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from topheavy.core.settings import read_settings
from topheavy.stream.feed import Ask, Timed, feed
from topheavy.stream.pace import Pace
from topheavy.stream.punctual import punctual

NOWHERE = read_settings(Path(), {})


def batches(count: int, every: float) -> list[Timed]:
    return [Timed(n * every, pa.record_batch({"n": [1]})) for n in range(count)]


def may_go_first() -> bool:
    """Whether this machine lets a thread of ours go before others."""
    with punctual():
        return os.sched_getscheduler(0) & os.SCHED_RR == os.SCHED_RR


@pytest.mark.kill
@pytest.mark.slow
@pytest.mark.skipif(not may_go_first(), reason="no right to real-time priority here: 'ulimit -r 1' or CAP_SYS_NICE")
def test_on_a_busy_machine_it_leaves_on_time_all_the_same() -> None:
    pace, cores = Pace(speed=1), os.cpu_count() or 1
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * cores)]
    try:
        for _ in pace.keep(feed("simulator").trades(NOWHERE, Ask(rate=5_000))):
            if len(pace.errors) == 600:
                break
    finally:
        for one in busy:
            one.kill()
            one.wait()
    assert sorted(pace.errors)[594] < 0.010, "99 of a hundred"
    assert os.sched_getscheduler(0) == os.SCHED_OTHER, "afterwards all take turns again"


def test_a_market_that_is_too_fast_gives_its_place_back() -> None:
    pace, seen = Pace(speed=1), []
    for _ in pace.keep(batches(4, 0.0)):
        time.sleep(0.3)
        seen.append(os.sched_getscheduler(0) & os.SCHED_RR)
    assert seen[2:] == [0, 0]
    assert len(seen) == 4


def test_the_clock_starts_when_the_first_is_ready() -> None:
    def slow() -> Iterator[Timed]:
        time.sleep(0.3)
        yield from batches(3, 0.01)

    pace = Pace(speed=1)
    list(pace.keep(slow()))
    assert max(pace.errors) < 0.2
