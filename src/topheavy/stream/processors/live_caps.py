"""Live market caps: an issuer's shares, as published, at the last price of its security."""

import polars as pl
import pyarrow as pa

from topheavy.datasets.schema import NUMBER, TEXT, Column
from topheavy.stream.processor import FromAnswer, Given, frame_of


def caps(prices: pa.Table, reference: Given) -> pa.Table:
    """Return the caps of issuers that were traded, from ``live_prices`` and the published counts of shares."""
    valued = frame_of(reference.shares).join(frame_of(prices), on="security")
    return valued.with_columns(market_cap=pl.col("price") * pl.col("shares")).to_arrow()


PROCESSOR = FromAnswer(
    "live_caps",
    "market caps at the last price",
    (
        Column("issuer", TEXT, "the company, by its central index key where known"),
        Column("security", TEXT, "its share class that stands for all of them"),
        Column("price", NUMBER, "last price, by event time", "currency", optional=True),
        Column("market_cap", NUMBER, "last price × published count of shares", "currency", optional=True),
    ),
    key=("issuer",),
    first="market_cap",
    of="live_prices",
    follow=caps,
)
