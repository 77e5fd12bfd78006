"""Prices and dividends in another currency: converted with a rate the home holds, else left out and told."""

from dataclasses import replace

import polars as pl
import pyarrow as pa

from topheavy.core.money import HOME, unit_of_price
from topheavy.sources.vendor import LeftOut, Parsed

PRICES = ("open", "high", "low", "close", "vwap")
OLDEST = "7d"
"""How long a rate is used on days that have none of their own."""


def in_home_currency(parsed: Parsed, rates: pa.Table) -> Parsed:
    """Return the answer with every bar and dividend in US dollars; what no rate converts is left out.

    ``rates`` are rows of the dataset ``rates``. Rows that state no currency are in the exchange's own.
    """
    tables, left_out, notes = dict(parsed.tables), list(parsed.left_out), list(parsed.notes)
    for name, day, amounts in (("bars", "session", PRICES), ("dividends", "effective", ("amount",))):
        rows = tables.get(name)
        if rows is None or not rows.num_rows or not _is_foreign(name, rows, parsed.currency):
            continue
        frame = _frame(rows)
        printed = pl.col("currency") if name == "dividends" else pl.lit(parsed.currency)
        whole, lost, converted = _converted(frame.with_columns(printed=printed), day, amounts, _frame(rates))
        if name == "dividends":
            whole = whole.with_columns(currency=pl.when(pl.col("printed").is_null()).then(None).otherwise(pl.lit(HOME)))
        tables[name] = whole.select(rows.schema.names).to_arrow().cast(rows.schema)
        left_out += [
            LeftOut(
                f"{row[day]} {row['symbol']}",
                f"in {row['printed']}, and the home has no rate to {HOME}: give a file of rates",
            )
            for row in lost.iter_rows(named=True)
        ]
        notes += [
            f"{count:,} {name} converted from {currency} to {HOME} with the home's rates"
            for currency, count in converted
        ]
    return replace(parsed, tables=tables, left_out=tuple(left_out), notes=tuple(notes))


def _is_foreign(name: str, rows: pa.Table, currency: str) -> bool:
    if name == "bars":
        return currency not in ("", HOME)
    return bool(set(rows["currency"].to_pylist()) - {None, HOME})


def _frame(rows: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(rows)
    assert isinstance(frame, pl.DataFrame)
    return frame


def _converted(
    rows: pl.DataFrame, day: str, amounts: tuple[str, ...], rates: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, list[tuple[str, int]]]:
    """Return rows in the home's currency, rows that no rate converts, and how many were converted, by currency."""
    units = {printed: unit_of_price(printed) for printed in rows["printed"].drop_nulls().unique()}
    codes = {printed: code for printed, (code, _) in units.items()}
    parts = {printed: parts for printed, (_, parts) in units.items()}
    unit = rows.with_columns(
        code=pl.col("printed").replace_strict(codes, default=None, return_dtype=pl.String).fill_null(HOME),
        parts=pl.col("printed").replace_strict(parts, default=1.0, return_dtype=pl.Float64),
    )
    known = rates.select(pl.col("session").alias(day), pl.col("currency").alias("code"), "rate").sort(day)
    rated = unit.sort(day).join_asof(
        known, on=day, by="code", strategy="backward", tolerance=OLDEST, check_sortedness=False
    )
    rated = rated.with_columns(rate=pl.when(pl.col("code") == HOME).then(1.0).otherwise(pl.col("rate")))
    whole = rated.filter(pl.col("rate").is_not_null())
    factor = pl.col("rate") / pl.col("parts")
    converted = whole.with_columns(pl.col(name) * factor for name in amounts)
    counts = converted.filter(pl.col("code") != HOME).group_by("code").len().sort("code").rows()
    return converted, rated.filter(pl.col("rate").is_null()), counts
