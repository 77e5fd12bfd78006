"""The road beside PySpark, in one run: raw files → tables → figures for three real years of the S&P 500.

Ours: ``refine`` and ``publish`` of a home whose lake holds the raw files, in a fresh process, down to Iceberg
tables and the warehouse. Theirs: ``road_spark.py``, a local PySpark job, the engine of the original pipeline,
that writes the same tables as Parquet by month. Spark is handed the repairs as a list, which favours it, and
is timed with and without the start of its JVM. The figures of both are compared before any ratio is printed.

    uv run --group bench python benchmarks/road.py
"""

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import perf_counter, sleep

import psutil
import pyarrow.compute as pc
import pyarrow.dataset as ds

from topheavy.core.plugins import SOURCES, pick
from topheavy.core.settings import Settings, read_settings
from topheavy.jobs.collect import collect
from topheavy.jobs.road import ask_for
from topheavy.jobs.workplace import workplace
from topheavy.warehouse.ask import Warehouse

HERE = Path(__file__).resolve().parent
RUNS = 3
AGREES = 1e-6
FIGURES = ("total", "top1", "top5", "top10", "hhi", "effective_n", "entropy_n", "gini", "coverage")

OURS = """
import sys
from pathlib import Path
from topheavy.core.settings import read_settings
from topheavy.jobs.publish import publish
from topheavy.jobs.refine import refine
from topheavy.jobs.workplace import workplace
with workplace(read_settings(Path(sys.argv[1]), {}), create=False) as place:
    refine(place)
    publish(place)
"""


@dataclass(frozen=True)
class Measured:
    seconds: float
    peak: float
    """GiB of the whole process tree."""


def main() -> None:
    market = read_settings().market_data.resolve()
    if not market.is_dir():
        sys.exit(f"{market} is not there: set TOPHEAVY_MARKET_DATA to the folder of market files")
    with TemporaryDirectory() as folder:
        scratch = Path(folder)
        gathered = scratch / "gathered"
        gather(read_settings(gathered, {"TOPHEAVY_MARKET_DATA": str(market)}))
        ours = [run_ours(gathered, scratch / f"ours{n}") for n in range(RUNS)]
        theirs, warm = run_theirs(market, scratch / "ours0", scratch / "theirs")
        apart = difference(scratch / "ours0", scratch / "theirs")
        if apart > AGREES:
            sys.exit(f"the two do not agree: figures differ by up to {apart:.1e}; no ratio is printed")
        report(ours, theirs, warm, apart)


def gather(settings: Settings) -> None:
    """Collect, which is not measured: both start from raw files on this disk."""
    ask = ask_for(date(2020, 11, 30), date(2023, 12, 29), frozenset(), str(HERE.parent / "examples" / "sp500.toml"))
    with workplace(settings) as place:
        for name in ("facts", "files"):
            assert not collect(place, pick(SOURCES, name), ask).failures


def run_ours(gathered: Path, home: Path) -> Measured:
    shutil.copytree(gathered, home)
    return watched([sys.executable, "-c", OURS, str(home)])


def run_theirs(market: Path, published: Path, out: Path) -> tuple[Measured, float]:
    out.mkdir()
    repairs = out / "repairs.csv"
    rows = Warehouse(published).rows("SELECT * FROM repairs")
    with repairs.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    measured = watched([sys.executable, str(HERE / "road_spark.py"), str(market), str(repairs), str(out)])
    times = json.loads((out / "times.json").read_text())
    return measured, times["done"] - times["ready"]


def watched(command: list[str]) -> Measured:
    """Run a command; note its wall time and the highest memory of its process tree, looked at ten times a second."""
    began = perf_counter()
    process = subprocess.Popen(command, env=os.environ | {"OMP_WAIT_POLICY": "PASSIVE"})
    ended, peaks = Event(), [0]
    watcher = Thread(target=_watch, args=(psutil.Process(process.pid), ended.is_set, peaks))
    watcher.start()
    code = process.wait(timeout=600)
    seconds = perf_counter() - began
    ended.set()
    watcher.join()
    if code:
        sys.exit(f"{Path(command[1]).name} ended with {code}")
    return Measured(seconds, max(peaks) / 2**30)


def _watch(process: psutil.Process, is_over: Callable[[], bool], peaks: list[int]) -> None:
    while not is_over():
        total = 0
        for one in _tree(process):
            try:
                total += one.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        peaks.append(total)
        sleep(0.1)


def _tree(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def difference(home: Path, out: Path) -> float:
    """Return the largest relative difference between our figures and Spark's, over every session and level."""
    sql = "SELECT * FROM concentration WHERE \"index\" = 'SP500'"
    ours = {(row["session"], row["level"]): row for row in Warehouse(home).rows(sql)}
    table = ds.dataset(out / "concentration", partitioning="hive").to_table()
    theirs = {(r["session"], r["level"]): r for r in table.filter(pc.field("index") == "SP500").to_pylist()}
    if ours.keys() != theirs.keys():
        sys.exit(f"the two do not have the same sessions: {len(ours):,} and {len(theirs):,}")
    return max(abs(row[name] / theirs[key][name] - 1) for key, row in ours.items() for name in FIGURES)


def report(ours: list[Measured], theirs: Measured, warm: float, apart: float) -> None:
    seconds, peak = median(one.seconds for one in ours), max(one.peak for one in ours)
    print(f"figures agree to {apart:.1e} over every session, level and figure")
    print(f"ours    {seconds:6.1f} s (median of {len(ours)})   peak {peak:.2f} GiB")
    print(f"PySpark {theirs.seconds:6.1f} s with JVM start, {warm:.1f} s without   peak {theirs.peak:.2f} GiB")
    print(f"wall time: PySpark ÷ ours = {theirs.seconds / seconds:.1f} ({warm / seconds:.1f} without the JVM's start)")
    print(f"peak memory: PySpark ÷ ours = {theirs.peak / peak:.1f}")


if __name__ == "__main__":
    main()
