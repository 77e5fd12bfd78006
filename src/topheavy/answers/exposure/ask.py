"""Asking what a portfolio really owns: one answer for the page, the command, the JSON interface and Python."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import fsum

from topheavy.answers.evidence import noted
from topheavy.answers.exposure.answer import compose
from topheavy.answers.exposure.facts import ExposureAnswer
from topheavy.answers.exposure.funds.books import books_on
from topheavy.answers.exposure.look_through import LookThrough, Stake
from topheavy.answers.exposure.targets import Register, What, register_on, target
from topheavy.answers.exposure.valuing import Valuation, value
from topheavy.answers.published import Published
from topheavy.core.clock import NEW_YORK, Clock, system_clock
from topheavy.core.text import company
from topheavy.portfolios.position import Portfolio, Position

MOST = 100
"""So many companies are listed unless more are asked for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What narrows the question: the day, the currency to add up in, rates to it, and how many companies to list."""

    on: date | None = None
    currency: str = ""
    rates: Mapping[str, float] = field(default_factory=dict)
    most: int = MOST


def exposure(
    view: Published, portfolio: Portfolio, asked: Asked | None = None, clock: Clock = system_clock
) -> ExposureAnswer:
    """Answer what a portfolio really owns on a day, by each fund's newest holdings up to it.

    Raises:
        NotPublished: while nothing is published.
        UsageError: when nothing of the portfolio can be valued.
    """
    asked = asked or Asked()
    on = asked.on or today(view, clock)
    through, valuation = look(view, on), valued(view, portfolio, on, asked)
    stakes = stakes_of(valuation, through)
    return compose(view, through, portfolio, valuation, stakes, on, asked.most)


def today(view: Published, clock: Clock = system_clock) -> date:
    """Return the day that is asked about unless one is named: today, or in a made-up market its last day."""
    if noted(view)["world"] == "simulated":
        newest: date | None = view.ask(_NEWEST)[0]["newest"]
        if newest:
            return newest
    return clock().astimezone(NEW_YORK).date()


def look(view: Published, on: date) -> LookThrough:
    """Return the looking glass of a day; made once per publication."""
    return view.remember(("exposure.look", on), lambda: LookThrough(books_on(view, on), register_on(view, on)))


def valued(view: Published, portfolio: Portfolio, on: date, asked: Asked) -> Valuation:
    """Value a portfolio on a day."""
    return value(portfolio, register_on(view, on).price, asked.rates, asked.currency)


def stakes_of(valuation: Valuation, through: LookThrough) -> list[Stake]:
    """Return each valued position's part of the whole and what it is; several of one thing are one stake."""
    by_key: dict[tuple[What, str, str], list[tuple[float, Position]]] = {}
    for item in valuation.valued:
        found = target(item.position, through.books, through.register)
        by_key.setdefault((found.what, found.key, found.reason), []).append((item.amount, item.position))
    return [_stake(parts, valuation.whole, through) for parts in by_key.values()]


def _stake(parts: Sequence[tuple[float, Position]], whole: float, through: LookThrough) -> Stake:
    position = parts[0][1]
    found = target(position, through.books, through.register)
    return Stake(position.label, _name(position, through.register), fsum(part for part, _ in parts) / whole, found)


def _name(position: Position, register: Register) -> str:
    security = register.security(position)
    record = register.securities.get(security)
    return company(str(record["name"]) if record else position.name or None, position.label)


_NEWEST = """
SELECT MAX(day) AS newest
FROM (SELECT MAX(session) AS day FROM bars UNION ALL SELECT MAX(as_of) AS day FROM holdings) AS days
"""
