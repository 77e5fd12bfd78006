"""Live VWAP: the volume-weighted average price of every security since the day began, in UTC."""

from datetime import timedelta

import polars as pl
import pyarrow as pa

from topheavy.stream.processor import Given, Live, Processor, frame_of

KEY = ["security", "day"]


class LiveVwap(Live):
    """A security a row, for the newest day it was traded on."""

    def __init__(self, given: Given) -> None:
        self._sums = pl.DataFrame(
            schema={
                "security": pl.String(),
                "day": pl.Date(),
                "paid": pl.Float64(),
                "volume": pl.Float64(),
                "trades": pl.UInt32(),
                "source_kind": pl.String(),
            }
        )

    def take(self, trades: pa.Table) -> None:
        """Add trades to their day's sums; days before a security's newest are let go."""
        came = frame_of(trades).select(
            "security",
            day=pl.col("event_time").dt.date(),
            paid=pl.col("price") * pl.col("size"),
            volume=pl.col("size"),
            trades=pl.lit(1, pl.UInt32),
            source_kind=pl.col("source_kind"),
        )
        sums = (
            pl.concat([self._sums, came]).group_by(KEY).agg(pl.sum("paid", "volume", "trades"), pl.last("source_kind"))
        )
        self._sums = sums.sort(KEY).unique("security", keep="last", maintain_order=True)

    def answer(self) -> pa.Table:
        """Return each security's average; empty where no share was traded."""
        average = (pl.col("paid") / pl.col("volume")).fill_nan(None)
        return self._sums.select(
            *KEY, vwap=average, volume="volume", trades="trades", source_kind="source_kind"
        ).to_arrow()


PROCESSOR = Processor("live_vwap", "the day's volume-weighted average prices", timedelta(days=1), LiveVwap)
