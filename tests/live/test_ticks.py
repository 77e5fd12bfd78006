"""Two real days of four companies' trades through a real Kafka: the tables hold just what the files say."""

import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from live.test_sink import drain, follow, home, make, send
from support.kafka import Kafka
from support.market_data import market_file, needs_market
from topheavy.datasets.schema import dataset
from topheavy.stream.wire.format import TRADE
from topheavy.tables.read import read

NEW_YORK = ZoneInfo("America/New_York")
DAYS = [datetime(2013, 10, day, tzinfo=NEW_YORK) for day in (7, 8)]
NAMES = ["SPY", "IBM", "AIG", "BAC"]


def ticks(name: str, day: datetime) -> pl.DataFrame:
    """A file's trades, read without any of our code; conditions are not judged."""
    file = market_file(f"ticks_2013-10/{name.lower()}_{day:%Y%m%d}_trade.zip")
    with zipfile.ZipFile(file) as packed:
        content = packed.read(packed.namelist()[0])
    columns = ["ms", "price", "size", "venue", "condition", "suspicious"]
    rows = pl.read_csv(content, has_header=False, new_columns=columns, infer_schema_length=None)
    first = pl.lit(day.astimezone(ZoneInfo("UTC"))).cast(pl.Datetime("us", "UTC"))
    return rows.select(
        security=pl.lit(name),
        event_time=first + pl.duration(milliseconds="ms"),
        price=pl.col("price") / 10_000,
        size=pl.col("size").cast(pl.Float64),
        venue=pl.col("venue").cast(pl.String),
    )


@pytest.fixture(scope="module")
def files() -> pl.DataFrame:
    """All trades, numbered in the order of time."""
    rows = pl.concat(ticks(name, day) for day in DAYS for name in NAMES)
    numbered = rows.sort("event_time", maintain_order=True).with_row_index("sequence")
    return numbered.with_columns(
        feed=pl.lit("ticks"), source_kind=pl.lit("file"), sequence=pl.col("sequence").cast(pl.Int64)
    )


@needs_market
@pytest.mark.market
def test_the_tables_hold_what_the_files_say(kafka: Kafka, topic: str, files: pl.DataFrame, tmp_path: Path) -> None:
    make(kafka, topic, 3)
    send(kafka, topic, files.select(TRADE.names).to_arrow().cast(TRADE), most=1000)
    with home(tmp_path) as place:
        tally = drain(place, follow(kafka, topic))
        kept = pl.from_arrow(read(place.tables, dataset("trades")))
        bars = pl.from_arrow(read(place.tables, dataset("minute_bars")))
    assert isinstance(kept, pl.DataFrame)
    assert isinstance(bars, pl.DataFrame)
    assert (tally.trades, tally.again, tally.dead) == (files.height, 0, 0)
    assert totals(kept).equals(totals(files))
    assert kept["source_kind"].unique().to_list() == ["file"]
    figures = ["security", "minute", "open", "high", "low", "close", "volume", "trades"]
    assert bars.sort("security", "minute").select(figures).equals(minute_bars(files))
    print(f"{kept.height:,} trades and {bars.height:,} bars as in the files")


def totals(rows: pl.DataFrame) -> pl.DataFrame:
    """By company: trades, shares and dollars; prices are whole ten-thousandths, so that sums are exact."""
    cents = (pl.col("price") * 10_000).round().cast(pl.Int64) * pl.col("size").cast(pl.Int64)
    return rows.group_by("security").agg(pl.len(), pl.col("size").sum(), dollars=cents.sum()).sort("security")


def minute_bars(files: pl.DataFrame) -> pl.DataFrame:
    """One-minute bars straight from the files: a window a company, the order that of the tape."""
    windows = files.sort("security", "event_time", "sequence").group_by_dynamic(
        "event_time", every=timedelta(minutes=1), group_by="security", closed="left"
    )
    price = pl.col("price")
    bars = windows.agg(
        open=price.first(),
        high=price.max(),
        low=price.min(),
        close=price.last(),
        volume=pl.col("size").sum(),
        trades=pl.len().cast(pl.Int64),
    )
    return bars.rename({"event_time": "minute"}).sort("security", "minute")
