"""Live jumps: a trade whose price lies far from the last ones, measured in their own deviation."""

from datetime import timedelta

import polars as pl
import pyarrow as pa

from topheavy.stream.processor import Given, Live, Processor, frame_of

LOOK_BACK = 200
"""Trades that the deviation is measured over, before the one that is judged."""

FEWEST = 30
"""Trades below which nothing is judged."""

DEVIATIONS = 8.0
SMALLEST = 0.002
"""A jump is at least this part of the price, however quiet the trades before it were."""

KEPT = 1000
ORDER = ["security", "event_time", "sequence"]
COLUMNS = [*ORDER, "price", "source_kind"]


class LiveJumps(Live):
    """A suspicious trade a row: what was usual before it, how far it lies from that, in deviations."""

    def __init__(self, given: Given) -> None:
        self._recent = pl.DataFrame()
        self._found = pl.DataFrame()

    def take(self, trades: pa.Table) -> None:
        """Judge new trades by those before them."""
        came = frame_of(trades).select(*COLUMNS, new=pl.lit(value=True))
        both = pl.concat([self._recent, came], how="diagonal").sort(ORDER)
        self._found = pl.concat([self._found, _judged(both)], how="diagonal").tail(KEPT)
        self._recent = (
            both.group_by("security", maintain_order=True).tail(LOOK_BACK).with_columns(new=pl.lit(value=False))
        )

    def answer(self) -> pa.Table:
        """Return the latest jumps."""
        return self._found.to_arrow()


def _judged(both: pl.DataFrame) -> pl.DataFrame:
    before = pl.col("price").shift(1)
    measured = both.with_columns(
        usual=before.rolling_median(LOOK_BACK, min_samples=FEWEST).over("security"),
        deviation=before.rolling_std(LOOK_BACK, min_samples=FEWEST).over("security"),
    )
    away = (pl.col("price") - pl.col("usual")).abs()
    far = (away > DEVIATIONS * pl.col("deviation")) & (away > SMALLEST * pl.col("usual"))
    return measured.filter(far & pl.col("new")).select(*COLUMNS, "usual", "deviation")


PROCESSOR = Processor("live_jumps", "trades far from those before them", timedelta(minutes=30), LiveJumps)
