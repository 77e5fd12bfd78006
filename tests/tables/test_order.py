"""Rows are put in the order of their key, whatever the key's columns are: as plain Python sorts the same rows."""

from datetime import UTC, date, datetime

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from topheavy.datasets.schema import DAY, MOMENT, NUMBER, TEXT, WHOLE, Column, Dataset, Layer
from topheavy.tables.order import by_key, ordered

TYPES = {
    TEXT: st.text(max_size=3),
    DAY: st.dates(date(1, 1, 1), date(9999, 12, 31)),
    WHOLE: st.integers(-(2**40), 2**40),
    NUMBER: st.floats(allow_nan=False, allow_infinity=False),
    MOMENT: st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
}


def keyed_by(*types: pa.DataType) -> Dataset:
    columns = tuple(Column(f"k{number}", kind, "part of the key", optional=True) for number, kind in enumerate(types))
    place = Column("place", WHOLE, "where the row came")
    key = tuple(column.name for column in columns)
    return Dataset("rows", "a row", (*columns, place), key, Layer.DERIVED)


def table(about: Dataset, keys: list[tuple[object, ...]]) -> pa.Table:
    columns = [*(list(column) for column in zip(*keys, strict=True)), list(range(len(keys)))]
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, about.schema, strict=True)], about.schema
    )


@st.composite
def rows(draw: st.DrawFn) -> tuple[Dataset, list[tuple[object, ...]]]:
    types = draw(st.lists(st.sampled_from(list(TYPES)), min_size=1, max_size=4))
    keys = draw(st.lists(st.tuples(*(st.none() | TYPES[kind] for kind in types)), min_size=1, max_size=30))
    return keyed_by(*types), keys + draw(st.lists(st.sampled_from(keys), max_size=2))


def by_hand(keys: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Empty cells first, texts by their bytes."""
    return sorted(keys, key=lambda key: [(part is not None, _bytes(part)) for part in key])


def _bytes(part: object) -> object:
    return part.encode() if isinstance(part, str) else part


@given(rows())
def test_the_order_is_the_one_plain_python_gives(made: tuple[Dataset, list[tuple[object, ...]]]) -> None:
    about, keys = made
    found = ordered(about, table(about, keys))
    got = [tuple(row[name] for name in about.key) for row in found.rows.to_pylist()]
    assert got == by_hand(keys)
    assert sorted(found.rows["place"].to_pylist()) == list(range(len(keys))), "every row once"
    assert found.share_a_key == (len(set(keys)) < len(keys))


def test_a_key_wider_than_a_number_holds_is_still_told_apart() -> None:
    """Four columns of a million million values each do not fit side by side into 64 bits."""
    about = keyed_by(WHOLE, WHOLE, WHOLE, WHOLE)
    far = 10**12
    keys: list[tuple[object, ...]] = [(far, 0, far, 1), (0, far, 0, far), (far, 0, far, 0), (0, far, 0, far - 1)]
    found = ordered(about, table(about, keys))
    assert found.rows["place"].to_pylist() == [3, 1, 2, 0]
    assert not found.share_a_key


def test_rows_of_several_chunks_are_put_in_one_order() -> None:
    about = keyed_by(TEXT)
    chunks = pa.concat_tables([table(about, [("b",), ("é",)]), table(about, [("a",), ("z",)])])
    assert by_key(about, chunks)["k0"].to_pylist() == ["a", "b", "z", "é"]


def test_no_rows_stay_no_rows() -> None:
    about = keyed_by(TEXT, DAY)
    assert ordered(about, about.schema.empty_table()) == (about.schema.empty_table(), False)
