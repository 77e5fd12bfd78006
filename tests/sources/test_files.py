"""Files as people have them: read right where they can mean one thing only, else refused in one line that says what."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from support.own_bars import HEADER, parquet, read, rows
from topheavy.core.errors import Malformed
from topheavy.sources.reading.unit_steps import with_unit_steps_doubted

DAY = date(2024, 12, 2)
BOTH = [("AAPX", 10.0, 1000.0), ("BBPX", 20.0, 1000.0)]
PLAIN = f"{HEADER}\n2024-12-02,AAPX,10,10,10,10,1000\n2024-12-02,BBPX,20,20,20,20,1000\n"

READ = {
    "plain": PLAIN.encode(),
    "a byte order mark": b"\xef\xbb\xbf" + PLAIN.encode(),
    "UTF-16": PLAIN.encode("utf-16"),
    "UTF-16 without a mark": PLAIN.encode("utf-16-le"),
    "tabs": PLAIN.replace(",", "\t").encode(),
    "semicolons": PLAIN.replace(",", ";").encode(),
    "pipes": PLAIN.replace(",", "|").encode(),
    "Windows' letters": PLAIN.replace("\n", ",Börse\n").replace(HEADER + ",Börse", HEADER + ",note").encode("cp1252"),
    "lines of Windows": PLAIN.replace("\n", "\r\n").encode(),
    "a line break in quotes": f'{HEADER},note\n2024-12-02,AAPX,10,10,10,10,1e3,"two\nlines"\n'
    '2024-12-02,BBPX,20,20,20,20,1000,"x"\n'.encode(),
    "thousands": PLAIN.replace("1000", '"1,000"').encode(),
    "thousands and fractions": PLAIN.replace("1000", '"1,000.0"').encode(),
    "European, among semicolons": PLAIN.replace(",", ";").replace("10;10;10;10", "10,00;10,00;10,00;10,00")
    .replace("20;20;20;20", "20,00;20,00;20,00;20,00").replace("1000", "1.000").encode(),
    "padded cells": PLAIN.replace(",", " , ").encode(),
    "a remark below": (PLAIN + "Data as of 2024-12-03,,,,,,\n").encode(),
    "rows without anything below": (PLAIN + ",,,,,,\n").encode(),
}  # fmt: skip


@pytest.mark.parametrize("kind", READ)
def test_a_file_is_read_whatever_its_letters_and_signs(kind: str) -> None:
    columns = {"session": "date", "symbol": "ticker"}
    if kind == "padded cells":
        padded = {name: f" {name} " for name in ("open", "high", "low", "close")}
        columns = {"session": "date ", "symbol": " ticker ", "volume": " volume"} | padded
    parsed = read(READ[kind], columns=columns)
    assert rows(parsed, "symbol", "close", "volume") == BOTH
    assert {row[0] for row in rows(parsed, "session")} == {DAY}


def test_a_remark_below_the_rows_is_told() -> None:
    (told,) = read(PLAIN + "Data as of 2024-12-03,,,,,,\n").left_out
    assert (told.where, told.reason) == ("bars.csv row 3", "a remark below the rows: 'Data as of 2024-12-03'")


PARQUET = {
    "decimals, categories and unsigned": parquet(
        date=[DAY, DAY],
        ticker=pl.Series(["AAPX", "BBPX"], dtype=pl.Categorical),
        **{name: pl.Series([Decimal("10.00"), Decimal("20.00")]) for name in ("open", "high", "low", "close")},
        volume=pl.Series([1000, 1000], dtype=pl.UInt64),
    ),
    "midnights in Paris": parquet(
        date=pl.Series([datetime(2024, 12, 2, tzinfo=ZoneInfo("Europe/Paris"))] * 2),
        ticker=["AAPX", "BBPX"],
        **{name: [10.0, 20.0] for name in ("open", "high", "low", "close")},
        volume=[1000, 1000],
    ),
    "numbers for days, text for prices": parquet(
        date=[20241202, 20241202],
        ticker=["AAPX", "BBPX"],
        **{name: ["10", "20"] for name in ("open", "high", "low", "close")},
        volume=["1000", "1e3"],
    ),
}


@pytest.mark.parametrize("kind", PARQUET)
def test_a_column_is_read_whatever_its_type(kind: str) -> None:
    parsed = read(PARQUET[kind], "bars.parquet")
    assert rows(parsed, "session", "symbol", "close", "volume") == [(DAY, *row) for row in BOTH]


def test_a_row_without_a_price_is_left_out_and_the_others_stay() -> None:
    prices = {name: [10.0, 20.0] for name in ("open", "high", "low")}
    odd = parquet(date=[DAY, DAY], ticker=["AAPX", "BBPX"], **prices, close=[10.0, float("nan")], volume=[1000, 1000])
    parsed = read(odd, "bars.parquet")
    assert rows(parsed, "symbol", "close") == [("AAPX", 10.0)]
    assert [(line.where, line.reason) for line in parsed.left_out] == [("bars.parquet row 2", "no close")]
    zero = read(PLAIN.replace("BBPX,20,20", "BBPX,0,20"))
    assert rows(zero, "symbol") == [("AAPX",)]
    assert [line.reason for line in zero.left_out] == ["open is 0, which is no price"]
    words = read(PLAIN.replace("BBPX,20,20,20,20,1000", "BBPX,null,N/A,-,null,NaN"))
    assert rows(words, "symbol") == [("AAPX",)]


def test_companies_called_like_nothing_stay() -> None:
    parsed = read(PLAIN.replace("AAPX", "NA").replace("BBPX", "NULL"))
    assert rows(parsed, "symbol") == [("NA",), ("NULL",)]


REFUSED = {
    "the month or the day": (PLAIN.replace("2024-12-02", "12/02/2024"), 'dates = "MM/DD/YYYY"'),
    "a price of thousands or of fractions": (PLAIN.replace("20,20,20,20", '20,20,20,"1,234"'), 'numbers = "1,234.50"'),
    "numbers in two ways": (PLAIN.replace("20,20,20,20", '20,20,"12,5","12.5"'), "two ways"),
    "a word for a number": (PLAIN.replace("20,20,20,20", "20,20,20,twenty"), "'twenty'"),
    "two columns of one name": (PLAIN.replace("volume", "close"), "two columns are called 'close'"),
    "a workbook": (b"PK\x03\x04" + PLAIN.encode(), "workbook"),
    "a workbook of XML": (
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        "workbook",
    ),
    "JSON": ('{"results": []}', "JSON"),
    "a web page in UTF-16": ("<html></html>".encode("utf-16"), "web page"),
    "a list where a price belongs": (
        parquet(date=[DAY], ticker=["A"], open=[[1.0]], high=[1.0], low=[1.0], close=[1.0], volume=[1]),
        "List",
    ),
    "a day where a price belongs": (
        parquet(date=[DAY], ticker=["A"], open=[DAY], high=[1.0], low=[1.0], close=[1.0], volume=[1]),
        "Date",
    ),
    "a time where a day belongs": (
        parquet(date=[datetime(2024, 12, 2).time()], ticker=["A"], open=[1.0], high=[1.0], low=[1.0], close=[1.0]),
        "Time",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_meant_is_refused_in_one_line(kind: str) -> None:
    body, says = REFUSED[kind]
    with pytest.raises(Malformed) as caught:
        read(body)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_manifest_decides_what_the_rows_do_not() -> None:
    slashes = read(PLAIN.replace("2024-12-02", "02/12/2024"), dates="DD/MM/YYYY")
    assert {row[0] for row in rows(slashes, "session")} == {DAY}
    paris = read(PLAIN.replace("2024-12-02", "2024-12-01T23:00:00Z"), zone="Europe/Paris")
    assert {row[0] for row in rows(paris, "session")} == {DAY}
    european = read(PLAIN.replace("20,20,20,20", '20,20,20,"1.234"'), numbers="1.234,50")
    assert rows(european, "close") == [(10.0,), (1234.0,)]


YFINANCE = (
    "Price,Close,Close,High,High,Low,Low,Open,Open,Volume,Volume\n"
    "Ticker,AAPX,BBPX,AAPX,BBPX,AAPX,BBPX,AAPX,BBPX,AAPX,BBPX\n"
    "Date,,,,,,,,,,\n"
    "2024-12-02,10,20,10,20,10,20,10,20,1000,1000\n"
    "2024-12-03,,21,,21,,21,,21,,7\n"
)


def test_yfinances_three_header_lines_are_rows_of_a_company_and_a_day_each() -> None:
    parsed = read(YFINANCE)
    assert sorted(rows(parsed, "session", "symbol", "close", "volume")) == [
        (DAY, "AAPX", 10.0, 1000.0),
        (DAY, "BBPX", 20.0, 1000.0),
        (date(2024, 12, 3), "BBPX", 21.0, 7.0),
    ]


def test_capital_letters_do_not_matter_where_one_column_can_be_meant() -> None:
    assert rows(read(PLAIN.replace(HEADER, HEADER.title())), "symbol", "close", "volume") == BOTH
    two = PLAIN.replace(HEADER, HEADER + ",Close").replace("1000\n", "1000,99\n")
    assert rows(read(two), "close") == [(10.0,), (20.0,)]


def test_a_step_of_a_hundred_in_a_series_is_doubted() -> None:
    lines = [
        f"2024-12-{day:02},AAPX,{price},{price},{price},{price},1" for day, price in ((2, 3.01), (3, 300), (4, 302))
    ]
    parsed = with_unit_steps_doubted(read("\n".join([HEADER, *lines])))
    assert parsed.doubts == (
        "AAPX steps by a hundred on 2024-12-03, from 3.01 to 300: does the file change its unit there "
        "(pence and pounds), or is a split of 100:1 missing?",
    )
    assert with_unit_steps_doubted(read(PLAIN)).doubts == ()
