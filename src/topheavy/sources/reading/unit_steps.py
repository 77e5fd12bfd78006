"""A series that changes its unit midway, pounds to pence or back, steps by a hundred: seen in what an answer brings."""

from collections.abc import Iterator
from dataclasses import replace
from math import log

import polars as pl

from topheavy.sources.vendor import Parsed

STEP, NEAR = log(100), 0.1
"""A step of a hundred, in logarithms, and how near one comes to it: a market moves less than a tenth meanwhile."""


def with_unit_steps_doubted(parsed: Parsed) -> Parsed:
    """Return the answer with a doubt for each series of bars on one basis whose close steps by a hundred."""
    bars = parsed.tables.get("bars")
    if bars is None or bars.num_rows < 2:
        return parsed
    frame = pl.from_arrow(bars.select(["symbol", "session", "close"]))
    assert isinstance(frame, pl.DataFrame)
    steps = list(_steps(frame))
    return replace(parsed, doubts=(*parsed.doubts, *steps)) if steps else parsed


def _steps(frame: pl.DataFrame) -> Iterator[str]:
    same = pl.col("symbol") == pl.col("symbol").shift(1)
    step = (pl.col("close") / pl.col("close").shift(1)).log().abs()
    stepped = (
        frame.filter(pl.col("close") > 0)
        .sort("symbol", "session")
        .with_columns(before=pl.col("close").shift(1))
        .filter(same & ((step - STEP).abs() < NEAR))
    )
    for (symbol,), rows in stepped.group_by("symbol", maintain_order=True):
        first = rows.row(0, named=True)
        more = f", and {rows.height - 1:,} times more" if rows.height > 1 else ""
        yield (
            f"{symbol} steps by a hundred on {first['session']}, from {first['before']:g} to {first['close']:g}{more}: "
            "does the file change its unit there (pence and pounds), or is a split of 100:1 missing?"
        )
