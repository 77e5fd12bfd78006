"""The three header lines of yfinance's tables, fields by companies: made rows of one company and day each."""

import re
from collections import defaultdict

import polars as pl

_NUMBERED = re.compile(r"_duplicated_\d+$")
"""What is appended to a column's name that stood before."""


def is_of_yfinance(frame: pl.DataFrame) -> bool:
    """Say whether a table's first column says Price, Ticker and Date, one below the other."""
    return (
        frame.width > 1
        and frame.height >= 2
        and [frame.columns[0], *frame.to_series()[:2]] == ["Price", "Ticker", "Date"]
    )


def rows_of_yfinance(frame: pl.DataFrame) -> pl.DataFrame:
    """Return Date, Ticker and the fields, a row for each company and day that has any of them."""
    companies: defaultdict[str, list[pl.Expr]] = defaultdict(list)
    for column, company in zip(frame.columns[1:], frame.row(0)[1:], strict=True):
        companies[company or ""].append(pl.col(column).alias(_NUMBERED.sub("", column)))
    days = frame[2:]
    tables = [
        days.select(pl.col("Price").alias("Date"), pl.lit(company).alias("Ticker"), *fields)
        for company, fields in companies.items()
    ]
    rows = pl.concat(tables, how="diagonal")
    return rows.filter(pl.any_horizontal(pl.all().exclude("Date", "Ticker").is_not_null()))
