"""Raw → tables → metrics for three real years, beside the same tables made by local PySpark, in one run.

    uv run --group bench python benchmarks/road.py

Reads the folder ``TOPHEAVY_MARKET_DATA`` (default ``../shared/market``). Prints ratios; exits 1 where the two do not
give the same figures, 2 where something they need is missing. ``README.md`` beside this file says what is measured.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from time import monotonic, time

import psutil
import pyarrow.csv
import pyarrow.dataset
import pyarrow.parquet

from topheavy.core.settings import read_settings
from topheavy.home import open_home
from topheavy.jobs.road import ask_for, gather
from topheavy.warehouse.ask import Warehouse

HERE = Path(__file__).resolve().parent
SINCE, UNTIL = date(2020, 11, 30), date(2023, 12, 29)
BUDGET = 330.0
"""Seconds; no round is begun that would probably end later."""

TOLERANCE = 1e-6
FIGURES = ("total", "coverage", "top1", "top5", "top10", "hhi", "effective_n", "entropy_n", "gini")
GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took: seconds from start to end and until its program was loaded, CPU seconds, bytes at most."""

    wall: float
    loading: float
    cpu: float
    peak: int


class Watch(threading.Thread):
    """Adds up memory and CPU time of a process and all its children, ten times a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.root, self.peak = psutil.Process(pid), 0
        self.cpu: dict[int, float] = {}
        self.ended = threading.Event()

    def run(self) -> None:
        processes, looked = [self.root], monotonic()
        while not self.ended.wait(0.1):
            if monotonic() - looked > 0.5:
                processes, looked = self._tree(), monotonic()
            self.peak = max(self.peak, sum(map(self._look, processes)))

    def _tree(self) -> list[psutil.Process]:
        try:
            return [self.root, *self.root.children(recursive=True)]
        except psutil.Error:
            return []

    def _look(self, process: psutil.Process) -> int:
        try:
            with process.oneshot():
                times = process.cpu_times()
                self.cpu[process.pid] = times.user + times.system
                return int(process.memory_info().rss)
        except psutil.Error:
            return 0


def measured(program: str, *arguments: Path, out: Path) -> Cost:
    """Run one of the two programs in a fresh process and say what it took."""
    out.mkdir()
    command = [sys.executable, str(HERE / program), *map(str, arguments), str(out)]
    environment = os.environ | {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    environment["PYTHONDONTWRITEBYTECODE"] = ""  # the first round compiles modules, for both, and later ones find them
    begun = time()
    with (out / "log.txt").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        watch = Watch(process.pid)
        watch.start()
        code = process.wait()
        wall = time() - begun
        watch.ended.set()
        watch.join()
    if code:
        print((out / "log.txt").read_text()[-3000:], file=sys.stderr)
        raise SystemExit(f"{program} ended with {code}: its last lines are above")
    loading = json.loads((out / "times.json").read_text())["ready"] - begun
    return Cost(wall, loading, sum(watch.cpu.values()), watch.peak)


def collected(market: Path, home: Path) -> None:
    """Put the raw files into the lake: this is not measured."""
    settings = read_settings(home, {"TOPHEAVY_MARKET_DATA": str(market)})
    with open_home(settings) as home:
        ask = ask_for(SINCE, UNTIL, frozenset(), str(HERE.parent / "examples" / "sp500.toml"))
        if failures := gather(home, "files", ask).failures:
            raise SystemExit(f"the raw files cannot be collected: {failures[0]}")


def hand_over(home: Path, folder: Path) -> None:
    """Write the lists of repairs and doubts for Spark, which cannot find them itself."""
    for name in ("repairs", "doubts"):
        pyarrow.csv.write_csv(Warehouse(home).ask(f"SELECT * FROM {name}"), folder / f"{name}.csv")


def rounds(market: Path, scratch: Path, count: int) -> Iterator[tuple[Cost, Cost, Path, Path]]:
    """Run ours and theirs in turn; yield what each took and where its tables are."""
    begun = monotonic()
    raw = scratch / "raw"
    collected(market, raw)
    for number in range(count):
        started = monotonic()
        home, theirs = scratch / f"home{number}", scratch / f"spark{number}"
        shutil.copytree(raw, home)
        our_cost = measured("road_ours.py", home, out=scratch / f"ours{number}")
        hand_over(home, scratch)
        their_cost = measured("road_spark.py", market, scratch, out=theirs)
        yield our_cost, their_cost, home, theirs
        if monotonic() - begun + (monotonic() - started) > BUDGET:
            return


Key = tuple[object, ...]


def our_figures(home: Path) -> dict[Key, float | None]:
    answers = [
        Warehouse(home).ask(
            f"""SELECT session, level, {", ".join(FIGURES)} FROM concentration WHERE "index" = 'SP500'"""
        ),
        Warehouse(home).ask("""SELECT session, "group", share FROM group_share WHERE "index" = 'SP500'"""),
    ]
    return {key: value for answer in answers for key, value in _cells(answer.to_pylist())}


def their_figures(out: Path) -> dict[Key, float | None]:
    tables = [
        pyarrow.dataset.dataset(out / name, partitioning="hive").to_table(columns=["session", by, *columns])
        for name, by, columns in (("concentration", "level", FIGURES), ("group_share", "group", ("share",)))
    ]
    return {key: value for table in tables for key, value in _cells(table.to_pylist())}


def _cells(rows: list[dict[str, object]]) -> Iterator[tuple[Key, float | None]]:
    for row in rows:
        session, by, *names = row
        for name in names:
            value = row[name]
            yield (row[session], row[by], name), None if value is None else float(str(value))


def difference(ours: dict[Key, float | None], theirs: dict[Key, float | None]) -> float:
    """The largest relative difference; without end where one has a figure the other has not."""
    if set(ours) != set(theirs):
        return float("inf")
    return max(_apart(ours[key], theirs[key]) for key in ours)


def _apart(one: float | None, other: float | None) -> float:
    if one is None or other is None:
        return 0.0 if one is other else float("inf")
    return abs(one - other) / max(abs(one), abs(other)) if one != other else 0.0


LINES: list[tuple[str, Callable[[Cost], float], Callable[[Cost], float], str]] = [
    ("wall time, end to end", lambda c: c.wall, lambda c: c.wall, "{:.1f} s"),
    ("wall time, theirs without its start", lambda c: c.wall, lambda c: c.wall - c.loading, "{:.1f} s"),
    ("CPU time", lambda c: c.cpu, lambda c: c.cpu, "{:.1f} s"),
    ("peak memory", lambda c: c.peak / GIB, lambda c: c.peak / GIB, "{:.2f} GiB"),
]


def report(costs: list[tuple[Cost, Cost]]) -> str:
    """One line a measure: ratio of medians, smallest and largest ratio of a round, and both medians beside it."""
    head = f"{'theirs ÷ ours':38}{'ratio':>8}{'of rounds':>16}{'ours':>12}{'PySpark':>12}"
    return "\n".join([head, *(_line(costs, *line) for line in LINES)])


def _line(
    costs: list[tuple[Cost, Cost]], title: str, our: Callable[[Cost], float], their: Callable[[Cost], float], shown: str
) -> str:
    ratios = [their(b) / our(a) for a, b in costs]
    ours, theirs = median(our(a) for a, _ in costs), median(their(b) for _, b in costs)
    spread = f"{min(ratios):.1f} … {max(ratios):.1f}"
    return f"{title:38}{f'{theirs / ours:.1f} ×':>8}{spread:>16}{shown.format(ours):>12}{shown.format(theirs):>12}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--rounds", type=int, default=3, help="how often each is run (default 3, fewer on a slow machine)"
    )
    count = parser.parse_args().rounds
    market = Path(os.environ.get("TOPHEAVY_MARKET_DATA") or HERE.parent / "../shared/market").resolve()
    if not market.is_dir():
        print(f"no market files in {market}: set TOPHEAVY_MARKET_DATA to their folder", file=sys.stderr)
        return 2
    if not shutil.which("java"):
        print("no java on PATH: PySpark needs Java 17 or later", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="road-") as scratch:
        return compare(market, Path(scratch), count)


def compare(market: Path, scratch: Path, count: int) -> int:
    costs: list[tuple[Cost, Cost]] = []
    apart, figures = 0.0, 0
    for ours, theirs, home, out in rounds(market, scratch, count):
        published = our_figures(home)
        apart, figures = max(apart, difference(published, their_figures(out))), len(published)
        costs.append((ours, theirs))
        print(f"round {len(costs)}: ours {ours.wall:.1f} s, PySpark {theirs.wall:.1f} s", file=sys.stderr)
    print(f"same figures: {figures:,} compared, largest relative difference {apart:.1e}")
    if not apart <= TOLERANCE:
        print(f"they differ by more than {TOLERANCE:g}: no ratio is printed", file=sys.stderr)
        return 1
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[1]:.1f}, Python {platform.python_version()}"
    print(f"{len(costs)} rounds, {machine}")
    print(report(costs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
