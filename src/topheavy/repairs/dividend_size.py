"""Dividend size: an amount that the security's other dividends and its price on the ex-date contradict.

On the ex-date the price falls by about the dividend. An amount of a tenth of the price and more, after which it did not
fall by half of that, is wrong: where a hundredth of it is what the security usually pays, the point slipped (pence and
pounds); else it is not used. Two amounts of one ex-date that differ by rounding are one dividend.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import date
from statistics import median
from typing import ClassVar

import polars as pl

from topheavy.repairs.rule import Frames, Repair, Rule, later_factor, splits_of

LARGE = 0.1
"""A part of the price below which an amount cannot be told from the price's own move."""

FELL = 0.5
SLIP = 100.0
USUAL = 3.0
"""A hundredth of the amount is what is usually paid when it is within this factor of it."""

SPLIT_NEAR = 7
"""Days around a split in which a dividend's own step cannot be told from the split's."""

FEW = 4
"""With fewer dividends no one knows what is usual."""

ALIKE = 0.5
ROUNDING = 0.005


class DividendSize(Rule):
    """Dividends that the price contradicts, or that stand there twice."""

    name: ClassVar[str] = "dividend_size"
    title: ClassVar[str] = "A dividend the price did not fall by, or one listed twice with other rounding"
    order: ClassVar[int] = 60
    reads: ClassVar[tuple[str, ...]] = ("dividends", "bars", "splits")

    def find(self, frames: Frames) -> list[Repair]:
        """Return a repair for each amount that is changed or not used."""
        paid = frames["dividends"].filter(pl.col("amount") > 0).sort("security", "effective", "amount", "source")
        twice = list(self._twice(paid))
        too_large = list(self._too_large(paid, frames, {(item.security, item.effective) for item in twice}))
        judged = {(item.security, item.effective) for item in (*twice, *too_large)}
        place = pl.Series(
            [pair in judged for pair in paid.select("security", "effective").iter_rows()], dtype=pl.Boolean
        )
        mended = [item for item in too_large if item.after is not None]
        return twice + too_large + list(self._too_small(paid.filter(~place), mended))

    def _twice(self, paid: pl.DataFrame) -> Iterator[Repair]:
        same_day = paid.filter(pl.len().over("security", "effective") > 1)
        for _, rows in same_day.group_by("security", "effective", maintain_order=True):
            kept: list[dict[str, object]] = []
            for row in sorted(rows.iter_rows(named=True), key=lambda row: -len(repr(row["amount"]))):
                amount = row["amount"]
                other = next((item for item in kept if _rounded(item["amount"], amount)), None)
                if other is None:
                    kept.append(row)
                else:
                    yield self._repair(row, None, f"{amount:g} is {other['amount']:g} once more, rounded")

    def _too_large(self, paid: pl.DataFrame, frames: Frames, judged: set[tuple[str, date]]) -> Iterator[Repair]:
        splits = splits_of(frames)
        for (security,), rows in _suspects(paid, frames["bars"]).group_by("security", maintain_order=True):
            name = str(security)
            own = splits.get(name, [])
            bars = frames["bars"].filter(pl.col("security") == name).sort("session")
            days = bars["session"].to_list()
            closes = [close / later_factor(own, basis) for close, basis in bars.select("close", "basis").iter_rows()]
            amounts = paid.filter(pl.col("security") == name)["amount"].to_list()
            for row in rows.iter_rows(named=True):
                place = bisect_left(days, row["effective"])
                if any(abs((row["effective"] - day).days) <= SPLIT_NEAR for day, _ in own):
                    continue  # what the price did is the split's as well
                if 0 < place < len(days) and (name, row["effective"]) not in judged:
                    amount = row["amount"] / later_factor(own, row["basis"])
                    yield from self._judge(row, amount, closes[place - 1], closes[place], amounts)

    def _judge(
        self, row: dict[str, object], amount: float, before: float, after: float, amounts: list[float]
    ) -> Iterator[Repair]:
        if amount < LARGE * before or before - after > FELL * amount:
            return
        printed = row["amount"]
        assert isinstance(printed, float)
        seen = f"{printed:g} is {amount / before:.0%} of the close before, {before:g}, and the next was {after:g}"
        others = [other for other in amounts if other != printed]
        usual = median(others) if others else printed
        same_slip = 1 / USUAL < printed / usual < USUAL  # all of them are in pence, or it is the only one
        hundredth = 1 / USUAL < printed / SLIP / usual < USUAL or (same_slip and amount > 2 * LARGE * before)
        if hundredth and amount / SLIP < LARGE * before:
            yield self._repair(row, printed / SLIP, f"{seen}: a hundredth of it is paid, {printed / SLIP:g}")
        else:
            yield self._repair(row, None, f"{seen}: not taken out of the price")

    def _too_small(self, paid: pl.DataFrame, mended: list[Repair]) -> Iterator[Repair]:
        """Yield amounts a hundredth of what is usual, to two digits: pounds where pence are meant."""
        known = [(item.security, item.after) for item in mended]
        every = pl.concat(
            [paid.select("security", "amount"), pl.DataFrame(known, schema=["security", "amount"], orient="row")]
            if known
            else [paid.select("security", "amount")]
        )
        usual = every.group_by("security").agg(pl.col("amount").median().alias("usual"), pl.len().alias("number"))
        suspects = paid.join(usual, on="security").filter(
            pl.col("number") >= FEW, pl.col("amount") < 2 / SLIP * pl.col("usual")
        )
        for row in suspects.sort("security", "effective").iter_rows(named=True):
            after = row["amount"] * SLIP
            amounts = every.filter(pl.col("security") == row["security"])["amount"].to_list()
            if any(abs(after / other - 1) < ALIKE for other in amounts):
                yield self._repair(row, after, f"{row['amount']:g} is a hundredth of what is usually paid, {after:g}")

    def _repair(self, row: dict[str, object], after: float | None, why: str) -> Repair:
        day, amount = row["effective"], row["amount"]
        assert isinstance(day, date)
        assert isinstance(amount, float)
        kind = str(row["kind"] or "")
        where = (str(row["security"]), day, str(row["source"]))
        return Repair(self.name, "dividends", *where, "amount", amount, after, why, kind)

    def example(self) -> tuple[Frames, list[tuple[str, date, float | None]]]:
        """46 for 0.46, after which the price stays; and 0.4599 beside 0.46."""
        days = [date(2023, 5, day) for day in (4, 5, 8, 9)]
        bars = pl.DataFrame(
            {"session": days, "security": ["KOLA"] * 4, "close": [63.3, 63.4, 63.3, 63.4], "basis": days}
        )
        dividends = pl.DataFrame(
            {
                "security": ["KOLA"] * 4,
                "effective": [date(2022, 11, 30), days[1], days[3], date(2022, 11, 30)],
                "amount": [0.44, 46.0, 0.46, 0.4401],
                "basis": [date(2022, 11, 30), days[1], days[3], date(2022, 11, 30)],
                "kind": [None, "regular", "regular", None],
                "source": ["example"] * 4,
            },
            schema_overrides={"kind": pl.String},
        )
        splits = pl.DataFrame(
            schema={"security": pl.String, "effective": pl.Date, "ratio": pl.Float64, "kind": pl.String}
        )
        expected: list[tuple[str, date, float | None]] = [("KOLA", days[1], 0.46), ("KOLA", date(2022, 11, 30), None)]
        return {"bars": bars, "dividends": dividends, "splits": splits}, expected


def _suspects(paid: pl.DataFrame, bars: pl.DataFrame) -> pl.DataFrame:
    """Return the dividends worth a look: a twentieth of the lowest close of their security and more."""
    lowest = bars.group_by("security").agg(pl.col("close").min().alias("lowest"))
    large = pl.col("amount") > LARGE / 2 * pl.col("lowest")
    return paid.join(lowest, on="security").filter(large).drop("lowest")


def _rounded(one: object, other: object) -> bool:
    assert isinstance(one, float)
    assert isinstance(other, float)
    return one != other and abs(one / other - 1) < ROUNDING


RULE = DividendSize()
