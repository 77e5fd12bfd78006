"""Collecting four years of an index: the original pipeline's way on a sample of dates, ours on all, in one run.

    uv run --group bench python benchmarks/collect.py

The vendor is the simulator, in a process of its own, made to wait before every answer (``--latency``, in ms). The
original's way, per date: details of 503 companies, then details and aggregates of seven, one after the other, ten
dates at once, over connections kept open and without its sleeps, which favours it. Ours: the real sources, the real
client, the lake and its ledger. The floor is calls × latency ÷ ten at once. Exits 1 where anything failed.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from time import perf_counter

import urllib3

from topheavy.core.calendar import sessions
from topheavy.core.settings import read_settings
from topheavy.core.units import SourceKind
from topheavy.home import Home, open_home
from topheavy.jobs.demo import MANIFEST, simulated_settings
from topheavy.jobs.refine.refine import refine
from topheavy.jobs.road import ask_for, gather
from topheavy.simulator.api.server import Simulation
from topheavy.simulator.market import MarketOptions

SINCE, UNTIL = date(2020, 11, 30), date(2024, 12, 13)
DATES_AT_ONCE = 10
COMPANIES, MAGNIFICENT = 503, 7
ORIGINAL_CALLS_A_DATE = COMPANIES + 2 * MAGNIFICENT


@dataclass(frozen=True, slots=True)
class Taken:
    """What a way of collecting took: calls and seconds."""

    calls: int
    seconds: float

    def above_floor(self, latency: float) -> float:
        """How many times the least time that so many calls can take."""
        return self.seconds / (self.calls * latency / DATES_AT_ONCE)


def original(base: str, symbols: list[str], days: list[date]) -> Taken:
    """Ask as the original did: every company's details for every date, the seven's once more, and their bars."""
    pool = urllib3.PoolManager(maxsize=DATES_AT_ONCE)
    companies = (symbols * (COMPANIES // len(symbols) + 1))[:COMPANIES]

    def one_date(day: date) -> int:
        details = [f"/v3/reference/tickers/{symbol}?date={day}" for symbol in companies + symbols[:MAGNIFICENT]]
        bars = [f"/v2/aggs/ticker/{symbol}/range/1/day/{day}/{day}" for symbol in symbols[:MAGNIFICENT]]
        for path in details + bars:
            status = pool.request("GET", base + path).status
            if status not in (200, 404):  # companies not listed yet
                raise SystemExit(f"the original's way: HTTP {status} for {path}")
        return len(details) + len(bars)

    began = perf_counter()
    with ThreadPoolExecutor(DATES_AT_ONCE) as dates:
        calls = sum(dates.map(one_date, days))
    return Taken(calls, perf_counter() - began)


def ours(home: Home, manifest: Path) -> Taken:
    """Ask for four years of bars, splits and dividends and the counts of every company; refining is not timed."""
    whole = ask_for(SINCE, UNTIL, frozenset(), str(manifest))
    legs = [
        ("files", whole),
        ("polygon", replace(whole, datasets=frozenset({"securities"}))),
        ("polygon", replace(whole, datasets=frozenset({"bars", "splits", "dividends"}), subjects=("",))),
        ("sec", replace(whole, datasets=frozenset({"shares"}))),
    ]
    for name, ask in legs:
        if failures := gather(home, name, ask).failures:
            raise SystemExit(f"ours: {failures[0]}")
    refine(home)
    ledger = home.lake.ledger
    spans = [((part.ended_at or part.began_at) - part.began_at).total_seconds() for part in ledger.collections(100)]
    return Taken(sum(run.last.calls for run in ledger.runs()), sum(spans))


def symbols_of(base: str) -> list[str]:
    body = urllib3.request("GET", f"{base}/v3/reference/tickers?date={SINCE}&limit=1000").json()
    return [row["ticker"] for row in body["results"]]


@contextmanager
def vendor(latency: float) -> Iterator[str]:
    with Simulation(MarketOptions(seed=7, since=SINCE, until=UNTIL), faults=f"latency:{latency * 1000:g}ms") as served:
        yield served.url


def warm(base: str) -> None:
    """Have every session's answer made once: building it is the simulator's time, not the vendor's."""
    pool = urllib3.PoolManager(maxsize=DATES_AT_ONCE)
    grouped = "/v2/aggs/grouped/locale/us/market/stocks"
    with ThreadPoolExecutor(DATES_AT_ONCE) as asking:
        days = sessions(SINCE, UNTIL)
        list(asking.map(lambda day: pool.request("GET", f"{base}{grouped}/{day}?adjusted=false"), days))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--latency", type=float, default=50.0, help="ms before every answer (default 50)")
    parser.add_argument("--dates", type=int, default=10, help="dates the original's way is tried on (default 10)")
    asked = parser.parse_args()
    latency = asked.latency / 1000
    with vendor(latency) as base, tempfile.TemporaryDirectory(prefix="collect-") as folder:
        warm(base)
        manifest = Path(folder) / "lists.toml"
        manifest.write_text(MANIFEST.format(base=base))
        settings = simulated_settings(read_settings(Path(folder) / "home", {}), base)
        with open_home(settings) as home:
            home.lake.folder.settle(SourceKind.SIMULATED)
            mine = ours(home, manifest)
        theirs = original(base, symbols_of(base), sessions(SINCE, UNTIL)[-asked.dates :])
    report(theirs, mine, asked.dates, latency)
    return 0


def report(theirs: Taken, mine: Taken, dates: int, latency: float) -> None:
    every = len(sessions(SINCE, UNTIL))
    whole = Taken(ORIGINAL_CALLS_A_DATE * every, theirs.seconds * every / dates)
    print(f"four years of the index, {latency * 1000:g} ms an answer, {DATES_AT_ONCE} at once (simulated vendor)")
    print(f"{'':24}{'calls':>12}{'times ours':>12}{'time ÷ floor':>14}")
    rows = ((f"original, {dates} dates", theirs), (f"original, all {every:,}", whole), ("ours, all", mine))
    for name, taken in rows:
        print(f"{name:24}{taken.calls:>12,}{taken.calls / mine.calls:>12.1f}{taken.above_floor(latency):>14.2f}")
    print(
        f"the original's way takes {whole.seconds / mine.seconds:,.0f} times as long (its whole is the sample scaled)"
    )


if __name__ == "__main__":
    sys.exit(main())
