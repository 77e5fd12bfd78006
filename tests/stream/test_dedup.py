"""A number is new once, whatever order, feed or size it comes in."""

import random

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from topheavy.stream.sink.dedup import Seen


def batch(*pairs: tuple[str, int]) -> pa.Table:
    feeds, numbers = [feed for feed, _ in pairs], [number for _, number in pairs]
    return pa.table({"feed": pa.array(feeds, pa.string()), "sequence": pa.array(numbers, pa.int64())})


@settings(deadline=None)
@given(st.lists(st.lists(st.tuples(st.sampled_from("ab"), st.integers(-(2**63), 2**63 - 1) | st.integers(0, 9)))))
def test_it_answers_as_a_set_would(batches: list[list[tuple[str, int]]]) -> None:
    seen, known = Seen(), set[tuple[str, int]]()
    for pairs in batches:
        new = seen.admit(batch(*pairs)).tolist()
        for pair, is_new in zip(pairs, new, strict=True):
            assert is_new == (pair not in known)
            known.add(pair)


def test_numbers_without_holes_cost_nothing() -> None:
    seen, numbers = Seen(), list(range(1 << 18))
    random.Random(1).shuffle(numbers)
    for part in np.array_split(np.array(numbers), 7):
        assert seen.admit(batch(*(("f", int(number)) for number in part))).all()
    assert seen.kilobytes == 0
    assert not seen.admit(batch(("f", 0), ("f", 65_535), ("f", 200_000))).any()


def test_numbers_with_holes_cost_a_bit_each() -> None:
    seen = Seen()
    seen.admit(batch(*(("f", number) for number in range(0, 1 << 20, 2))))
    assert seen.kilobytes == (1 << 20) // 8 // 1024


def runs(*spans: tuple[str, int, int]) -> pa.Table:
    columns = list(zip(*spans, strict=True)) if spans else [[], [], []]
    kinds = (pa.string(), pa.int64(), pa.int64())
    return pa.table(
        [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)], ["feed", "first", "last"]
    )


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(-200_000, 200_000), st.integers(0, 300_000)), max_size=6))
def test_what_is_filled_in_runs_is_seen_as_if_it_had_come_one_by_one(spans: list[tuple[str, int, int]]) -> None:
    seen, known = Seen(), {"a": set[int](), "b": set[int]()}
    seen.fill(runs(*((feed, first, first + length) for feed, first, length in spans)))
    for feed, first, length in spans:
        known[feed] |= set(range(first, first + length + 1))
    edges = [first + step for _, first, _ in spans for step in (-1, 0, 1)]
    ends = [first + length + step for _, first, length in spans for step in (-1, 0, 1)]
    asked = sorted({(feed, number) for feed in "ab" for number in (*edges, *ends, 0, 65_535, 65_536, -65_536, -65_537)})
    if asked:
        assert seen.admit(batch(*asked)).tolist() == [number not in known[feed] for feed, number in asked]


def test_the_last_number_there_is_can_end_a_run() -> None:
    seen, top = Seen(), 2**63 - 1
    seen.fill(runs(("a", top - 200_000, top)))
    assert seen.admit(batch(("a", top), ("a", top - 200_001))).tolist() == [False, True]
