"""A sink begins where its table ends, and says why where it cannot."""

import pytest

from topheavy.core.errors import StreamError
from topheavy.core.positions import Position, from_text, to_text
from topheavy.stream.sink.resume import anew, start_at

HELD = Position("t", "id", {0: 50, 1: 7})


def test_a_table_never_written_begins_at_the_first_offsets() -> None:
    assert start_at(None, "t", "id", {0: (0, 9), 2: (5, 5)}) == Position("t", "id", {0: 0, 2: 5})


def test_it_goes_on_where_the_table_ends_and_a_new_partition_begins_at_its_first() -> None:
    begin = start_at(HELD, "t", "id", {0: (0, 90), 2: (0, 3)})
    assert begin.next == {0: 50, 2: 0}, "the partitions that are not ours are left out"


@pytest.mark.parametrize(
    ("topic_id", "bounds", "said"),
    [
        ("new", (0, 90), r"topic t was made anew: the table follows id id, the broker has new; .*restart"),
        ("id", (0, 49), r"partition 0 ends at 49, but the table has read up to 50"),
        ("id", (60, 90), r"begins at 60, but the table has read only up to 50: 10 offsets were deleted unread"),
    ],
)
def test_what_would_skip_or_repeat_is_refused(topic_id: str, bounds: tuple[int, int], said: str) -> None:
    with pytest.raises(StreamError, match=said):
        start_at(HELD, "t", topic_id, {0: bounds})


def test_both_ends_are_inside() -> None:
    assert start_at(HELD, "t", "id", {0: (50, 50)}).next == {0: 50}
    assert anew("t", "new", {0: (3, 9)}) == Position("t", "new", {0: 3})


def test_positions_are_read_as_they_were_written() -> None:
    assert from_text(to_text({"t": HELD, "u": Position("u", "")})) == {"t": HELD, "u": Position("u", "")}
