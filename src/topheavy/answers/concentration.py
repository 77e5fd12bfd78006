"""What pages and the JSON interface ask of the published copy: one function a question, small and parametrised.

Every function raises ``NotPublished`` while nothing is published.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import Field

from topheavy.answers.evidence import Evidence, Fact
from topheavy.answers.indices import Kind, Level, index_called
from topheavy.answers.published import Published, remembered
from topheavy.datasets.weights import HOW

_PRICED = """
NOT EXISTS (
    SELECT 1 FROM holdings AS h WHERE h.fund = $index AND h.asset_class = 'equity'
    HAVING COUNT(*) > 0 AND COUNT(h.value) = 0
)
"""
"""True unless the fund's file prints weights only: then what is added up are weights, not dollars."""


ISSUERS = """
SELECT DISTINCT COALESCE(s.issuer, g.security) AS issuer
FROM groups AS g
LEFT JOIN securities AS s ON s.security = g.security
WHERE g."group" = $group AND (g.since IS NULL OR g.since <= $session) AND (g.until IS NULL OR g.until > $session)
"""


DAYS = f"""
WITH unit AS (SELECT {_PRICED} AS priced)
SELECT session, status, reason, members, measured, coverage,
    CASE WHEN unit.priced THEN measured_total END AS measured_total, CASE WHEN unit.priced THEN total END AS total,
    CASE WHEN unit.priced THEN total_low END AS total_low, CASE WHEN unit.priced THEN total_high END AS total_high,
    top1, top5, top10, top10_low, top10_high, hhi, hhi_low, hhi_high, effective_n, entropy_n, gini
FROM concentration, unit
WHERE "index" = $index AND level = $level
ORDER BY session
"""


GROUP_DAYS = f"""
WITH unit AS (SELECT {_PRICED} AS priced)
SELECT session, members, measured, CASE WHEN unit.priced THEN value END AS value,
    share, share_low, share_high, reason, coverage
FROM group_share, unit
WHERE "index" = $index AND "group" = $group
ORDER BY session
"""


MEMBERS = f"""
WITH unit AS (SELECT {_PRICED} AS priced)
SELECT ROW_NUMBER() OVER (ORDER BY w.value DESC NULLS LAST, w.member) AS place,
    w.member, w.security, COALESCE(w.name, w.security) AS name,
    CASE WHEN unit.priced THEN w.value END AS value, CASE WHEN c.status = 'ok' THEN w.weight END AS weight,
    w.how, w.reason, CASE WHEN w.level = 'issuer' THEN w.member ELSE COALESCE(s.issuer, w.member) END AS issuer
FROM weights AS w
JOIN concentration AS c ON c.session = w.session AND c."index" = w."index" AND c.level = w.level
LEFT JOIN securities AS s ON s.security = w.security
CROSS JOIN unit
WHERE w.session = $session AND w."index" = $index AND w.level = $level
ORDER BY place
"""


class Day(Fact):
    """How top-heavy an index is on one day; figures are absent where ``status`` is withheld."""

    session: date
    status: str = Field(description="ok, or withheld")
    reason: str | None = Field(description="why the figures are withheld")
    members: int
    measured: int = Field(description="members whose value is measured: explained and not stood in for")
    coverage: float = Field(
        description="coverage by weight: the measured part of the total; of a fund: the part its file speaks of"
    )
    how: str = Field(description="how the members' values are known, in words")
    measured_total: float | None = Field(description="sum over measured members, USD")
    total: float | None = Field(description="sum over all members, stand-ins included, USD")
    total_low: float | None = Field(description="the total at least, by what may be missing, USD")
    total_high: float | None = Field(description="the total at most, USD")
    top1: float | None = Field(description="share of the largest member")
    top5: float | None
    top10: float | None
    top10_low: float | None = Field(description="top10 at least, by what may be missing")
    top10_high: float | None
    hhi: float | None = Field(description="Herfindahl-Hirschman index: Σ w² with w in %, up to 10,000")
    hhi_low: float | None = Field(description="hhi at least, by what may be missing")
    hhi_high: float | None
    effective_n: float | None = Field(description="1 ÷ Σ w²: as concentrated as so many equal members")
    entropy_n: float | None = Field(description="exp(−Σ w ln w)")
    gini: float | None

    @property
    def stated(self) -> bool:
        """True where the figures may be shown."""
        return self.status == "ok"


class GroupDay(Fact):
    """A group's part of an index on one day."""

    session: date
    members: int = Field(description="members of the group that are in the index that day")
    measured: int = Field(description="those whose value is measured that day")
    value: float | None = Field(description="what they are worth together, USD")
    share: float | None = Field(description="their part of the index; absent where withheld")
    share_low: float | None = Field(description="the share at least, by what may be missing")
    share_high: float | None = Field(description="the share at most; where all is measured all three are the same")
    reason: str | None = Field(description="why the share is withheld")
    coverage: float = Field(description="how much of the index is measured, by weight")
    how: str = Field(description="how the group's values are known, in words")


class Member(Fact):
    """A member of an index on one day."""

    place: int = Field(description="1 for the largest")
    member: str = Field(description="the issuer, or the security at level line")
    security: str = Field(description="its main share class")
    name: str = Field(description="as the source prints it")
    value: float | None = Field(description="market cap, or market value held by the fund, USD")
    weight: float | None = Field(description="part of the index; absent where the index's figures are withheld")
    how: str = Field(description=HOW)
    reason: str | None = Field(description="why it is not measured")
    issuer: str = Field(description="the company behind the member")


class ConcentrationAnswer(Evidence):
    """Concentration of an index over time."""

    index: str
    level: Level
    days: tuple[Day, ...]


class GroupAnswer(Evidence):
    """A group's part of an index over time."""

    index: str
    group: str
    title: str
    days: tuple[GroupDay, ...]


class MembersAnswer(Evidence):
    """The members of an index on one day, largest first."""

    index: str
    level: Level
    on: date
    status: str = Field(description="ok, or withheld")
    reason: str | None
    coverage: float
    how: str
    members: tuple[Member, ...]


@remembered
def sessions(view: Published, index: str) -> tuple[date, ...]:
    """Return the days on which the index has a row, in order."""
    return tuple(item.session for item in days(view, index, Level.ISSUER))


@remembered
def days(view: Published, index: str, level: Level) -> tuple[Day, ...]:
    """Return the index's concentration on every day, in order."""
    kind = index_called(view, index).kind
    rows = view.ask(DAYS, index=index, level=level.value)
    return tuple(Day(**row, how=_counted(row["measured"], row["members"], kind)) for row in rows)


def day_on(view: Published, index: str, level: Level, on: date) -> Day:
    """Return the index's concentration on one of its ``sessions``."""
    return next(item for item in days(view, index, level) if item.session == on)


@remembered
def group_days(view: Published, index: str, group: str) -> tuple[GroupDay, ...]:
    """Return the group's part of the index on every day that has one, in order."""
    kind = index_called(view, index).kind
    rows = view.ask(GROUP_DAYS, index=index, group=group)
    return tuple(GroupDay(**row, how=_counted(row["measured"], row["members"], kind)) for row in rows)


def group_on(view: Published, index: str, group: str, on: date) -> GroupDay | None:
    """Return the group's part of the index on one day; ``None`` where no member of it is in the index."""
    return next((item for item in group_days(view, index, group) if item.session == on), None)


@remembered
def members(view: Published, index: str, level: Level, on: date) -> tuple[Member, ...]:
    """Return the index's members on a day, largest first."""
    return tuple(Member(**row) for row in view.ask(MEMBERS, index=index, level=level.value, session=on))


@remembered
def issuers_of(view: Published, group: str, on: date) -> frozenset[str]:
    """Return the issuers that make up the group on a day, in the index or not."""
    return frozenset(row["issuer"] for row in view.ask(ISSUERS, group=group, session=on))


def between(items: Sequence[Any], since: date | None, until: date | None) -> tuple[Any, ...]:
    """Return the items from ``since`` to ``until``, both included; an absent bound does not bind."""
    return tuple(
        item for item in items if (since is None or item.session >= since) and (until is None or item.session <= until)
    )


def _counted(measured: int, all_of_them: int, kind: Kind) -> str:
    """Say how a sum's parts are known."""
    if kind is Kind.FUND:
        return f"{measured} of {all_of_them} from the fund's own file"
    stood_in = all_of_them - measured
    return f"{measured} of {all_of_them} measured" + (f", {stood_in} stood in for" if stood_in else "")
