"""The SEC's JSON files for a simulated market: who has which number, and the facts on its cover pages."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby, pairwise
from typing import Any

import numpy as np
from starlette.exceptions import HTTPException

from topheavy.simulator.events import quarter_ends
from topheavy.simulator.records import Company, Filing
from topheavy.simulator.truth import Market

Fact = dict[str, Any]


class Sec:
    """What the SEC publishes about one market."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._filings = {who: list(some) for who, some in groupby(market.filings, key=lambda filing: filing.company)}

    def company_tickers(self) -> dict[str, Fact]:
        """Return every symbol of today with its company's number, largest company first."""
        market, until = self._market, self._market.until
        order = np.argsort(-market.issuer_caps[-1], kind="stable").tolist()
        listed = [market.lines[line] for who in order for line in market.companies[who].lines]
        rows = [
            {"cik_str": company.cik, "ticker": line.symbol_on(until), "title": company.name}
            for line in listed
            if line.trades_on(until)
            for company in [market.companies[line.company]]
        ]
        return {str(number): row for number, row in enumerate(rows)}

    def company_facts(self, cik: str) -> Fact:
        """Return a company's facts; no share counts for one with two classes, which it reports by class.

        Raises:
            HTTPException: 404 when no company has that number (ten digits).
        """
        company = next((candidate for candidate in self._market.companies if candidate.cik_text == cik), None)
        if company is None:
            raise HTTPException(404, "There is no company with this CIK.")
        filings = self._filings.get(company.number, [])
        facts = {"dei": {"EntityPublicFloat": _concept("Entity Public Float", "USD", self._floats(company))}}
        if filings:
            cover = (_fact(company, f, f.effective.isoformat(), f.printed) for f in filings)
            facts["dei"]["EntityCommonStockSharesOutstanding"] = _concept(
                "Entity Common Stock, Shares Outstanding", "shares", cover
            )
        if company.number in self._market.cast.balance:
            sheet = _concept("Common Stock, Shares, Outstanding", "shares", _balance(company, filings))
            facts["us-gaap"] = {"CommonStockSharesOutstanding": sheet}
        return {"cik": company.cik, "entityName": company.name, "facts": facts}

    def _floats(self, company: Company) -> Iterable[Fact]:
        """One a year: the cap at the end of June, as the annual report of the year says it."""
        market = self._market
        for day in quarter_ends(market.sessions[0], market.until):
            cap = float(market.issuer_caps[market.row_at(day), company.number])
            filed = date(day.year + 1, 2, 10)
            if day.month == 6 and cap and filed <= market.until:
                yield {
                    "end": day.isoformat(),
                    "val": round(cap, -6),
                    "accn": f"{company.cik_text}-{day:%y}-000099",
                    "fy": day.year,
                    "fp": "FY",
                    "form": "10-K",
                    "filed": filed.isoformat(),
                }


def _concept(label: str, unit: str, facts: Iterable[Fact]) -> Fact:
    return {"label": label, "description": f"{label}, as stated by the company.", "units": {unit: list(facts)}}


def _fact(company: Company, filing: Filing, end: str, value: int) -> Fact:
    """One fact as a report states it: ``value`` at ``end``."""
    quarter = (filing.period.month - 1) // 3 + 1
    return {
        "end": end,
        "val": value,
        "accn": f"{company.cik_text}-{filing.filed:%y}-{filing.filed:%m%d}{quarter:02d}",
        "fy": filing.period.year,
        "fp": "FY" if quarter == 4 else f"Q{quarter}",
        "form": filing.form,
        "filed": filing.filed.isoformat(),
    }


def _balance(company: Company, filings: list[Filing]) -> Iterable[Fact]:
    """The balance sheet: the count at the quarter's end, and once more the one at the last year's end."""
    year_end: tuple[str, int] | None = None
    for before, filing in pairwise(filings):
        end = filing.period.isoformat()
        yield _fact(company, filing, end, before.count)
        if year_end:
            yield _fact(company, filing, *year_end)
        if filing.period.month == 12:
            year_end = (end, before.count)
