"""Threads and processes keep into one lake at once: every answer is kept once, and none is lost."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from support.responses import answer
from topheavy.core.units import Unit
from topheavy.lake.folder import HomeFolder, open_folder
from topheavy.lake.raw import Lake

KEEPER = """
import sys
from pathlib import Path
from support.responses import answer
from topheavy.core.units import Outcome, Unit
from topheavy.lake.folder import open_folder
from topheavy.lake.records import Attempt
from topheavy.lake.raw import Lake

home, first, last = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
input()
lake = Lake(open_folder(home))
for number in range(first, last):
    unit = Unit("sec", "shares", subject=str(number))
    kept = answer(b"%d" % number, unit=unit)
    entry, is_new = lake.keep(kept)
    outcome = Outcome.OK if is_new else Outcome.UNCHANGED
    lake.ledger.note_attempt(Attempt(unit, outcome, None, 0.0, entry.bytes, kept.received_at))
lake.close()
"""
TESTS = Path(__file__).resolve().parent.parent


def test_threads_share_a_lake(lake: Lake) -> None:
    """Forty units by ten threads, each unit twice: one of the two is told that it was new."""
    units = [Unit("sec", "shares", subject=str(number % 40)) for number in range(80)]
    with ThreadPoolExecutor(10) as pool:
        news = list(pool.map(lambda unit: lake.keep(answer(unit.subject.encode(), unit=unit))[1], units))
    assert sum(news) == 40
    latest = lake.ledger.latest()
    assert sorted(int(entry.unit.subject) for entry in latest) == list(range(40))
    assert all(lake.read(entry).pages[0].content == entry.unit.subject.encode() for entry in latest)


def test_processes_share_a_home(tmp_path: Path) -> None:
    """Two processes start on a new home at one moment; half of what they keep is the same."""
    home = tmp_path / "home"
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", KEEPER, str(home), *map(str, span)],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PYTHONPATH": str(TESTS)},
            text=True,
        )
        for span in ((0, 40), (20, 60))
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    told = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], told
    lake = Lake(open_folder(home, create=False))
    assert sorted(int(entry.unit.subject) for entry in lake.ledger.latest()) == list(range(60))
    assert len([found for _, found in lake.every()]) == 60
    runs = lake.ledger.runs()
    assert sum(run.attempts for run in runs) == 80
    lake.close()


def test_two_lakes_of_one_home_see_each_other(home: HomeFolder) -> None:
    one, other = Lake(home), Lake(home)
    entry, _ = one.keep(answer(b"x"))
    assert other.ledger.latest() == [entry]
    assert other.keep(answer(b"x"))[1] is False
    one.close()
    other.close()
