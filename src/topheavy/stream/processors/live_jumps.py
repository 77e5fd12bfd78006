"""Live jumps: a trade whose price lies far from the last ones, measured in their own deviation."""

from datetime import timedelta

import polars as pl
import pyarrow as pa

from topheavy.datasets.schema import NUMBER, TEXT, WHOLE, Column
from topheavy.stream.processor import FromTrades, Given, Live, frame_of

LOOK_BACK = 200
"""Trades that the deviation is measured over, before the one that is judged."""

FEWEST = 30
"""Trades below which nothing is judged."""

DEVIATIONS = 8.0
SMALLEST = 0.002
"""A jump is at least this part of the price, however quiet the trades before it were."""

KEPT = 20
"""So many of the newest jumps are told."""

ORDER = ["security", "event_time", "sequence"]
COLUMNS = [*ORDER, "price", "source_kind"]
SCHEMA: dict[str, pl.DataType] = {
    "security": pl.String(),
    "sequence": pl.Int64(),
    "price": pl.Float64(),
    "usual": pl.Float64(),
    "deviation": pl.Float64(),
    "event_time": pl.Datetime("us", "UTC"),
    "trades": pl.Int64(),
    "source_kind": pl.String(),
}


class LiveJumps(Live):
    """A suspicious trade a row: what was usual before it, how far it lies from that, in deviations."""

    def __init__(self, reference: Given) -> None:
        self._recent = pl.DataFrame()
        self._jumps = pl.DataFrame(schema=SCHEMA)

    def take(self, trades: pa.Table) -> None:
        """Judge new trades by those before them."""
        came = frame_of(trades).select(*COLUMNS, new=pl.lit(value=True))
        both = pl.concat([self._recent, came], how="diagonal").sort(ORDER)
        self._jumps = pl.concat([self._jumps, _judged(both)]).sort("event_time", "sequence").tail(KEPT)
        self._recent = (
            both.group_by("security", maintain_order=True).tail(LOOK_BACK).with_columns(new=pl.lit(value=False))
        )

    def answer(self) -> pa.Table:
        """Return the latest jumps."""
        return self._jumps.to_arrow()


def _judged(both: pl.DataFrame) -> pl.DataFrame:
    before = pl.col("price").shift(1)
    measured = both.with_columns(
        trades=before.is_not_null().cast(pl.Int64).rolling_sum(LOOK_BACK, min_samples=1).over("security"),
        usual=before.rolling_median(LOOK_BACK, min_samples=FEWEST).over("security"),
        deviation=before.rolling_std(LOOK_BACK, min_samples=FEWEST).over("security"),
    )
    away = (pl.col("price") - pl.col("usual")).abs()
    far = (away > DEVIATIONS * pl.col("deviation")) & (away > SMALLEST * pl.col("usual"))
    return measured.filter(far & pl.col("new")).select(*SCHEMA)


PROCESSOR = FromTrades(
    "live_jumps",
    "trades far from those before them",
    (
        Column("security", TEXT, "the share class"),
        Column("sequence", WHOLE, "the trade's number"),
        Column("price", NUMBER, "what was paid", "currency"),
        Column("usual", NUMBER, "median of the trades before it", "currency"),
        Column("deviation", NUMBER, "standard deviation of the trades before it", "currency", optional=True),
    ),
    key=("security", "event_time", "sequence"),
    first="event_time",
    window=timedelta(minutes=30),
    begin=LiveJumps,
)
