"""Live prices: every security's day so far, by New York's calendar: first, last, highest, lowest, shares, dollars."""

from datetime import timedelta

import polars as pl
import pyarrow as pa

from topheavy.core.clock import NEW_YORK
from topheavy.datasets.schema import DAY, MOMENT, NUMBER, TEXT, WHOLE, Column
from topheavy.stream.processor import FromTrades, Given, Live, frame_of

KEY = ["security", "day"]
EARLIEST, LATEST = ["first_at", "first_number"], ["event_time", "sequence"]
SCHEMA: dict[str, pl.DataType] = {
    "security": pl.String(),
    "day": pl.Date(),
    "first_at": pl.Datetime("us", "UTC"),
    "first_number": pl.Int64(),
    "first": pl.Float64(),
    "event_time": pl.Datetime("us", "UTC"),
    "sequence": pl.Int64(),
    "price": pl.Float64(),
    "high": pl.Float64(),
    "low": pl.Float64(),
    "volume": pl.Float64(),
    "paid": pl.Float64(),
    "trades": pl.Int64(),
    "source_kind": pl.String(),
}
"""``first`` and ``price`` are the day's first and last price, each with its moment and number; ``paid`` in dollars."""


class LivePrices(Live):
    """A security a row, for the newest day it was traded on; a trade that comes late sets no price back."""

    def __init__(self, reference: Given) -> None:
        self._days = pl.DataFrame(schema=SCHEMA)

    def take(self, trades: pa.Table) -> None:
        """Add trades to their days; days before a security's newest are let go."""
        both = pl.concat([self._days, _days_of(frame_of(trades))])
        self._days = _joined(both).sort(KEY).unique("security", keep="last", maintain_order=True)

    def answer(self) -> pa.Table:
        """Return each security's day so far."""
        return self._days.to_arrow()


def _days_of(trades: pl.DataFrame) -> pl.DataFrame:
    price = pl.col("price")
    day = pl.col("event_time").dt.convert_time_zone(NEW_YORK.key).dt.date()
    grouped = trades.sort(LATEST).group_by("security", day=day)
    return grouped.agg(
        pl.col("event_time", "sequence", "price", "source_kind").last(),
        first_at=pl.col("event_time").first(), first_number=pl.col("sequence").first(), first=price.first(),
        high=price.max(), low=price.min(), volume=pl.col("size").sum(), paid=(price * pl.col("size")).sum(),
        trades=pl.len().cast(pl.Int64),
    ).select(*SCHEMA)  # fmt: skip


def _joined(days: pl.DataFrame) -> pl.DataFrame:
    """Make one row of the rows of a security's day."""
    grouped = days.group_by(KEY)
    return grouped.agg(
        *(pl.col(name).sort_by(EARLIEST).first() for name in (*EARLIEST, "first")),
        *(pl.col(name).sort_by(LATEST).last() for name in (*LATEST, "price", "source_kind")),
        pl.max("high"), pl.min("low"), pl.sum("volume", "paid", "trades"),
    ).select(*SCHEMA)  # fmt: skip


PROCESSOR = FromTrades(
    "live_prices",
    "the day's prices so far",
    (
        Column("security", TEXT, "the share class"),
        Column("day", DAY, "the day, in New York"),
        Column("first_at", MOMENT, "when the day's first trade was made", "UTC"),
        Column("first_number", WHOLE, "its number"),
        Column("first", NUMBER, "its price", "currency"),
        Column("sequence", WHOLE, "the number of the newest trade"),
        Column("price", NUMBER, "its price", "currency"),
        Column("high", NUMBER, "highest price of the day", "currency"),
        Column("low", NUMBER, "lowest price of the day", "currency"),
        Column("volume", NUMBER, "shares traded", "shares"),
        Column("paid", NUMBER, "Σ price × size", "currency"),
    ),
    key=("security",),
    first="paid",
    window=timedelta(days=1),
    begin=LivePrices,
)
