"""Live VWAP: the volume-weighted average price of every security since the day began, in UTC."""

from datetime import timedelta

import polars as pl
import pyarrow as pa

from topheavy.datasets.schema import DAY, NUMBER, TEXT, Column
from topheavy.stream.processor import FromTrades, Given, Live, frame_of

KEY = ["security", "day"]
SCHEMA: dict[str, pl.DataType] = {
    "security": pl.String(),
    "day": pl.Date(),
    "paid": pl.Float64(),
    "volume": pl.Float64(),
    "event_time": pl.Datetime("us", "UTC"),
    "trades": pl.Int64(),
    "source_kind": pl.String(),
}


class LiveVwap(Live):
    """A security a row, for the newest day it was traded on."""

    def __init__(self, reference: Given) -> None:
        self._sums = pl.DataFrame(schema=SCHEMA)

    def take(self, trades: pa.Table) -> None:
        """Add trades to their day's sums; days before a security's newest are let go."""
        came = frame_of(trades).select(
            "security",
            day=pl.col("event_time").dt.date(),
            paid=pl.col("price") * pl.col("size"),
            volume=pl.col("size"),
            event_time=pl.col("event_time"),
            trades=pl.lit(1, pl.Int64),
            source_kind=pl.col("source_kind"),
        )
        grouped = pl.concat([self._sums, came]).group_by(KEY)
        sums = grouped.agg(pl.sum("paid", "volume"), pl.max("event_time"), pl.sum("trades"), pl.last("source_kind"))
        self._sums = sums.sort(KEY).unique("security", keep="last", maintain_order=True)

    def answer(self) -> pa.Table:
        """Return each security's average; empty where no share was traded."""
        return self._sums.with_columns(vwap=(pl.col("paid") / pl.col("volume")).fill_nan(None)).to_arrow()


PROCESSOR = FromTrades(
    "live_vwap",
    "the day's volume-weighted average prices",
    (
        Column("security", TEXT, "the share class"),
        Column("day", DAY, "the day, in UTC"),
        Column("vwap", NUMBER, "Σ price × size ÷ Σ size", "currency", optional=True),
        Column("volume", NUMBER, "shares traded", "shares"),
    ),
    key=("security",),
    first="volume",
    window=timedelta(days=1),
    begin=LiveVwap,
)
