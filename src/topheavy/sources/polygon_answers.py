"""What Polygon's answers say: one parser a route, pure; ``polygon.py`` asks for them."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from topheavy.core.clock import NEW_YORK
from topheavy.core.errors import Malformed
from topheavy.core.symbols import normal
from topheavy.core.units import Answer
from topheavy.datasets.schema import records
from topheavy.datasets.shares import CLASS, ISSUER
from topheavy.datasets.splits import kind_of_ratio
from topheavy.sources import wire
from topheavy.sources.vendor import LeftOut, Parsed

DIVIDEND_KINDS = {"CD": "regular", "SC": "special"}
SUFFIXES = {"p": ".PR", "r": ".RT", "w": ".WI"}
"""Lower-case letters inside a symbol are the tape's suffixes for preferred, rights and when-issued (CTA symbology).

Written out as the exchanges' systems do, for in upper case AT&T's preferred C (``TpC``) would be Tutor Perini.
"""


@lru_cache(maxsize=50_000)
def house(symbol: str) -> str:
    """Return the house spelling of a symbol as Polygon prints it.

    >>> house("BRK.B"), house("TpC"), house("ABC.WS"), house("ABCw")
    ('BRK.B', 'T.PRC', 'ABC.WS', 'ABC.WI')
    """
    return normal(re.sub("(?<=[A-Z])[prw]", lambda found: SUFFIXES[found[0]], symbol))


def _body(answer: Answer, number: int = 0) -> dict[str, Any]:
    unit = answer.unit
    if not answer.pages:
        raise Malformed(f"{unit.id}: the answer has no page")
    body = wire.read_object(answer.pages[number], unit)
    if body.get("status") not in ("OK", "DELAYED"):
        said = wire.text(body.get("error")) or wire.text(body.get("message")) or "no reason given"
        raise Malformed(f"{unit.id}: the vendor answered '{body.get('status')}': {said}")
    return body


def _listing(answer: Answer, rows: wire.Rows) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every row of a paged listing with its place."""
    for number in range(max(1, len(answer.pages))):
        found = _body(answer, number).get("results") or []
        items = wire.as_list(found, answer.unit, "results")
        yield from wire.each(items, rows, f"page {number + 1}, ")


def _listed(rows: wire.Rows, answer: Answer, naming: date | None = None) -> Parsed:
    notes = [f"pages: {len(answer.pages)}"]
    if "next_url" in _body(answer, -1):
        notes.append("the last page names a further one: the listing is not whole")
    if not rows.kept:
        _refuse_if_none_reads(rows, answer)
        notes.append("the vendor lists nothing here")
    return Parsed({rows.name: rows.table()}, tuple(rows.left_out), naming, tuple(notes))


def _refuse_if_none_reads(rows: wire.Rows, answer: Answer) -> None:
    """Refuse an answer whose every row is unreadable: the vendor's form has changed, which is not the same as none."""
    if rows.left_out and not rows.kept:
        raise Malformed(f"{answer.unit.id}: {_why_none(rows.left_out)}")


def _bars(answer: Answer) -> Parsed:
    session = answer.unit.session
    body = _body(answer)
    if session is None:
        raise Malformed(f"{answer.unit.id}: bars are asked for by session, this unit has none")
    found = wire.as_list(body.get("results") or [], answer.unit, "results")
    promised = wire.number(body.get("resultsCount"))
    if promised is not None and promised > len(found):
        raise Malformed(f"{answer.unit.id}: {promised:,.0f} rows were promised and {len(found):,} came; fetch it again")
    sound, left_out = _sound(found, _stamps_elsewhere(found, session))
    if not sound:
        raise Malformed(f"{answer.unit.id}: {_why_none(left_out)}")
    adjusted = body.get("adjusted") is True
    basis = wire.received_day(answer) if adjusted else session
    columns: dict[str, list[Any]] = {
        "session": [session] * len(sound),
        "symbol": list(sound),
        "basis": [basis] * len(sound),
        "volume": [None if (v := row.get("v")) is None else float(v) for row in sound.values()],
        "vwap": [None if (v := row.get("vw")) is None else float(v) for row in sound.values()],
    }
    for name in ("open", "high", "low", "close"):
        columns[name] = [float(row[name[0]]) for row in sound.values()]
    notes = ("the vendor says the prices are split-adjusted: their basis is the day they came",) if adjusted else ()
    return Parsed({"bars": records("bars", columns)}, tuple(left_out), None, notes)


def _sound(found: list[Any], elsewhere: dict[int, date]) -> tuple[dict[str, dict[str, Any]], list[LeftOut]]:
    """Return the rows that are whole, by symbol, and the others with what is wrong with them.

    ``elsewhere`` are the time stamps of other days: a row that bears one is not of the session asked for.
    Of two rows of one symbol that differ neither is kept: nothing here can tell which is the true one.
    """
    sound: dict[str, dict[str, Any]] = {}
    disputed: set[str] = set()
    left_out = []
    for place, row in enumerate(found, 1):
        fault = _fault(row) or (_misdated(row, elsewhere) if elsewhere else "")
        symbol = "" if fault else house(row["T"])
        if symbol in sound:
            fault = f"{symbol} is printed twice"
            if _figures(sound[symbol]) != _figures(row):
                disputed.add(symbol)
        if fault:
            printed = wire.text(row.get("T")) if isinstance(row, dict) else ""
            left_out.append(LeftOut(f"row {place} {printed}".strip(), fault))
        else:
            sound[symbol] = row
    for symbol in sorted(disputed):
        del sound[symbol]
        left_out.append(LeftOut(symbol, "printed twice with other figures, neither is kept"))
    return sound, left_out


def _misdated(row: dict[str, Any], elsewhere: dict[int, date]) -> str:
    stamp = row.get("t")
    return f"the time stamp says {elsewhere[stamp]}" if type(stamp) is int and stamp in elsewhere else ""


def _figures(row: dict[str, Any]) -> list[Any]:
    return [row.get(name) for name in "ohlcv"] + [row.get("vw")]


def _why_none(left_out: list[LeftOut]) -> str:
    if not left_out:
        return "no bars came; the vendor has none for this session yet, or the exchange was closed: ask again later"
    first = left_out[0]
    return f"none of {len(left_out):,} rows can be used ({first.where}: {first.reason}); its bytes are kept, ask again"


def _fault(row: Any) -> str:
    """Say what is wrong with a bar, empty when nothing is. Half a million rows pass here: no loop, no call."""
    try:
        symbol, prices = row["T"], (row["o"], row["h"], row["l"], row["c"])
        low, kinds = min(prices), {*map(type, prices)}
    except (KeyError, TypeError):
        return "a field is missing, or a price is not a number"
    if not kinds <= _NUMBERS or low <= 0:
        return "a price is not a number above zero"
    if type(symbol) is not str or not symbol.strip():
        return "no symbol"
    volume, vwap = row.get("v"), row.get("vw")
    if volume is not None and (type(volume) not in _NUMBERS or volume < 0):
        return "the volume is not a number, or is below zero"
    if vwap is not None and type(vwap) not in _NUMBERS:
        return "the vwap is not a number"
    return ""


_NUMBERS = {int, float}  # not bool; JSON as we read it has no NaN and no Infinity


def _stamps_elsewhere(found: list[Any], session: date) -> dict[int, date]:
    """Return the rows' time stamps that name another day; one that is no moment names none."""
    stamps = {stamp for row in found if isinstance(row, dict) and type(stamp := row.get("t")) is int}
    named = {stamp: wire.day_of_stamp(stamp / 1000, NEW_YORK) for stamp in stamps}
    return {stamp: day for stamp, day in named.items() if day not in (None, session)}


def _splits(answer: Answer) -> Parsed:
    rows = wire.Rows("splits")
    for where, row in _listing(answer, rows):
        symbol, old, new = wire.text(row.get("ticker")), *map(wire.number, (row.get("split_from"), row.get("split_to")))
        if not old or not new or not 1e-6 < new / old < 1e6:
            rows.leave(f"{where} {symbol}".strip(), "no ratio: split_from and split_to must be numbers above zero")
            continue
        rows.keep(
            f"{where} {symbol}".strip(),
            symbol=house(symbol),
            effective=wire.day(row.get("execution_date")),
            ratio=new / old,
            kind=kind_of_ratio(new / old),
            evidence=f"polygon splits, {new:g}:{old:g}",
        )
    return _listed(rows, answer)


def _dividends(answer: Answer) -> Parsed:
    rows, paid, first = wire.Rows("dividends"), list[dict[str, Any]](), dict[tuple[Any, ...], dict[str, Any]]()
    for where, row in _listing(answer, rows):
        symbol, day = wire.text(row.get("ticker")), wire.day(row.get("ex_dividend_date"))
        amount, code = wire.number(row.get("cash_amount")), wire.text(row.get("dividend_type"))
        kind, currency = DIVIDEND_KINDS.get(code, code.lower()) or None, wire.text(row.get("currency")).upper() or None
        if (amount or 0.0) < 0:
            rows.leave(f"{where} {symbol}".strip(), "an amount below zero")
            continue
        item: dict[str, Any] = {"symbol": house(symbol), "effective": day, "amount": amount, "basis": day, "kind": kind}
        twin = first.setdefault((symbol, day, amount), item)
        if twin is not item and amount and kind and twin["kind"] and kind not in twin["kind"]:
            twin |= {"amount": 2 * amount, "kind": f"{twin['kind']} and {kind}"}  # a regular and a special one are two
            continue
        item |= {"currency": currency, "where": f"{where} {symbol}".strip()}
        paid.append(item)
    for item in paid:
        rows.keep(item.pop("where"), **item)
    return _listed(rows, answer)


SHARE_TYPES = frozenset({"CS", "OS", "ADRC", "GDR", "NYRS"})
"""Polygon's types that are share classes of their company; a preferred share or a warrant of the same CIK is not."""


def _tickers(answer: Answer) -> Parsed:
    rows = wire.Rows("securities")
    listed = list(_listing(answer, rows))
    # of several companies that gave up one symbol, the last to do so is described
    listed.sort(key=lambda item: wire.text(item[1].get("delisted_utc")), reverse=True)
    for where, row in listed:
        rows.keep(f"{where} {wire.text(row.get('ticker'))}".strip(), **_security(row))
    return _listed(rows, answer, wire.received_day(answer))


def _security(row: dict[str, Any]) -> dict[str, Any]:
    symbol, cik = house(wire.text(row.get("ticker"))), wire.text(row.get("cik"))
    currency = wire.text(row.get("currency_name")).upper()
    is_share = wire.text(row.get("type") or "CS") in SHARE_TYPES
    return {
        "security": symbol,
        "issuer": cik.zfill(10) if is_share and cik.isdecimal() and len(cik) <= 10 else symbol,
        "name": wire.text(row.get("name")),
        "sector": wire.text(row.get("sic_description")) or None,
        "currency": currency if len(currency) == 3 else None,
        "description": wire.text(row.get("description")) or None,
    }


def _events(answer: Answer) -> Parsed:
    rows = wire.Rows("symbols")
    found = wire.as_object(_body(answer).get("results"), answer.unit, "results")
    changes: dict[date, str] = {}
    for where, event in wire.each(wire.as_list(found.get("events") or [], answer.unit, "events"), rows, ""):
        change, since = event.get("ticker_change"), wire.day(event.get("date"))
        symbol = wire.text(change.get("ticker")) if isinstance(change, dict) else ""
        if since is None or not symbol or since in changes:
            rows.leave(where, "no new symbol, no date, or a second change on one day")
        else:
            changes[since] = house(symbol)
    ordered = sorted(changes.items())
    if not ordered:
        _refuse_if_none_reads(rows, answer)
    for place, (since, symbol) in enumerate(ordered):
        after = ordered[place + 1][0] - timedelta(days=1) if place + 1 < len(ordered) else None
        evidence = f"polygon ticker change of {since}, {wire.text(found.get('name'))}".rstrip(", ")
        rows.keep(symbol, security=ordered[-1][1], symbol=symbol, since=since, until=after, evidence=evidence)
    notes = () if ordered else ("the vendor knows no change of symbol",)
    return Parsed({"symbols": rows.table()}, tuple(rows.left_out), wire.received_day(answer), notes)


def _details(answer: Answer) -> Parsed:
    session = answer.unit.session
    found = wire.as_object(_body(answer).get("results"), answer.unit, "results")
    if session is None:
        raise Malformed(f"{answer.unit.id}: details are asked for by session, this unit has none")
    symbol, shares, securities = house(wire.text(found.get("ticker"))), wire.Rows("shares"), wire.Rows("securities")
    securities.keep(f"{symbol} details", **_security(found))
    for field, covers in (("weighted_shares_outstanding", ISSUER), ("share_class_shares_outstanding", CLASS)):
        if field not in found:
            continue
        count, where = wire.number(found[field]), f"{symbol} {field}"
        if count is None or count <= 0:
            shares.leave(where, "not a number above zero")
            continue
        dated = {"effective": session, "known": session, "basis": session}
        shares.keep(where, symbol=symbol, count=count, covers=covers, evidence=f"polygon details, {field}", **dated)
    notes = () if shares.kept else ("no share count; a market cap alone gives none",)
    tables = {rows.name: rows.table() for rows in (shares, securities)}
    return Parsed(tables, (*shares.left_out, *securities.left_out), None, notes)


PARSERS: dict[str, Callable[[Answer], Parsed]] = {
    "bars": _bars,
    "splits": _splits,
    "dividends": _dividends,
    "tickers": _tickers,
    "events": _events,
    "details": _details,
}
