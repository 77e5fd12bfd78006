"""A vendor with one fault a session: the script it plays, what it holds in truth, and a home to bring it to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from topheavy.core.http.client import Client, Limits
from topheavy.core.plugins import SOURCES, pick
from topheavy.core.settings import read_settings
from topheavy.core.units import Outcome
from topheavy.datasets.schema import dataset
from topheavy.home import Home, open_home
from topheavy.jobs.collect.fetch import Collected, collect
from topheavy.jobs.demo import simulated_settings
from topheavy.jobs.refine.refine import Refined, refine
from topheavy.jobs.road import ask_for
from topheavy.lake.layout import ENVELOPE
from topheavy.simulator.api.polygon import Polygon
from topheavy.simulator.market import Market, MarketOptions
from topheavy.tables.read import read

OPTIONS = MarketOptions(seed=5, since=date(2024, 1, 2), until=date(2024, 6, 28), companies=30)
MOST = 4_000_000
"""Bytes of a body that are taken: a day of thirty companies is a thousandth of it."""

Bar = tuple[str, float, float, float, float, float | None, float | None]


@dataclass(frozen=True, slots=True)
class Vendor:
    """A hostile vendor that is being served, and the market it serves."""

    url: str
    market: Market

    def truth(self, session: date) -> set[Bar]:
        """Return the bars of a session as the vendor holds them, read without any parser of ours."""
        results = orjson.loads(Polygon(self.market).grouped(session, False))["results"]
        return {tuple(bar[name] for name in ("T", "o", "h", "l", "c", "v", "vw")) for bar in results}

    @contextmanager
    def customer(self, folder: Path) -> Iterator["Customer"]:
        """Open a home whose vendor this is."""
        with open_home(simulated_settings(read_settings(folder, {}), self.url)) as place:
            yield Customer(place)


@dataclass(frozen=True, slots=True)
class Customer:
    """A home that is filled from the hostile vendor; who asks has little patience, so that tests are quick."""

    place: Home

    def bring(self, since: date, until: date, *names: str, again: bool = False) -> tuple[Collected, Refined]:
        """Collect and refine; every unit that was asked for must have ended well or with a cause."""
        ask = ask_for(since, until, frozenset(names or ("bars",)), "")
        with Client(Limits(), attempts=1, timeout=0.5, max_bytes=MOST) as client:
            collected = collect(self.place, pick(SOURCES, "polygon"), ask, again=again, http=client)
        ended_well = sum(n for outcome, n in collected.outcomes.items() if outcome is not Outcome.FAILED)
        assert sum(collected.outcomes.values()) == ended_well + len(collected.failures)
        refined = refine(self.place)
        self.hold_ledger()
        return collected, refined

    def hold_ledger(self) -> None:
        """Fail unless every unit of the ledger ended well, or failed with a cause on one line that names no key."""
        for run in self.place.lake.ledger.runs():
            assert (run.outcome is Outcome.FAILED) == bool(run.cause), run
            assert "\n" not in (run.cause or "")

    def failed(self) -> dict[str, str]:
        """Return the units whose last attempt failed, with the cause."""
        return {run.unit.id: run.cause or "" for run in self.place.lake.ledger.runs() if run.outcome is Outcome.FAILED}

    def bars(self, session: date) -> set[Bar]:
        """Return the bars of a session as the table holds them."""
        table = read(self.place.tables, dataset("bars"), since=session, until=session)
        columns = ("symbol", "open", "high", "low", "close", "volume", "vwap")
        return {tuple(row[name] for name in columns) for row in table.to_pylist()}

    def table(self, name: str) -> list[str]:
        """Return a whole table as sorted rows, less when they came."""
        rows = read(self.place.tables, dataset(name)).drop_columns(["received_at"]).to_pylist()
        return sorted(map(str, rows))

    def kept(self) -> int:
        """Return the bytes of bodies that lie in the raw zone and in quarantine."""
        home = self.place.lake.folder.path
        files = [path for name in ("raw", "quarantine") for path in (home / name).rglob("*") if path.is_file()]
        return sum(path.stat().st_size for path in files if not path.name.endswith(ENVELOPE))


def script(rules: dict[str, dict[str, Any]]) -> str:
    """Write rules, by the session each strikes, as a file of faults."""
    return "seed = 3\n" + "".join(
        f'\n[[fault]]\ndates = "{day}"\n' + "".join(f'{name} = "{value}"\n' for name, value in rule.items())
        for day, rule in rules.items()
    )
