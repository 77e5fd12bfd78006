"""Yahoo Finance: a company's daily bars, splits and dividends from the v8 chart API, put back to as traded.

Yahoo divides prices and dividends, and multiplies volumes, by every split up to the day of download. The chart is
therefore always asked for up to the present, whatever the period: then every split that acts on its prices is in
the same answer and can be undone, and the basis of each bar is its own session. An answer that ends earlier cannot
tell later splits: it is kept as received, on the basis of the day it came. Splits that only adjust prices for a
spin-off are undone like any other, for Yahoo divided by them too.

Settings: ``TOPHEAVY_YAHOO_URL``, ``TOPHEAVY_YAHOO_USER_AGENT``.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar
from urllib.parse import quote

from topheavy.core.http.client import Http, Limits, is_loopback
from topheavy.core.settings import Settings
from topheavy.core.symbols import dashed
from topheavy.core.units import Answer, Page, SourceKind, Unit
from topheavy.sources import wire
from topheavy.sources.vendor import Ask, Fetched, Parsed, Route, Source
from topheavy.sources.yahoo_answers import Chart

ADDRESS = "https://query1.finance.yahoo.com"
USER_AGENT = "Mozilla/5.0 (compatible; topheavy)"
TO_THE_PRESENT = "9999999999"
"""The end of every chart we ask for: Yahoo stops at its last bar, and the same request serves every day."""


class Yahoo(Source):
    """One unit a company: its whole chart for a period."""

    name: ClassVar[str] = "yahoo"
    title: ClassVar[str] = "Yahoo Finance: daily bars, splits and dividends of a company, put back to as traded"
    routes: ClassVar[tuple[Route, ...]] = (Route("chart", ("bars", "splits", "dividends"), by_company=True),)
    limits: ClassVar[Limits] = Limits(per_second=2)
    needs: ClassVar[str] = "symbols"
    edition: ClassVar[int] = 2

    def limits_for(self, settings: Settings) -> Limits:
        """Two calls a second, out of politeness: Yahoo publishes no limit; none on this machine itself."""
        return Limits() if is_loopback(settings.text("YAHOO_URL", ADDRESS)) else self.limits

    def ends(self, unit: Unit) -> date | None:
        """A chart is final once its period has closed."""
        return wire.read_period(unit.subject.rpartition(" ")[2], unit)[1]

    def plan(self, ask: Ask, settings: Settings) -> Iterator[Unit]:
        """One unit a subject; without subjects there is nothing to ask."""
        if ask.wants(self.routes[0]):
            span = wire.period(ask.since, ask.until)
            yield from (Unit(self.name, "chart", subject=f"{symbol} {span}") for symbol in ask.subjects)

    def fetch(self, unit: Unit, http: Http, settings: Settings) -> Fetched:
        """Bring the chart from a day before the period (markets east of UTC) to the present."""
        symbol, _, span = unit.subject.rpartition(" ")
        since, _ = wire.read_period(span, unit)
        first = datetime.combine(since - timedelta(days=1), time(), UTC)
        params = {
            "events": "div|split",
            "interval": "1d",
            "period1": f"{first.timestamp():.0f}",
            "period2": TO_THE_PRESENT,
        }
        headers = {"User-Agent": settings.text("YAHOO_USER_AGENT", USER_AGENT)}
        base = settings.text("YAHOO_URL", ADDRESS).rstrip("/")
        reply = http.get(f"{base}/v8/finance/chart/{quote(dashed(symbol), safe='')}", params, headers)
        return Fetched((reply.page,), reply.kind)

    def parse(self, answer: Answer) -> Parsed:
        """Read the chart and undo its splits where they are known to be all there."""
        return Chart(answer).parsed()

    def sample(self) -> Answer:
        """Three sessions of a made-up company around a 2:1 split, with a dividend before it."""
        body = (
            b'{"chart":{"result":[{"meta":{"currency":"USD","symbol":"XMPL","exchangeTimezoneName":"America/New_York",'
            b'"dataGranularity":"1d"},"timestamp":[1717767000,1718026200,1718112600],"events":{'
            b'"dividends":{"1717767000":{"amount":0.25,"date":1717767000}},'
            b'"splits":{"1718026200":{"date":1718026200,"numerator":2,"denominator":1,"splitRatio":"2:1"}}},'
            b'"indicators":{"quote":[{"open":[50.0,51.0,52.0],"high":[51.0,52.5,53.0],"low":[49.5,50.5,51.0],'
            b'"close":[50.5,52.0,51.5],"volume":[2000,1500,1200]}],"adjclose":[{"adjclose":[50.4,52.0,51.5]}]}}],'
            b'"error":null}}'
        )
        query = f"events=div%7Csplit&interval=1d&period1=1717632000&period2={TO_THE_PRESENT}"
        return Answer(
            Unit(self.name, "chart", subject="XMPL 2024-06-07..2024-06-11"),
            (Page(f"{ADDRESS}/v8/finance/chart/XMPL?{query}", body, "application/json"),),
            datetime(2024, 6, 12, 3, tzinfo=UTC),
            SourceKind.VENDOR,
        )


SOURCE = Yahoo()
