"""Vanguard's own answers and tables, and filings that others have parsed."""

import json
from datetime import date
from math import fsum

import pytest

from support.fund_answers import answer_from, answer_of, column, holdings
from support.market_data import market_file, needs_market
from topheavy.core.errors import Malformed
from topheavy.sources.vanguard import SOURCE


@needs_market
def test_the_sites_answer_is_read_line_by_line() -> None:
    file = market_file("holdings/Vanguard_VOO_holdings_20221130_resp.json")
    parsed = SOURCE.parse(answer_of("vanguard", file.read_bytes(), "VOO.json"))
    printed = json.loads(file.read_text())[0]["holdingDetailItem"]
    rows = holdings(parsed)
    assert len(rows) == len(printed) == 506
    assert {(row["fund"], row["as_of"]) for row in rows} == {("VOO", date(2022, 11, 30))}
    assert fsum(row["weight"] for row in rows) == pytest.approx(fsum(item["mktValPercent"] for item in printed) / 100)  # type: ignore[misc]
    kinds = column(parsed, "asset_class")
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"equity": 503, "fund": 2, "future": 1}
    apple = next(row for row in rows if row["symbol"] == "AAPL")
    assert (apple["cusip"], apple["value"]) == ("037833100", 51238316088.28)


@needs_market
def test_filings_parsed_by_others_are_read_with_their_own_sum() -> None:
    file = market_file("nport/vanguard_parsed/latest/VXF.json")
    parsed = SOURCE.parse(answer_from("vanguard", file))
    rows = holdings(parsed)
    assert {row["fund"] for row in rows} == {"VXF"}
    assert fsum(row["weight"] or 0.0 for row in rows) == pytest.approx(1.0229, abs=1e-4)  # type: ignore[misc]
    assert "fund" in column(parsed, "asset_class")


@needs_market
def test_a_shortened_table_keeps_its_sum() -> None:
    answer = answer_from("vanguard", market_file("holdings/samples/vwra_holdings_sample.csv"))
    told = {**answer.facts, "fund": "VWRA", "as_of": "2026-05-31"}
    parsed = SOURCE.parse(type(answer)(answer.unit, answer.pages, answer.received_at, answer.kind, told))
    weights = [row["weight"] for row in holdings(parsed)]
    assert 0.3 < fsum(weights) < 0.6  # type: ignore[arg-type]


def test_an_answer_that_does_not_say_its_fund_is_refused_with_what_to_give() -> None:
    body = b'{"filing_date":"2024-03-05","components":[{"name":"Example","id":"x","id_type":"name","weight":100.0}]}'
    with pytest.raises(Malformed, match="does not say which fund it is of"):
        SOURCE.parse(answer_of("vanguard", body, "the_answer_of_a_site.json"))
