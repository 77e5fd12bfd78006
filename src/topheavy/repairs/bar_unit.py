"""Bar unit: prices before a split that were left on the old share unit, or put on the new one too early.

On one share unit a split leaves the price where it was. Where the closes around a split differ by the split's
own ratio, the bars before it are on the wrong unit, back to the bar that breaks with its own past by the same
ratio, or to the first bar from the same source.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from math import isclose, log, prod
from typing import ClassVar

import polars as pl

from topheavy.repairs.examples import count_rows, no_dividends
from topheavy.repairs.rule import Frames, Repair, Rule, later_factor, splits_of
from topheavy.repairs.split_kind import followed

CLOSE = log(1.25)
"""A session's own move is rarely larger; a break within this of the split's ratio is the split's."""

SMALLEST = log(1.7)
"""Ratios nearer to one than this cannot be told from a bad day."""

REACH = 5
"""Sessions around a split within which unadjusted prices may end."""

LARGE_DIVIDEND = 0.2
"""A part of the price; a dividend of it and more moves the price as a split does."""

FIELDS = ("open", "high", "low", "close")


@dataclass(frozen=True, slots=True)
class Passed:
    """A split that a bar is on the wrong side of, and what its prices are to be divided by."""

    day: date
    ratio: float
    divisor: float


class BarUnit(Rule):
    """Prices on the wrong side of a split."""

    name: ClassVar[str] = "bar_unit"
    title: ClassVar[str] = "Prices on the other side of a split than their date says"
    order: ClassVar[int] = 50
    reads: ClassVar[tuple[str, ...]] = ("bars", "splits", "shares", "dividends")

    def find(self, frames: Frames) -> list[Repair]:
        """Return a repair for each price on the wrong share unit."""
        splits = splits_of(frames)
        wanted = [security for security, dated in splits.items() if any(_is_large(ratio) for _, ratio in dated)]
        bars = frames["bars"].filter(pl.col("security").is_in(wanted)).sort("security", "source", "session")
        found: list[Repair] = []
        for (security, _), series in _levelled(bars, splits).group_by("security", "source", maintain_order=True):
            own = believed(frames, str(security), series, splits[str(security)])
            for place, passed in sorted(misplaced(series, own).items()):
                found += self._repairs(series.row(place, named=True), passed)
        return found

    def _repairs(self, row: dict[str, object], passed: list[Passed]) -> list[Repair]:
        session = row["session"]
        assert isinstance(session, date)
        divisor = prod(item.divisor for item in passed)
        named = " and of ".join(f"the {item.ratio:g}-for-1 split of {item.day}" for item in passed)
        repairs = []
        for field in FIELDS:
            before = row[field]
            assert isinstance(before, float)
            repairs.append(
                Repair(
                    rule=self.name,
                    dataset="bars",
                    security=str(row["security"]),
                    effective=session,
                    source=str(row["source"]),
                    field=field,
                    before=before,
                    after=before / divisor,
                    evidence=f"{before:g} is on the wrong side of {named}: "
                    f"{before / divisor:g} continues the sessions after it",
                )
            )
        return repairs

    def example(self) -> tuple[Frames, list[tuple[str, date, float | None]]]:
        """A 4:1 split in prices said to be split-adjusted, with two bars before it left unadjusted."""
        days = [date(2021, 7, day) for day in (14, 15, 16, 19, 20, 21)]
        closes = [188.0, 190.0, 181.6 * 4, 187.8 * 4, 186.1, 194.1]
        bars = pl.DataFrame(
            {
                "session": days,
                "security": ["GAP"] * 6,
                **dict.fromkeys(FIELDS, closes),
                "basis": [date(2024, 1, 1)] * 6,
                "source": ["example"] * 6,
            }
        )
        splits = pl.DataFrame(
            {"security": ["GAP"], "effective": [date(2021, 7, 20)], "ratio": [4.0], "kind": ["split"]}
        )
        expected: list[tuple[str, date, float | None]] = [("GAP", days[2], 181.6)] * 4
        return {"bars": bars, "splits": splits, "shares": count_rows([]), "dividends": no_dividends()}, expected + [
            ("GAP", days[3], 187.8)
        ] * 4


def _levelled(bars: pl.DataFrame, splits: dict[str, list[tuple[date, float]]]) -> pl.DataFrame:
    """Add ``level``: the logarithm of the close on the last split's share unit, were it on the unit it says."""
    said = bars.select("security", "basis").unique()
    factors = [later_factor(splits[security], basis) for security, basis in said.iter_rows()]
    known = said.with_columns(factor=pl.Series(factors, dtype=pl.Float64))
    level = (pl.col("close") / pl.col("factor")).log()
    return bars.join(known, on=["security", "basis"], how="left", maintain_order="left").with_columns(level=level)


def believed(
    frames: Frames, security: str, series: pl.DataFrame, splits: list[tuple[date, float]]
) -> list[tuple[date, float]]:
    """Return the splits that say something of these prices.

    Prices said to be as traded that go on over a split contradict it: they are only taken for adjusted too early
    where the counts filed around the split made its step, or where nothing counts the security at all. A large
    dividend on the split's day makes a step of its own, beside which the split's cannot be told.
    """
    paid = frames["dividends"].filter(pl.col("security") == security).group_by("effective").agg(pl.col("amount").sum())
    amounts = dict(paid.iter_rows())
    closes = series["close"].to_list()
    counted = bool(frames["shares"].filter(pl.col("security") == security).height)
    traded = dict(zip(series["session"], series["basis"] == series["session"], strict=True))
    days = series["session"].to_list()

    def is_believed(day: date, ratio: float) -> bool:
        place = bisect_left(days, day)
        if 0 < place < len(days) and amounts.get(day, 0.0) > LARGE_DIVIDEND * closes[place - 1]:
            return False
        as_traded = 0 < place < len(days) and traded[days[place - 1]]
        return not (counted and as_traded) or followed(frames["shares"], security, day, ratio) is True

    return [(day, ratio) for day, ratio in splits if is_believed(day, ratio)]


def misplaced(series: pl.DataFrame, splits: list[tuple[date, float]]) -> dict[int, list[Passed]]:
    """Return place → the splits its prices are on the wrong side of.

    The series is one security's from one source, by session, with a ``level`` (see ``_levelled``).
    Splits are taken from the oldest on, each over prices mended for those before it: prices that were never
    adjusted are wrong by the product of all splits since.
    """
    days = series["session"].to_list()
    levels = series["level"].to_list()
    found: dict[int, list[Passed]] = {}
    for day, ratio in splits:
        if _is_large(ratio):
            places, divisor = _around(days, levels, day, ratio)
            for place in places:
                levels[place] -= log(divisor)
                found.setdefault(place, []).append(Passed(day, ratio, divisor))
    return {place: passed for place, passed in found.items() if not isclose(prod(item.divisor for item in passed), 1)}


def _around(days: list[date], levels: list[float], day: date, ratio: float) -> tuple[range, float]:
    """Return the places on the wrong side of the split of ``day``, and what to divide their prices by.

    Unadjusted prices may end some sessions before or after the split: the break nearest to it is taken.
    """
    listed = bisect_left(days, day)
    step = log(ratio)
    close = max(CLOSE, abs(step) / 10)  # beside ten thousand to one a market may move more
    for early in sorted(range(listed - REACH, listed + REACH + 1), key=lambda place: abs(place - listed)):
        if not 0 < early < len(days) or (early != listed and not 0 < listed < len(days)):
            continue
        gap = levels[early - 1] - levels[early]
        if abs(abs(gap) - abs(step)) <= close:
            divisor = ratio if gap * step > 0 else 1 / ratio
            first = early - 1
            while first > 0 and abs(levels[first - 1] - levels[first] + log(divisor)) > close:
                first -= 1
            return range(first, early), divisor
    return range(0), 1.0


def _is_large(ratio: float) -> bool:
    return abs(log(ratio)) >= SMALLEST


RULE = BarUnit()
