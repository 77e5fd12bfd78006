"""A symbol on a date becomes a security, by the dated symbols table.

Prices are exact: a symbol printed before its security bore it belongs to someone else (META before
2022-06-09 was a fund). Notices, counts and memberships are lenient: they may be printed late under the new
symbol, so the nearest period decides.
"""

from datetime import date

import polars as pl
import pyarrow as pa

from topheavy.datasets.schema import TEXT, Dataset
from topheavy.tables.order import framed

FAR_FUTURE = date(9999, 12, 31)
LONG_AGO = date(1, 1, 1)


def resolve(dataset: Dataset, rows: pa.Table, symbols: pa.Table, naming: date | None) -> pa.Table:
    """Return ``rows`` with a ``security`` column.

    ``naming`` is the date whose symbols the rows use; ``None`` where each row uses its own date's (or, for a
    row that speaks of a period, its own period's). A symbol that the symbols table does not know names itself.
    """
    first, after = _spoken_of(dataset, naming)
    meant = pl.sql_expr(dataset.security_if) if dataset.security_if else pl.lit(value=True)
    read = {"symbol", dataset.security_by, dataset.security_until, *meant.meta.root_names()} - {""}
    spoken = framed(rows.select(sorted(read))).select("symbol", first=first, after=after, meant=meant)
    named = _named(_nearest(spoken, _periods(symbols)), exact=dataset.exact_symbol and naming is None)
    return rows.append_column("security", named.to_arrow().cast(TEXT))


def _spoken_of(dataset: Dataset, naming: date | None) -> tuple[pl.Expr, pl.Expr]:
    """Return the first day a row speaks of and the first day after; an open end reaches the far future."""
    first = pl.lit(naming, dtype=pl.Date) if naming else pl.col(dataset.security_by)
    if naming or not dataset.security_until:
        return first, (first + pl.duration(days=1)).cast(pl.Date).fill_null(FAR_FUTURE)
    return first, pl.col(dataset.security_until).fill_null(FAR_FUTURE)


def _periods(symbols: pa.Table) -> pl.DataFrame:
    return framed(symbols).select(
        "symbol", pl.col("security").alias("named"), "since", pl.col("until").fill_null(FAR_FUTURE)
    )


def _nearest(spoken: pl.DataFrame, periods: pl.DataFrame) -> pl.DataFrame:
    """Return the rows, as they come, with the nearest bearer of their symbol, the latest of several, and how near."""
    start = pl.col("first").fill_null(LONG_AGO)
    too_early = (pl.col("since") - pl.col("after")).dt.total_days() + 1
    too_late = (start - pl.col("until")).dt.total_days()
    borne = (
        spoken.with_row_index("row")
        .join(periods, on="symbol", how="left")
        .with_columns(distance=pl.max_horizontal(too_early, too_late, pl.lit(0)))
    )
    several = pl.col("symbol").is_in(periods.filter(pl.col("symbol").is_duplicated())["symbol"].unique().implode())
    nearest = (
        borne.filter(several)
        .sort("row", "distance", "since", descending=[False, False, True])
        .unique(subset="row", keep="first", maintain_order=True)
    )
    return pl.concat([borne.filter(~several | pl.col("symbol").is_null()), nearest]).sort("row")


def _named(rows: pl.DataFrame, *, exact: bool) -> pl.Series:
    """Return each row's security; empty where its symbol means none."""
    stranger = pl.col("distance") > 0 if exact else pl.lit(value=False)
    security = (
        pl.when(pl.col("named").is_null())
        .then(pl.col("symbol"))
        .when(stranger)
        .then(pl.format("{}@{}", "symbol", pl.col("since")))
        .otherwise(pl.col("named"))
    )
    return rows.select(pl.when(pl.col("meant")).then(security).alias("security")).to_series()
