"""Polygon.io, now Massive: the whole market's daily bars as traded, corporate actions and reference data, by REST.

Settings: the key in ``POLYGON_API_KEY``; ``TOPHEAVY_POLYGON_URL`` for another address (none needs a key on this
machine itself); ``TOPHEAVY_POLYGON_PER_MINUTE`` for a plan that allows more than the free five calls (0: any).
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import ClassVar
from urllib.parse import quote, urlsplit

from topheavy.core.calendar import session_on_or_before
from topheavy.core.errors import Malformed, UsageError
from topheavy.core.http.client import Http, Limits, is_loopback
from topheavy.core.settings import Settings
from topheavy.core.units import Answer, Page, SourceKind, Unit
from topheavy.sources import wire
from topheavy.sources.polygon_answers import PARSERS
from topheavy.sources.vendor import Ask, Fetched, Parsed, Route, Source

ADDRESS = "https://api.polygon.io"
KEYS = ("POLYGON_API_KEY", "MASSIVE_API_KEY", "TOPHEAVY_POLYGON_KEY")
MOST_PAGES = 2_000
"""Far above the longest listing (about 40 pages of a thousand): a vendor that goes on is going round."""


class Polygon(Source):
    """What can be asked of Polygon; what it answers is read in ``polygon_answers.py``."""

    name: ClassVar[str] = "polygon"
    title: ClassVar[str] = "Polygon.io (now Massive): daily bars as traded, corporate actions, reference data"
    routes: ClassVar[tuple[Route, ...]] = (
        Route("splits", ("splits",)),
        Route("dividends", ("dividends",)),
        Route("tickers", ("securities",), grows=True),
        Route("events", ("symbols",), grows=True, by_company=True),
        Route("bars", ("bars",)),
        Route("details", ("shares", "securities"), by_company=True, if_named=("shares",)),
    )
    limits: ClassVar[Limits] = Limits(per_minute=5)
    needs: ClassVar[str] = "symbols"
    rank: ClassVar[int] = 55
    edition: ClassVar[int] = 2

    def limits_for(self, settings: Settings) -> Limits:
        """The free plan's five calls a minute, unless a setting says otherwise; none on this machine itself."""
        usual = 0 if is_loopback(_base(settings)) else self.limits.per_minute
        allowed = settings.number("POLYGON_PER_MINUTE", usual)
        if allowed < 0 or allowed != int(allowed):
            raise UsageError(f"TOPHEAVY_POLYGON_PER_MINUTE is {allowed:g}: give a whole number of calls, or 0 for any")
        return Limits(per_minute=int(allowed))

    def account(self, settings: Settings) -> str:
        """The key: a plan's calls are counted by it."""
        return next((key.strip() for name in KEYS if (key := settings.environment.get(name))), "")

    def ends(self, unit: Unit) -> date | None:
        """A session's bars and details are final once it has closed, a listing once its period has."""
        return wire.read_period(unit.subject, unit)[1] if unit.route in ("splits", "dividends") else unit.session

    def plan(self, ask: Ask, settings: Settings) -> Iterator[Unit]:
        """Listings first, then a unit a session; ``events`` and ``details`` only for subjects asked for."""
        for route in self.routes:
            if ask.wants(route):
                yield from (Unit(self.name, route.name, session, subject) for session, subject in _planned(route, ask))

    def fetch(self, unit: Unit, http: Http, settings: Settings) -> Fetched:
        """Bring every page; a page's ``next_url`` is followed on the address we were told to ask, key and all."""
        base = _base(settings)
        headers = {} if is_loopback(base) else {"Authorization": f"Bearer {settings.secret(*KEYS).strip()}"}
        path, params = _request(unit)
        url, pages, asked = base + path, [], set[str]()
        while url:
            asked.add(url)
            reply = http.get(url, params, headers)
            pages.append(reply.page)
            url, params = _next_url(reply.page, base), {}
            if url in asked or (url and len(pages) >= MOST_PAGES):
                raise Malformed(f"{unit.id}: the listing has no end, page {len(pages)} still leads on; ask again later")
        return Fetched(tuple(pages), reply.kind)

    def parse(self, answer: Answer) -> Parsed:
        """Read an answer by its route."""
        parser = PARSERS.get(answer.unit.route)
        if parser is None:
            raise Malformed(f"{answer.unit.id}: polygon has no such route")
        return parser(answer)

    def sample(self) -> Answer:
        """A session of two made-up companies."""
        body = (
            b'{"queryCount":2,"resultsCount":2,"adjusted":false,"status":"OK","request_id":"example","count":2,"results":['
            b'{"T":"XMPL","v":120500,"vw":10.21,"o":10.0,"c":10.5,"h":11.0,"l":9.5,"t":1718049600000,"n":900},'
            b'{"T":"XMPL.B","v":300.0,"vw":99.5,"o":99,"c":100,"h":101,"l":98.5,"t":1718049600000,"n":4}]}'
        )
        asked = f"{ADDRESS}/v2/aggs/grouped/locale/us/market/stocks/2024-06-10?adjusted=false"
        return Answer(
            Unit(self.name, "bars", session=date(2024, 6, 10)),
            (Page(asked, body, "application/json"),),
            datetime(2024, 6, 11, 12, tzinfo=UTC),
            SourceKind.VENDOR,
        )


def _base(settings: Settings) -> str:
    return settings.text("POLYGON_URL", ADDRESS).rstrip("/")


def _planned(route: Route, ask: Ask) -> Iterator[tuple[date | None, str]]:
    """Yield the session and subject of every unit of a route."""
    match route.name:
        case "bars":
            yield from ((session, "") for session in ask.sessions)
        case "tickers":  # those in use come last, so that a symbol used again is described by who holds it now
            yield from ((None, subject) for subject in ("inactive", "active"))
        case "events":
            yield from ((None, subject) for subject in ask.subjects)
        case "details":  # a call a company and quarter: only for who asks for it, since the SEC gives counts in one
            yield from ((session, subject) for session in _counting_days(ask.sessions) for subject in ask.subjects)
        case _:
            yield None, wire.period(ask.since, ask.until)


def _counting_days(sessions: tuple[date, ...]) -> list[date]:
    """Return the first session, so that a count holds from the start, and the last ones of the quarters."""
    years = {session.year for session in sessions}
    last_days = [date(y, m, 30 if m in (6, 9) else 31) for y in years for m in (3, 6, 9, 12)]
    ends = {session_on_or_before(last) for last in last_days}.intersection(sessions)
    return sorted(ends | set(sessions[:1]))


def _request(unit: Unit) -> tuple[str, dict[str, str]]:
    subject = quote(unit.subject, safe="")
    match unit.route:
        case "bars":
            return f"/v2/aggs/grouped/locale/us/market/stocks/{unit.session}", {"adjusted": "false"}
        case "splits":
            return "/v3/reference/splits", _between("execution_date", unit)
        case "dividends":
            return "/v3/reference/dividends", _between("ex_dividend_date", unit)
        case "tickers":
            active = "true" if unit.subject == "active" else "false"
            return "/v3/reference/tickers", {"active": active, "limit": "1000", "market": "stocks"}
        case "events":
            return f"/vX/reference/tickers/{subject}/events", {"types": "ticker_change"}
        case "details":
            return f"/v3/reference/tickers/{subject}", {"date": f"{unit.session}"}
    raise UsageError(f"{unit.id}: polygon has no such route")


def _between(column: str, unit: Unit) -> dict[str, str]:
    since, until = wire.read_period(unit.subject, unit)
    return {f"{column}.gte": since.isoformat(), f"{column}.lte": until.isoformat(), "limit": "1000"}


def _next_url(page: Page, base: str) -> str:
    """Return where the listing goes on, empty at its end; a page that cannot be read ends it too and fails later."""
    try:
        parts = urlsplit(wire.text(wire.read_object(page, Unit("polygon", "next")).get("next_url")))
    except (Malformed, ValueError):
        return ""
    return f"{base}{parts.path}?{parts.query}" if parts.query else ""


SOURCE = Polygon()
