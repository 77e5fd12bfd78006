"""Live market caps: an issuer's shares at the last price of its security."""

from datetime import timedelta

import polars as pl
import pyarrow as pa

from topheavy.stream.last import LastPrices
from topheavy.stream.processor import Given, Live, Processor, frame_of


class LiveCaps(Live):
    """An issuer a row: security, event time, last price, market cap."""

    def __init__(self, given: Given) -> None:
        self._shares = frame_of(given.shares)
        self._last = LastPrices()

    def take(self, trades: pa.Table) -> None:
        """Move the last prices on."""
        self._last.take(trades)

    def answer(self) -> pa.Table:
        """Return the caps of issuers that were traded."""
        caps = self._shares.join(self._last.rows, on="security")
        valued = caps.with_columns(market_cap=pl.col("price") * pl.col("shares"))
        return valued.select("issuer", "security", "event_time", "price", "market_cap", "source_kind").to_arrow()


PROCESSOR = Processor("live_caps", "market caps at the last price", timedelta(days=1), LiveCaps)
