"""Looking through loses nothing, whatever lies in whatever; and how positions are written changes nothing."""

from dataclasses import replace
from datetime import date
from math import fsum

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topheavy.answers.exposure.ask import stakes_of
from topheavy.answers.exposure.funds.books import Book, Books
from topheavy.answers.exposure.funds.identity import Member
from topheavy.answers.exposure.funds.weights import Basis
from topheavy.answers.exposure.look_through import Looked, LookThrough
from topheavy.answers.exposure.targets import Register
from topheavy.answers.exposure.valuing import value
from topheavy.portfolios.position import Portfolio, Position

DAY = date(2024, 3, 28)
FUNDS = tuple(f"F{place}" for place in range(5))
COMPANIES = tuple(f"C{place}" for place in range(6))
CASH = "USD"

parts = st.floats(-0.3, 0.9, allow_nan=False).map(lambda part: round(part, 4))
lines = st.lists(st.tuples(st.sampled_from((*FUNDS, *COMPANIES, CASH)), parts), min_size=1, max_size=6)
nestings = st.lists(lines, min_size=5, max_size=5)
"""Five funds that may hold each other, themselves and anything, long or short, in rings or not."""

positions = st.lists(
    st.tuples(st.sampled_from((*FUNDS, *COMPANIES, "NOBODY")), st.floats(0.01, 1e6, allow_nan=False)),
    min_size=1,
    max_size=8,
)


def through(nesting: list[list[tuple[str, float]]]) -> LookThrough:
    """The looking glass over funds made of lines (what, part)."""
    names = (*FUNDS, *COMPANIES, CASH)
    flat = [(fund, what, part) for fund, lines in enumerate(nesting) for what, part in lines]
    sums = [fsum(part for _, part in lines) for lines in nesting]
    books = {
        name: Book(name, DAY, "files", "file", len(nesting[place]), sums[place], Basis.PRINTED, sums[place])
        for place, name in enumerate(FUNDS)
    }
    members = tuple(Member(name, name, name, None, "record") for name in names)
    funds = np.array([fund for fund, _, _ in flat], dtype=np.int64)
    member = np.array([names.index(what) for _, what, _ in flat], dtype=np.int64)
    kind = np.array([1 if what == CASH else 0 for _, what, _ in flat], dtype=np.int64)
    child = np.array([FUNDS.index(what) if what in FUNDS else -1 for _, what, _ in flat], dtype=np.int64)
    weight = np.array([part for _, _, part in flat])
    made = Books(DAY, books, FUNDS, members, ("equity", "cash"), funds, member, kind, child, weight, weight)
    return LookThrough(made, Register(DAY, {}, {}, {}, {}))


def look(glass: LookThrough, held: list[tuple[str, float]]) -> Looked:
    portfolio = Portfolio("made up", tuple(Position("here", symbol=name, value=amount) for name, amount in held))
    return glass.look(stakes_of(value(portfolio, lambda _: None, {}), glass))


def whole(looked: Looked) -> float:
    """Known and not known, together."""
    return looked.companies_share + sum(part for part, _ in looked.other.values()) + fsum(r.share for r in looked.rests)


@given(nesting=nestings, held=positions)
@settings(max_examples=300, deadline=None)
def test_what_is_known_and_what_is_not_make_up_the_whole(
    nesting: list[list[tuple[str, float]]], held: list[tuple[str, float]]
) -> None:
    looked = look(through(nesting), held)
    assert whole(looked) == pytest.approx(1.0, abs=1e-7)
    assert all(rest.reason for rest in looked.rests)


@given(nesting=nestings, held=positions, cut=st.floats(0.1, 0.9), data=st.data())
@settings(max_examples=100, deadline=None)
def test_splitting_joining_and_order_of_positions_change_nothing(
    nesting: list[list[tuple[str, float]]], held: list[tuple[str, float]], cut: float, data: st.DataObject
) -> None:
    glass = through(nesting)
    name, amount = held[0]
    split = data.draw(st.permutations([(name, amount * cut), (name, amount * (1 - cut)), *held[1:]]))
    as_it_was, otherwise = look(glass, held), look(glass, list(split))
    assert otherwise.net == pytest.approx(as_it_was.net, abs=1e-9)
    assert whole(otherwise) == pytest.approx(whole(as_it_was), abs=1e-9)


@given(nesting=nestings, scale=st.floats(0.001, 1000))
@settings(max_examples=50, deadline=None)
def test_a_portfolio_of_twice_the_size_is_the_same_portfolio(
    nesting: list[list[tuple[str, float]]], scale: float
) -> None:
    glass = through(nesting)
    held = [("F0", 3.0), ("F1", 2.0), ("C0", 1.0)]
    assert look(glass, [(name, amount * scale) for name, amount in held]).net == pytest.approx(
        look(glass, held).net, abs=1e-9
    )


def test_a_ring_is_cut_once_around_and_named() -> None:
    ring = [[("F1", 0.5), ("C0", 0.5)], [("F2", 1.0)], [("F0", 0.4), ("C1", 0.6)], [("C2", 1.0)], [("F4", 1.0)]]
    looked = look(through(ring), [("F0", 1.0)])
    assert {rest.what: rest.share for rest in looked.rests} == pytest.approx({"F0": 0.2})
    assert looked.rests[0].reason.startswith("F0 holds itself through F1 and F2")
    itself = look(through(ring), [("F4", 1.0)])
    assert itself.rests[0].reason.startswith("F4 holds itself: cut there")


def test_a_chain_deeper_than_any_real_fund_ends_with_a_reason() -> None:
    glass = through([[("C0", 1.0)]] * 5)
    deep = 70
    books = glass.books
    names = tuple(f"D{place}" for place in range(deep))
    chain = replace(
        books,
        funds=names,
        books={name: replace(books.books["F0"], fund=name, total=1.0) for name in names},
        members=(*(Member(name, name, name, None, "record") for name in names),),
        fund=np.arange(deep - 1),
        member=np.arange(1, deep),
        kind=np.zeros(deep - 1, dtype=np.int64),
        child=np.arange(1, deep),
        weight=np.ones(deep - 1),
        value=np.ones(deep - 1),
    )
    looked = look(LookThrough(chain, Register(DAY, {}, {}, {}, {})), [("D0", 1.0)])
    assert any("more than 64 funds deep" in rest.reason for rest in looked.rests)
