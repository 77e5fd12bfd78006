"""Reading JSON without trust: whatever comes, it is a value of the kind asked for, nothing, or a named refusal."""

import json
from datetime import UTC, date, datetime
from math import isfinite
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topheavy.core.errors import Malformed
from topheavy.core.units import Page, Unit
from topheavy.datasets.schema import dataset
from topheavy.sources import wire

UNIT = Unit("example", "route", subject="XMPL")
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
SPLIT = {"symbol": "XMPL", "effective": date(2024, 6, 10), "ratio": 10.0, "kind": "split"}


@given(ANYTHING)
def test_a_number_is_finite_or_none(value: object) -> None:
    read = wire.number(value)
    assert read is None or (isinstance(read, float) and isfinite(read))
    assert wire.number(True) is None


@given(ANYTHING)
def test_a_text_is_a_text(value: object) -> None:
    assert isinstance(wire.text(value), str)


@given(st.dates())
def test_a_day_is_read_back(day: date) -> None:
    assert wire.day(day.isoformat()) == day


@given(ANYTHING | st.from_regex(r"[0-9W-]{10}", fullmatch=True))
def test_nothing_else_is_a_day(value: object) -> None:
    read = wire.day(value)
    assert read is None or read.isoformat() == value


@given(ANYTHING)
def test_any_stamp_is_a_day_or_none(value: object) -> None:
    read = wire.day_of_stamp(value, ZoneInfo("Pacific/Kiritimati"))
    assert read is None or isinstance(read, date)


def test_a_stamp_is_the_date_on_the_exchanges_wall() -> None:
    stamp = datetime(2024, 6, 10, 3, tzinfo=UTC).timestamp()
    assert wire.day_of_stamp(stamp, ZoneInfo("America/New_York")) == date(2024, 6, 9)
    assert wire.day_of_stamp(stamp, ZoneInfo("Asia/Tokyo")) == date(2024, 6, 10)


@given(ANYTHING)
def test_only_an_object_is_an_object(value: object) -> None:
    page = Page("x", json.dumps(value).encode())
    try:
        read = wire.read_object(page, UNIT)
    except Malformed as error:
        refused = str(error)
    else:
        refused, value = "", read
    assert isinstance(value, dict) or "example/route/XMPL" in refused


@given(st.dates(), st.dates())
def test_a_period_is_read_back(since: date, until: date) -> None:
    assert wire.read_period(wire.period(since, until), UNIT) == (since, until)


@pytest.mark.parametrize("subject", ["", "2024-01-02", "2024-01-02..", "..2024-01-02", "a..b", "2024-01-02..2024-1-3"])
def test_what_is_no_period_is_refused(subject: str) -> None:
    with pytest.raises(Malformed, match="not a period"):
        wire.read_period(subject, UNIT)


def test_rows_keep_the_whole_and_give_a_reason_for_the_rest() -> None:
    rows = wire.Rows("splits")
    rows.keep("row 1", **SPLIT)
    rows.keep("row 2", **SPLIT | {"symbol": ""})
    rows.keep("row 3", **SPLIT | {"effective": None, "ratio": None})
    rows.keep("row 4", **SPLIT)
    rows.keep("row 5", **SPLIT | {"ratio": 2.0})
    rows.leave("row 6", "odd")
    assert rows.table()["ratio"].to_pylist() == [10.0, 2.0]  # which of the two acts is for the rules
    assert rows.table().schema.equals(dataset("splits").parsed_schema)
    assert [(line.where, line.reason) for line in rows.left_out] == [
        ("row 2", "no readable symbol"),
        ("row 3", "no readable effective or ratio"),
        ("row 4", "printed twice"),
        ("row 6", "odd"),
    ]


def test_of_two_rows_with_one_key_the_first_is_kept_and_the_other_is_told() -> None:
    rows = wire.Rows("securities")
    rows.keep("row 1", security="XMPL", issuer="0000000001", name="Example Inc.")
    rows.keep("row 2", security="XMPL", issuer="0000000002", name="Another Inc.")
    assert rows.table()["issuer"].to_pylist() == ["0000000001"]
    assert [(line.where, line.reason) for line in rows.left_out] == [
        ("row 2", "another row says otherwise, the first is kept")
    ]


@pytest.mark.parametrize("name", ["bars", "splits", "dividends", "symbols", "securities", "shares", "holdings"])
def test_no_rows_are_a_table_too(name: str) -> None:
    assert wire.Rows(name).table().schema.equals(dataset(name).parsed_schema)
