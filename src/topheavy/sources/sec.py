"""SEC EDGAR: which company a symbol belongs to, and the share counts companies file, with the day each became known.

Two counts are read from a company's facts. The cover page's (``dei:EntityCommonStockSharesOutstanding``) speaks of
shares as they were on its date and is never restated: its basis is that date. The balance sheet's
(``us-gaap:CommonStockSharesOutstanding``) must be restated for every split up to the filing (SAB topic 4.C): its
basis is the filing date. It stands in where no cover-page count lies within 45 days.

These facts carry no count by share class. A company with several classes that files by class only has no usable
count here; where it files one count for all, symbols that share a CIK are asked for together (``GOOG+GOOGL=…``) and
the count is the issuer's, not each class's.

Settings: ``TOPHEAVY_SEC_USER_AGENT``, "name email", which sec.gov requires; ``TOPHEAVY_SEC_URL``,
``TOPHEAVY_SEC_WWW_URL`` for other addresses.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from topheavy.core.errors import Malformed, UsageError
from topheavy.core.http.client import Http, Limits, is_loopback
from topheavy.core.settings import Settings
from topheavy.core.symbols import is_preferred, normal
from topheavy.core.units import Answer, Page, SourceKind, Unit
from topheavy.datasets.shares import CLASS, ISSUER
from topheavy.sources import wire
from topheavy.sources.vendor import Ask, Fetched, Parsed, Route, Source

DATA, WWW = "https://data.sec.gov", "https://www.sec.gov"
COVER = ("dei", "EntityCommonStockSharesOutstanding")
BALANCE_SHEET = ("us-gaap", "CommonStockSharesOutstanding")
NEAR = timedelta(days=45)
PLACEHOLDER = 1_000
"""Companies that count by class file 1, 100 or 1,000 on the line without a class; no listed one has so few."""

_SUBJECT = re.compile(r"(?P<symbols>[^=]+)=(?P<cik>\d{1,10})")


class Sec(Source):
    """EDGAR's JSON routes; no key, but a name and an address to write to."""

    name: ClassVar[str] = "sec"
    title: ClassVar[str] = "SEC EDGAR: companies by symbol, and share counts as filed"
    routes: ClassVar[tuple[Route, ...]] = (
        Route("tickers", ("securities",), grows=True),
        Route("facts", ("shares",), grows=True, by_company=True),
    )
    limits: ClassVar[Limits] = Limits(per_second=10)
    needs: ClassVar[str] = "ciks"
    edition: ClassVar[int] = 3

    def limits_for(self, settings: Settings) -> Limits:
        """Ten requests a second, as the SEC's fair-access rule says; none on this machine itself."""
        local = is_loopback(settings.text("SEC_URL", DATA))
        return Limits() if local else self.limits

    def plan(self, ask: Ask, settings: Settings) -> Iterator[Unit]:
        """The list of symbols; and a unit a company among the subjects, which come as ``SYMBOL=CIK``."""
        tickers, facts = self.routes
        companies = _companies(ask.subjects) if ask.wants(facts) else []
        if ask.wants(tickers):
            yield Unit(self.name, "tickers")
        yield from (Unit(self.name, "facts", subject=company) for company in companies)

    def fetch(self, unit: Unit, http: Http, settings: Settings) -> Fetched:
        """Bring the list of symbols, or one company's facts."""
        if unit.route == "tickers":
            base, path = settings.text("SEC_WWW_URL", WWW), "/files/company_tickers.json"
        else:
            base, path = settings.text("SEC_URL", DATA), f"/api/xbrl/companyfacts/CIK{_read_subject(unit)[1]}.json"
        reply = http.get(base.rstrip("/") + path, {}, {"User-Agent": user_agent(base, settings)})
        return Fetched((reply.page,), reply.kind)

    def parse(self, answer: Answer) -> Parsed:
        """Read an answer by its route."""
        if len(answer.pages) != 1:
            raise Malformed(f"{answer.unit.id}: {len(answer.pages)} pages came, this route has one")
        body = wire.read_object(answer.pages[0], answer.unit)
        return _tickers(answer, body) if answer.unit.route == "tickers" else _facts(answer, body)

    def sample(self) -> Answer:
        """Two counts of a made-up company: one from a cover page, one from a balance sheet long before."""
        body = (
            b'{"cik":1234567,"entityName":"EXAMPLE CORP","facts":{'
            b'"dei":{"EntityCommonStockSharesOutstanding":{"label":"","description":"","units":{"shares":['
            b'{"end":"2024-04-26","val":15000000,"accn":"0001234567-24-000010","fy":2024,"fp":"Q1","form":"10-Q",'
            b'"filed":"2024-05-03"}]}}},'
            b'"us-gaap":{"CommonStockSharesOutstanding":{"label":"","description":"","units":{"shares":['
            b'{"end":"2023-12-31","val":14800000,"accn":"0001234567-24-000004","fy":2023,"fp":"FY","form":"10-K",'
            b'"filed":"2024-02-20"}]}}}}}'
        )
        return Answer(
            Unit(self.name, "facts", subject="XMPL=0001234567"),
            (Page(f"{DATA}/api/xbrl/companyfacts/CIK0001234567.json", body, "application/json"),),
            datetime(2024, 5, 6, tzinfo=UTC),
            SourceKind.VENDOR,
        )


def _companies(subjects: tuple[str, ...]) -> list[str]:
    """Return the subjects as units name them, symbols of one CIK together, in a stable order."""
    by_cik: dict[str, set[str]] = {}
    for subject in subjects:
        named = _SUBJECT.fullmatch(subject)
        if named is None:
            raise UsageError(
                f"sec needs the CIK of '{subject}' to find its share counts: run 'topheavy run sec securities' first, "
                f"or write it as {subject}=0000320193"
            )
        by_cik.setdefault(named["cik"].zfill(10), set()).update(map(normal, named["symbols"].split("+")))
    return [f"{'+'.join(sorted(symbols))}={cik}" for cik, symbols in sorted(by_cik.items())]


def _read_subject(unit: Unit) -> tuple[list[str], str]:
    named = _SUBJECT.fullmatch(unit.subject)
    if named is None:
        raise Malformed(f"{unit.id}: '{unit.subject}' does not name a symbol and a CIK, such as XMPL=0001234567")
    return named["symbols"].split("+"), named["cik"].zfill(10)


def user_agent(base: str, settings: Settings) -> str:
    """Return who asks, as sec.gov wants it said with every request.

    Raises:
        UsageError: when nobody is named.
    """
    said = settings.text("SEC_USER_AGENT").strip()
    if not said and not is_loopback(base):
        raise UsageError('sec.gov wants to know who asks: set TOPHEAVY_SEC_USER_AGENT to "your name your@email"')
    return said or "topheavy"


def _tickers(answer: Answer, body: dict[str, Any]) -> Parsed:
    rows = wire.Rows("securities")
    for where, company in wire.each(list(body.values()), rows, ""):
        cik, ticker = wire.number(company.get("cik_str")), wire.text(company.get("ticker"))
        if is_preferred(ticker):
            rows.leave(f"{where} {ticker}", "a preferred share: the company's count is not of it")
            continue
        rows.keep(
            f"{where} {ticker}".strip(),
            security=normal(ticker),
            issuer=f"{cik:010.0f}" if cik and 0 < cik < 1e10 else None,
            name=wire.text(company.get("title")),
        )
    if not rows.kept:
        raise Malformed(f"{answer.unit.id}: the list names no company; its bytes are kept")
    return Parsed({"securities": rows.table()}, tuple(rows.left_out), wire.received_day(answer))


@dataclass(frozen=True, slots=True, order=True)
class _Count:
    """A share count as filed."""

    end: date
    filed: date
    count: float
    form: str
    tag: str

    @property
    def evidence(self) -> str:
        return f"{self.form} filed {self.filed}, {self.tag}"

    @property
    def basis(self) -> date:
        return self.end if self.tag == COVER[0] else self.filed


def _facts(answer: Answer, body: dict[str, Any]) -> Parsed:
    unit, rows = answer.unit, wire.Rows("shares")
    symbols, cik = _read_subject(unit)
    held = str(body.get("cik", "")).zfill(10)
    if held != cik:
        raise Malformed(f"{unit.id}: the facts are of CIK {held}; collect it again")
    facts = wire.as_object(body.get("facts"), unit, "facts")
    cover, balance = (_first_filed(_counts(facts, tag, unit, rows)) for tag in (COVER, BALANCE_SHEET))
    alone = _far_from(balance, [count.end for count in cover])
    for count in sorted(cover + alone):
        rows.keep(
            f"{count.evidence}, as of {count.end}",
            symbol=symbols[0],
            effective=count.end,
            known=count.filed,
            count=count.count,
            covers=CLASS if len(symbols) == 1 else ISSUER,
            basis=count.basis,
            evidence=count.evidence,
        )
    notes = [f"{len(cover)} cover-page counts, {len(alone)} of {len(balance)} balance-sheet counts stand in"]
    if not rows.kept:
        notes.append("no count: companies with several share classes file by class, which these facts do not carry")
    return Parsed({"shares": rows.table()}, tuple(rows.left_out), wire.received_day(answer), tuple(notes))


def _counts(facts: dict[str, Any], tag: tuple[str, str], unit: Unit, rows: wire.Rows) -> list[_Count]:
    found: Any = facts
    for step in (*tag, "units", "shares"):
        found = wire.as_object(found, unit, step).get(step) or {}
    counts, unreadable, printed = [], 0, wire.as_list(found or [], unit, "shares")
    for where, item in wire.each(printed, rows, f"{tag[0]} "):
        end, filed, count = wire.day(item.get("end")), wire.day(item.get("filed")), wire.number(item.get("val"))
        if end is None or filed is None or count is None:
            rows.leave(where, "no readable date, filing date or count")
            unreadable += 1
        elif end > filed:
            rows.leave(where, f"speaks of {end}, after it was filed on {filed}")
        elif count <= (PLACEHOLDER if tag is BALANCE_SHEET else 0):
            rows.leave(where, f"{count:g} is not a count of shares")
        else:
            counts.append(_Count(end, filed, count, wire.text(item.get("form")) or "form unknown", tag[0]))
    if unreadable and unreadable == len(printed):  # the form has changed, which is not the same as no count
        raise Malformed(f"{unit.id}: none of {unreadable:,} {tag[0]} counts has a readable date, filing date and count")
    return counts


def _first_filed(counts: list[_Count]) -> list[_Count]:
    """Drop repeats: later filings print the same count of the same day again."""
    first: dict[tuple[date, float], _Count] = {}
    for count in sorted(counts):
        first.setdefault((count.end, count.count), count)
    return list(first.values())


def _far_from(counts: list[_Count], days: list[date]) -> list[_Count]:
    """Return the counts of days that no other day is near to."""
    known = sorted(days)

    def is_far(day: date) -> bool:
        place = bisect_left(known, day - NEAR)
        return place == len(known) or known[place] > day + NEAR

    return [count for count in counts if is_far(count.end)]


SOURCE = Sec()
