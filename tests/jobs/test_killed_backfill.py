"""A backfill may be killed at any moment, alone or one of two: the tables end as if nothing had happened.

``TOPHEAVY_KILLS`` says how many kills for each of the two (default 3; ``make endurance``: 200), drawn by a seed.
"""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from select import select
from time import monotonic

import polars as pl
import pytest

from support.walker import SINCE, UNTIL
from topheavy.core.settings import read_settings
from topheavy.datasets.schema import Layer, datasets
from topheavy.home import open_home
from topheavy.jobs.demo import MANIFEST
from topheavy.lake.ledger import Ledger
from topheavy.simulator.api.server import running
from topheavy.tables.read import read

pytestmark = [pytest.mark.kill, pytest.mark.slow]
KILLS = int(os.environ.get("TOPHEAVY_KILLS", "3"))
WALKER = Path(__file__).parents[1] / "support" / "walker.py"
IN_FLIGHT = 10
"""Units a collector has in hand at once."""


@dataclass
class Walker:
    """A process that forks one walk after another."""

    process: "subprocess.Popen[str]"
    pid: int = 0

    def start(self, home: Path) -> None:
        self._say(f"{home}\n")
        self.pid = int(self._hear().split()[1])

    def kill_or_end(self, patience: float) -> bool:
        """Let it walk for some seconds, then kill it; say whether it was killed."""
        assert self.process.stdout is not None
        over, _, _ = select([self.process.stdout], [], [], patience)
        if not over:
            os.kill(self.pid, signal.SIGKILL)
        status = int(self._hear().split()[1])
        assert status in (0, signal.SIGKILL), "a walk ends well or by our hand"
        return status == signal.SIGKILL

    def _say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def _hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


@contextmanager
def walker(vendor: tuple[str, str]) -> Iterator[Walker]:
    command = [sys.executable, str(WALKER), *vendor]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Walker(process)
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A simulated vendor's address, and the manifest of its lists."""
    manifest = tmp_path_factory.mktemp("lists") / "lists.toml"
    with running(seed=5, since=SINCE, until=UNTIL, companies=40) as base:
        manifest.write_text(MANIFEST.format(base=base))
        yield base, str(manifest)


@pytest.fixture(scope="module")
def undisturbed(vendor: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], float]:
    """The tables after a walk nobody disturbs, and the seconds it took."""
    home = tmp_path_factory.mktemp("undisturbed") / "home"
    with walker(vendor) as alone:
        alone.start(home)
        began = monotonic()
        assert not alone.kill_or_end(60)
    return contents(home), monotonic() - began


def contents(home: Path) -> dict[str, str]:
    """A hash of every table's rows in the order of the key, and a check that no key is twice."""
    with open_home(read_settings(home, {}), create=False) as place:
        stored = {item.name: item for item in datasets().values() if item.layer is not Layer.VIEW}
        found = {name: pl.from_arrow(read(place.tables, item)) for name, item in stored.items() if name != "runs"}
        found["published concentration"] = pl.from_arrow(place.warehouse.ask("SELECT * FROM concentration"))
    for name, rows in found.items():
        assert (
            not rows.select(stored[name].key if name in stored else ("session", "index", "level")).is_duplicated().any()
        )
    return {name: sha256(rows.sort(rows.columns).write_csv().encode()).hexdigest() for name, rows in found.items()}


def attempts_by_unit(home: Path) -> list[int]:
    """How often each unit of a vendor was asked for; a list is read anew by every walk, as files are."""
    ledger = Ledger(home / "ledger.sqlite")
    try:
        return [run.attempts for run in ledger.runs() if run.unit.source != "files"]
    finally:
        ledger.close()


@pytest.mark.parametrize("collectors", [1, 2])
def test_killed_again_and_again_the_tables_end_the_same(
    collectors: int, vendor: tuple[str, str], undisturbed: tuple[dict[str, str], float], tmp_path: Path
) -> None:
    expected, seconds = undisturbed
    chance, kills, homes = random.Random(collectors), 0, 0
    with ExitStack() as stack:
        walkers = [stack.enter_context(walker(vendor)) for _ in range(collectors)]
        while kills < KILLS:
            homes += 1
            home = tmp_path / f"home{homes}"
            kills += walk_to_the_end(walkers, home, chance, seconds)
            assert contents(home) == expected
            assert set(attempts_by_unit(home)) == {1}, "a unit that was written down is never asked for again"
    print(f"{collectors} at once: {kills} kills over {homes} backfills, every one ended the same")


def walk_to_the_end(walkers: list[Walker], home: Path, chance: random.Random, seconds: float) -> int:
    """Start walks and kill them until one ends by itself; return how many were killed."""
    kills = 0
    while True:
        for walk in walkers:
            walk.start(home)
        killed = [walk.kill_or_end(chance.uniform(0, 0.8 * seconds)) for walk in walkers]
        kills += sum(killed)
        if not all(killed):
            return kills
