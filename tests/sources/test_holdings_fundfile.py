"""What every fund source owes: plan and fetch, clear refusals, and records that do not hang on any order."""

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.fund_answers import answer_of, column, without_lines
from topheavy.core.errors import Malformed, SourceRefused, UsageError
from topheavy.core.http.client import Client
from topheavy.core.settings import Settings
from topheavy.core.units import SourceKind
from topheavy.datasets.schema import dataset
from topheavy.sources import ark, invesco, ishares, spdr
from topheavy.sources.fundfile.source import FundFile, file_name, fund_in_name
from topheavy.sources.vendor import Ask, Parsed

SOURCES: tuple[FundFile, ...] = (ark.SOURCE, invesco.SOURCE, ishares.SOURCE, spdr.SOURCE)
every_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
SETTINGS = Settings(Path("home"), {})


def ask(target: str, *datasets: str) -> Ask:
    day = date(2024, 3, 5)
    return Ask(day, day, (day,), frozenset(datasets), target=target)


@every_source
def test_plan_is_one_unit_named_by_the_address(source: FundFile) -> None:
    (unit,) = source.plan(ask("some/file.csv"), SETTINGS)
    assert (unit.source, unit.route, unit.session, unit.subject) == (source.name, "holdings", None, "some/file.csv")
    assert list(source.plan(ask("", "bars"), SETTINGS)) == []


@every_source
def test_plan_without_an_address_says_what_to_give(source: FundFile) -> None:
    with pytest.raises(UsageError, match=f"{source.name} reads .* give its path or URL"):
        source.plan(ask(""), SETTINGS)


@every_source
def test_fetch_brings_the_bytes_untouched_and_the_name(source: FundFile, tmp_path: Path) -> None:
    body = b"\xef\xbb\xbf any bytes \r\n\x00"
    path = tmp_path / "XMPF_2024-03-05.csv"
    path.write_bytes(body)
    (unit,) = source.plan(ask(str(path)), SETTINGS)
    fetched = source.fetch(unit, Client(), SETTINGS)
    assert [page.content for page in fetched.pages] == [body]
    assert (fetched.kind, fetched.facts) == (SourceKind.FILE, {"file": "XMPF_2024-03-05.csv"})


def test_fetch_of_a_missing_file_is_refused(tmp_path: Path) -> None:
    (unit,) = ark.SOURCE.plan(ask(str(tmp_path / "gone.csv")), SETTINGS)
    with pytest.raises(SourceRefused, match="check the path"):
        ark.SOURCE.fetch(unit, Client(), SETTINGS)


@every_source
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf \r\n", "the file is empty"),
        (b"\n<!DOCTYPE html><html><body>Accept our cookies</body></html>", "a web page came"),
        (b'{"error": "not found"}', "no holdings found under columns like"),
        (b"one\ntwo\n", "no holdings found under columns like"),
        (b"PK\x03\x04 cut short", "the workbook cannot be read"),
        (b'"' + b"x" * 200_000, "not a CSV file after line 0"),
    ],
)
def test_what_is_no_holdings_file_is_refused_in_one_line(source: FundFile, body: bytes, words: str) -> None:
    with pytest.raises(Malformed) as refused:
        source.parse(answer_of(source.name, body, "x.csv"))
    assert str(refused.value).startswith(f"{source.name}/holdings/x.csv: {words}")
    assert "\n" not in str(refused.value)


@every_source
def test_a_table_without_one_readable_line_is_refused_with_the_first_reason(source: FundFile) -> None:
    page = source.sample().pages[0].content.decode()
    broken = re.sub(r"\d+\.\d{2,3}|\b\d+\.\d\b", "many", page)
    with pytest.raises(Malformed, match=r"no holdings found, .* lines left out; line"):
        source.parse(answer_of(source.name, broken, "XMPF.csv"))


@every_source
def test_records_have_exactly_the_datasets_schema(source: FundFile) -> None:
    parsed = source.parse(source.sample())
    assert set(parsed.tables) == {"holdings", "securities"}
    for name, table in parsed.tables.items():
        assert table.schema == dataset(name).parsed_schema


@every_source
def test_windows_endings_and_a_byte_order_mark_change_nothing(source: FundFile) -> None:
    sample = source.sample()
    plain = sample.pages[0].content.removeprefix(b"\xef\xbb\xbf")
    other = answer_of(source.name, b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n"), sample.facts["file"])
    assert source.parse(other).tables == source.parse(sample).tables


@every_source
def test_another_encoding_is_read(source: FundFile) -> None:
    sample = source.sample()
    text = sample.pages[0].content.decode("utf-8-sig")
    body = re.sub("example works", "Caf\xe9 Works", text, flags=re.IGNORECASE).encode("cp1252")
    assert "Caf\xe9 Works" in str(column(source.parse(answer_of(source.name, body, sample.facts["file"])), "name"))


def shuffled(source: FundFile, data: st.DataObject) -> Parsed:
    """Parse the sample with the columns of its table and the rows below its header in another order."""
    sample = source.sample()
    rows = list(csv.reader(io.StringIO(sample.pages[0].content.decode())))
    start = next(place for place, row in enumerate(rows) if {"name", "company"} & {cell.lower() for cell in row})
    width = len(rows[start])
    columns = data.draw(st.permutations(range(width)))
    table = [[row[place] for place in columns] if len(row) == width else row for row in rows[start:]]
    below = data.draw(st.permutations(table[1:]))
    text = io.StringIO()
    csv.writer(text).writerows([*rows[:start], table[0], *below])
    return source.parse(answer_of(source.name, text.getvalue(), sample.facts["file"]))


@every_source
@settings(deadline=None)
@given(data=st.data())
def test_records_do_not_hang_on_the_order_of_columns_or_rows(source: FundFile, data: st.DataObject) -> None:
    straight, other = source.parse(source.sample()), shuffled(source, data)
    assert without_lines(other) == without_lines(straight)
    assert set(column(other, "security", "securities")) == set(column(straight, "security", "securities"))
    assert (other.naming, len(other.left_out)) == (straight.naming, len(straight.left_out))
    assert other.notes[:2] == straight.notes[:2]


@every_source
@settings(deadline=None)
@given(data=st.data())
def test_damaged_bytes_are_read_or_refused_and_nothing_else(source: FundFile, data: st.DataObject) -> None:
    body = source.sample().pages[0].content
    cut = data.draw(st.integers(0, len(body)))
    junk = data.draw(st.binary(max_size=12) | st.sampled_from([b'"', b"\n", b",", b"-", b"\x00", b"9"]))
    try:
        parsed = source.parse(answer_of(source.name, body[:cut] + junk + body[cut + len(junk) :], "XMPF.csv"))
    except Malformed:
        return
    assert 1 <= parsed.tables["holdings"].num_rows <= 5


def test_one_security_a_symbol_whatever_the_order() -> None:
    head = "Ticker Symbol:,XMPS\nHoldings:,As of 05-Mar-2024\nName,Ticker,Weight\n"
    lines = ["EXAMPLE B,XMPL,1\n", "EXAMPLE A,XMPL,2\n"]
    for order in (lines, lines[::-1]):
        parsed = spdr.SOURCE.parse(answer_of("spdr", head + "".join(order), "x.csv"))
        assert parsed.tables["holdings"].num_rows == 2
        assert column(parsed, "name", "securities") == ["EXAMPLE A"]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("../somewhere/ishares_IVV_2024-12-06.csv", "ishares_IVV_2024-12-06.csv"),
        ("https://example.com/a/b/holdings-daily-us-en-spy.xlsx?x=1", "holdings-daily-us-en-spy.xlsx"),
        ("https://example.com/239726/1467.ajax?fileType=csv&fileName=IVV_holdings&dataType=fund", "IVV_holdings"),
        ("https://example.com/", ""),
    ],
)
def test_a_file_goes_by_its_last_name(address: str, name: str) -> None:
    assert file_name(address) == name


@pytest.mark.parametrize(
    ("file", "fund"),
    [
        ("ishares_IVV_2024-12-06.csv", "IVV"),
        ("IVV_holdings", "IVV"),
        ("IVV_holdings (1).csv", "IVV"),
        ("holdings-daily-us-en-spy.xlsx", "SPY"),
        ("index-holdings-xlv.csv", "XLV"),
        ("iShares-Core-SP-500-ETF_fund.csv", None),
        ("holdings.csv", None),
        ("", None),
    ],
)
def test_a_fund_is_taken_from_a_file_name_only_where_no_doubt_is_left(file: str, fund: str | None) -> None:
    assert fund_in_name(file) == fund
