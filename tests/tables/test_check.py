"""Rows that break their dataset's rules are refused in one line that names the rule and shows the first."""

from datetime import date

import pyarrow as pa
import pytest

from support.rows import BARS, NOON, SPLITS, SYMBOLS, Row, bar, bars, origins, split, splits, table
from topheavy.core.errors import CheckFailed
from topheavy.datasets.schema import Dataset, dataset
from topheavy.tables.catalogs.catalog import Tables
from topheavy.tables.check import check
from topheavy.tables.read import read, snapshot_of
from topheavy.tables.write import replace_all, replace_slices

GOOD = bar("2024-12-06")


def with_nothing_in(name: str) -> pa.Table:
    loose = pa.schema([field.with_nullable(True) for field in BARS.schema])
    return pa.Table.from_pylist([GOOD, bar("2024-12-09") | {name: None}], schema=loose)


def with_column(name: str, values: list[object]) -> pa.Table:
    place = BARS.schema.names.index(name)
    return bars(GOOD).remove_column(place).append_column(name, pa.array(values))


WRONG: dict[str, tuple[pa.Table, str]] = {
    "a price below zero": (
        bars(GOOD, bar("2024-12-09", close=-1.0)),
        r"bars: 1 rows break 'price_not_positive' \(prices are above zero\), first session=2024-12-09, security=AAPL",
    ),
    "a price of zero": (bars(GOOD | {"low": 0.0}), "'price_not_positive'"),
    "a volume below zero": (bars(GOOD | {"volume": -1.0}), "'volume_negative'"),
    "a price that is no number": (bars(GOOD | {"close": float("nan")}), "1 rows have a close that is no number"),
    "a price without end": (bars(GOOD | {"high": float("inf")}), "have a high that is no number"),
    "an optional value that is no number": (bars(GOOD | {"vwap": float("nan")}), "have a vwap that is no number"),
    "no key": (with_nothing_in("security"), "bars: 1 rows have no security, first session=2024-12-09"),
    "no price": (with_nothing_in("close"), "bars: 1 rows have no close, first session=2024-12-09"),
    "no key in the right schema": (bars(GOOD, bar("2024-12-09") | {"security": None}), "1 rows have no security"),
    "one key twice in one answer": (
        bars(GOOD, bar("2024-12-06", close=11.0), bar("2024-12-06", "MSFT")),
        r"bars: 2 rows share a key \(session, security\) with different values, first session=2024-12-06, security=AA",
    ),
    "a column too few": (bars(GOOD).drop_columns("close"), r"bars: columns missing \['close'\], not known \[\]"),
    "a column too many": (
        bars(GOOD).append_column("mood", pa.array(["calm"])),
        r"columns missing \[\], not known \['mood'\]",
    ),
    "a column by another name": (
        bars(GOOD).rename_columns(["day", *BARS.schema.names[1:]]),
        r"columns missing \['session'\], not known \['day'\]",
    ),
    "a word for a number": (with_column("close", ["ten"]), "bars: a column has the wrong type"),
    "a number for a day": (with_column("session", [1.5]), "bars: a column has the wrong type"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_breaks_the_rules_is_refused_and_named(wrong: str) -> None:
    rows, message = WRONG[wrong]
    with pytest.raises(CheckFailed, match=message) as refused:
        check(BARS, rows)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("about", "row", "rule"),
    [
        (SPLITS, split("A", "2024-01-02", 0.0), "ratio_not_positive"),
        (SYMBOLS, {"since": date(2024, 1, 2), "until": date(2024, 1, 1)}, "period_reversed"),
        (dataset("constituents"), {"since": date(2024, 1, 2), "until": date(2024, 1, 1)}, "period_reversed"),
        (dataset("dividends"), {"amount": -0.01}, "amount_negative"),
        (dataset("shares"), {"count": 0.0}, "count_not_positive"),
        (dataset("shares"), {"covers": "half"}, "covers_unknown"),
    ],
)
def test_every_declared_rule_bites(about: Dataset, row: Row, rule: str) -> None:
    """The rules of bars are above."""
    with pytest.raises(CheckFailed, match=f"{about.name}: 1 rows break '{rule}'"):
        check(about, table(about, filled(about) | row))
    assert check(about, table(about, filled(about))).num_rows == 1


def filled(about: Dataset) -> Row:
    """A sound row of any dataset."""
    values: Row = {"covers": "class", "kind": "split", "until": None}
    return {
        column.name: values[column.name]
        if column.name in values
        else {"date": date(2024, 1, 2), "double": 1.0, "string": "x", "timestamp": NOON}[
            str(column.type).split("[")[0].removesuffix("32")
        ]
        for column in about.all_columns
    }


def test_every_rule_of_every_dataset_was_tried() -> None:
    tried = {"price_not_positive", "volume_negative", "ratio_not_positive", "period_reversed", "amount_negative"}
    tried |= {"count_not_positive", "covers_unknown"}
    names = ("bars", "constituents", "dividends", "groups", "holdings", "securities", "shares", "splits", "symbols")
    assert {rule.name for name in names for rule in dataset(name).checks} == tried


def test_sound_rows_pass_in_the_datasets_own_order_of_columns() -> None:
    mixed = bars(GOOD, bar("2024-12-06", "MSFT", volume=0.0)).select(list(reversed(BARS.schema.names)))
    assert check(BARS, mixed).schema == BARS.schema
    assert check(BARS, mixed).to_pylist() == [GOOD, bar("2024-12-06", "MSFT", volume=0.0)]
    assert check(BARS, bars()).num_rows == 0


def test_two_origins_may_claim_one_key() -> None:
    assert check(BARS, bars(GOOD, bar("2024-12-06", origin="elsewhere"))).num_rows == 2


def test_whole_numbers_are_numbers() -> None:
    assert check(BARS, with_column("close", [10])).to_pylist() == [GOOD]


def test_what_is_refused_leaves_the_table_as_it_was(tables: Tables) -> None:
    rows = bars(bar("2024-11-15"), GOOD)
    replace_slices(tables, BARS, rows, origins(rows), {})
    before = snapshot_of(tables, BARS)
    for wrong, _ in WRONG.values():
        with pytest.raises(CheckFailed):
            replace_slices(tables, BARS, wrong, origins(rows), {})
        with pytest.raises(CheckFailed):
            replace_all(tables, BARS, wrong)
    assert snapshot_of(tables, BARS) == before
    assert read(tables, BARS).sort_by("session").equals(rows)


def test_a_first_write_that_is_refused_makes_no_rows(tables: Tables) -> None:
    with pytest.raises(CheckFailed):
        replace_all(tables, SPLITS, splits(split("A", "2024-01-02", -1.0)))
    assert snapshot_of(tables, SPLITS) == 0
    assert read(tables, SPLITS).num_rows == 0
