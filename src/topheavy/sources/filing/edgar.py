"""From a fund's symbol to its newest Form N-PORT: the SEC's map of funds, then EDGAR's list of a series' filings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element, ParseError, fromstring

from topheavy.core.errors import Malformed, SourceRefused, one_line
from topheavy.core.symbols import normal
from topheavy.core.units import Page, Unit
from topheavy.sources import wire

MAP = "/files/company_tickers_mf.json"
LIST = "/cgi-bin/browse-edgar"
FORMS = ("NPORT-P", "NPORT-P/A")
DOCUMENT = "primary_doc.xml"
_ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass(frozen=True, slots=True)
class Series:
    """A fund as the SEC counts it: several share classes, each with its symbol, may be of one series."""

    series: str
    cik: int
    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Filing:
    """A filing in EDGAR's list; the later one is the larger."""

    filed: date
    accession: str
    address: str


def series_of(page: Page, symbol: str, unit: Unit) -> Series:
    """Return the series of a symbol, by the SEC's map.

    Raises:
        Malformed: when the page is not that map.
        SourceRefused: when no fund has the symbol; unit trusts such as SPY and QQQ are in no series.
    """
    body = wire.read_object(page, unit)
    names = wire.as_list(body.get("fields"), unit, "fields")
    rows = [row for row in wire.as_list(body.get("data"), unit, "data") if isinstance(row, list)]
    named = [dict(zip(map(str, names), row, strict=False)) for row in rows]
    mine = next((row for row in named if normal(wire.text(row.get("symbol"))) == symbol), None)
    if mine is None:
        raise SourceRefused(
            f"{unit.id}: the SEC's map of funds has no {symbol}: it may be a unit trust (SPY, QQQ), which files no "
            "N-PORT (take its issuer's file), or a company"
        )
    return _series(mine, named)


def _series(mine: dict[str, Any], named: list[dict[str, Any]]) -> Series:
    series, cik = wire.text(mine.get("seriesId")), int(wire.number(mine.get("cik")) or 0)
    same = (normal(wire.text(row.get("symbol"))) for row in named if wire.text(row.get("seriesId")) == series)
    return Series(series, cik, tuple(sorted(symbol for symbol in same if symbol)))


def newest_filing(page: Page, unit: Unit) -> Filing:
    """Return the newest N-PORT in EDGAR's list (Atom).

    Raises:
        SourceRefused: when the list has none.
    """
    found = max(_filings(page, unit), default=None)
    if found is None:
        raise SourceRefused(f"{unit.id}: EDGAR lists no N-PORT of this fund: new funds and unit trusts have none")
    return found


def _filings(page: Page, unit: Unit) -> Iterator[Filing]:
    for entry in read_xml(page, unit).iter(f"{_ATOM}entry"):
        told = {item.tag.removeprefix(_ATOM): (item.text or "").strip() for item in entry.iter()}
        filed, folder = wire.day(told.get("filing-date")), told.get("filing-href", "").rpartition("/")[0]
        if told.get("filing-type") in FORMS and filed and folder:
            yield Filing(filed, told.get("accession-number", ""), f"{folder}/{DOCUMENT}")


def read_xml(page: Page, unit: Unit) -> Element:
    """Return an XML page's outermost element.

    Raises:
        Malformed: when it is no XML; the message names the unit.
    """
    try:
        return fromstring(page.content)
    except (ParseError, ValueError, LookupError) as error:
        start = "a web page came" if b"<html" in page.content[:400].lower() else "this is no XML"
        raise Malformed(f"{unit.id}: {start} ({one_line(error)}); its bytes are kept") from error
