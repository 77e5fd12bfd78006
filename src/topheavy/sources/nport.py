"""SEC Form N-PORT: what any US fund holds, line by line, as it must file every month; by the fund's symbol, no key.

The way leads from the symbol over the SEC's map of funds to the series, from there over EDGAR's list to the newest
filing. Percentages are of net assets and may add up to more than a hundred, since a fund may owe. The values are in
US dollars. A filing becomes public 60 days after the month's end.

A filing that is here already is read with ``--from``; its fund's symbol is then its file's name's, else its series.

Settings: ``TOPHEAVY_SEC_USER_AGENT``, "name email", which sec.gov requires; ``TOPHEAVY_SEC_WWW_URL`` for another
address.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from math import fsum
from typing import ClassVar
from xml.etree.ElementTree import Element

from topheavy.core.errors import Malformed, SourceRefused, UsageError
from topheavy.core.http.client import Http, Limits, is_loopback
from topheavy.core.settings import Settings
from topheavy.core.symbols import normal
from topheavy.core.units import Answer, Page, SourceKind, Unit
from topheavy.sources.filing.edgar import LIST, MAP, newest_filing, read_xml, series_of
from topheavy.sources.filing.lines import Report, read_lines, report_of
from topheavy.sources.fundfile.lines import Holding, holdings_table, securities_table
from topheavy.sources.fundfile.source import file_name, fund_in_name
from topheavy.sources.sec import WWW, user_agent
from topheavy.sources.vendor import FUNDS, Ask, Fetched, Parsed, Route, Source, read_address


class Nport(Source):
    """One unit is a fund, by its symbol, or a filing's file."""

    name: ClassVar[str] = "nport"
    title: ClassVar[str] = "SEC Form N-PORT: what any US fund holds, by its symbol"
    routes: ClassVar[tuple[Route, ...]] = (
        Route("holdings", ("holdings", "securities"), grows=True, by_company=True),
        Route("filing", ("holdings", "securities")),
    )
    limits: ClassVar[Limits] = Limits(per_second=3)
    needs: ClassVar[str] = FUNDS
    rank: ClassVar[int] = 40
    """An issuer's own file of the same day says more: symbols, sectors, prices."""

    def limits_for(self, settings: Settings) -> Limits:
        """Three requests a second, well within the SEC's ten; none on this machine itself."""
        return Limits() if is_loopback(settings.text("SEC_WWW_URL", WWW)) else self.limits

    def plan(self, ask: Ask, settings: Settings) -> Iterator[Unit]:
        """Yield a unit a fund among the subjects, or the file that is the target."""
        newest, filing = self.routes
        if not ask.wants(newest):
            return
        if not ask.target and not ask.subjects:
            raise UsageError("nport asks for one fund at a time: name its symbol, as in 'topheavy run nport VOO'")
        if ask.target:
            yield Unit(self.name, filing.name, subject=ask.target)
        for symbol in sorted({normal(subject.partition("=")[0]) for subject in ask.subjects}):
            yield Unit(self.name, newest.name, subject=symbol)

    def fetch(self, unit: Unit, http: Http, settings: Settings) -> Fetched:
        """Bring the map, the list and the filing; or one file."""
        if unit.route == "filing":
            page, kind = read_address(unit.subject, http)
            return Fetched((page,), kind, {"file": file_name(unit.subject)})
        base = settings.text("SEC_WWW_URL", WWW).rstrip("/")
        headers = {"User-Agent": user_agent(base, settings)}
        first = http.get(base + MAP, {}, headers)
        series = series_of(first.page, unit.subject, unit)
        asked = {"action": "getcompany", "CIK": series.series, "type": "NPORT-P", "count": "10", "output": "atom"}
        second = http.get(base + LIST, asked, headers)
        filing = newest_filing(second.page, unit)
        address = filing.address if filing.address.startswith(base) else base + filing.address.removeprefix(WWW)
        third = http.get(address, {}, headers)
        return Fetched((first.page, second.page, third.page), third.kind)

    def parse(self, answer: Answer) -> Parsed:
        """Read a filing, and hold it against the way that led to it."""
        pages, unit = answer.pages, answer.unit
        if len(pages) != (1 if unit.route == "filing" else 3):
            raise Malformed(f"{unit.id}: {len(pages)} pages came; a fund has three (map, list, filing), a file one")
        root = read_xml(pages[-1], unit)
        report = self._report(answer, root)
        kept, left_out = read_lines(root)
        if not kept:
            raise Malformed(f"{unit.id}: the filing lists no holding that can be read; its bytes are kept")
        fund, named = self._fund(answer, report)
        tables = {"holdings": holdings_table(fund, report.as_of, kept), "securities": securities_table(kept)}
        notes = (
            f"{fund}: {report.name or report.series} as of {report.as_of}, {len(kept):,} lines",
            *_sums(report, kept),
        )
        return Parsed(tables, tuple(left_out), naming=report.as_of, notes=(*notes, *named))

    def _report(self, answer: Answer, root: Element) -> Report:
        unit = answer.unit
        try:
            report = report_of(root, unit)
            if unit.route == "filing":
                return report
            series = series_of(answer.pages[0], unit.subject, unit)
            newest_filing(answer.pages[1], unit)
        except (SourceRefused, ValueError) as error:
            raise Malformed(f"{unit.id}: {error}") from error
        if report.series != series.series:
            raise Malformed(f"{unit.id}: the filing is of series {report.series}, {unit.subject} is of {series.series}")
        return report

    def _fund(self, answer: Answer, report: Report) -> tuple[str, list[str]]:
        if answer.unit.route != "filing":
            return answer.unit.subject, []
        file = answer.facts.get("file", "")
        fund = fund_in_name(file) or report.series
        if not fund:
            raise Malformed(f"{answer.unit.id}: neither the filing nor its file's name says which fund it is of")
        return fund, [f"the fund goes by {fund}: name the file after its symbol, as VOO.xml, for it to go by that"]

    def sample(self) -> Answer:
        """A fund with a company, a fund inside, a short bond and a forward."""
        return Answer(
            Unit(self.name, "holdings", subject="XMPFX"),
            (
                Page(f"{WWW}{MAP}", _MAP, "application/json"),
                Page(f"{WWW}{LIST}", _LIST, "application/atom+xml"),
                Page(f"{WWW}/Archives/edgar/data/1234567/000000000024000001/primary_doc.xml", _FILING, "text/xml"),
            ),
            datetime(2024, 5, 30, tzinfo=UTC),
            SourceKind.VENDOR,
        )


def _sums(report: Report, kept: Sequence[Holding]) -> Iterator[str]:
    weights = fsum(holding.weight or 0.0 for holding in kept)
    values = fsum(holding.value or 0.0 for holding in kept)
    short = sum((holding.value or 0.0) < 0 for holding in kept)
    yield f"percentages of net assets add up to {weights:.2%}; {short:,} lines are negative"
    if report.net_assets:
        yield f"values add up to {values:,.2f} US dollars, net assets are {report.net_assets:,.2f}"


_MAP = b'{"fields":["cik","seriesId","classId","symbol"],"data":[[1234567,"S000099999","C000099999","XMPFX"]]}'

_LIST = b"""<?xml version="1.0" encoding="ISO-8859-1" ?>
<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="text/xml">
<accession-number>0000000000-24-000001</accession-number><filing-date>2024-05-28</filing-date>
<filing-href>https://www.sec.gov/Archives/edgar/data/1234567/000000000024000001/0000000000-24-000001-index.htm</filing-href>
<filing-type>NPORT-P</filing-type></content></entry></feed>
"""

_FILING = b"""<?xml version="1.0" encoding="UTF-8"?>
<edgarSubmission xmlns="http://www.sec.gov/edgar/nport"><headerData><submissionType>NPORT-P</submissionType></headerData>
<formData><genInfo><seriesName>Made-Up Fund</seriesName><seriesId>S000099999</seriesId>
<repPdEnd>2024-09-30</repPdEnd><repPdDate>2024-03-31</repPdDate></genInfo>
<fundInfo><netAssets>1000.00</netAssets></fundInfo><invstOrSecs>
<invstOrSec><name>Example Works Inc</name><title>Example Works Inc</title><cusip>00A000109</cusip>
<identifiers><isin value="US00A0001096"/></identifiers><balance>10</balance><curCd>USD</curCd>
<valUSD>700.00</valUSD><pctVal>70.0</pctVal><payoffProfile>Long</payoffProfile><assetCat>EC</assetCat><issuerCat>CORP</issuerCat></invstOrSec>
<invstOrSec><name>Sample Money Fund</name><title>Sample Money Fund</title><cusip>N/A</cusip><identifiers>
<ticker value="SMPXX"/></identifiers><balance>350</balance><curCd>USD</curCd>
<valUSD>350.00</valUSD><pctVal>35.0</pctVal>
<payoffProfile>Long</payoffProfile><assetCat>STIV</assetCat><issuerCat>RF</issuerCat></invstOrSec>
<invstOrSec><name>United States</name><title>Treasury 2%</title><cusip>912000AA1</cusip><balance>-60</balance>
<curCd>USD</curCd><valUSD>-60.00</valUSD><pctVal>-6.0</pctVal><payoffProfile>Short</payoffProfile><assetCat>DBT</assetCat>
</invstOrSec><invstOrSec><name>Some Bank</name><title>PURCHASED JPY / SOLD USD</title><cusip>000000000</cusip>
<balance>1</balance><currencyConditional curCd="JPY" exchangeRt="132.2"/><valUSD>1.00</valUSD><pctVal>0.1</pctVal>
<payoffProfile>N/A</payoffProfile><assetCat>DFE</assetCat><derivativeInfo><fwdDeriv derivCat="FWD"/></derivativeInfo>
</invstOrSec></invstOrSecs></formData></edgarSubmission>
"""

SOURCE = Nport()
