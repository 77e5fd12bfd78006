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


def resolve(dataset: Dataset, rows: pa.Table, symbols: pa.Table, naming: date | None) -> pa.Table:
    """Return ``rows`` with a ``security`` column.

    ``naming`` is the date whose symbols the rows use; ``None`` where each row uses its own date's. A symbol
    that the symbols table does not know names itself.
    """
    frame = pl.from_arrow(rows)
    assert isinstance(frame, pl.DataFrame)
    day = pl.lit(naming, dtype=pl.Date) if naming else pl.col(dataset.security_by)
    asked = frame.select("symbol", day.alias("day")).unique()
    exact = dataset.exact_symbol and naming is None
    answers = _answers(asked, _periods(symbols), exact)
    joined = frame.with_columns(day=day).join(answers, on=["symbol", "day"], how="left", nulls_equal=True)
    if dataset.security_if:
        joined = joined.with_columns(security=pl.when(pl.sql_expr(dataset.security_if)).then("security"))
    return joined.drop("day").to_arrow()


def _periods(symbols: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(symbols)
    assert isinstance(frame, pl.DataFrame)
    return frame.select("symbol", pl.col("security").alias("named"), "since", pl.col("until").fill_null(FAR_FUTURE))


def _answers(asked: pl.DataFrame, periods: pl.DataFrame, exact: bool) -> pl.DataFrame:
    """Return one security for each asked (symbol, day)."""
    distance = (
        pl.when(pl.col("day").is_null() | pl.col("day").is_between("since", "until"))
        .then(0)
        .otherwise(
            pl.min_horizontal(
                (pl.col("since") - pl.col("day")).dt.total_days().abs(),
                (pl.col("day") - pl.col("until")).dt.total_days().abs(),
            )
        )
    )
    nearest = (
        asked.join(periods, on="symbol", how="left")
        .with_columns(distance=distance)
        .sort("symbol", "day", "distance", "since", descending=[False, False, False, True])
        .unique(subset=["symbol", "day"], keep="first", maintain_order=True)
    )
    stranger = pl.col("distance") > 0 if exact else pl.lit(value=False)
    security = (
        pl.when(pl.col("named").is_null())
        .then(pl.col("symbol"))
        .when(stranger)
        .then(pl.format("{}@{}", "symbol", pl.col("since")))
        .otherwise(pl.col("named"))
    )
    return nearest.select("symbol", "day", security.alias("security"))
