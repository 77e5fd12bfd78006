"""The rule contract: look at the frames, return repairs with evidence, change nothing."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import polars as pl

Frames = Mapping[str, pl.DataFrame]
"""Dataset name → its rows."""


@dataclass(frozen=True, slots=True)
class Repair:
    """One correction, before it has an id. ``after`` of ``None`` means: the row is not used."""

    rule: str
    dataset: str
    security: str
    effective: date
    source: str
    field: str
    before: float
    after: float | None
    evidence: str
    covers: str = ""


class Rule(ABC):
    """A rule. Subclass it in a file of its own and end the file with ``RULE = YourRule()``."""

    name: ClassVar[str]
    title: ClassVar[str]
    order: ClassVar[int]
    """Rules run from low to high, each on what the ones before it have mended."""
    reads: ClassVar[tuple[str, ...]]

    @abstractmethod
    def find(self, frames: Frames) -> list[Repair]:
        """Return every repair this rule sees in ``frames``: pure, and none on clean data."""

    @abstractmethod
    def example(self) -> tuple[Frames, list[tuple[str, date, float | None]]]:
        """Return frames with planted faults and what must come of them: (security, date, value after)."""


@dataclass(frozen=True, slots=True)
class Count:
    """A share count, with the factor that brings it to the last split's share unit."""

    effective: date
    count: float
    to_latest: float
    source: str

    @property
    def level(self) -> float:
        """The count on the last split's share unit: comparable across splits."""
        return self.count * self.to_latest


def count_series(frames: Frames) -> dict[tuple[str, str], list[Count]]:
    """Return (security, covers) → its counts by date, the count known last where several speak of one date."""
    ordered = frames["shares"].sort("security", "covers", "effective", "known", "source", "count", descending=False)
    latest = ordered.unique(subset=["security", "covers", "effective"], keep="last", maintain_order=True)
    splits = splits_of(frames)
    series: dict[tuple[str, str], list[Count]] = {}
    wanted = latest.select("security", "covers", "effective", "count", "basis", "source")
    for security, covers, effective, count, basis, source in wanted.iter_rows():
        factor = later_factor(splits.get(security, []), basis)
        series.setdefault((security, covers), []).append(Count(effective, count, factor, source))
    return series


def splits_of(frames: Frames) -> dict[str, list[tuple[date, float]]]:
    """Return security → its real splits (date, new for old) by date; spin-off adjustments left out."""
    found: dict[str, list[tuple[date, float]]] = {}
    real = frames["splits"].filter(pl.col("kind") == "split").sort("security", "effective")
    for security, effective, ratio in real.select("security", "effective", "ratio").iter_rows():
        found.setdefault(security, []).append((effective, ratio))
    return found


def later_factor(splits: list[tuple[date, float]], day: date) -> float:
    """Return the product of the ratios of all splits after ``day``."""
    factor = 1.0
    for effective, ratio in splits:
        if effective > day:
            factor *= ratio
    return factor


def whole_since(frames: Frames) -> dict[str, date]:
    """Return security → the first day of a count of its whole company: from then on no class's count is used."""
    whole = frames["shares"].filter(pl.col("covers") == "issuer")
    return dict(whole.group_by("security").agg(pl.col("effective").min()).iter_rows())
