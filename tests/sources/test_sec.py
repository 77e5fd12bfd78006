"""SEC EDGAR: counts as filed, on the share unit they speak of; Apple's and NVIDIA's figures are from their filings."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from support.scripted_http import ScriptedHttp
from topheavy.core.errors import Malformed, UsageError
from topheavy.core.settings import Settings, read_settings
from topheavy.core.units import Answer, Page, SourceKind, Unit
from topheavy.sources.sec import SOURCE
from topheavy.sources.vendor import Ask, Parsed

RECEIVED = datetime(2024, 12, 18, 3, tzinfo=UTC)
LOCAL = {"TOPHEAVY_SEC_URL": "http://127.0.0.1:9/", "TOPHEAVY_SEC_WWW_URL": "http://localhost:9/"}


def settings(**environment: str) -> Settings:
    return read_settings(Path("home"), environment)


def fact(end: str, filed: str, val: object, form: str = "10-Q") -> dict[str, object]:
    return {
        "end": end,
        "val": val,
        "accn": "0001234567-24-000010",
        "fy": 2024,
        "fp": "Q1",
        "form": form,
        "filed": filed,
    }


def facts(cover: list[Any] | None = None, balance: list[Any] | None = None, cik: object = 1234567) -> dict[str, Any]:
    held: dict[str, Any] = {}
    if cover is not None:
        held["dei"] = {"EntityCommonStockSharesOutstanding": {"label": "x", "units": {"shares": cover}}}
    if balance is not None:
        held["us-gaap"] = {"CommonStockSharesOutstanding": {"label": "x", "units": {"shares": balance}}}
    return {"cik": cik, "entityName": "EXAMPLE", "facts": held}


def answer(body: object, subject: str = "XMPL=0001234567", route: str = "facts") -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(Unit("sec", route, subject=subject), (Page("x", content),), RECEIVED, SourceKind.VENDOR)


def counts(parsed: Parsed) -> list[dict[str, Any]]:
    return parsed.tables["shares"].to_pylist()


def test_a_cover_page_count_is_effective_on_its_date_and_known_when_filed() -> None:
    body = facts([fact("2024-04-19", "2024-05-03", 15334082000)], cik=320193)
    parsed = SOURCE.parse(answer(body, "AAPL=0000320193"))
    assert counts(parsed) == [
        {
            "symbol": "AAPL",
            "effective": date(2024, 4, 19),
            "known": date(2024, 5, 3),
            "count": 15334082000.0,
            "covers": "class",
            "basis": date(2024, 4, 19),
            "evidence": "10-Q filed 2024-05-03, dei",
        }
    ]
    assert parsed.naming == date(2024, 12, 17)
    assert parsed.left_out == ()


def test_counts_around_a_split_are_each_on_their_own_unit() -> None:
    cover = [fact("2024-05-24", "2024-05-29", 2460000000), fact("2024-08-23", "2024-08-28", 24530000000)]
    parsed = SOURCE.parse(answer(facts(cover, cik="0001045810"), "NVDA=0001045810"))
    assert [(row["count"], row["basis"].isoformat()) for row in counts(parsed)] == [
        (2460000000.0, "2024-05-24"),
        (24530000000.0, "2024-08-23"),
    ]


def test_a_balance_sheet_count_stands_in_where_no_cover_page_is_near() -> None:
    cover = [fact("2024-04-26", "2024-05-03", 100_000)]
    balance = [
        fact("2024-03-31", "2024-05-03", 99_000),  # 26 days before the cover page
        fact("2024-06-10", "2024-08-01", 101_000),  # 45 days after it: still near
        fact("2024-06-11", "2024-08-01", 102_000),  # 46 days
        fact("2023-12-31", "2024-02-20", 98_000, "10-K"),
    ]
    parsed = SOURCE.parse(answer(facts(cover, balance)))
    assert [(row["effective"].isoformat(), row["evidence"]) for row in counts(parsed)] == [
        ("2023-12-31", "10-K filed 2024-02-20, us-gaap"),
        ("2024-04-26", "10-Q filed 2024-05-03, dei"),
        ("2024-06-11", "10-Q filed 2024-08-01, us-gaap"),
    ]
    assert parsed.notes == ("1 cover-page counts, 2 of 4 balance-sheet counts stand in",)


def test_a_balance_sheet_is_restated_so_its_unit_is_the_filings() -> None:
    balance = [fact("2023-12-31", "2024-02-20", 100_000, "10-K"), fact("2023-12-31", "2024-08-01", 1_000_000)]
    parsed = SOURCE.parse(answer(facts(None, balance)))  # restated after a 10:1 split in June
    assert [(row["count"], row["known"], row["basis"]) for row in counts(parsed)] == [
        (100_000.0, date(2024, 2, 20), date(2024, 2, 20)),
        (1_000_000.0, date(2024, 8, 1), date(2024, 8, 1)),
    ]


def test_every_vintage_is_kept_and_a_repeat_is_known_since_its_first_filing() -> None:
    cover = [
        fact("2024-04-26", "2024-08-02", 15_000_000, "10-Q/A"),
        fact("2024-04-26", "2024-05-03", 15_000_000),
        fact("2024-04-26", "2024-06-01", 15_100_000, "10-Q/A"),
    ]
    parsed = SOURCE.parse(answer(facts(cover)))
    assert [(row["known"].isoformat(), row["count"]) for row in counts(parsed)] == [
        ("2024-05-03", 15_000_000.0),
        ("2024-06-01", 15_100_000.0),
    ]


def test_two_counts_in_one_filing_are_both_kept_for_the_counts_around_them_to_decide() -> None:
    cover = [fact("2024-04-26", "2024-05-03", 15_000_000), fact("2024-04-26", "2024-05-03", 7_000_000)]
    parsed = SOURCE.parse(answer(facts([*cover, cover[0]])))
    assert sorted(row["count"] for row in counts(parsed)) == [7_000_000, 15_000_000]
    assert {row["known"] for row in counts(parsed)} == {date(2024, 5, 3)}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"val": 0}, "not a count"),
        ({"val": -5}, "not a count"),
        ({"val": None}, "no readable"),
        ({"val": "15"}, "no readable"),
        ({"end": "2024"}, "no readable"),
        ({"filed": None}, "no readable"),
        ({"end": "2031-04-26"}, "after it was filed"),
    ],
)
def test_a_count_that_cannot_be_one_is_left_out(changed: dict[str, object], reason: str) -> None:
    good = fact("2024-04-26", "2024-05-03", 15_000_000)
    parsed = SOURCE.parse(answer(facts([good, good | changed, "odd"])))
    assert len(counts(parsed)) == 1
    assert reason in parsed.left_out[0].reason
    assert "a row should be" in parsed.left_out[1].reason


@pytest.mark.parametrize("changed", [{"val": "15000000"}, {"end": None}, {"filed": "May 2024"}])
def test_counts_of_which_none_can_be_read_are_refused(changed: dict[str, object]) -> None:
    odd = [fact("2024-04-19", "2024-05-03", 15) | changed, fact("2024-07-19", "2024-08-03", 16) | changed]
    with pytest.raises(Malformed, match="none of 2 dei counts"):
        SOURCE.parse(answer(facts(odd)))
    with pytest.raises(Malformed, match="none of 2 us-gaap counts"):
        SOURCE.parse(answer(facts([fact("2024-04-19", "2024-05-03", 15_000_000)], odd)))


@pytest.mark.parametrize("val", [1, 100, 1000])
def test_a_placeholder_on_the_balance_sheet_is_no_count(val: int) -> None:
    parsed = SOURCE.parse(answer(facts(None, [fact("2023-12-31", "2024-02-20", val)])))
    assert counts(parsed) == []
    assert "not a count" in parsed.left_out[0].reason


@pytest.mark.parametrize("body", [facts(), facts([]), facts([], [])])
def test_a_company_that_counts_by_class_only_has_no_count_here(body: dict[str, Any]) -> None:
    parsed = SOURCE.parse(answer(body))
    assert counts(parsed) == []
    assert "several share classes" in parsed.notes[-1]


def test_symbols_of_one_company_share_one_count_which_is_the_issuers() -> None:
    body = facts(None, [fact("2023-12-31", "2024-01-31", 12_460_000_000, "10-K")], cik=1652044)
    (row,) = counts(SOURCE.parse(answer(body, "GOOG+GOOGL=0001652044")))
    assert (row["symbol"], row["covers"]) == ("GOOG", "issuer")


@pytest.mark.parametrize(
    ("body", "subject", "message"),
    [
        (facts([]), "XMPL=0000000001", "of CIK 0001234567"),
        ({"facts": {}}, "XMPL=0001234567", "of CIK"),
        ({"cik": 1234567}, "XMPL=0001234567", "facts is nothing"),
        ({"cik": 1234567, "facts": {"dei": [1]}}, "XMPL=0001234567", "is a list"),
        (facts([]), "XMPL", "does not name a symbol and a CIK"),
        (b"<html>", "XMPL=0001234567", "web page"),
    ],
)
def test_what_is_not_this_companys_facts_is_malformed(body: object, subject: str, message: str) -> None:
    with pytest.raises(Malformed, match=message):
        SOURCE.parse(answer(body, subject))


def test_symbols_lead_to_companies() -> None:
    body = {
        "0": {"cik_str": 320193, "ticker": "AAPL", "title": "Apple Inc."},
        "1": {"cik_str": 1067983, "ticker": "BRK-B", "title": "BERKSHIRE HATHAWAY INC"},
        "2": {"cik_str": 1067983, "ticker": "BRK-A", "title": "BERKSHIRE HATHAWAY INC"},
        "3": {"cik_str": None, "ticker": "BAD", "title": "Bad"},
        "4": {"cik_str": 5, "ticker": "", "title": "Nameless"},
        "5": {"cik_str": 320193, "ticker": "AAPL", "title": "Apple Inc."},
        "6": 7,
    }
    parsed = SOURCE.parse(answer(body, "", "tickers"))
    found = {row["security"]: (row["issuer"], row["name"]) for row in parsed.tables["securities"].to_pylist()}
    assert found == {
        "AAPL": ("0000320193", "Apple Inc."),
        "BRK.B": ("0001067983", "BERKSHIRE HATHAWAY INC"),
        "BRK.A": ("0001067983", "BERKSHIRE HATHAWAY INC"),
    }
    assert len(parsed.left_out) == 4


@pytest.mark.parametrize("body", [{}, {"0": 1}, []])
def test_a_list_of_no_company_is_malformed(body: object) -> None:
    with pytest.raises(Malformed):
        SOURCE.parse(answer(body, "", "tickers"))


# what is asked


def plan(*datasets: str, subjects: tuple[str, ...] = ()) -> list[str]:
    asked = Ask(date(2024, 1, 2), date(2024, 1, 3), (), frozenset(datasets), subjects)
    return [unit.id for unit in SOURCE.plan(asked, settings())]


def test_plan() -> None:
    assert plan() == ["sec/tickers"]
    assert plan("shares") == []
    assert plan("securities", subjects=("AAPL",)) == ["sec/tickers"]
    assert plan("shares", subjects=("AAPL=320193", "MSFT=0000789019")) == [
        "sec/facts/AAPL=0000320193",
        "sec/facts/MSFT=0000789019",
    ]


def test_symbols_of_one_company_are_one_unit_in_any_order() -> None:
    units = ["sec/facts/AAPL=0000320193", "sec/facts/GOOG+GOOGL=0001652044"]
    assert plan("shares", subjects=("GOOGL=1652044", "AAPL=320193", "GOOG=1652044")) == units
    assert plan("shares", subjects=("GOOG+GOOGL=0001652044", "AAPL=0000320193")) == units


@pytest.mark.parametrize("subject", ["AAPL", "AAPL=", "=320193", "AAPL=Apple", "AAPL=12345678901"])
def test_a_subject_without_its_cik_says_what_to_do(subject: str) -> None:
    with pytest.raises(UsageError, match="sec securities"):
        plan("shares", subjects=("MSFT=789019", subject))


def test_requests_say_who_asks() -> None:
    http, who = ScriptedHttp(in_turn=[b"{}"]), settings(TOPHEAVY_SEC_USER_AGENT="Jo jo@example.org")
    SOURCE.fetch(Unit("sec", "tickers"), http, who)
    SOURCE.fetch(Unit("sec", "facts", subject="GOOG+GOOGL=0001652044"), http, who)
    assert [call.url for call in http.calls] == [
        "https://www.sec.gov/files/company_tickers.json",
        "https://data.sec.gov/api/xbrl/companyfacts/CIK0001652044.json",
    ]
    assert {call.headers["User-Agent"] for call in http.calls} == {"Jo jo@example.org"}


def test_sec_gov_is_not_asked_without_a_name() -> None:
    http = ScriptedHttp(in_turn=[b"{}"])
    with pytest.raises(UsageError, match="TOPHEAVY_SEC_USER_AGENT"):
        SOURCE.fetch(Unit("sec", "tickers"), http, settings())
    assert http.calls == []


def test_this_machine_need_not_know() -> None:
    http = ScriptedHttp(in_turn=[b"{}"])
    SOURCE.fetch(Unit("sec", "tickers"), http, settings(**LOCAL))
    SOURCE.fetch(Unit("sec", "facts", subject="AAPL=0000320193"), http, settings(**LOCAL))
    assert [call.url for call in http.calls] == [
        "http://localhost:9/files/company_tickers.json",
        "http://127.0.0.1:9/api/xbrl/companyfacts/CIK0000320193.json",
    ]


def test_a_preferred_share_is_no_class_of_its_company() -> None:
    """BNKX-PC stands under BNKX's CIK, and no count of the company is of it."""
    bank = {"cik_str": 19617, "title": "Bank X"}
    listed = {"0": bank | {"ticker": "BNKX"}, "1": bank | {"ticker": "BNKX-PC"}, "2": bank | {"ticker": "BNKX-B"}}
    parsed = SOURCE.parse(answer(listed, "", "tickers"))
    assert [row["security"] for row in parsed.tables["securities"].to_pylist()] == ["BNKX", "BNKX.B"]
    assert [line.where for line in parsed.left_out] == ["row 2 BNKX-PC"]
