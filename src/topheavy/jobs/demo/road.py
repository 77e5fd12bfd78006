"""The demo's road: a simulated market goes the whole of it, over loopback HTTP, through the real vendor clients."""

from collections import Counter
from dataclasses import replace
from datetime import date

from topheavy.core.clock import Clock, system_clock
from topheavy.core.progress import Progress, Silent
from topheavy.core.settings import Settings
from topheavy.core.units import SourceKind
from topheavy.datasets.schema import dataset
from topheavy.home import Home
from topheavy.jobs.publish.publish import publish
from topheavy.jobs.refine.refine import refine
from topheavy.jobs.road import Run, ask_for, gather
from topheavy.portfolios.shelf import Shelf
from topheavy.simulator.api.server import running, serve
from topheavy.simulator.funds import FUND_OF_FUNDS, INDEX_FUND, TEN_LARGEST
from topheavy.simulator.hostile.table import described
from topheavy.simulator.market import MarketOptions
from topheavy.simulator.names import GIANTS
from topheavy.sources.vendor import Ask
from topheavy.tables.read import read

SINCE, UNTIL = date(2020, 11, 30), date(2024, 12, 13)
"""The period of the tutorial this project answers: exactly 1,017 sessions."""

COMPANIES = 500
SEED = 7

MANIFEST = """# Written by 'topheavy demo': the simulated market's lists, read over HTTP like anyone's files.

[[file]]
name = "constituents"
path = "{base}/constituents.csv"
dataset = "constituents"
columns = {{ symbol = "ticker", since = "start_date", until = "end_date" }}
constants = {{ index = "SP500" }}

[[file]]
name = "groups"
path = "{base}/groups.csv"
dataset = "groups"
columns = {{ symbol = "ticker" }}

[[file]]
name = "holdings"
path = "{base}/holdings.csv"
dataset = "holdings"
"""

SAMPLE = f"50% {INDEX_FUND}, 20% {FUND_OF_FUNDS}, 15% {TEN_LARGEST}, 10% {{company}}, 5% CASH"
"""A made-up portfolio of the simulated market's funds and its first giant."""


def simulated_settings(settings: Settings, base: str) -> Settings:
    """Return settings under which the vendor clients ask the simulator."""
    vendor = {
        "TOPHEAVY_POLYGON_URL": base,
        "TOPHEAVY_SEC_URL": base,
        "TOPHEAVY_SEC_WWW_URL": base,
    }
    return replace(settings, environment={**settings.environment, **vendor})


def demo(
    home: Home,
    *,
    clock: Clock = system_clock,
    progress: Progress | None = None,
    since: date = SINCE,
    until: date = UNTIL,
    companies: int = COMPANIES,
) -> Run:
    """Run the simulated market through the whole road into ``place``.

    Run again it asks only for what is not in the lake; the tables end the same.
    """
    progress = progress or Silent()
    home.lake.folder.settle(SourceKind.SIMULATED)
    with running(seed=SEED, since=since, until=until, companies=companies) as base:
        here = replace(home, settings=simulated_settings(home.settings, base))
        manifest = here.settings.home / "demo.toml"
        manifest.write_text(MANIFEST.format(base=base))
        lists = ask_for(since, until, frozenset(), str(manifest))
        done = Run()
        for name, ask in _legs(lists):
            _add(done, gather(here, name, ask, clock=clock, progress=progress))
        counted_by_class = replace(lists, datasets=frozenset({"shares"}), subjects=_classes(here))
        _add(done, gather(here, "polygon", counted_by_class, clock=clock, progress=progress))
        done.refined.append(refine(here, clock=clock, progress=progress))
        done.published = publish(here, clock=clock, progress=progress)
    Shelf(home.lake.folder.path).keep("sample", SAMPLE.format(company=GIANTS[0][1]).encode())
    return done


def _legs(lists: Ask) -> list[tuple[str, Ask]]:
    """Return what is asked of whom, in order."""
    return [
        ("files", lists),
        ("polygon", replace(lists, datasets=frozenset({"symbols", "securities"}))),
        ("polygon", replace(lists, datasets=frozenset({"bars", "splits", "dividends"}), subjects=("",))),
        ("sec", replace(lists, datasets=frozenset({"shares"}))),
    ]


def _add(done: Run, part: Run) -> None:
    done.collected += part.collected
    done.refined += part.refined


def _classes(home: Home) -> tuple[str, ...]:
    """Return the share classes of issuers with several: the SEC's facts have no count by class."""
    securities = read(home.tables, dataset("securities")).to_pylist()
    classes = Counter(row["issuer"] for row in securities)
    return tuple(sorted(row["security"] for row in securities if classes[row["issuer"]] > 1))


def simulate(*, seed: int, companies: int, port: int, faults: str = "") -> None:
    """Serve the simulated market behind its vendors' HTTP API until Ctrl-C, with the faults of a script."""
    serve(MarketOptions(seed=seed, since=SINCE, until=UNTIL, companies=companies), port, faults=faults)


def known_faults() -> str:
    """Return every fault that a script may name, with what can be set about it."""
    return described()
