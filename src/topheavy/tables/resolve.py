"""A symbol on a date becomes a security, by the dated symbols table.

Prices are exact: a symbol printed before its security bore it belongs to someone else (META before
2022-06-09 was a fund). Notices, counts and memberships are lenient: they may be printed late under the new
symbol, so the nearest period decides.
"""

from datetime import date

import polars as pl
import pyarrow as pa

from topheavy.datasets.schema import Dataset

FAR_FUTURE = date(9999, 12, 31)
LONG_AGO = date(1, 1, 1)


def resolve(dataset: Dataset, rows: pa.Table, symbols: pa.Table, naming: date | None) -> pa.Table:
    """Return ``rows`` with a ``security`` column.

    ``naming`` is the date whose symbols the rows use; ``None`` where each row uses its own date's (or, for a
    row that speaks of a period, its own period's). A symbol that the symbols table does not know names itself.
    """
    frame = pl.from_arrow(rows)
    assert isinstance(frame, pl.DataFrame)
    first, after = _spoken_of(dataset, naming)
    framed = frame.with_columns(first=first, after=after)
    asked = framed.select(*ASKED).unique()
    answers = _answers(asked, _periods(symbols), exact=dataset.exact_symbol and naming is None)
    joined = framed.join(answers, on=ASKED, how="left", nulls_equal=True, maintain_order="left")
    if dataset.security_if:
        joined = joined.with_columns(security=pl.when(pl.sql_expr(dataset.security_if)).then("security"))
    return joined.drop("first", "after").to_arrow()


ASKED = ["symbol", "first", "after"]


def _spoken_of(dataset: Dataset, naming: date | None) -> tuple[pl.Expr, pl.Expr]:
    """Return the first day a row speaks of and the first day after; an open end reaches the far future."""
    first = pl.lit(naming, dtype=pl.Date) if naming else pl.col(dataset.security_by)
    if naming or not dataset.security_until:
        return first, (first + pl.duration(days=1)).cast(pl.Date).fill_null(FAR_FUTURE)
    return first, pl.col(dataset.security_until).fill_null(FAR_FUTURE)


def _periods(symbols: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(symbols)
    assert isinstance(frame, pl.DataFrame)
    return frame.select("symbol", pl.col("security").alias("named"), "since", pl.col("until").fill_null(FAR_FUTURE))


def _answers(asked: pl.DataFrame, periods: pl.DataFrame, *, exact: bool) -> pl.DataFrame:
    """Return one security for each (symbol, first, after): of the nearest bearers the latest."""
    start = pl.col("first").fill_null(LONG_AGO)
    too_early = (pl.col("since") - pl.col("after")).dt.total_days() + 1
    too_late = (start - pl.col("until")).dt.total_days()
    nearest = (
        asked.join(periods, on="symbol", how="left")
        .with_columns(distance=pl.max_horizontal(too_early, too_late, pl.lit(0)))
        .sort("symbol", "first", "after", "distance", "since", descending=[False, False, False, False, True])
        .unique(subset=ASKED, keep="first", maintain_order=True)
    )
    stranger = pl.col("distance") > 0 if exact else pl.lit(value=False)
    security = (
        pl.when(pl.col("named").is_null())
        .then(pl.col("symbol"))
        .when(stranger)
        .then(pl.format("{}@{}", "symbol", pl.col("since")))
        .otherwise(pl.col("named"))
    )
    return nearest.select(*ASKED, security.alias("security"))
