"""What if: the same portfolio with something added or taken away, before and after side by side."""

from dataclasses import replace
from math import fsum

from pydantic import Field

from topheavy.answers.evidence import Fact
from topheavy.answers.exposure.ask import Asked, exposure, today, valued
from topheavy.answers.exposure.facts import ExposureAnswer
from topheavy.answers.exposure.valuing import Valuation
from topheavy.answers.published import Published
from topheavy.core.clock import Clock, system_clock
from topheavy.core.errors import UsageError
from topheavy.core.text import percent
from topheavy.portfolios.position import Portfolio, Position


class Moved(Fact):
    """A company's part before and after."""

    issuer: str
    name: str
    before: float
    after: float


class WhatIfAnswer(Fact):
    """A portfolio as it is and as it would be."""

    change: str = Field(description="what is added, in words")
    before: ExposureAnswer
    after: ExposureAnswer
    moved: tuple[Moved, ...] = Field(description="the companies whose parts change most")


MOST_MOVED = 10
COMPARED = 500
"""So many of the largest companies are compared before and after, however few are listed."""


def what_if(
    view: Published, portfolio: Portfolio, more: Portfolio, asked: Asked | None = None, clock: Clock = system_clock
) -> WhatIfAnswer:
    """Answer a portfolio beside the same with ``more`` added: new money, so the whole grows by it.

    A part of ``more``, such as 10 % QQQ, is of today's whole; a minus takes away.

    Raises:
        NotPublished: while nothing is published.
        UsageError: when either cannot be valued.
    """
    asked = asked or Asked()
    on = asked.on or today(view, clock)
    wide = replace(asked, on=on, most=max(asked.most, COMPARED))
    combined = _combined(portfolio, more, valued(view, portfolio, on, asked))
    before, after = exposure(view, portfolio, wide, clock), exposure(view, combined, wide, clock)
    moved = _moved(before, after)
    return WhatIfAnswer(
        change=_told(more), before=_shortened(before, asked.most), after=_shortened(after, asked.most), moved=moved
    )


def _shortened(answer: ExposureAnswer, most: int) -> ExposureAnswer:
    return answer.model_copy(update={"companies": answer.companies[:most]})


def _combined(portfolio: Portfolio, more: Portfolio, valuation: Valuation) -> Portfolio:
    """Put both together: as parts of the new whole where the portfolio says parts, else as amounts."""
    added = [_amount(item, valuation) for item in more.positions]
    if not valuation.parts_only:
        return replace(portfolio, positions=portfolio.positions + tuple(added), stated=None)
    whole = 1.0 + fsum(item.value or 0.0 for item in added)
    kept = [replace(item, weight=(item.weight or 0.0) / whole) for item in portfolio.positions]
    new = [replace(item, weight=(item.value or 0.0) / whole, value=None, currency="") for item in added]
    return replace(portfolio, positions=tuple(kept + new))


def _amount(item: Position, valuation: Valuation) -> Position:
    """Return what is added with its value in the portfolio's currency; where that has none, as a part of the whole."""
    if item.weight is not None and item.value is None:
        return replace(item, value=item.weight * valuation.whole, weight=None, currency=valuation.currency)
    if valuation.parts_only:
        raise UsageError(f"the portfolio says parts only: say what {item.label} is of it, such as 10% {item.label}")
    return item


def _told(more: Portfolio) -> str:
    return ", ".join(_item(item) for item in more.positions)


def _item(item: Position) -> str:
    verb = "take away" if (item.weight or item.value or item.quantity or 0.0) < 0 else "add"
    if item.weight is not None:
        return f"{verb} {item.label} worth {percent(abs(item.weight))} of today's whole"
    if item.value is not None:
        return f"{verb} {abs(item.value):,.2f} {item.currency} of {item.label}"
    return f"{verb} {abs(item.quantity or 0.0):g} shares of {item.label}"


def _moved(before: ExposureAnswer, after: ExposureAnswer) -> tuple[Moved, ...]:
    then = {item.issuer: item for item in before.companies}
    now = {item.issuer: item for item in after.companies}
    found = [
        Moved(
            issuer=issuer,
            name=(now.get(issuer) or then[issuer]).name,
            before=then[issuer].share if issuer in then else 0.0,
            after=now[issuer].share if issuer in now else 0.0,
        )
        for issuer in {*then, *now}
    ]
    return tuple(sorted(found, key=lambda item: (-abs(item.after - item.before), item.issuer))[:MOST_MOVED])
