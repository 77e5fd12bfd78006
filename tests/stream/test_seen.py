"""A number is new once, whatever order, feed or size it comes in."""

import random

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from topheavy.stream.seen import Seen


def batch(*pairs: tuple[str, int]) -> pa.Table:
    feeds, numbers = [feed for feed, _ in pairs], [number for _, number in pairs]
    return pa.table({"feed": pa.array(feeds, pa.string()), "sequence": pa.array(numbers, pa.int64())})


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
