"""Figures, days and names are written one way."""

from datetime import date

import pytest

from topheavy.core import text


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (text.percent(0.28094), "28.1 %"),
        (text.percent(0.28094, 2), "28.09 %"),
        (text.percent(None), "—"),
        (text.points(0.0516), "+5.2 pp"),
        (text.points(-0.0117, 2), "−1.17 pp"),
        (text.points(-0.00001), "0.0 pp"),
        (text.points(None), "—"),
        (text.money(42.797e12), "$42.8 T"),
        (text.money(581.88e9), "$581.9 B"),
        (text.money(7.5e6), "$7.5 M"),
        (text.money(950.0), "$950"),
        (text.money(None), "—"),
        (text.number(59.61), "59.6"),
        (text.number(4250.4, 0), "4,250"),
        (text.day(date(2023, 12, 29)), "29 Dec 2023"),
        (text.long_day(date(2020, 11, 30)), "Monday 30 November 2020"),
    ],
)
def test_figures_and_days(written: str, expected: str) -> None:
    assert written.replace("\u00a0", " ") == expected


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (0.28094, "1", "28.09 %"),
        (-0.0117, "1", "-1.17 %"),
        (3.75068916e12, "currency", "3.751 T"),
        (581.88e9, "currency", "581.880 B"),
        (134.25, "currency", "134.25"),
        (-2.5e6, "currency", "-2.500 M"),
        (208.35, "0 to 10,000", "208.35"),
        (0.688, "0 to 1", "0.688"),
        (15_552_752_000.0, "shares", "15,552,752,000"),
        (None, "1", "–"),
    ],
)
def test_a_figure_is_written_as_its_unit_asks(value: float | None, unit: str, expected: str) -> None:
    assert text.quantity(value, unit) == expected


def test_a_page_writes_the_same_figures_its_own_way() -> None:
    assert text.quantity(-0.0117, "1", text.PAGE).replace("\u00a0", " ") == "−1.2 %"
    assert text.quantity(3.75068916e12, "currency", text.PAGE).replace("\u00a0", " ") == "$3.8 T"


@pytest.mark.parametrize(
    ("name", "security", "expected"),
    [
        ("APPLE INC", "AAPL", "Apple"),
        ("META PLATFORMS INC-CLASS A", "META", "Meta Platforms"),
        ("VISA INC CLASS A", "V", "Visa"),
        ("MERCK & CO INC", "MRK", "Merck"),
        ("TWILIO INC - A", "TWLO", "Twilio"),
        ("UIPATH INC - CLASS A", "PATH", "Uipath"),
        ("BANK OF AMERICA CORP", "BAC", "Bank of America"),
        ("CVS HEALTH CORP", "CVS", "CVS Health"),
        ("KLA CORP", "KLAC", "KLA"),
        ("AT&T INC", "T", "AT&T"),
        ("T MOBILE US INC", "TMUS", "T Mobile US"),
        ("Berkshire Hathaway", "BRK.B", "Berkshire Hathaway"),
        ("COCA-COLA", "KO", "Coca-Cola"),
        ("INC", "INC", "INC"),
        (None, "XYZ", "XYZ"),
        ("Alphabet Inc. Class A Common Stock", "GOOGL", "Alphabet"),
        ("Meta Platforms, Inc. Class A Common Stock", "META", "Meta Platforms"),
        ("Linde plc Ordinary Shares", "LIN", "Linde"),
        ("Common Stock", "XMPL", "Common Stock"),
    ],
)
def test_companies_are_named_without_shouting(name: str | None, security: str, expected: str) -> None:
    assert text.company(name, security) == expected


def test_names_people_know_and_names_they_gave() -> None:
    assert text.the(text.index_title("SP500")) == "the S&P 500"
    assert text.the(text.index_title("IVV")) == "IVV"
    assert text.the(text.group_title("magnificent7")) == "the Magnificent 7"
    assert text.group_title("my_banks") == "my banks"
    assert (text.make("Magnificent 7"), text.make("my banks")) == ("make", "makes")
    assert text.sentence("the S&P 500") == "The S&P 500"
