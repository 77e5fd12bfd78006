"""Checks: rows that break their dataset's own rules are refused before anything is written."""

import polars as pl
import pyarrow as pa

from topheavy.core.errors import CheckFailed
from topheavy.datasets.schema import NUMBER, Dataset
from topheavy.tables.order import framed, ordered


def check(dataset: Dataset, rows: pa.Table) -> pa.Table:
    """Return ``rows`` in the dataset's schema and in the order of its key, or refuse them.

    Raises:
        CheckFailed: wrong columns or types, an empty required cell, a number that is none (NaN, ±∞), a broken
            rule, or two rows of one key from one origin. The message counts the rows and shows the first.
    """
    typed = _typed(dataset, rows)
    _refuse_empty(dataset, typed)
    _refuse_no_number(dataset, typed)
    _refuse_broken(dataset, typed)
    sorted_rows, share_a_key = ordered(dataset, typed)
    if share_a_key:
        _refuse_twins(dataset, framed(typed))
    return sorted_rows.cast(dataset.schema)


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


def _refuse_empty(dataset: Dataset, rows: pa.Table) -> None:
    for column in dataset.all_columns:
        if not column.optional and (count := rows[column.name].null_count):
            wrong = framed(rows).filter(pl.col(column.name).is_null())
            raise CheckFailed(f"{dataset.name}: {count:,} rows have no {column.name}, first {_show(dataset, wrong)}")


def _refuse_no_number(dataset: Dataset, rows: pa.Table) -> None:
    for name in [column.name for column in dataset.all_columns if column.type == NUMBER]:
        none = ~pl.col(name).is_finite()
        if wrong := _count(rows, [name], none):
            raise CheckFailed(
                f"{dataset.name}: {wrong:,} rows have a {name} that is no number, "
                f"first {_show(dataset, framed(rows).filter(none))}; leave the cell empty in the source"
            )


def _refuse_broken(dataset: Dataset, rows: pa.Table) -> None:
    for rule in dataset.checks:
        broken = pl.sql_expr(rule.wrong)
        if wrong := _count(rows, broken.meta.root_names(), broken):
            raise CheckFailed(
                f"{dataset.name}: {wrong:,} rows break '{rule.name}' ({rule.advice}), "
                f"first {_show(dataset, framed(rows).filter(broken))}"
            )


def _count(rows: pa.Table, names: list[str], condition: pl.Expr) -> int:
    """Count the rows a condition on a few columns is true on: only these leave Arrow."""
    return int(framed(rows.select(names)).select(condition.sum()).item())


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
