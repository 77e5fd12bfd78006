"""Lists the market's vendors do not sell: the index's members since when, and named groups, as CSV."""

from collections.abc import Iterator

from topheavy.simulator.records import Membership
from topheavy.simulator.truth import Market

GROUP = "magnificent7"


def constituents(market: Market) -> str:
    """Return the index's members under the names of their time; ``end_date`` is the first day no longer one."""
    rows = sorted(row for membership in market.memberships for row in _named(market, membership))
    return "ticker,start_date,end_date\n" + "".join(f"{row}\n" for row in rows)


def _named(market: Market, membership: Membership) -> Iterator[str]:
    for naming in market.lines[membership.line].namings:
        since = max(membership.since, naming.since)
        until = min((day for day in (membership.until, naming.until) if day), default=None)
        if until is None or since < until:
            yield f"{naming.symbol},{since},{until or ''}"


def groups(market: Market) -> str:
    """Return the members of the simulated Magnificent 7: one symbol, the latest, for each company."""
    giants = [market.lines[company.lines[0]] for company in market.companies if company.giant]
    return "group,ticker\n" + "".join(f"{GROUP},{line.symbol_on(market.until)}\n" for line in giants)
