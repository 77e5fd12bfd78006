"""What a file's rows show of what its manifest has to say: how its days are written, on which basis its prices are."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from math import log

import polars as pl

from topheavy.core.errors import Malformed
from topheavy.core.symbols import normal
from topheavy.datasets.schema import dataset
from topheavy.sources.manifest.presets import PRESETS
from topheavy.sources.manifest.recognise import Recognised
from topheavy.sources.tabular import Sheet, to_dataset

NEAR = 0.15
"""How near, in logarithms, a step of the price comes to a split's ratio, or to none."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A key of a manifest's entry, what the rows show for it (``?`` where a person has to say), and how."""

    key: str
    value: str
    why: str


def dates_shown(sheet: Sheet, found: Recognised) -> Iterator[Evidence]:
    """Yield the question that decides how days are meant, where the rows do not."""
    try:
        _rows(sheet, found)
    except Malformed as error:
        for key in ("dates", "zone", "clock", "numbers"):
            if f'{key} = "' in str(error):
                yield Evidence(key, "?", str(error).rpartition(": say ")[0].replace("\n", " "))
                return


def basis_shown(sheet: Sheet, found: Recognised) -> Iterator[Evidence]:
    """Yield the basis of prices that step by a known split's ratio on its day, or do not step where one is known."""
    if "basis" not in found.asks:
        return
    try:
        rows = _rows(sheet, found)
    except Malformed:
        return
    if "symbol" not in rows.columns:
        return
    stepped, smooth = _around_splits(rows)
    if stepped and not smooth:
        yield Evidence("basis", "as traded", f"the price steps by the split's ratio: {stepped[0]}")
    elif smooth and not stepped:
        why = f"no step at a known split ({smooth[-1]}): split-adjusted, or with dividends too; up to which day?"
        yield Evidence("basis", "split-adjusted as of ?", why)
    elif smooth and stepped:
        yield Evidence(
            "basis", "?", f"some splits are taken out ({smooth[0]}), some are not ({stepped[0]}): which file is which?"
        )


def _rows(sheet: Sheet, found: Recognised) -> pl.DataFrame:
    preset = PRESETS.get(found.keys.get("preset", ""))
    columns = dict(preset.columns) if preset else dict(found.columns)
    return to_dataset(sheet, dataset(found.keys.get("dataset", "bars")), columns, "file")


def _around_splits(rows: pl.DataFrame) -> tuple[list[str], list[str]]:
    """Return known splits at which prices step by the ratio, and those at which they do not, as a person reads them."""
    stepped, smooth = [], []
    series = {
        key[0]: part.sort("session") for key, part in rows.drop_nulls(["symbol", "session", "close"]).group_by("symbol")
    }
    for symbol, day, ratio in _known_splits():
        part = series.get(symbol)
        step = _step(part, day) if part is not None else None
        if step is None or abs(log(ratio)) < 2 * NEAR:
            continue
        named = f"{symbol} {day}, {ratio:g}:1"
        if abs(log(step / ratio)) < NEAR:
            stepped.append(named)
        elif abs(log(step)) < NEAR:
            smooth.append(named)
    return stepped, smooth


def _step(part: pl.DataFrame, day: date) -> float | None:
    """Return the last close before a day by the first from it on, where both are there within a week."""
    before = part.filter((pl.col("session") < day) & (pl.col("session") >= pl.lit(day).dt.offset_by("-7d")))
    after = part.filter((pl.col("session") >= day) & (pl.col("session") <= pl.lit(day).dt.offset_by("7d")))
    if before.is_empty() or after.is_empty() or not after["close"][0] > 0 or not before["close"][-1] > 0:
        return None
    return float(before["close"][-1] / after["close"][0])


def _known_splits() -> list[tuple[str, date, float]]:
    body = files("topheavy.sources").joinpath("known", "splits.csv").read_bytes()
    known = pl.read_csv(body, try_parse_dates=True).sort("effective")
    return [(normal(row["symbol"]), row["effective"], float(row["ratio"])) for row in known.iter_rows(named=True)]
