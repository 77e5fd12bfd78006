"""The last price of every security, by event time: a trade that comes late does not set a price back."""

import polars as pl
import pyarrow as pa

from topheavy.stream.processor import frame_of

SCHEMA = {
    "security": pl.String(),
    "event_time": pl.Datetime("us", "UTC"),
    "sequence": pl.Int64(),
    "price": pl.Float64(),
    "source_kind": pl.String(),
}


class LastPrices:
    """One row a security."""

    def __init__(self) -> None:
        self.rows = pl.DataFrame(schema=SCHEMA)

    def take(self, trades: pa.Table) -> None:
        """Move prices on where a trade is newer than what is known."""
        both = pl.concat([self.rows, frame_of(trades).select(*SCHEMA)])
        newest = both.sort("event_time", "sequence").unique("security", keep="last", maintain_order=True)
        self.rows = newest.sort("security")
