"""Looking through, on funds small enough to check by hand."""

from datetime import date
from pathlib import Path

import pytest

from support.fund_books import DAY, line, publish_funds
from topheavy.answers.exposure.ask import Asked, exposure
from topheavy.answers.exposure.facts import ExposureAnswer
from topheavy.answers.published import Published
from topheavy.core.errors import UsageError
from topheavy.portfolios.read import read_portfolio

COMPANIES = {
    "AAA": ("0000000001", "Alpha"),
    "BBB": ("0000000002", "Beta"),
    "CCC.A": ("0000000003", "Gamma"),
    "CCC.B": ("0000000003", "Gamma"),
    "DDD": ("0000000004", "Delta"),
}


def ask(view: Published, text: str, **narrowed: object) -> ExposureAnswer:
    return exposure(view, read_portfolio(text.encode()), Asked(on=DAY, **narrowed))  # type: ignore[arg-type]


def parts(answer: ExposureAnswer) -> dict[str, float]:
    return {item.name: item.share for item in answer.companies}


def reasons(answer: ExposureAnswer) -> dict[str, str]:
    return {item.what: item.reason for item in answer.residuals}


def test_a_fund_of_funds_is_followed_down_and_share_classes_are_one_company(tmp_path: Path) -> None:
    funds = {
        "INN": [line("AAA", 0.5), line("CCC.A", 0.3), line("CCC.B", 0.2)],
        "OUT": [line("INN", 0.4), line("BBB", 0.5), line("USD", 0.1, asset_class="cash")],
    }
    view = publish_funds(tmp_path, funds, COMPANIES, {"pair": ["AAA", "CCC.B"]})
    answer = ask(view, "50% OUT, 30% INN, 20% AAA")
    # INN is 0.5 × 0.4 + 0.3 = 0.5 of the whole
    assert parts(answer) == pytest.approx({"Alpha": 0.25 + 0.2, "Gamma": 0.25, "Beta": 0.25})
    assert [(item.what, item.share) for item in answer.other] == [("cash", pytest.approx(0.05))]
    assert answer.residuals == ()
    assert [(group.group, group.share, group.members, group.of) for group in answer.groups] == [
        ("pair", pytest.approx(0.7), 2, 2)
    ]
    assert {way.position: way.share for way in answer.companies[0].via} == pytest.approx(
        {"AAA": 0.2, "INN": 0.15, "OUT": 0.1}
    )
    assert answer.figures.effective_n == pytest.approx(0.95**2 / (0.45**2 + 2 * 0.25**2))
    assert "funds lie 2 deep in each other" in answer.notes


def test_a_fund_that_holds_itself_through_another_is_cut_with_a_reason(tmp_path: Path) -> None:
    funds = {"ONE": [line("TWO", 0.5), line("AAA", 0.5)], "TWO": [line("ONE", 0.2), line("BBB", 0.8)]}
    answer = ask(publish_funds(tmp_path, funds, COMPANIES), "100% ONE")
    assert parts(answer) == pytest.approx({"Alpha": 0.5, "Beta": 0.4})
    assert reasons(answer) == {"ONE": "ONE holds itself through TWO: cut there, or it would go round for ever"}
    assert answer.not_looked_through == pytest.approx(0.1)


def test_a_partial_file_is_never_rescaled(tmp_path: Path) -> None:
    funds = {"PRT": [line("AAA", 0.25, value=250.0), line("BBB", 0.2, value=200.0)]}
    answer = ask(publish_funds(tmp_path, funds, COMPANIES), "100% PRT")
    assert parts(answer) == pytest.approx({"Alpha": 0.25, "Beta": 0.2})
    assert reasons(answer) == {"PRT": "its holdings file's lines add up to 45.00% of it; the rest is not in the file"}
    assert (answer.funds[0].stated, answer.funds[0].basis) == (pytest.approx(0.45), "printed")


def test_rounded_weights_give_way_to_values_where_the_file_is_whole(tmp_path: Path) -> None:
    funds = {"RND": [line("AAA", 0.6667, value=2000.0), line("BBB", 0.3333, value=1000.0)]}
    answer = ask(publish_funds(tmp_path, funds, COMPANIES), "100% RND")
    assert parts(answer) == pytest.approx({"Alpha": 2 / 3, "Beta": 1 / 3}, abs=1e-12)
    assert answer.funds[0].basis == "value"


def test_leverage_and_shorts_are_shown_as_such(tmp_path: Path) -> None:
    funds = {"LEV": [line("AAA", 1.3), line("BBB", -0.2), line("FWD", 0.01, asset_class="forward")]}
    answer = ask(publish_funds(tmp_path, funds, COMPANIES), "50% LEV, 50% BBB")
    assert parts(answer) == pytest.approx({"Alpha": 0.65, "Beta": 0.4})
    beta = next(item for item in answer.companies if item.name == "Beta")
    assert beta.short == pytest.approx(-0.1)
    assert (answer.long, answer.short) == (pytest.approx(0.65 + 0.005 + 0.5), pytest.approx(-0.1))
    assert answer.residuals[0].share == pytest.approx(-0.055)
    assert "owes the difference" in answer.residuals[0].reason


def test_a_line_is_known_by_its_number_where_it_has_no_symbol(tmp_path: Path) -> None:
    """GOOG's and GOOGL's numbers: one issuer by their first six characters; a later number of one share class too."""
    funds = {
        "OLD": [line("AAA", 1.0, cusip="000000101")],
        "SYM": [line("AAA", 0.5, cusip="111111103"), line("BBB", 0.5, cusip="02079K107")],
        "NUM": [
            line("", 0.4, isin="US1111111038", name="Alpha Inc"),
            line("", 0.3, isin="US0000001016", name="Alpha"),
            line("", 0.3, isin="US02079K3059", name="Beta Class A"),
        ],
    }
    answer = ask(publish_funds(tmp_path, funds, COMPANIES), "100% NUM")
    assert parts(answer) == pytest.approx({"Alpha": 0.7, "Beta": 0.3})


def test_a_line_without_a_known_number_is_joined_by_its_whole_name(tmp_path: Path) -> None:
    funds = {"NAM": [line("", 0.6, isin="US5949181045", name="ALPHA INC"), line("", 0.4, name="Nobody Knows Corp")]}
    answer = ask(publish_funds(tmp_path, funds, COMPANIES), "100% NAM")
    assert [(item.issuer, item.share) for item in answer.companies] == [
        ("0000000001", 0.6), ("NOBODY KNOWS CORP", 0.4)]  # fmt: skip
    assert any("by its whole name" in note for note in answer.notes)


def test_a_position_goes_by_the_symbol_of_its_day(tmp_path: Path) -> None:
    symbols = [("AAA", "OLDA", date(2012, 1, 1), date(2022, 6, 8)), ("AAA", "AAA", date(2022, 6, 9), None)]
    view = publish_funds(tmp_path, {"FND": [line("AAA", 1.0)]}, COMPANIES, symbols=symbols)
    assert parts(ask(view, "50% OLDA, 50% FND")) == pytest.approx({"Alpha": 1.0})


def test_a_fund_inside_without_holdings_is_named(tmp_path: Path) -> None:
    funds = {"OUT": [line("AAA", 0.9), line("", 0.1, name="SOME MONEY MARKET FUND", isin="US9229085538")]}
    answer = ask(publish_funds(tmp_path, funds, COMPANIES), "100% OUT")
    assert reasons(answer) == {"SOME MONEY MARKET FUND": "a fund inside a fund, whose holdings are not here"}
    assert answer.not_looked_through == pytest.approx(0.1)


def test_what_is_not_known_is_named_with_a_way_to_know_it(tmp_path: Path) -> None:
    answer = ask(publish_funds(tmp_path, {"FND": [line("AAA", 1.0)]}, COMPANIES), "60% FND, 30% VXUS")
    assert [(item.what, item.share, item.remedy) for item in answer.residuals] == [
        ("VXUS", pytest.approx(0.3), "topheavy run nport VXUS"),
        ("not listed", pytest.approx(0.1), ""),
    ]


def test_amounts_of_several_currencies_are_never_added_without_a_rate(tmp_path: Path) -> None:
    view = publish_funds(tmp_path, {"FND": [line("AAA", 1.0)]}, COMPANIES)
    answer = ask(view, "$600 FND, $300 BBB, 100 EUR DDD")
    assert (answer.currency, answer.whole) == ("USD", 900.0)
    assert [(item.position, "without a rate" in item.reason) for item in answer.unvalued] == [("DDD", True)]
    rated = ask(view, "$600 FND, $300 BBB, 100 EUR DDD", rates={"EUR": 1.2})
    assert (rated.whole, rated.unvalued) == (pytest.approx(1020.0), ())
    assert parts(rated)["Delta"] == pytest.approx(120 / 1020)


def test_shares_are_worth_their_last_close_or_nothing_is_said(tmp_path: Path) -> None:
    view = publish_funds(tmp_path, {"FND": [line("AAA", 1.0)]}, COMPANIES, closes={"AAA": 50.0})
    answer = ask(view, "10 AAA, 3 BBB, $500 FND")
    assert answer.whole == 1000.0
    assert [item.how for item in answer.positions] == ["10 × close of 2024-03-28", "as stated"]
    assert [item.position for item in answer.unvalued] == ["BBB"]
    with pytest.raises(UsageError, match="nothing of the portfolio can be valued; BBB: there is no price"):
        ask(view, "3 BBB")


def test_two_funds_overlap_by_the_smaller_part_of_each_company(tmp_path: Path) -> None:
    funds = {
        "ONE": [line("AAA", 0.5), line("CCC.A", 0.5)],
        "TWO": [line("AAA", 0.2), line("CCC.B", 0.6), line("DDD", 0.2)],
    }
    (common,) = ask(publish_funds(tmp_path, funds, COMPANIES), "50% ONE, 50% TWO").overlaps
    assert (common.overlap, common.companies) == (pytest.approx(0.2 + 0.5), 2)


def test_the_newest_holdings_up_to_the_day_are_used_and_their_age_is_said(tmp_path: Path) -> None:
    funds = {("FND", date(2024, 1, 1)): [line("AAA", 1.0)], ("FND", date(2024, 3, 1)): [line("BBB", 1.0)],
             ("FND", date(2024, 4, 5)): [line("DDD", 1.0)]}  # fmt: skip
    view = publish_funds(tmp_path, funds, COMPANIES)  # type: ignore[arg-type]
    answer = ask(view, "100% FND")
    assert parts(answer) == {"Beta": 1.0}
    assert (answer.funds[0].as_of, answer.funds[0].age) == (date(2024, 3, 1), 27)


def test_a_simulated_market_says_so(tmp_path: Path) -> None:
    view = publish_funds(tmp_path, {"FND": [line("AAA", 1.0)]}, COMPANIES, world="simulated")
    answer = exposure(view, read_portfolio(b"100% FND"))
    assert (answer.world, answer.on, answer.funds[0].source_kind) == ("simulated", DAY, "simulated")
