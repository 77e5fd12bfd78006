"""One house spelling for the many ways a share class is printed."""

import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topheavy.core import symbols

SPELLINGS = {
    "BRK.B": ["BRK.B", "BRK-B", "BRK/B", "BRK B", "BRKB", "brk.b", " brk-b ", "brkb"],
    "BRK.A": ["BRKA", "BRK-A"],
    "BF.B": ["BFB", "BF-B", "BF/B", "bf b"],
    "BF.A": ["BFA", "BF.A"],
    "LEN.B": ["LENB", "LEN-B"],
    "AAPL": ["AAPL", "aapl", "\tAAPL\n"],
    "GOOG": ["GOOG"],
    "GOOGL": ["GOOGL"],
    "FOXA": ["FOXA"],
    "NWS": ["NWS"],
    "F": ["f"],
    "": ["", "  "],
}
"""House spelling → what fund issuers, Yahoo and Polygon print for it."""


def test_the_examples_in_the_documentation_are_true() -> None:
    result = doctest.testmod(symbols)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(("printed", "house"), [(text, name) for name, texts in SPELLINGS.items() for text in texts])
def test_every_spelling_becomes_the_house_spelling(printed: str, house: str) -> None:
    assert symbols.normal(printed) == house


@pytest.mark.parametrize("other", ["GOOGL.X1", "7203.T", "BRK.BB", "ABCDEF.B", "VOD.L1", "ES=F", "-"])
def test_what_is_no_share_class_keeps_its_spelling(other: str) -> None:
    assert symbols.normal(other) == other


def test_yahoo_writes_a_dash() -> None:
    assert [symbols.dashed(text) for text in ("BRK.B", "BRKB", "brk/b", "AAPL")] == ["BRK-B", "BRK-B", "BRK-B", "AAPL"]


@settings(deadline=None)
@given(st.text(st.characters(codec="ascii"), max_size=8))
def test_the_house_spelling_is_its_own_house_spelling(text: str) -> None:
    once = symbols.normal(text)
    assert symbols.normal(once) == once


@settings(deadline=None)
@given(st.from_regex(r"[A-Z]{1,5}\.[A-Z]", fullmatch=True))
def test_yahoo_and_back_is_the_same_class(symbol: str) -> None:
    assert symbols.normal(symbols.dashed(symbol)) == symbols.normal(symbol)
