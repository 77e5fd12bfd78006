"""Small files of one's own, written by hand, and a home to run them into."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from topheavy.core.settings import read_settings
from topheavy.home import Home, open_home
from topheavy.jobs.road import Run, ask_for, run

SINCE, UNTIL = date(2024, 6, 6), date(2024, 6, 11)

BARS = """session,symbol,open,high,low,close
2024-06-06,AAA,10,11,9,10
2024-06-06,BBB,20,21,19,20
2024-06-06,CCC,30,31,29,30
2024-06-07,AAA,10,12,10,11
2024-06-07,BBB,20,22,20,21
2024-06-07,CCC,30,32,30,31
2024-06-10,AAA,11,12,10,12
2024-06-10,BBB,21,22,20,22
2024-06-10,CCC,31,32,30,32
2024-06-11,AAA,12,13,11,13
2024-06-11,BBB,22,23,21,23
2024-06-11,CCC,32,33,31,33
"""
SHARES = """symbol,effective,count,covers
AAA,2024-05-01,100,class
BBB,2024-05-01,100,class
CCC,2024-05-01,100,class
"""
MEMBERS = """index,symbol,since,until
SP500,AAA,2020-01-02,
SP500,BBB,2020-01-02,
SP500,CCC,2020-01-02,
"""
GROUPS = """group,symbol
magnificent7,AAA
"""
TABLES_OF_A_RUN = ("bars", "shares", "constituents", "groups", "market_caps", "weights", "concentration")
FILES = {"bars.csv": BARS, "shares.csv": SHARES, "constituents.csv": MEMBERS, "groups.csv": GROUPS}


def write(folder: Path, **changed: str | bytes) -> Path:
    """Write the files (some of them changed, by dataset) and their manifest; return the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in FILES.items():
        body = changed.get(path.removesuffix(".csv"), content)
        (folder / path).write_bytes(body if isinstance(body, bytes) else body.encode())
    entries = [f'[[file]]\npath = "{path}"\ndataset = "{path.removesuffix(".csv")}"\n' for path in FILES]
    manifest = folder / "topheavy.toml"
    manifest.write_text("\n".join(entries))
    return manifest


@contextmanager
def place_in(folder: Path, **environment: str) -> Iterator[Home]:
    """Open a home in ``folder``."""
    with open_home(read_settings(folder / "home", environment)) as place:
        yield place


def run_files(place: Home, manifest: Path) -> Run:
    """Carry the manifest's files the whole road."""
    return run(place, "files", ask_for(SINCE, UNTIL, frozenset(), str(manifest)))


def contents(place: Home, *names: str) -> dict[str, list[tuple[object, ...]]]:
    """Return published tables as sorted rows, less where and when they came from."""
    aside = {"received_at", "origin", "finished_at", "seconds"}
    found = {}
    for name in names:
        rows = place.warehouse.rows(f"SELECT * FROM {name}")
        found[name] = sorted(tuple(str(v) for k, v in row.items() if k not in aside) for row in rows)
    return found
