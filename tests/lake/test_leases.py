"""Leases: a unit is with one living collector at a time; what the dead held is free at once."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.responses import FRIDAY
from topheavy.core.files.locks import is_locked
from topheavy.core.units import Unit
from topheavy.lake.folder import HomeFolder
from topheavy.lake.leases import Claim, Leases
from topheavy.lake.ledger import Ledger

HOLD = """
import sys
from datetime import date
from pathlib import Path
from topheavy.core.units import Unit
from topheavy.lake.leases import Leases
from topheavy.lake.ledger import Ledger
home = Path(sys.argv[1])
leases = Leases(home, Ledger(home / "ledger.sqlite"))
print(leases.claim(Unit("polygon", "bars", date(2024, 12, 6))).name, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def ledger(home: HomeFolder) -> Ledger:
    return Ledger(home.path / "ledger.sqlite")


def test_a_unit_is_with_one_collector_until_it_is_given_back(home: HomeFolder, ledger: Ledger) -> None:
    with Leases(home.path, ledger) as one, Leases(home.path, ledger) as other:
        assert one.claim(FRIDAY) is Claim.MINE
        assert other.claim(FRIDAY) is Claim.ELSEWHERE
        assert one.claim(FRIDAY) is Claim.MINE, "its own"
        other.release(FRIDAY)
        assert other.claim(FRIDAY) is Claim.ELSEWHERE, "only its holder gives it back"
        one.release(FRIDAY)
        assert other.claim(FRIDAY) is Claim.MINE


def test_closing_gives_everything_back(home: HomeFolder, ledger: Ledger) -> None:
    with Leases(home.path, ledger) as one:
        one.claim(FRIDAY)
    assert list((home.path / "collectors").iterdir()) == []
    with Leases(home.path, ledger) as other:
        assert other.claim(FRIDAY) is Claim.MINE


@pytest.mark.kill
def test_what_a_killed_collector_held_is_free_at_once(home: HomeFolder, ledger: Ledger) -> None:
    command = [sys.executable, "-c", HOLD, str(home.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "MINE\n"
        with Leases(home.path, ledger) as leases:
            assert leases.claim(FRIDAY) is Claim.ELSEWHERE
            process.kill()
            process.wait()
            assert leases.claim(FRIDAY) is Claim.MINE
    assert list((home.path / "collectors").iterdir()) == []


def test_of_many_that_ask_at_once_one_gets_it(home: HomeFolder, ledger: Ledger) -> None:
    units = [Unit("sec", "facts", subject=str(number)) for number in range(40)]
    holders = [Leases(home.path, ledger) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda pair: pair[0].claim(pair[1]), [(h, u) for u in units for h in holders]))
    assert claims.count(Claim.MINE) == len(units)
    for holder in holders:
        holder.close()


def test_a_file_nobody_locks_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / "left.lock").touch()
    assert not is_locked(tmp_path / "left.lock")
    assert not is_locked(tmp_path / "never.lock")
    assert list(tmp_path.iterdir()) == []
