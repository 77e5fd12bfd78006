"""Repairs: every correction made to the data, and the session from which it acts on an index."""

from datetime import date

from pydantic import Field

from topheavy.answers.evidence import Evidence, Fact
from topheavy.answers.published import Published, remembered


class Repair(Fact):
    """A correction of one value; the original is kept."""

    id: str
    rule: str
    dataset: str
    security: str
    effective: date = Field(description="date of the corrected row")
    field: str
    before: float
    after: float | None = Field(description="empty: the row is not used")
    evidence: str
    active: bool = Field(description="false once someone switched it off")


class ActingRepair(Repair):
    """A repair of a member's data, and the first session of the index on which it acts."""

    acts_from: date


class RepairsAnswer(Evidence):
    """Every correction made to the data."""

    repairs: tuple[Repair, ...]


@remembered
def repairs(view: Published) -> tuple[Repair, ...]:
    """Return every repair, oldest first."""
    return tuple(Repair(**row) for row in view.ask(REPAIRS))


@remembered
def acting_repairs(view: Published, index: str) -> tuple[ActingRepair, ...]:
    """Return the repairs of data of the index's members, each with the first session on which it acts."""
    return tuple(ActingRepair(**row) for row in view.ask(ACTING, index=index))


_REPAIR = 'r.id, r.rule, r.dataset, r.security, r.effective, r.field, r."before", r."after", r.evidence, r.active'


REPAIRS = f"SELECT {_REPAIR} FROM repairs AS r ORDER BY r.effective, r.security, r.id"


ACTING = f"""
WITH days AS (SELECT session FROM concentration WHERE "index" = $index AND level = 'line'),
reach AS (
    SELECT r.id, COALESCE(
        CASE WHEN r.effective >= (SELECT MIN(session) FROM days) THEN MIN(d.session) END,
        (SELECT MIN(k.session) FROM market_caps AS k
         WHERE k.security = r.security AND k.shares_effective = r.effective AND k.repaired)) AS acts_from
    FROM repairs AS r
    LEFT JOIN days AS d ON d.session >= r.effective
    GROUP BY r.id, r.security, r.effective
)
SELECT {_REPAIR}, reach.acts_from
FROM repairs AS r
JOIN reach ON reach.id = r.id
JOIN weights AS w
    ON w.session = reach.acts_from AND w."index" = $index AND w.level = 'line' AND w.member = r.security
ORDER BY reach.acts_from, r.security, r.id
"""
