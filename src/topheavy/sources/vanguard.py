"""Vanguard: a fund's holdings as its site answers them or as others parse its filings (JSON), or as a table (CSV)."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from math import fsum
from typing import Any, ClassVar

import orjson

from topheavy.core.errors import Malformed, one_line
from topheavy.core.units import Answer, Page, SourceKind, Unit
from topheavy.sources import wire
from topheavy.sources.fundfile.lines import Holding, holdings_table, securities_table
from topheavy.sources.fundfile.printed import CASH, EQUITY, FUTURE, OTHER, cusip, isin, symbol
from topheavy.sources.fundfile.source import FundFile, fund_in_name
from topheavy.sources.fundfile.table import Columns
from topheavy.sources.vendor import LeftOut, Parsed

_KINDS = {"Common Stock": EQUITY, "Other Equity": EQUITY, "Mutual Fund": "fund", "Index Future": FUTURE, "Cash": CASH}

_HEADING = re.compile(rb"Holding(?: n|s)[^\n]*% of |Ticker[^\n]*% of ", re.IGNORECASE)


class Vanguard(FundFile):
    """Neither shape says the fund's symbol: the file's name does."""

    name: ClassVar[str] = "vanguard"
    title: ClassVar[str] = "Vanguard: a fund's holdings, as its site answers them (JSON) or as a table (CSV)"
    columns: ClassVar[Columns] = {
        "symbol": ("Ticker",),
        "name": ("Holding name", "Holdings"),
        "weight": ("% of market value", "% of fund", "% of funds"),
        "sector": ("Sector",),
        "value": ("Market value",),
        "quantity": ("Shares",),
        "cusip": ("CUSIP",),
    }
    orders: ClassVar[tuple[str, ...]] = ("Ticker,Holding name,% of market value,Sector,Region,Market value,Shares",)

    def parse(self, answer: Answer) -> Parsed:
        """Read either JSON, or a table as any other issuer's."""
        body = b"".join(page.content for page in answer.pages)
        if body.lstrip()[:1] in (b"{", b"["):
            return self._parse_json(answer, body)
        if not _HEADING.search(body):  # its few columns without their names could be anyone's
            raise Malformed(f"{answer.unit.id}: no holdings found under columns like {self.orders[0]}")
        return super().parse(answer)

    def _parse_json(self, answer: Answer, body: bytes) -> Parsed:
        unit = answer.unit
        try:
            told = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise Malformed(f"{unit.id}: the body is not whole JSON ({one_line(error)}); its bytes are kept") from error
        listed = list(_lines(told))
        if not listed:
            raise Malformed(f"{unit.id}: no holdings in this JSON: is it an answer about a fund of Vanguard's?")
        fund = symbol(answer.facts.get("fund", "")) or fund_in_name(answer.facts.get("file", ""))
        as_of = wire.day(answer.facts.get("as_of")) or _as_of(told, listed)
        if fund is None or as_of is None:
            lacking = "which fund it is of" if fund is None else "the date of its holdings"
            raise Malformed(f"{unit.id}: the answer does not say {lacking}: give it as FILE#fund=VOO&as_of=2024-06-30")
        kept, left_out = _holdings(listed)
        if not kept:
            raise Malformed(f"{unit.id}: none of {len(listed):,} lines can be read; its bytes are kept")
        tables = {"holdings": holdings_table(fund, as_of, kept), "securities": securities_table(kept)}
        sums = fsum(item.weight or 0.0 for item in kept)
        notes = (f"{fund} as of {as_of}: {len(kept):,} lines, weights add up to {sums:.2%}",)
        return Parsed(tables, tuple(left_out), naming=as_of, notes=notes)

    def sample(self) -> Answer:
        """Return a small fund of made-up companies, as the site answers."""
        body = (
            b'[{"portId":"0000","holdingDetailItem":[{"effectiveDate":"2024-03-05","name":"Example Works Inc.",'
            b'"quantity":4000.0,"mktValPercent":60.0,"bticker":"XMPL","issueTypeName":"Common Stock",'
            b'"sector":"Industrials","marketVal":600000.0,"CUSIP":"00A000109"},{"effectiveDate":"2024-03-05",'
            b'"name":"MKTLIQ","quantity":400000.0,"mktValPercent":40.0,"issueTypeName":"Mutual Fund",'
            b'"marketVal":400000.0,"CUSIP":"CMT000000","reportingName":"Made-Up Market Liquidity Fund"}]}]'
        )
        return Answer(
            Unit(self.name, "holdings", subject="vanguard_XMPV.json"),
            (Page("vanguard_XMPV.json", body, "application/json"),),
            datetime(2024, 3, 6, 12, tzinfo=UTC),
            SourceKind.FILE,
            {"file": "vanguard_XMPV.json"},
        )


def _lines(told: Any) -> Iterator[Any]:
    """Yield the lines of either shape; of several portfolios or filings in one file, those of the first, the newest."""
    first = next(iter(told), None) if isinstance(told, list) else told
    if isinstance(first, dict):
        found = first.get("holdingDetailItem") or first.get("components")
        yield from found if isinstance(found, list) else ()


def _as_of(told: Any, listed: list[Any]) -> date | None:
    """Return the date the lines or the filing say; of a filing, the day it was filed is all there is."""
    stated = next((item.get("effectiveDate") for item in listed if isinstance(item, dict)), None)
    first = next(iter(told), None) if isinstance(told, list) else told
    return wire.day(stated) or (wire.day(first.get("filing_date")) if isinstance(first, dict) else None)


def _holdings(listed: list[Any]) -> tuple[list[Holding], list[LeftOut]]:
    kept: list[Holding] = []
    left_out: list[LeftOut] = []
    for place, item in enumerate(listed, 1):
        holding = _holding(item) if isinstance(item, dict) else None
        if holding is None or (holding.weight is None and holding.value is None):
            left_out.append(LeftOut(f"line {place}", "no line of a fund with a weight or a value"))
        else:
            kept.append(holding)
    return kept, left_out


def _holding(item: Mapping[str, Any]) -> Holding:
    weight = wire.number(item.get("mktValPercent", item.get("weight")))
    kind = _KINDS.get(wire.text(item.get("issueTypeName")), OTHER) if "issueTypeName" in item else _kind_of(item)
    by, number = wire.text(item.get("id_type")), wire.text(item.get("id"))
    return Holding(
        symbol=symbol(wire.text(item.get("bticker"))) or (symbol(number) if by == "ticker" else None),
        name=wire.text(item.get("reportingName")) or wire.text(item.get("name")) or None,
        isin=isin(number) if by == "isin" else None,
        cusip=cusip(number if by in ("cusip", "cins") else wire.text(item.get("CUSIP"))),
        asset_class=kind,
        sector=wire.text(item.get("sector")) or None,
        currency=None,
        weight=None if weight is None else weight / 100,
        quantity=wire.number(item.get("quantity")),
        price=None,
        value=wire.number(item.get("marketVal")),
    )


def _kind_of(item: Mapping[str, Any]) -> str:
    """Return the kind of a line of a parsed filing, which names none: a fund by its name or its kind of number."""
    return "fund" if item.get("id_type") == "faid" or "Market Liquidity Fund" in wire.text(item.get("name")) else EQUITY


SOURCE = Vanguard()
