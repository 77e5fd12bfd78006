"""Your own CSV and Parquet files, by a small manifest that says what each one is.

A manifest is a TOML file::

    folder = "data"                                  # where paths start; default: beside the manifest

    [[file]]
    path = "bars.parquet"                            # or an http(s) address
    dataset = "bars"
    basis = "split-adjusted as of 2024-12-18"        # or "as traded", "split-and-dividend-adjusted as of …"
    symbols = "as of 2024-12-18"                     # whose names the file uses; default: each row's own date's
    columns = { session = "date", symbol = "ticker" }
    constants = { covers = "class" }

    [[file]]
    path = "prices/*.csv"                            # a block for many files; the symbol is what * stands for
    preset = "yahoo"                                 # a vendor's layout
    basis = "split-adjusted as of 2024-12-18"

    [[file]]
    path = "IVV_holdings.csv"
    source = "ishares"                               # a vendor's own format: read by that source
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlencode

import polars as pl

from topheavy.core.errors import Malformed, UsageError
from topheavy.core.http.client import Http
from topheavy.core.settings import Settings
from topheavy.core.symbols import normal
from topheavy.core.units import Answer, Page, SourceKind, Unit
from topheavy.datasets.schema import Dataset, dataset
from topheavy.datasets.splits import kind_of_ratio
from topheavy.sources.manifest.basis import DATED_BY, basis_days
from topheavy.sources.manifest.entries import read_manifest
from topheavy.sources.reading.cells import Spelling
from topheavy.sources.reading.dates import Dates
from topheavy.sources.tabular import only_page, read_table, to_dataset
from topheavy.sources.vendor import Ask, Fetched, LeftOut, Parsed, Route, Source, read_address

PRICES = ("open", "high", "low", "close")


class Files(Source):
    """Files named in a manifest."""

    name: ClassVar[str] = "files"
    title: ClassVar[str] = "Your own CSV and Parquet files, by a manifest"
    rereads: ClassVar[bool] = True
    rank: ClassVar[int] = 60
    edition: ClassVar[int] = 2
    routes: ClassVar[tuple[Route, ...]] = tuple(
        Route(name, (name,))
        for name in (
            "bars",
            "splits",
            "dividends",
            "symbols",
            "securities",
            "shares",
            "constituents",
            "groups",
            "holdings",
            "rates",
        )
    )

    def plan(self, ask: Ask, settings: Settings) -> Iterator[Unit]:
        """One unit a file; a missing local file is refused before anything is read."""
        manifest = Path(ask.target or "topheavy.toml").resolve()
        entries = read_manifest(manifest, settings)
        for entry in entries:
            _refuse_missing(entry, manifest)
        for entry in entries:
            if "source" in entry:
                yield Unit(entry["source"], "holdings", subject=entry["address"] + _told(entry))
            elif not ask.datasets or entry["dataset"] in ask.datasets:
                yield Unit(self.name, entry["dataset"], subject=f"{manifest}#{entry['name']}")

    def fetch(self, unit: Unit, http: Http, settings: Settings) -> Fetched:
        """Read the file; its manifest entry travels with the bytes."""
        manifest, name = _manifest_and_name(unit.subject)
        entries = read_manifest(Path(manifest), settings)
        entry = next((e for e in entries if (e["name"], e.get("dataset")) == (name, unit.route)), None)
        if entry is None:
            raise UsageError(f"{manifest} no longer names '{name}'")
        page, kind = read_address(entry["address"], http)
        told = {key: value for key, value in entry.items() if key != "address"} | {"path": entry["name"]}
        return Fetched((page,), kind, {"manifest": json.dumps(told, sort_keys=True, default=str)})

    def parse(self, answer: Answer) -> Parsed:
        """Map, cast and put on its declared basis."""
        entry = json.loads(answer.facts["manifest"])
        into = dataset(answer.unit.route)
        sheet = read_table(only_page(answer), entry["path"])
        frame = to_dataset(sheet, into, entry.get("columns", {}), entry["path"], _spelling(entry))
        whole = _complete(_named(frame, entry), into, entry)
        kept, left_out = _keep_whole_rows(whole, into, entry["path"])
        rows = kept.to_arrow().cast(into.parsed_schema)
        named, currency = _as_of(entry.get("symbols", "")), entry.get("currency", "")
        return Parsed({into.name: rows}, (*sheet.left_out, *left_out), named, currency=currency)

    def sample(self) -> Answer:
        """Two bars of a made-up company."""
        body = b"date,ticker,open,high,low,close\n2024-06-07,XMPL,10,11,9,10.5\n2024-06-10,XMPL,10.5,12,10,11\n"
        entry = {"path": "bars.csv", "dataset": "bars", "columns": {"session": "date", "symbol": "ticker"}}
        return Answer(
            Unit(self.name, "bars", subject="topheavy.toml#bars.csv"),
            (Page("bars.csv", body, "text/csv"),),
            datetime(2024, 7, 1, tzinfo=UTC),
            SourceKind.FILE,
            {"manifest": json.dumps(entry)},
        )


def _manifest_and_name(subject: str) -> tuple[str, str]:
    """Return a unit's manifest and the name in it; both may hold the ``#`` that parts them."""
    parts = subject.split("#")
    ways = [("#".join(parts[:place]), "#".join(parts[place:])) for place in range(1, len(parts))]
    return next((way for way in ways if Path(way[0]).is_file()), subject.partition("#")[::2])


def _refuse_missing(entry: dict[str, Any], manifest: Path) -> None:
    address = entry["address"]
    if not address.startswith(("http://", "https://")) and not Path(address).is_file():
        raise UsageError(f"{manifest} names {address}, which does not exist: correct the path; nothing was read")


def _told(entry: dict[str, Any]) -> str:
    """Return what a manifest says of a fund's file, as its source reads it behind the address."""
    told: dict[str, str] = {key: str(entry[key]) for key in ("as_of", "fund") if key in entry}
    return f"#{urlencode(told)}" if told else ""


def _spelling(entry: dict[str, Any]) -> Spelling:
    dates = Dates(entry.get("dates", ""), entry.get("clock", ""), entry.get("zone", Dates().zone))
    return Spelling(dates, entry.get("numbers", ""))


def _named(frame: pl.DataFrame, entry: dict[str, Any]) -> pl.DataFrame:
    """Return the rows with the symbol of the file's name, where no column says one, less what is to be stripped."""
    if "symbol" not in {*frame.columns, *entry.get("constants", {})} and "stem" in entry:
        frame = frame.with_columns(symbol=pl.lit(normal(entry["stem"])))
    if "strip" in entry and "symbol" in frame.columns:
        frame = frame.with_columns(pl.col("symbol").str.strip_suffix(entry["strip"].upper()))
    return frame


def _complete(frame: pl.DataFrame, into: Dataset, entry: dict[str, Any]) -> pl.DataFrame:
    filled = frame.with_columns(pl.lit(value).alias(name) for name, value in entry.get("constants", {}).items())
    filled = _on_basis(filled, into, entry)
    if into.name == "dividends" and "currency" not in filled.columns and "currency" in entry:
        filled = filled.with_columns(currency=pl.lit(entry["currency"]))
    if into.name == "shares" and "known" not in filled.columns:
        filled = filled.with_columns(known=pl.col("effective"))
    if into.name == "splits" and "kind" not in filled.columns:
        filled = filled.with_columns(kind=pl.Series([kind_of_ratio(r) for r in filled["ratio"]], dtype=pl.String))
    for column in into.parsed_columns:
        if column.name not in filled.columns:
            if not column.optional:
                raise Malformed(
                    f"{entry['path']}: {into.name} needs '{column.name}' ({column.meaning}): "
                    "map a column to it or give it as a constant"
                )
            filled = filled.with_columns(pl.lit(None).alias(column.name))
    return filled.select(into.parsed_schema.names)


def _keep_whole_rows(whole: pl.DataFrame, into: Dataset, path: str) -> tuple[pl.DataFrame, tuple[LeftOut, ...]]:
    """Leave out rows that lack a required cell or stand there twice, and say which."""
    numbered = whole.with_row_index("row", offset=1)
    left_out = []
    for column in into.parsed_columns:
        if not column.optional:
            empty = numbered.filter(pl.col(column.name).is_null())
            left_out += [LeftOut(f"{path} row {row}", f"no {column.name}") for row in empty["row"]]
            numbered = numbered.filter(pl.col(column.name).is_not_null())
    for name in PRICES if into.name == "bars" else ():
        nothing = numbered.filter(pl.col(name) == 0)
        left_out += [LeftOut(f"{path} row {row}", f"{name} is 0, which is no price") for row in nothing["row"]]
        numbered = numbered.filter(pl.col(name) != 0)
    kept = numbered.unique(subset=into.parsed_schema.names, keep="first", maintain_order=True)
    left_out += [LeftOut(path, "the same row twice")] * (numbered.height - kept.height)
    return kept.drop("row"), tuple(left_out)


def _on_basis(frame: pl.DataFrame, into: Dataset, entry: dict[str, Any]) -> pl.DataFrame:
    if into.name not in DATED_BY or "basis" in frame.columns:
        return frame
    split_day, dividend_day = basis_days(entry)
    own = pl.col(DATED_BY[into.name])
    framed = frame.with_columns(basis=pl.lit(split_day, dtype=pl.Date) if split_day else own)
    if into.name == "bars":
        framed = framed.with_columns(dividend_basis=pl.lit(dividend_day, dtype=pl.Date))
    return framed


def _as_of(text: str) -> date | None:
    return date.fromisoformat(text.removeprefix("as of ").strip()) if text else None


SOURCE = Files()
