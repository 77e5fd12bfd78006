"""Figures, days and names are written one way."""

from datetime import date

import pytest

from topheavy.web import words


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (words.percent(0.28094), "28.1 %"),
        (words.percent(0.28094, 2), "28.09 %"),
        (words.percent(None), "—"),
        (words.points(0.0516), "+5.2 pp"),
        (words.points(-0.0117, 2), "−1.17 pp"),
        (words.points(-0.00001), "0.0 pp"),
        (words.points(None), "—"),
        (words.money(42.797e12), "$42.8 T"),
        (words.money(581.88e9), "$581.9 B"),
        (words.money(7.5e6), "$7.5 M"),
        (words.money(950.0), "$950"),
        (words.money(None), "—"),
        (words.number(59.61), "59.6"),
        (words.number(4250.4, 0), "4,250"),
        (words.day(date(2023, 12, 29)), "29 Dec 2023"),
        (words.long_day(date(2020, 11, 30)), "Monday 30 November 2020"),
    ],
)
def test_figures_and_days(written: str, expected: str) -> None:
    assert written.replace("\u00a0", " ") == expected


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
    assert words.company(name, security) == expected


def test_names_people_know_and_names_they_gave() -> None:
    assert words.the(words.index_title("SP500")) == "the S&P 500"
    assert words.the(words.index_title("IVV")) == "IVV"
    assert words.the(words.group_title("magnificent7")) == "the Magnificent 7"
    assert words.group_title("my_banks") == "my banks"
    assert (words.make("Magnificent 7"), words.make("my banks")) == ("make", "makes")
    assert words.sentence("the S&P 500") == "The S&P 500"
