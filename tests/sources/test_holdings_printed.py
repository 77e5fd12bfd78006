"""Numbers, dates, symbols and identifiers, in all the ways issuers print them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topheavy.sources.fundfile.printed import asset_class, cusip, day, isin, number, symbol, words

CENTS = st.integers(-(10**13), 10**13)


def printed_ways(cents: int) -> dict[str, str]:
    """Write an amount by hand-made rules that share nothing with the reader."""
    size = f"{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
    minus = "-" if cents < 0 else ""
    return {
        "plain": minus + size.replace(",", ""),
        "grouped": minus + size,
        "dollar": f"{minus}${size}",
        "dollar inside": f"${minus}{size}",
        "dollar, spaced": f"{minus}$ {size}",
        "percent": f"{minus}{size}%",
        "percent, spaced": f"{minus}{size} %",
        "bracketed": f"({size})" if cents < 0 else size,
        "bracketed dollar": f"(${size})" if cents < 0 else f"${size}",
        "bracketed percent": f"({size}%)" if cents < 0 else f"{size}%",
        "typographic minus": ("−" if cents < 0 else "") + size,
        "plus": minus + size if cents < 0 else f"+{size}",
        "padded": f"  {minus}{size}\xa0",
        "quoted": f'"{minus}{size}"',
    }


@given(CENTS)
def test_every_way_of_printing_an_amount_reads_as_that_amount(cents: int) -> None:
    for way, text in printed_ways(cents).items():
        assert number(text) == cents / 100, way


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_python_prints_is_read_back(value: float) -> None:
    assert number(repr(value)) == value


@pytest.mark.parametrize("blank", ["", " ", "-", "--", "\xa0", "n/a", '""', "—"])
def test_blank_is_no_number(blank: str) -> None:
    assert number(blank) is None


@pytest.mark.parametrize(
    "text",
    ["abc", "1,23", "1.234,50", "12,34,567", "--5", "(-5)", "nan", "inf", "1e999", "1_000", "3 4", "2.81 M", "5)"],
)
def test_what_is_not_one_number_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        number(text)


@given(st.text(max_size=12))
def test_any_text_is_a_number_a_blank_or_refused(text: str) -> None:
    try:
        value = number(text)
    except ValueError:
        return
    assert value is None or abs(value) < float("inf")


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_every_way_of_printing_a_date_reads_as_that_date(on: date) -> None:
    short = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[on.month - 1]
    ways = (
        f"{on.year}-{on.month:02d}-{on.day:02d}",
        f"{on.month:02d}/{on.day:02d}/{on.year}",
        f"{on.month}/{on.day}/{on.year}",
        f"{short} {on.day:02d}, {on.year}",
        f"As of {on.day:02d}-{short}-{on.year}",
        f"{on.day}/{short.upper()}/{on.year}",
        f"Holdings as of 6:03 PM ET {on.month:02d}/{on.day:02d}/{on.year}",
    )
    for way in ways:
        assert day(way) == on, way


@pytest.mark.parametrize("text", ["", "-", "13/02/2024", "02/30/2024", "Frimaire 3, 2024", "6:03 PM", "20240230"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert day(text) is None


def test_long_month_names_and_the_first_of_two_dates() -> None:
    assert day("September 5, 2024") == date(2024, 9, 5)
    assert day("from 2024-01-02 until Mar 05, 2024") == date(2024, 1, 2)


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("AAPL ", "AAPL"),
        ("BRKB", "BRK.B"),
        ("brk/b", "BRK.B"),
        ("DKNG UW", "DKNG"),
        ("BRK/B UN", "BRK.B"),
        ("ADYEN NA", "ADYEN NA"),
        ("-", None),
        ("\xa0", None),
    ],
)
def test_symbols_get_house_spelling_and_keep_foreign_venues(printed: str, meant: str | None) -> None:
    assert symbol(printed) == meant


@pytest.mark.parametrize(
    ("printed", "width", "meant"),
    [
        ("037833100", 9, "037833100"),  # Apple, as issued
        ("37833100", 9, "037833100"),  # its zero lost in a spreadsheet
        ("03783310", 8, "03783310"),  # without the check digit
        ("3783310", 8, "03783310"),
        ("59491810", 9, "59491810"),  # Microsoft without its check digit, among longer ones: no zero was lost
        ("30303M102", 9, "30303M102"),
        ("us0378331005", 9, None),
        ("6.411E+106", 9, None),
        ("-", 9, None),
        ("", 9, None),
    ],
)
def test_cusips_regain_lost_zeros_only_where_the_check_digit_holds(printed: str, width: int, meant: str | None) -> None:
    assert cusip(printed, width) == meant


def test_isin_is_told_from_cusip() -> None:
    assert isin(" us0378331005 ") == "US0378331005"
    assert isin("037833100") is None


@pytest.mark.parametrize(
    ("printed", "kind"),
    [
        ("Equity", "equity"),
        ("Common Stock", "equity"),
        ("American Depository Receipt - NY", "equity"),
        ("REIT", "equity"),
        ("Cash", "cash"),
        ("Money Market", "cash"),
        ("Cash Collateral and Margins", "cash"),
        ("Currency", "cash"),
        ("Futures", "future"),
        ("Equity Option", "other"),
        ("Currency Forward", "other"),
        ("Fixed Income", "other"),
    ],
)
def test_class_as_printed_decides(printed: str, kind: str) -> None:
    assert asset_class(printed, "XMPL", "EXAMPLE WORKS INC") == kind


@pytest.mark.parametrize(
    ("named", "name", "kind"),
    [
        ("XMPL", "EXAMPLE CASH REGISTERS", "equity"),
        (None, "US DOLLAR", "cash"),
        (None, "GOVERNMENT TRSY OBLIG FUND", "cash"),
        ("CASH_USD", "US DOLLAR", "cash"),
        ("ESZ4", "S+P500 EMINI FUT DEC24", "future"),
        (None, "S+P500 EMINI FUT DEC24", "future"),
        (None, "EXAMPLE WORKS WTS", "other"),
        ("BTC", "BITCOIN", "other"),
        (None, None, "other"),
    ],
)
def test_without_a_class_symbol_and_name_decide(named: str | None, name: str | None, kind: str) -> None:
    assert asset_class(None, named, name) == kind


@given(st.text(max_size=20))
def test_words_are_never_padded(text: str) -> None:
    found = words(text)
    assert found is None or (found and found == found.strip())
