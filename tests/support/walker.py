"""Walks the whole road in a child forked for every line read, so that two hundred can be killed in little time.

Run as ``python walker.py BASE MANIFEST``: a line on standard input names a home; ``started PID`` and, at its end,
``ended STATUS`` are said on standard output. The clock stands still, so that tables can be compared byte for byte.
"""

import os
import sys
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path

from topheavy.core.calendar import last_closed
from topheavy.core.settings import read_settings
from topheavy.core.units import SourceKind
from topheavy.home import open_home
from topheavy.jobs.demo import simulated_settings
from topheavy.jobs.publish.publish import publish
from topheavy.jobs.refine.refine import refine
from topheavy.jobs.road import ask_for, gather

for library in ("duckdb", "polars", "pyiceberg.catalog.sql", "pyiceberg.io.pyarrow"):  # else every child loads them
    import_module(library)
last_closed(datetime.now(UTC))  # and opens the calendar

SINCE, UNTIL = date(2024, 6, 3), date(2024, 12, 13)
LEGS = (("files", ""), ("polygon", "securities symbols"), ("polygon", "bars splits dividends"), ("sec", "shares"))


def clock() -> datetime:
    return datetime(2024, 12, 14, 12, tzinfo=UTC)


def walk(home: Path, base: str, manifest: str) -> None:
    """Collect, refine and publish, as ``topheavy demo`` does, into ``home``."""
    with open_home(simulated_settings(read_settings(home, {}), base)) as home:
        home.lake.folder.settle(SourceKind.SIMULATED)
        for name, datasets in LEGS:
            ask = ask_for(SINCE, UNTIL, frozenset(datasets.split()), manifest if name == "files" else "")
            failures = gather(home, name, ask, clock=clock).failures
            if failures:
                raise SystemExit(failures[0])
        refine(home, clock=clock)
        publish(home, clock=clock)


def main(base: str, manifest: str) -> None:
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            walk(Path(line.strip()), base, manifest)
            os._exit(0)
        print("started", pid, flush=True)
        print("ended", os.waitpid(pid, 0)[1], flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:3])
