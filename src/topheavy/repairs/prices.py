"""Price series on one share unit: where a close leaves the one before by more than a market moves."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import log

import polars as pl

from topheavy.repairs.rule import Frames

USUAL = 20
"""Sessions before a step whose median volume is the usual one."""

LONG_AGO = date(1, 1, 1)


@dataclass(frozen=True, slots=True)
class Prices:
    """One security's bars by session, whatever source each came from."""

    security: str
    sources: list[str]
    days: list[date]
    closes: list[float]
    levels: list[float]
    """Logarithm of the close on the last split's share unit, as the listed splits and the basis say."""
    traded: list[bool]
    """Whether the bar is said to be as traded."""
    volumes: list[float | None]
    """Shares traded on the last split's share unit."""

    def step(self, place: int) -> float:
        """By how much the close on one share unit left the one before (a logarithm)."""
        return self.levels[place] - self.levels[place - 1]

    def paid_step(self, place: int) -> float:
        """By how much the close as printed left the one before (a logarithm)."""
        return log(self.closes[place] / self.closes[place - 1])

    def busy(self, place: int) -> float | None:
        """How many times the usual volume was traded on a session; ``None`` where no one knows."""
        before = [volume for volume in self.volumes[max(0, place - USUAL) : place] if volume]
        volume = self.volumes[place]
        if not volume or len(before) < USUAL // 2 or len(set(before)) < len(before) // 2:
            return None
        return volume / sorted(before)[len(before) // 2]

    def place(self, day: date) -> int:
        """The first session on or after a day."""
        return bisect_left(self.days, day)


def price_series(frames: Frames, least: float, securities: set[str] | None = None) -> Iterator[Prices]:
    """Yield the series in which a close leaves the one before by ``least`` (a logarithm) or more, on either unit.

    With ``securities`` those are yielded too, whatever they do.
    """
    bars = levelled(frames)
    step = (pl.col("level") - pl.col("level").shift(1).over("security")).abs()
    moved = bars.filter(step >= least)["security"].unique().to_list()
    wanted = bars.filter(pl.col("security").is_in([*moved, *(securities or ())]))
    for (security,), rows in wanted.group_by("security", maintain_order=True):
        yield Prices(
            str(security),
            rows["source"].to_list(),
            rows["session"].to_list(),
            rows["close"].to_list(),
            rows["level"].to_list(),
            (rows["basis"] == rows["session"]).to_list(),
            rows["unit_volume"].to_list(),
        )


def levelled(frames: Frames) -> pl.DataFrame:
    """Return the bars by security and session, with level and volume on the last split's share unit."""
    wanted = ["security", "source", "session", "close", "basis", "volume"]
    bars = frames["bars"].select(wanted).sort("security", "session")
    factors = _factors(frames["splits"])
    if not factors.height:
        return bars.with_columns(level=pl.col("close").log(), unit_volume="volume")
    split = bars.filter(pl.col("security").is_in(factors["security"].unique().implode()))
    whole = bars.filter(~pl.col("security").is_in(factors["security"].unique().implode()))
    placed = (
        split.sort("security", "basis")
        .join_asof(factors.rename({"day": "basis"}), on="basis", by="security", check_sortedness=False)
        .with_columns(pl.col("factor").fill_null(1.0))
    )
    both = pl.concat([whole.with_columns(factor=pl.lit(1.0)), placed.select(*whole.columns, "factor")])
    return both.with_columns(
        level=(pl.col("close") / pl.col("factor")).log(), unit_volume=pl.col("volume") * pl.col("factor")
    ).sort("security", "session")


def _factors(splits: pl.DataFrame) -> pl.DataFrame:
    """Return by security and day the product of the ratios after it, holding until the next row's day."""
    rows = []
    for (security,), dated in splits.sort("security", "effective").group_by("security", maintain_order=True):
        product = 1.0
        for day, ratio in reversed(dated.select("effective", "ratio").rows()):
            rows.append((security, day, product))
            product *= ratio
        rows.append((security, LONG_AGO, product))
    schema = {"security": pl.String, "day": pl.Date, "factor": pl.Float64}
    found = pl.DataFrame(rows, schema=schema, orient="row")
    return found.unique(["security", "day"], keep="first", maintain_order=True).sort("security", "day")
