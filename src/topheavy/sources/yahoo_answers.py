"""What Yahoo's charts say: bars, splits and dividends, pure; ``yahoo.py`` asks for them."""

from datetime import date, timedelta
from math import prod
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from topheavy.core.calendar import session_on_or_before
from topheavy.core.errors import Malformed
from topheavy.core.symbols import normal
from topheavy.core.units import Answer
from topheavy.datasets.splits import kind_of_ratio
from topheavy.sources import wire
from topheavy.sources.vendor import Parsed

PRICES = ("open", "high", "low", "close")


class Chart:
    """One answer being read.

    Raises:
        Malformed: when it is an error, has no daily bars, or dates and prices do not match.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer, self._unit = answer, answer.unit
        self._asked, _, span = self._unit.subject.rpartition(" ")
        self._since, self._until = wire.read_period(span, self._unit)
        self._received = wire.received_day(answer)
        result = _result(answer)
        self._meta = wire.as_object(result.get("meta"), self._unit, "meta")
        if (granularity := self._meta.get("dataGranularity")) != "1d":
            raise Malformed(f"{self._unit.id}: bars of '{granularity}' came, daily ones ('1d') were asked for")
        self._zone = self._read_zone()
        self._symbol = normal(wire.text(self._meta.get("symbol")))
        stamps = wire.as_list(result.get("timestamp") or [], self._unit, "timestamp")
        self._days = [wire.day_of_stamp(stamp, self._zone) for stamp in stamps]
        self._quote = self._read_quote(result)
        self._held_events = wire.as_object(result.get("events") or {}, self._unit, "events")
        self._bars, self._splits, self._dividends = (wire.Rows(name) for name in ("bars", "splits", "dividends"))
        self._outside = 0

    def parsed(self) -> Parsed:
        """Return bars and dividends as traded where every split that acts on them is known, else as received."""
        self._read_splits()
        self._kept_because = self._cannot_undo()
        self._read_bars()
        self._read_dividends()
        rows = (self._bars, self._splits, self._dividends)
        left_out = tuple(line for part in rows for line in part.left_out)
        tables = {part.name: part.table() for part in rows}
        currency = wire.text(self._meta.get("currency"))
        return Parsed(tables, left_out, self._received, tuple(self._notes()), currency=currency)

    def _read_zone(self) -> ZoneInfo:
        name = wire.text(self._meta.get("exchangeTimezoneName"))
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise Malformed(f"{self._unit.id}: '{name}' is no time zone, so no bar has a date") from error

    def _read_quote(self, result: dict[str, Any]) -> dict[str, list[Any]]:
        indicators = wire.as_object(result.get("indicators"), self._unit, "indicators")
        quotes = wire.as_list(indicators.get("quote"), self._unit, "quote")
        quote = wire.as_object(quotes[0] if quotes else {}, self._unit, "quote")
        columns = {name: wire.as_list(quote.get(name) or [], self._unit, name) for name in (*PRICES, "volume")}
        if lengths := {len(column) for column in columns.values()} - {len(self._days)}:
            raise Malformed(f"{self._unit.id}: {len(self._days)} time stamps came with columns of {sorted(lengths)}")
        return columns

    def _events(self, kind: str, rows: wire.Rows) -> list[tuple[str, date | None, dict[str, Any]]]:
        """Return the events of a kind by date; one without a date first, so that it is left out as such."""
        held = wire.as_object(self._held_events.get(kind) or {}, self._unit, kind)
        found = [
            (where, wire.day_of_stamp(event.get("date"), self._zone), event)
            for where, event in wire.each(list(held.values()), rows, f"{kind}, ")
        ]
        return sorted(found, key=lambda item: item[1] or date.min)

    def _read_splits(self) -> None:
        for where, day, event in self._events("splits", self._splits):
            new, old = wire.number(event.get("numerator")), wire.number(event.get("denominator"))
            if not new or not old or not 1e-6 < new / old < 1e6:
                self._splits.leave(where, "no ratio: numerator and denominator must be numbers above zero")
                continue
            self._splits.keep(
                where,
                symbol=self._symbol,
                effective=day,
                ratio=new / old,
                kind=kind_of_ratio(new / old),
                evidence=f"yahoo chart, {new:g}:{old:g}",
            )

    def _cannot_undo(self) -> str:
        """Say why prices stay as received; empty when every split that acts on them is in the answer."""
        if self._splits.left_out:
            return "a split cannot be read"
        asked = parse_qs(urlsplit(self._answer.pages[0].request).query).get("period2", [""])[-1]
        if asked.isdecimal() and int(asked) >= self._answer.received_at.timestamp():
            return ""
        last = max((day for day in self._days if day), default=date.min)
        newest = session_on_or_before(self._received - timedelta(days=1))
        return "" if last >= newest else "the chart ends before the day it came and cannot tell later splits"

    def _factor(self, day: date) -> float:
        """Return how many of today's shares one share of ``day`` became: what its price was divided by."""
        if self._kept_because:
            return 1.0
        return float(prod(split["ratio"] for split in self._splits.kept if split["effective"] > day))

    def _basis(self, day: date) -> date:
        return self._received if self._kept_because else day

    def _read_bars(self) -> None:
        last_place = {day: place for place, day in enumerate(self._days)}
        for place, day in enumerate(self._days):
            if day and not self._since <= day <= self._until:
                self._outside += 1
            elif day is None or place != last_place[day]:
                self._bars.leave(f"bar {place + 1}", f"a later line gives {day} again" if day else "no date")
            elif fault := self._fault(place, day):
                self._bars.leave(f"bar {place + 1}, {day}", fault)
            else:
                self._keep_bar(place, day)

    def _fault(self, place: int, day: date) -> str:
        if self._still_open(day):
            return "the session was not over when the answer came"
        prices = [self._quote[name][place] for name in PRICES]
        if prices.count(None) == len(prices):
            return "no prices: a halt, a holiday, or a day the vendor lacks"
        if any((wire.number(price) or 0.0) <= 0 for price in prices):
            return "a price is not a number above zero"
        printed = self._quote["volume"][place]
        volume = wire.number(printed)
        return "" if printed is None or (volume is not None and volume >= 0) else "the volume is not a number from zero"

    def _keep_bar(self, place: int, day: date) -> None:
        factor, volume = self._factor(day), self._quote["volume"][place]
        self._bars.keep(
            f"bar {place + 1}, {day}",
            session=day,
            symbol=self._symbol,
            **{name: self._quote[name][place] * factor for name in PRICES},
            volume=None if volume is None else volume / factor,
            basis=self._basis(day),
        )

    def _read_dividends(self) -> None:
        for where, day, event in self._events("dividends", self._dividends):
            amount = wire.number(event.get("amount"))
            if day and not self._since <= day <= self._until:
                self._outside += 1
            elif day is None or amount is None or amount < 0:
                self._dividends.leave(where, "no date, or no amount from zero")
            else:
                self._dividends.keep(
                    where,
                    symbol=self._symbol,
                    effective=day,
                    amount=amount * self._factor(day),
                    currency=wire.text(event.get("currency")) or wire.text(self._meta.get("currency")) or None,
                    basis=self._basis(day),
                )

    def _still_open(self, day: date) -> bool:
        """Say whether ``day`` is the exchange's current session and had not closed when the answer came."""
        current = self._meta.get("currentTradingPeriod")
        regular = current.get("regular") if isinstance(current, dict) else None
        if not isinstance(regular, dict) or wire.day_of_stamp(regular.get("start"), self._zone) != day:
            return False
        return (wire.number(regular.get("end")) or 0.0) > self._answer.received_at.timestamp()

    def _notes(self) -> list[str]:
        undone = f"as traded, splits undone: {len(self._splits.kept)}"
        kept = f"as received, split-adjusted as of {self._received}: {self._kept_because}"
        notes = [kept if self._kept_because else undone]
        if self._outside:
            notes.append(f"{self._outside} bars and dividends outside the period came along, not kept")
        if not self._bars.kept:
            notes.append("no bars in the period")
        if self._symbol != normal(self._asked):
            notes.append(f"asked for {normal(self._asked)}, the vendor calls it {self._symbol}")
        if (currency := self._meta.get("currency")) != "USD":
            notes.append(f"prices are in {currency}")
        return notes


def _result(answer: Answer) -> dict[str, Any]:
    unit = answer.unit
    if len(answer.pages) != 1:
        raise Malformed(f"{unit.id}: {len(answer.pages)} pages came, a chart has one")
    body = wire.read_object(answer.pages[0], unit)
    chart = wire.as_object(body.get("chart") or body.get("finance"), unit, "chart")
    if error := chart.get("error"):
        said = wire.text(error.get("description")) if isinstance(error, dict) else ""
        raise Malformed(f"{unit.id}: the vendor answered: {said or error}")
    results = wire.as_list(chart.get("result"), unit, "result")
    if len(results) != 1:
        raise Malformed(f"{unit.id}: {len(results)} charts came, one was asked for")
    return wire.as_object(results[0], unit, "the chart")
