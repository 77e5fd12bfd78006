"""A minute's bar from its trades, whole: a late trade is no special case, its minute is computed again."""

from datetime import datetime, timedelta

import polars as pl
import pyarrow as pa

from topheavy.datasets.schema import dataset

MINUTE = timedelta(minutes=1)
LATENESS = timedelta(seconds=10)
"""How much later than the newest trade one may come before its minute is called final."""


def touched(trades: pa.Table) -> pa.Table:
    """Return the (security, minute) that trades lie in."""
    return _frame(trades).select("security", minute=_minute()).unique().to_arrow()


def bars_of(trades: pa.Table, watermark: datetime) -> pa.Table:
    """Return one bar for each security and minute in ``trades``, which must hold every trade of those minutes."""
    bars = (
        _frame(trades)
        .sort("event_time", "feed", "sequence")
        .group_by("security", minute=_minute(), maintain_order=True)
        .agg(
            open=pl.col("price").first(),
            high=pl.col("price").max(),
            low=pl.col("price").min(),
            close=pl.col("price").last(),
            volume=pl.col("size").sum(),
            vwap=(pl.col("price") * pl.col("size")).sum() / pl.col("size").sum(),
            trades=pl.len().cast(pl.Int64),
            source_kind=pl.col("source_kind").last(),
        )
        .with_columns(
            vwap=pl.col("vwap").fill_nan(None),
            final=pl.col("minute") + MINUTE <= watermark,
            revision=pl.lit(0, dtype=pl.Int64),
        )
    )
    return _typed(bars)


def revised(bars: pa.Table, before: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return all rows to stand (new bars over ``before``), and those of them that changed.

    A bar that was final and now differs is a correction: its revision goes up by one.
    """
    new, old = _frame(bars), _frame(before)
    figures = ["open", "high", "low", "close", "volume", "trades"]
    both = new.join(old, on=["security", "minute"], how="left", suffix="_old")
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_old")) for name in figures)
    corrected = (differs & pl.col("final_old").fill_null(value=False)).cast(pl.Int64)
    whole = both.with_columns(
        revision=pl.col("revision_old").fill_null(0) + corrected,
        final=pl.col("final") | pl.col("final_old").fill_null(value=False),
    )
    news = whole.filter(differs | pl.col("final").ne_missing(pl.col("final_old")))
    rest = old.join(news, on=["security", "minute"], how="anti")
    changed = news.select(new.columns)
    return _typed(pl.concat([rest.select(new.columns), changed]).sort("minute", "security")), _typed(changed)


def _minute() -> pl.Expr:
    return pl.col("event_time").dt.truncate("1m")


def _typed(frame: pl.DataFrame) -> pa.Table:
    schema = dataset("minute_bars").schema
    return frame.select(schema.names).to_arrow().cast(schema)


def _frame(rows: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(rows)
    assert isinstance(frame, pl.DataFrame)
    return frame
