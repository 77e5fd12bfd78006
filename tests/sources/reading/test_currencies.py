"""Prices in another currency: pence become pounds, pounds become dollars with a rate, or are left out and told."""

from datetime import date

import pyarrow as pa
import pytest

from support.own_bars import answer_of, read, rows
from topheavy.core.money import unit_of_price
from topheavy.datasets.schema import dataset
from topheavy.sources import yahoo
from topheavy.sources.files import SOURCE
from topheavy.sources.reading.currencies import in_home_currency
from topheavy.sources.vendor import Parsed

BARS = (
    "date,ticker,open,high,low,close,volume\n"
    "2024-12-02,LLDN.L,300,310,290,300,1000\n2024-12-12,LLDN.L,320,320,320,320,1000\n"
)
NO_RATES = dataset("rates").schema.empty_table()


def rates(*known: tuple[str, str, float]) -> pa.Table:
    names = ("session", "currency", "rate")
    plain = [dict(zip(names, (date.fromisoformat(day), code, rate), strict=True)) for day, code, rate in known]
    return pa.Table.from_pylist(plain, schema=dataset("rates").parsed_schema)


def reasons(parsed: Parsed) -> list[tuple[str, str]]:
    return [(line.where, line.reason) for line in parsed.left_out]


def test_pence_are_pounds_by_a_hundred_and_dollars_by_the_rate() -> None:
    """300 pence are 3 pounds, at 1.25 they are 3.75 dollars; the rate of the 2nd is ten days old on the 12th."""
    parsed = in_home_currency(read(BARS, currency="GBX"), rates(("2024-12-02", "GBP", 1.25)))
    assert rows(parsed, "session", "open", "close", "volume") == [(date(2024, 12, 2), 3.75, 3.75, 1000.0)]
    assert parsed.notes == ("1 bars converted from GBP to USD with the home's rates",)
    assert reasons(parsed) == [
        ("2024-12-12 LLDN.L", "in GBX, and the home has no rate to USD: give a file of rates"),
    ]


def test_the_last_rate_of_a_week_serves() -> None:
    parsed = in_home_currency(
        read(BARS, currency="GBP"), rates(("2024-11-29", "GBP", 1.25), ("2024-12-09", "GBP", 1.3))
    )
    assert rows(parsed, "close") == [(300 * 1.25,), (pytest.approx(320 * 1.3),)]


def test_without_a_rate_nothing_foreign_is_kept_and_each_is_told() -> None:
    parsed = in_home_currency(read(BARS, currency="EUR"), NO_RATES)
    assert rows(parsed, "close") == []
    assert len(parsed.left_out) == 2
    assert parsed.tables["bars"].schema == dataset("bars").parsed_schema


def test_the_exchanges_own_currency_stays_as_it_is() -> None:
    for currency in ("", "USD", "usd"):
        assert rows(in_home_currency(read(BARS, currency=currency), NO_RATES), "close") == [(300.0,), (320.0,)]
    cents = in_home_currency(read(BARS, currency="USX"), NO_RATES)
    assert rows(cents, "close") == [(3.0,), (pytest.approx(3.2),)]


def test_a_dividend_in_another_currency_is_not_taken_out_as_dollars() -> None:
    body = "symbol,effective,amount,currency\nAAPX,2024-12-02,10,CAD\nBBPX,2024-12-02,2,USD\nCCPX,2024-12-02,1,\n"
    parsed = SOURCE.parse(answer_of(body, "dividends.csv", "dividends", columns={}))
    without = in_home_currency(parsed, NO_RATES)
    assert sorted(without.tables["dividends"]["symbol"].to_pylist()) == ["BBPX", "CCPX"]
    assert reasons(without) == [
        ("2024-12-02 AAPX", "in CAD, and the home has no rate to USD: give a file of rates"),
    ]
    converted = in_home_currency(parsed, rates(("2024-12-02", "CAD", 0.7)))
    amounts = {row["symbol"]: (row["amount"], row["currency"]) for row in converted.tables["dividends"].to_pylist()}
    assert amounts == {"AAPX": (pytest.approx(7.0), "USD"), "BBPX": (2.0, "USD"), "CCPX": (1.0, None)}


def test_yahoo_says_what_its_prices_are_in() -> None:
    sample = yahoo.SOURCE.sample()
    assert yahoo.SOURCE.parse(sample).currency == "USD"
    pence = sample.pages[0].content.replace(b'"currency":"USD"', b'"currency":"GBp"')
    page = type(sample.pages[0])(sample.pages[0].request, pence, "application/json")
    parsed = yahoo.SOURCE.parse(type(sample)(sample.unit, (page,), sample.received_at, sample.kind))
    assert parsed.currency == "GBp"
    assert in_home_currency(parsed, NO_RATES).tables["bars"].num_rows == 0
    assert in_home_currency(parsed, NO_RATES).tables["dividends"].num_rows == 0


@pytest.mark.parametrize(
    ("printed", "unit"),
    [
        ("GBp", ("GBP", 100.0)),
        ("GBX", ("GBP", 100.0)),
        ("GBP", ("GBP", 1.0)),
        (" usd ", ("USD", 1.0)),
        ("ZAc", ("ZAR", 100.0)),
    ],
)
def test_a_hundredth_is_told_from_its_unit_by_its_letters(printed: str, unit: tuple[str, float]) -> None:
    assert unit_of_price(printed) == unit
