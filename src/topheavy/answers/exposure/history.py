"""Through time: the same portfolio by the holdings files of every date there are, its parts as they are today."""

from datetime import date

from pydantic import Field

from topheavy.answers.evidence import Fact
from topheavy.answers.exposure.ask import Asked, look, stakes_of, valued
from topheavy.answers.exposure.facts import Figures, GroupShare
from topheavy.answers.exposure.figures import figures, groups
from topheavy.answers.published import Published
from topheavy.portfolios.position import Portfolio

MOST_DATES = 60
"""So many dates are looked at, the newest."""


class Moment(Fact):
    """The portfolio by the holdings known on one date."""

    on: date
    changed: tuple[str, ...] = Field(description="the funds whose holdings are of this date")
    companies_share: float
    figures: Figures
    groups: tuple[GroupShare, ...]


def through_time(view: Published, portfolio: Portfolio, asked: Asked, on: date) -> tuple[Moment, ...]:
    """Return the portfolio on every date up to ``on`` from which one of its funds has holdings, oldest first.

    Its parts are those of ``on``: what moves is what the funds hold, not what was bought. Dates begin where every
    fund that is looked through on ``on`` has holdings.
    """
    stakes = stakes_of(valued(view, portfolio, on, asked), look(view, on))
    now = look(view, on).look(stakes)
    funds = {fund for fund, part in zip(now.books.funds, now.reached, strict=True) if part}
    rows = view.ask(_DATES, on=on)
    dated = [(row["as_of"], row["fund"]) for row in rows if row["fund"] in funds]
    first = {fund: min(day for day, name in dated if name == fund) for fund in funds}
    since = max(first.values(), default=on)
    days = sorted({day for day, _ in dated if day >= since})[-MOST_DATES:]
    found = []
    for day in days:
        through = look(view, day)
        looked = through.look(stakes)
        changed = tuple(sorted(fund for when, fund in dated if when == day))
        found.append(Moment(on=day, changed=changed, companies_share=looked.companies_share,
                            figures=figures(looked.net), groups=groups(view, looked, through, day)))  # fmt: skip
    return tuple(found)


_DATES = "SELECT DISTINCT fund, as_of FROM holdings WHERE as_of <= $on ORDER BY as_of, fund"
