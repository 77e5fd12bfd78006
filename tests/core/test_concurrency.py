"""Calls under way: never more than the width, which gives way to a crowd and grows back; a pause holds for all."""

import threading
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from topheavy.core.http.concurrency import RUN, Gate


def test_it_starts_at_its_most_and_never_lets_more_in() -> None:
    gate, inside, most, lock = Gate(3), [0], [0], threading.Lock()

    def work() -> None:
        for _ in range(20):
            with gate.place():
                with lock:
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                with lock:
                    inside[0] -= 1

    crew = [threading.Thread(target=work) for _ in range(8)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    assert gate.width == 3
    assert 1 <= most[0] <= 3


def test_a_crowd_halves_it_once_for_all_that_were_under_way() -> None:
    gate = Gate(10)
    with gate.place() as first, gate.place() as second:
        pass
    gate.crowded(first)
    gate.crowded(second)
    assert gate.width == 5
    with gate.place() as later:
        pass
    gate.crowded(later)
    assert gate.width == 2


def test_it_is_never_closed() -> None:
    gate = Gate(10)
    for _ in range(10):
        with gate.place() as era:
            gate.crowded(era)
    assert gate.width == 1


def test_a_run_of_successes_opens_it_by_one_and_a_crowd_breaks_the_run() -> None:
    gate = Gate(4)
    with gate.place() as era:
        gate.crowded(era)
    for _ in range(RUN - 1):
        gate.went_well()
    assert gate.width == 2
    gate.went_well()
    assert gate.width == 3
    for _ in range(RUN - 1):
        gate.went_well()
    gate.crowded(0)  # a late one from the era before: no halving, but no run either
    gate.went_well()
    assert gate.width == 3


def test_those_who_wait_come_in_when_it_opens() -> None:
    gate, entered = Gate(2), threading.Event()
    with gate.place() as era:
        gate.crowded(era)

        def second() -> None:
            with gate.place():
                entered.set()

        thread = threading.Thread(target=second)
        thread.start()
        assert not entered.wait(0.05)
        for _ in range(RUN):
            gate.went_well()
        assert entered.wait(5)
        thread.join()


def test_a_pause_is_never_shortened_by_a_smaller_wish() -> None:
    now = [100.0]
    gate = Gate(now=lambda: now[0])
    gate.close_for(30.0)
    gate.close_for(5.0)
    now[0] += 10.0
    assert gate.closed_for == 20.0
    now[0] += 20.0
    assert gate.closed_for == 0.0
    gate.wait_open()


@given(st.integers(1, 32), st.lists(st.booleans(), max_size=200))
def test_whatever_happens_it_moves_by_one_up_or_by_half_down(most: int, went: list[bool]) -> None:
    gate = Gate(most)
    widths = [gate.width]
    for good in went:
        with gate.place() as era:
            if good:
                gate.went_well()
            else:
                gate.crowded(era)
        widths.append(gate.width)
    assert all(1 <= width <= most for width in widths)
    assert all(new in {old, old + 1, max(1, old // 2)} for old, new in pairwise(widths))
