"""Checks: rows that break their dataset's own rules are refused before anything is written."""

import polars as pl
import pyarrow as pa

from topheavy.core.errors import CheckFailed
from topheavy.datasets.schema import NUMBER, Dataset


def check(dataset: Dataset, rows: pa.Table) -> pa.Table:
    """Return ``rows`` in the dataset's schema, or refuse them.

    Raises:
        CheckFailed: wrong columns or types, an empty required cell, a number that is none (NaN, ±∞), a broken
            rule, or two rows of one key from one origin. The message counts the rows and shows the first.
    """
    typed = _typed(dataset, rows)
    frame = pl.from_arrow(typed)
    assert isinstance(frame, pl.DataFrame)
    _refuse_empty(dataset, frame)
    _refuse_no_number(dataset, frame)
    _refuse_broken(dataset, frame)
    _refuse_twins(dataset, frame)
    return typed.cast(dataset.schema)


def _typed(dataset: Dataset, rows: pa.Table) -> pa.Table:
    expected, got = set(dataset.schema.names), set(rows.schema.names)
    if expected != got:
        missing, extra = sorted(expected - got), sorted(got - expected)
        raise CheckFailed(
            f"{dataset.name}: columns missing {missing}, not known {extra}; map them to the dataset's own"
        )
    try:
        loose = pa.schema([field.with_nullable(True) for field in dataset.schema])  # empty cells are counted below
        return rows.select(dataset.schema.names).cast(loose)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise CheckFailed(f"{dataset.name}: a column has the wrong type ({error})") from error


def _refuse_empty(dataset: Dataset, frame: pl.DataFrame) -> None:
    for column in dataset.all_columns:
        if not column.optional and (count := frame[column.name].null_count()):
            wrong = frame.filter(pl.col(column.name).is_null())
            raise CheckFailed(f"{dataset.name}: {count:,} rows have no {column.name}, first {_show(dataset, wrong)}")


def _refuse_no_number(dataset: Dataset, frame: pl.DataFrame) -> None:
    for column in dataset.all_columns:
        wrong = frame.filter(~pl.col(column.name).is_finite()) if column.type == NUMBER else frame.clear()
        if wrong.height:
            raise CheckFailed(
                f"{dataset.name}: {wrong.height:,} rows have a {column.name} that is no number, "
                f"first {_show(dataset, wrong)}; leave the cell empty in the source"
            )


def _refuse_broken(dataset: Dataset, frame: pl.DataFrame) -> None:
    for rule in dataset.checks:
        wrong = frame.filter(pl.sql_expr(rule.wrong))
        if wrong.height:
            raise CheckFailed(
                f"{dataset.name}: {wrong.height:,} rows break '{rule.name}' ({rule.advice}), "
                f"first {_show(dataset, wrong)}"
            )


def _refuse_twins(dataset: Dataset, frame: pl.DataFrame) -> None:
    one_answer = list(dict.fromkeys([*dataset.key, "origin"] if "origin" in frame.columns else dataset.key))
    twins = frame.select(one_answer).is_duplicated()
    if twins.any():
        wrong = frame.filter(twins).sort(dataset.key)
        raise CheckFailed(
            f"{dataset.name}: {wrong.height:,} rows share a key ({', '.join(dataset.key)}) with different values, "
            f"first {_show(dataset, wrong)}; keep one of them in the source"
        )


def _show(dataset: Dataset, rows: pl.DataFrame) -> str:
    first = rows.row(0, named=True)
    shown = dict.fromkeys((*dataset.key, *(c.name for c in dataset.columns[:9]), "origin"))
    return ", ".join(f"{name}={first[name]}" for name in shown if name in first)
