"""Funds of the simulated market, as their issuers' lists of holdings (CSV): the whole index, its ten largest, and a
fund of both."""

from collections.abc import Iterator
from datetime import date

import numpy as np

from topheavy.simulator.truth import Market

INDEX_FUND, TEN_LARGEST, FUND_OF_FUNDS = "ALQLX", "TEQNX", "MIQDX"
"""Five letters, as no company of the market has, with its Q in the third place."""

MIX = ((INDEX_FUND, 0.65), (TEN_LARGEST, 0.3), ("", 0.05))
"""What the fund of funds holds; the rest is cash."""

QUARTER = 63
"""Sessions from one list of holdings to the next."""

HEAD = "fund,as_of,line,symbol,name,asset_class,weight\n"

Row = tuple[str, str, str, float]


def holdings(market: Market) -> str:
    """Return every fund's holdings at the market's last two quarters' ends, weights as parts of the fund."""
    last = len(market.sessions) - 1
    rows = (row for place in sorted({max(0, last - QUARTER), last}) for row in _on(market, place))
    return HEAD + "".join(f"{row}\n" for row in rows)


def _on(market: Market, place: int) -> Iterator[str]:
    day = market.sessions[place]
    members = list(_members(market, place))
    largest = _largest(market, place, members)
    for fund, lines in ((INDEX_FUND, members), (TEN_LARGEST, largest), (FUND_OF_FUNDS, list(_mix()))):
        total = sum(value for *_, value in lines)
        for number, (symbol, name, kind, value) in enumerate(lines, 1):
            yield f'{fund},{day},{number},{symbol},"{name}",{kind},{value / total!r}'


def _members(market: Market, place: int) -> Iterator[Row]:
    """Yield every line of the index, by its class's own cap."""
    caps = np.nan_to_num(market.shares[place] * market.bars.close[place])
    for number in np.flatnonzero(market.member[place] & (caps > 0)):
        line = market.lines[int(number)]
        yield line.symbol_on(market.sessions[place]), line.title, "equity", float(caps[number])


def _largest(market: Market, place: int, members: list[Row]) -> list[Row]:
    """Return the main class of the ten largest companies, each at its company's cap."""
    order = np.argsort(-market.issuer_caps[place], kind="stable")
    day: date = market.sessions[place]
    by_symbol = {symbol: (symbol, name, kind) for symbol, name, kind, _ in members}
    largest: list[Row] = []
    for company in order:
        main = market.lines[market.companies[int(company)].lines[0]].symbol_on(day)
        if main in by_symbol and len(largest) < 10:
            largest.append((*by_symbol[main], float(market.issuer_caps[place, company])))
    return largest


def _mix() -> Iterator[Row]:
    for fund, part in MIX:
        yield (fund, fund, "fund", part) if fund else ("", "US DOLLARS", "cash", part)
