"""Polygon's REST bodies for a simulated market: grouped bars and reference data, in the vendor's shapes."""

from datetime import date
from functools import cached_property
from hashlib import md5
from typing import Any

import numpy as np
import orjson
from starlette.exceptions import HTTPException

from topheavy.core.calendar import close_of
from topheavy.simulator.api.paging import Listing, Row
from topheavy.simulator.records import Line
from topheavy.simulator.truth import Market

SPLITS = Listing(("ticker", "execution_date"), "execution_date", "desc", 10)
DIVIDENDS = Listing(
    ("ticker", "ex_dividend_date", "declaration_date", "record_date", "pay_date"), "ex_dividend_date", "desc", 10
)
TICKERS = Listing(("ticker", "cik"), "ticker", "asc", 100)


class Polygon:
    """What the vendor answers about one market."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._grouped: dict[tuple[date, bool], bytes] = {}

    def grouped(self, day: date, adjusted: bool) -> bytes:
        """Return every bar of a day, as traded or on today's share unit; built once, then kept."""
        key = (day, adjusted)
        if key not in self._grouped:
            self._grouped[key] = orjson.dumps(self._bars(day, adjusted))
        return self._grouped[key]

    def aggregates(self, symbol: str, since: date, until: date, adjusted: bool) -> dict[str, Any]:
        """Return one line's daily bars of a period, by the symbol it had on each day."""
        days = [day for day in self._market.sessions if since <= day <= until]
        bars = [bar for day in days for bar in self._bars(day, adjusted)["results"] if bar["T"] == symbol]
        results = [{name: value for name, value in bar.items() if name != "T"} for bar in bars]
        counts = {"queryCount": len(results), "resultsCount": len(results), "count": len(results)}
        body = {"ticker": symbol, "adjusted": adjusted, "status": "OK", "results": results} | counts
        return body | {"request_id": request_id(symbol, since, until, adjusted)}

    def _bars(self, day: date, adjusted: bool) -> dict[str, Any]:
        row = self._market.row_of.get(day)
        results = [] if row is None else self._results(row, adjusted)
        count = len(results)
        body: dict[str, Any] = {"queryCount": count, "resultsCount": count, "adjusted": adjusted}
        return (
            body
            | ({"results": results} if results else {})
            | {"status": "OK", "request_id": request_id(day, adjusted), "count": count}
        )

    def _results(self, row: int, adjusted: bool) -> list[dict[str, Any]]:
        market, session = self._market, self._market.sessions[row]
        bars, closed = market.served, int(close_of(session).timestamp() * 1000)
        divisor = market.factor[row] if adjusted else np.ones(len(market.lines))
        prices = [
            np.round(p[row] / divisor, 4).tolist() for p in (bars.vwap, bars.open, bars.close, bars.high, bars.low)
        ]
        volume = np.rint(bars.volume[row] * divisor)
        results = [
            {
                "T": line.symbol_on(session),
                "v": int(v),
                "vw": vw,
                "o": o,
                "c": c,
                "h": h,
                "l": lo,
                "t": closed,
                "n": int(n),
            }
            for line, v, vw, o, c, h, lo, n in zip(market.lines, volume, *prices, bars.trades[row], strict=True)
            if v == v
        ]
        return sorted(results, key=lambda bar: str(bar["T"]))

    @cached_property
    def splits(self) -> list[Row]:
        """Every split and spin-off, under the symbol of its day."""
        return [
            {
                "id": f"S{number:06d}",
                "execution_date": split.effective.isoformat(),
                "split_from": split.old,
                "split_to": split.new,
                "ticker": self._market.lines[split.line].symbol_on(split.effective),
            }
            for number, split in enumerate(self._market.splits)
        ]

    @cached_property
    def dividends(self) -> list[Row]:
        """Every dividend, as paid, under the symbol of its ex-date."""
        return [
            {
                "id": f"D{number:06d}",
                "cash_amount": dividend.amount,
                "currency": "USD",
                "declaration_date": dividend.declared.isoformat(),
                "dividend_type": "CD",
                "ex_dividend_date": dividend.ex.isoformat(),
                "frequency": 4,
                "pay_date": dividend.pay.isoformat(),
                "record_date": dividend.record.isoformat(),
                "ticker": self._market.lines[dividend.line].symbol_on(dividend.ex),
            }
            for number, dividend in enumerate(self._market.dividends)
        ]

    def tickers(self, day: date, active: bool) -> list[Row]:
        """Return the lines listed on ``day``, or those no longer listed then."""
        listed = [line for line in self._market.lines if line.listed <= day]
        return [self._ticker(line, day) for line in listed if line.trades_on(day) is active]

    def _ticker(self, line: Line, day: date) -> dict[str, Any]:
        company, active = self._market.companies[line.company], line.trades_on(day)
        ticker = {
            "ticker": line.symbol_on(day),
            "name": company.name if len(company.lines) == 1 else line.title,
            "market": "stocks",
            "locale": "us",
            "primary_exchange": ("XNYS", "XNAS")[company.number % 2],
            "type": "CS",
            "active": active,
            "currency_name": "usd",
            "cik": company.cik_text,
            "composite_figi": figi(line),
        }
        return ticker if active or line.delisted is None else ticker | {"delisted_utc": f"{line.delisted}T00:00:00Z"}

    def details(self, symbol: str, day: date) -> dict[str, Any]:
        """Return what the vendor says of one line on ``day``.

        One class's weighted count is the company's, all classes in that class's equivalents, and so is the
        market cap: the whole company's on each of its lines.

        Raises:
            HTTPException: 404 when nothing traded under that symbol on that day.
        """
        line = self._market.line_named(symbol, day) if day <= self._market.until else None
        if line is None:
            raise HTTPException(404, "Ticker not found.")
        company, row = self._market.companies[line.company], self._market.row_at(day)
        lines = [self._market.lines[number] for number in company.lines]
        weighted = sum(
            self._market.detailed_count(share_class.number, row) * share_class.unit / line.unit for share_class in lines
        )
        close = float(self._market.bars.close[row, line.number])
        priced = day >= self._market.sessions[0] and close == close
        return self._ticker(line, day) | {
            **({"market_cap": round(weighted * close)} if priced else {}),
            "description": f"{company.name} is a simulated company: it never was, and its figures are made up.",
            "sic_code": company.industry.sic,
            "sic_description": company.industry.description,
            "ticker_root": symbol.partition(".")[0],
            "list_date": line.listed.isoformat(),
            "share_class_shares_outstanding": round(self._market.detailed_count(line.number, row)),
            "weighted_shares_outstanding": round(weighted),
            "round_lot": 100,
        }

    def events(self, symbol: str) -> dict[str, Any]:
        """Return the symbols a line has had, newest first; ask by its latest symbol or its FIGI.

        Raises:
            HTTPException: 404 when no line has that latest symbol.
        """
        line = next(
            (
                candidate
                for candidate in self._market.lines
                if symbol in (candidate.namings[-1].symbol, figi(candidate))
            ),
            None,
        )
        if line is None:
            raise HTTPException(404, "Ticker not found.")
        company = self._market.companies[line.company]
        changes = [
            {"ticker_change": {"ticker": naming.symbol}, "type": "ticker_change", "date": naming.since.isoformat()}
            for naming in reversed(line.namings)
        ]
        return {"name": line.title, "composite_figi": figi(line), "cik": company.cik_text, "events": changes}


def figi(line: Line) -> str:
    """Return a line's identifier, in the length of a FIGI; real ones begin with BBG."""
    return f"SIM{line.number:09d}"


def request_id(*parts: object) -> str:
    """Return the same id for the same question, so that the same seed gives the same bytes."""
    return md5(repr(parts).encode(), usedforsecurity=False).hexdigest()
