"""Rows that two origins claim with other numbers: which stayed and by what rule, how many, and how far apart."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from topheavy.datasets.schema import DAY, NUMBER, Dataset

SAME = 1e-6
"""Relative difference below which two numbers are one, written with another number of digits."""

LOOSE = frozenset({"volume", "vwap", "basis", "dividend_basis", "known"})
"""Columns that vendors count each in their own way: a difference in them contradicts nothing."""


@dataclass(frozen=True, slots=True)
class Contested:
    """What two origins say differently of the same rows of a dataset."""

    dataset: str
    kept: str
    lost: str
    rule: str
    rows: int
    apart: float
    """The largest difference, relative to the larger number; for dates, 1."""
    example: str

    def __str__(self) -> str:
        """Say it in one line, less the names of the two."""
        return f"{self.rows:,} rows of {self.dataset} differ, by up to {self.apart:.1%} ({self.example}); {self.rule}"


def contested(dataset: Dataset, claimed: pl.DataFrame, kept: pl.DataFrame, ranks: Mapping[str, int]) -> list[Contested]:
    """Return what was claimed otherwise than it was kept, by pair of origins.

    Numbers on different bases are not compared: they say different things.
    """
    compared = [
        column.name
        for column in dataset.columns
        if column.type in (NUMBER, DAY) and column.name not in {*dataset.key, *LOOSE}
    ]
    if not compared:
        return []
    key = list(dataset.key)
    pairs = claimed.join(kept, on=key, suffix="_kept").filter(pl.col("origin") != pl.col("origin_kept"))
    if "basis" in claimed.columns:
        pairs = pairs.filter(pl.col("basis") == pl.col("basis_kept"))
    types = {column.name: column.type for column in dataset.columns}
    apart = [_apart(name, is_day=types[name] == DAY) for name in compared]
    differing = pairs.with_columns(apart).with_columns(apart=pl.max_horizontal(f"apart_{n}" for n in compared))
    differing = differing.filter(pl.col("apart") > SAME).sort("apart", *key, descending=[True, *[False] * len(key)])
    groups = differing.partition_by("origin_kept", "origin", maintain_order=True)
    return [_told(dataset, group, compared, ranks) for group in groups]


def _apart(name: str, *, is_day: bool) -> pl.Expr:
    mine, theirs = pl.col(name), pl.col(f"{name}_kept")
    if is_day:
        gap = (mine != theirs).cast(pl.Float64)
    else:
        larger = pl.max_horizontal(mine.abs(), theirs.abs())
        gap = pl.when(larger > 0).then((mine - theirs).abs() / larger).otherwise(0.0)
    return gap.fill_null(0.0).alias(f"apart_{name}")


def _told(dataset: Dataset, group: pl.DataFrame, compared: list[str], ranks: Mapping[str, int]) -> Contested:
    first = group.row(0, named=True)
    column = max(compared, key=lambda name: first[f"apart_{name}"])
    named = " ".join(str(first[name]) for name in dataset.key)
    example = f"{named}: {column} {_plain(first[f'{column}_kept'])} kept, {_plain(first[column])} not"
    rule = _rule(first, ranks)
    return Contested(dataset.name, first["origin_kept"], first["origin"], rule, group.height, first["apart"], example)


def _rule(row: dict[str, object], ranks: Mapping[str, int]) -> str:
    kept, lost = str(row["source_kept"]), str(row["source"])
    if ranks.get(kept, 0) != ranks.get(lost, 0):
        return f"{kept} ranks above {lost}"
    return "the one received last is kept"


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
