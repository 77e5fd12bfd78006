"""A count listed under a symbol that another company bore on its day."""

from support.frames import counts, frames, on, symbol
from topheavy.repairs.symbol_reuse import RULE

COR = [
    symbol("COR", "ABC", "1995-04-04", "2023-08-29", "renamed"),
    symbol("COR", "COR", "2023-08-30", None, "renamed"),
    symbol("CORESITE", "COR", "2010-09-23", "2021-12-28", "bought by American Tower"),
]
OWN = counts([204.0, 200.0], [on("2021-10-31"), on("2023-10-31")], "COR")
OWN[0]["symbol"] = "ABC"


def test_a_count_of_the_bearer_before_is_not_used() -> None:
    strange = counts([44.0], [on("2021-09-30")], "COR")
    (repair,) = RULE.find(frames(shares=[*OWN, *strange], symbols=COR))
    assert (repair.security, repair.effective, repair.before, repair.after) == ("COR", on("2021-09-30"), 44.0, None)
    assert "bought by American Tower" in repair.evidence


def test_a_count_in_line_with_the_companys_own_is_its_own() -> None:
    """Lists name history by the latest symbol: 205 on CoreSite's day, under COR, is Cencora's."""
    listed = counts([205.0], [on("2021-09-30")], "COR")
    assert RULE.find(frames(shares=[*OWN, *listed], symbols=COR)) == []


def test_without_any_own_count_a_doubtful_one_is_not_used() -> None:
    doubtful = counts([205.0], [on("2021-09-30")], "COR")
    assert [item.after for item in RULE.find(frames(shares=doubtful, symbols=COR))] == [None]


def test_a_count_outside_the_other_bearers_days_is_no_ones_else() -> None:
    between = counts([44.0], [on("2022-06-30")], "COR")
    assert RULE.find(frames(shares=[*OWN, *between], symbols=COR)) == []


def test_the_other_bearer_keeps_its_own_counts() -> None:
    theirs = counts([44.0, 45.0], [on("2021-06-30"), on("2021-09-30")], "CORESITE", symbol="COR")
    assert RULE.find(frames(shares=[*OWN, *theirs], symbols=COR)) == []
