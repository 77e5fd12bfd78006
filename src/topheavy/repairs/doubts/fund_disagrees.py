"""Fund disagrees: a price or a cap that a fund's own file contradicts.

A fund prints the price it valued a line at. An index fund's value of a line over the company's cap is the same for
all its lines but for the float: a company that comes out below 0.3 or above 1.3 of the middle one is counted wrong
here, unless the fund does not follow caps at all.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from math import log
from statistics import median
from typing import ClassVar

import polars as pl

from topheavy.repairs.doubts.doubt import Doubt, DoubtRule
from topheavy.repairs.doubts.own_caps import OwnCap, own_caps
from topheavy.repairs.examples import count_rows, no_splits
from topheavy.repairs.ratios import SLIPS
from topheavy.repairs.rule import Frames

PRICE = log(1.1)
"""The file may be of the evening before or after: a session's move."""

AROUND = timedelta(days=30)
LOWEST, HIGHEST = 0.3, 1.3
"""Floats of large companies over the middle one's: family firms and states keep up to two thirds."""

FOLLOWS = 1.6
ALIKE, LINES = 0.8, 20
"""A fund follows caps where so many of its companies, and so many of them, are within this factor of the middle."""


class FundDisagrees(DoubtRule):
    """Prices and caps that a fund's file contradicts."""

    name: ClassVar[str] = "fund_disagrees"
    title: ClassVar[str] = "A price or a market cap that a fund's own file contradicts"
    reads: ClassVar[tuple[str, ...]] = ("holdings", "bars", "shares", "splits", "securities")

    def find(self, frames: Frames) -> list[Doubt]:
        """Return one doubt a company and file."""
        lines = frames["holdings"].filter(pl.col("asset_class") == "equity", pl.col("security").is_not_null())
        doubts: list[Doubt] = []
        for (fund, as_of), held in lines.sort("fund", "as_of", "line").group_by("fund", "as_of", maintain_order=True):
            assert isinstance(as_of, date)
            caps = own_caps(frames, as_of, set(held["security"]))
            doubts += self._prices(str(fund), as_of, held, caps)
            doubts += self._caps(str(fund), as_of, held, caps)
        return doubts

    def _prices(self, fund: str, as_of: date, held: pl.DataFrame, caps: dict[str, OwnCap]) -> Iterator[Doubt]:
        told: set[str] = set()
        for security, price in held.select("security", "price").iter_rows():
            own = caps.get(security)
            if own is None or not price or security in told or abs(step := log(own.close / price)) < PRICE:
                continue
            told.add(security)
            lasts = any(abs(abs(step) - log(slip)) < PRICE for slip in SLIPS)
            since, until = (date.min, None) if lasts else (as_of - AROUND, as_of + AROUND)
            seen = (
                f"the close of {security} on {own.session} is {own.close:g}, {fund} valued it at {price:g} on {as_of}"
            )
            question = f"is the price of {security} near {as_of} {own.close / price:.3g} times too large?"
            yield Doubt(self.name, security, since, until, seen, question, f"price|{fund}|{as_of}")

    def _caps(self, fund: str, as_of: date, held: pl.DataFrame, caps: dict[str, OwnCap]) -> Iterator[Doubt]:
        values: dict[str, float] = {}
        for security, value, weight in held.select("security", "value", "weight").iter_rows():
            if security in caps and (worth := value or weight):
                values[security] = values.get(security, 0.0) + worth
        by_issuer: dict[str, float] = {}
        for security, worth in values.items():
            by_issuer[caps[security].issuer] = by_issuer.get(caps[security].issuer, 0.0) + worth
        whole = {own.issuer: own for own in caps.values() if own.cap and own.issuer in by_issuer}
        ratios = {issuer: by_issuer[issuer] / (own.cap or 1.0) for issuer, own in whole.items()}
        if len(ratios) < LINES:
            return
        middle = median(ratios.values())
        alike = [ratio for ratio in ratios.values() if 1 / FOLLOWS < ratio / middle < FOLLOWS]
        if len(alike) < ALIKE * len(ratios):
            return
        for issuer, ratio in ratios.items():
            if not LOWEST <= ratio / middle <= HIGHEST:
                yield self._cap_doubt(fund, as_of, whole[issuer], ratio / middle)

    def _cap_doubt(self, fund: str, as_of: date, own: OwnCap, implied: float) -> Doubt:
        seen = (
            f"{fund} on {as_of} implies a float of {implied:.3g} for {own.security}, whose cap here is "
            f"{own.cap or 0:,.0f} by a count of {own.counted_on}: {LOWEST:g} to {HIGHEST:g} is possible"
        )
        question = f"is the count of {own.security} of {own.counted_on} {1 / implied:.3g} times too large?"
        return Doubt(self.name, own.security, own.counted_on, own.next_count, seen, question, f"cap|{fund}|{as_of}")

    def example(self) -> tuple[Frames, list[tuple[str, date, date | None]]]:
        """A fund of twenty-one companies, one of which has ten times its shares here."""
        day, counted = date(2023, 3, 24), date(2023, 1, 31)
        names = [f"CO{number:02}" for number in range(21)]
        size = len(names)
        bars = pl.DataFrame(
            {
                "session": [day] * size,
                "security": names,
                "close": [50.0] * size,
                "volume": [None] * size,
                "basis": [day] * size,
                "source": ["example"] * size,
            },
            schema_overrides={"volume": pl.Float64},
        )
        shares = [1e7 + 1e6 * number for number in range(size)]
        counts = count_rows(
            [
                (name, counted, 10 * count if name == "CO07" else count)
                for name, count in zip(names, shares, strict=True)
            ]
        )
        holdings = pl.DataFrame(
            {
                "fund": ["FND"] * size,
                "as_of": [day] * size,
                "line": range(size),
                "security": names,
                "asset_class": ["equity"] * size,
                "price": [50.0] * size,
                "value": [count / 100 for count in shares],
                "weight": [None] * size,
            },
            schema_overrides={"weight": pl.Float64},
        )
        securities = pl.DataFrame({"security": names, "issuer": names})
        given = {"bars": bars, "shares": counts, "splits": no_splits(), "holdings": holdings, "securities": securities}
        return given, [("CO07", counted, None)]


DOUBT = FundDisagrees()
