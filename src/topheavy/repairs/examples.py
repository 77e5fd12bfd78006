"""Small frames for the rules' own examples, which the contract suite runs."""

from datetime import date

import polars as pl


def count_rows(rows: list[tuple[str, date, float]]) -> pl.DataFrame:
    """Return share counts as filed, from (security, date, count)."""
    return pl.DataFrame(
        [(security, day, day, count, "class", day, "example") for security, day, count in rows],
        schema={
            "security": pl.String,
            "effective": pl.Date,
            "known": pl.Date,
            "count": pl.Float64,
            "covers": pl.String,
            "basis": pl.Date,
            "source": pl.String,
        },
        orient="row",
    )


def no_splits() -> pl.DataFrame:
    """Return an empty list of splits."""
    return pl.DataFrame(schema={"security": pl.String, "effective": pl.Date, "ratio": pl.Float64, "kind": pl.String})


def no_dividends() -> pl.DataFrame:
    """Return an empty list of dividends."""
    return pl.DataFrame(schema={"security": pl.String, "effective": pl.Date, "amount": pl.Float64})
