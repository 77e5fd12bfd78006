"""What every dataset keeps: a new file in ``datasets/`` is held by this suite the moment it exists."""

import re

import polars as pl
import pyarrow as pa
import pytest

from topheavy.core.errors import UsageError
from topheavy.core.plugins import DATASETS, scan
from topheavy.datasets.schema import (
    DAY,
    MOMENT,
    NUMBER,
    PROVENANCE,
    TEXT,
    WHOLE,
    YES_NO,
    Dataset,
    Layer,
    dataset,
    records,
)
from topheavy.metrics.engines.duckdb import DuckDB
from topheavy.metrics.questions import GIVEN, QuestionKind, questions, tables_behind

FOUND = {found.name: found.plugin for found in scan(DATASETS)}
TYPES = {DAY, TEXT, NUMBER, WHOLE, YES_NO, MOMENT}

ORIGINAL = {
    "company_details": (
        *("trading_date", "ticker", "company_name", "market_cap", "shares_outstanding", "currency", "description"),
    ),
    "daily_trading": (
        *("trading_date", "ticker", "open_price", "high_price", "low_price", "close_price", "volume", "vwap"),
    ),
    "magnificent7_metrics": ("trading_date", "ticker", "market_cap", "pct_of_mag7", "pct_of_sp500", "ranking"),
    "concentration_metrics": (
        *("trading_date", "total_mag7_market_cap", "sp500_total_market_cap", "mag7_pct_of_sp500"),
        "mag7_companies_count",
    ),
    "failed_collections": ("trading_date", "ticker", "reason"),
}
"""The five tables of the pipeline this project answers, their columns in their order."""


@pytest.fixture(params=sorted(FOUND))
def every(request: pytest.FixtureRequest) -> Dataset:
    plugin: Dataset = FOUND[request.param]
    return plugin


def test_a_dataset_is_named_as_its_file(every: Dataset) -> None:
    module = next(found.module for found in scan(DATASETS) if found.name == every.name)
    assert module == f"topheavy.datasets.{every.name}"


def test_its_columns_are_named_once_typed_and_explained(every: Dataset) -> None:
    names = [column.name for column in every.all_columns]
    assert len(set(names)) == len(names)
    for column in every.columns:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name), f"{every.name}.{column.name}: lower case, no signs"
        assert column.type in TYPES, f"{every.name}.{column.name}: use the types of schema.py"
        assert column.meaning.strip(), f"{every.name}.{column.name}: say what it means"
    assert every.grain.strip()


def test_its_numbers_have_units_save_a_repairs_which_are_those_of_its_field(every: Dataset) -> None:
    unitless = {column.name for column in every.columns if column.type == NUMBER and not column.unit}
    assert unitless <= ({"before", "after"} if every.name == "repairs" else set())


def test_its_key_is_made_of_columns_that_are_never_empty(every: Dataset) -> None:
    known = {column.name: column for column in every.all_columns}
    assert every.key
    assert len(set(every.key)) == len(every.key)
    for name in every.key:
        assert name in known, f"{every.name}: the key names {name}, which is no column"
        assert not known[name].optional, f"{every.name}: a key column is never empty"


def test_the_columns_it_is_laid_out_and_resolved_by_are_dates_of_its_own(every: Dataset) -> None:
    dates = {column.name for column in every.columns if column.type == DAY}
    assert {name for name in (every.month_of, every.security_by, every.security_until) if name} <= dates
    if every.month_of:
        assert not next(column for column in every.columns if column.name == every.month_of).optional
    if every.day_of:
        moments = {column.name for column in every.columns if column.type == MOMENT and not column.optional}
        assert every.day_of in moments
        assert not every.month_of
    if every.security_by:
        assert {"security", "symbol"} <= {column.name for column in every.columns}
    else:
        assert not every.exact_symbol
        assert not every.security_until
        assert not every.security_if


def test_its_conditions_are_sql_over_its_own_columns(every: Dataset) -> None:
    empty = pl.from_arrow(every.schema.empty_table())
    assert isinstance(empty, pl.DataFrame)
    conditions = [check.wrong for check in every.checks] + ([every.security_if] if every.security_if else [])
    for condition in conditions:
        kept = empty.select(wrong=pl.sql_expr(condition))
        assert kept.schema["wrong"] == pl.Boolean, f"{every.name}: '{condition}' is not a condition"
    names = [check.name for check in every.checks]
    assert len(set(names)) == len(names)
    assert all(check.advice.strip() for check in every.checks)


def test_parsed_rows_carry_where_they_come_from_and_others_do_not(every: Dataset) -> None:
    extra = [column.name for column in every.all_columns[len(every.columns) :]]
    assert extra == (["source", "source_kind", "origin", "received_at"] if every.layer is Layer.PARSED else [])
    assert [column.name for column in PROVENANCE] == ["source", "source_kind", "origin", "received_at"]


def test_a_parser_delivers_all_but_the_security_it_cannot_know(every: Dataset) -> None:
    wanted = [column.name for column in every.columns]
    if every.security_by:
        wanted.remove("security")
    assert every.parsed_schema.names == wanted
    assert every.schema.names == [column.name for column in every.all_columns]
    for column in every.all_columns:
        assert every.schema.field(column.name).nullable == column.optional
        assert every.schema.field(column.name).type == column.type


# the original five tables


@pytest.mark.parametrize("name", sorted(ORIGINAL))
def test_the_original_tables_are_still_what_they_were(name: str) -> None:
    assert tuple(column.name for column in dataset(name).columns) == ORIGINAL[name]
    assert dataset(name).layer is Layer.VIEW


@pytest.mark.parametrize("name", sorted(item.name for item in FOUND.values() if item.layer is Layer.VIEW))
def test_the_answer_of_a_view_has_exactly_its_columns_and_types(name: str) -> None:
    answer = DuckDB().answer([name], nothing(name))[name]
    assert questions()[name].kind is QuestionKind.VIEW
    assert questions()[name].grain == dataset(name).key
    assert answer.schema.names == dataset(name).schema.names
    for field in dataset(name).schema:
        found = answer.schema.field(field.name).type
        assert found == field.type or (pa.types.is_integer(found) and field.type == WHOLE), f"{name}.{field.name}"


@pytest.mark.parametrize("name", sorted(item.name for item in questions().values() if item.kind is QuestionKind.TABLE))
def test_a_stored_answer_has_the_columns_of_its_dataset(name: str) -> None:
    answer = DuckDB().answer([name], nothing(name))[name]
    assert dataset(name).layer is Layer.DERIVED
    assert set(questions()[name].grain) == set(dataset(name).key)
    assert set(dataset(name).schema.names) <= set(answer.schema.names)


def nothing(name: str) -> dict[str, pa.Table]:
    """No rows for everything behind a question."""
    given = {
        "sessions": pa.table({"session": pa.array([], pa.date32())}),
        "coverage_floor": pa.table({"floor": pa.array([0.8])}),
    }
    assert set(given) == GIVEN
    return {
        item: given[item] if item in GIVEN else dataset(item).schema.empty_table() for item in tables_behind([name])
    }


# asking by name


def test_an_unknown_dataset_is_met_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="no dataset is called 'bar': did you mean 'bars'"):
        dataset("bar")


def test_records_fill_optional_columns_that_are_not_given() -> None:
    day = pa.scalar(0, DAY).as_py()
    rows = records("splits", {"symbol": ["A"], "effective": [day], "ratio": [4.0], "kind": ["split"]})
    assert rows.schema == dataset("splits").parsed_schema
    assert rows.to_pylist() == [
        {"symbol": "A", "effective": day, "ratio": 4.0, "kind": "split", "evidence": None},
    ]
    assert records("splits", {}).num_rows == 0
