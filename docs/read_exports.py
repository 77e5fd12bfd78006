"""Read every broker's export and every holdings file of the market folder, and write down what came of each.

Run it where the real files are (``TOPHEAVY_MARKET_DATA``, else ``../shared/market``): it writes
``reference/brokers.md``, which a test holds against the code wherever the files are.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from math import fsum
from pathlib import Path

from topheavy.core.errors import Malformed, UsageError, one_line
from topheavy.core.plugins import FORMATS, SOURCES, load
from topheavy.core.units import Answer, Page, SourceKind, Unit
from topheavy.portfolios.position import Portfolio
from topheavy.portfolios.read import read_portfolio
from topheavy.sources.vendor import FUNDS, Parsed, Source

ROOT = Path(__file__).resolve().parent
PAGE = ROOT / "reference" / "brokers.md"

HEAD = """# Brokers' exports and holdings files, one by one

What this project makes of real and made-up files that others collected: every broker's export as a portfolio, every
holdings file as a fund. Written by `docs/read_exports.py`.

Of shortened samples, fund and date are told beside the file, as `FILE#fund=CSPX`. A list of transactions is refused: it
does not say what is held now. Weights that add up to less than a hundred are said so and never rescaled.

## Formats

| format | whose |
|---|---|
"""


def folder() -> Path:
    """Return the folder of real files."""
    return (ROOT.parent / os.environ.get("TOPHEAVY_MARKET_DATA", "../shared/market")).resolve()


def page(market: Path) -> str:
    """Return the whole page."""
    known = sorted(load(FORMATS).values(), key=lambda item: item.name)
    formats = "".join(f"| `{item.name}` | {item.title} |\n" for item in known)
    return "\n".join(
        [
            HEAD + formats,
            "## Exports of brokers\n",
            "| file | read as | positions | total | currency | not counted, not known |",
            "|---|---|---|---|---|---|",
            *(export(file, market / "brokers") for file in files(market / "brokers")),
            "\n## Holdings files\n",
            "| file | source | fund | as of | lines | weights add up to | left out |",
            "|---|---|---|---|---|---|---|",
            *(holdings(file, market) for file in [*files(market / "holdings"), *files(market / "nport")]),
            "",
        ]
    )


def files(place: Path) -> Iterator[Path]:
    """Yield every data file below a folder; schemas are none."""
    return (file for file in sorted(place.rglob("*")) if file.is_file() and file.suffix != ".xsd")


def export(file: Path, below: Path) -> str:
    """Return the row of one export."""
    name = file.relative_to(below).as_posix()
    try:
        read = read_portfolio(file.read_bytes(), file.name)
    except UsageError as refusal:
        return f"| {name} | refused: {cell(str(refusal).removeprefix(file.name).strip())} | | | | |"
    total = fsum((item.value or 0.0) * (item.rate or 1.0) for item in read.positions)
    stated = f" (the file says {read.stated:,.2f})" if read.stated is not None else ""
    return (
        f"| {name} | {read.format} | {len(read.positions)} | {total:,.2f}{stated} | {read.currency or 'not said'} "
        f"| {cell('; '.join(unknown(read)))} |"
    )


def unknown(read: Portfolio) -> Iterator[str]:
    """Say what of a portfolio is not counted, and what cannot be valued."""
    if read.left_out:
        yield f"{len(read.left_out)} not counted, first {read.left_out[0].where}: {read.left_out[0].reason}"
    base = read.currency
    for item in read.positions:
        if item.value is None:
            yield f"{item.label} ({item.kind}) has no value"
        elif item.rate is None and item.currency not in ("", base):
            yield f"{item.label} is in {item.currency}, and no rate is printed"
    yield from read.notes


def holdings(file: Path, market: Path) -> str:
    """Return the row of one holdings file: by the source that reads most of its lines."""
    name = file.relative_to(market).as_posix()
    told = {} if "samples/" not in name else {"fund": file.name.split("_")[0].upper(), "as_of": "2026-06-22"}
    read, refusals = [], []
    for source in sorted(readers(), key=lambda item: likely(item, file)):
        try:
            read.append((source.name, parsed(source, file, told)))
        except Malformed as refusal:
            refusals.append(refusal)
    found = [(source, part) for source, part in read if part.tables["holdings"].num_rows]
    if not found:
        reason = one_line(refusals[0]).partition(": ")[2] if refusals else "no source reads it"
        return f"| {name} | refused | | | | | {cell(reason)} |"
    source, best = max(found, key=lambda item: (item[1].tables["holdings"].num_rows, weighed(item[1])))
    rows = best.tables["holdings"].to_pylist()
    weights = [row["weight"] for row in rows if row["weight"] is not None]
    sums = f"{fsum(weights):.2%}" if weights else "none printed"
    left = f"{len(best.left_out)}, first {best.left_out[0].where}: {best.left_out[0].reason}" if best.left_out else "0"
    return f"| {name} | {source} | {rows[0]['fund']} | {rows[0]['as_of']} | {len(rows):,} | {sums} | {cell(left)} |"


def weighed(read: Parsed) -> int:
    """Return how many lines have a weight."""
    column = read.tables["holdings"]["weight"]
    return len(column) - int(column.null_count)


def likely(source: Source, file: Path) -> tuple[bool, bool, str]:
    """Order sources by how likely a file is theirs: named in it, else by what it is."""
    named = source.name in file.name.lower() or (source.name == "spdr" and "spy" in file.name.lower())
    markup = file.suffix == ".xml" and source.name == "nport"
    return not named, not markup, source.name


def readers() -> list[Source]:
    """Return the sources that read a fund's file."""
    return [item for item in load(SOURCES).values() if item.needs == FUNDS]


def parsed(source: Source, file: Path, told: dict[str, str]) -> Parsed:
    """Read a file as a source's answer."""
    received = datetime(2026, 7, 1, tzinfo=UTC)
    route = "filing" if source.name == "nport" else "holdings"
    unit = Unit(source.name, route, subject=file.name)
    pages = (Page(file.name, file.read_bytes()),)
    return source.parse(Answer(unit, pages, received, SourceKind.FILE, {"file": file.name, **told}))


def cell(text: str) -> str:
    """Return text that stays in its cell."""
    short = text if len(text) <= 160 else f"{text[:157]}…"
    return short.replace("|", "/").replace("\n", " ").replace("<", "&lt;").replace("*", "\\*")


if __name__ == "__main__":
    PAGE.write_text(page(folder()))
