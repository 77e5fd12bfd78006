"""Gaps: members without a measured cap, units of work that failed, sessions withheld, each with its reason."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypedDict

from pydantic import Field

from topheavy.answers.catalogue.narrowing import ALL, Narrowing
from topheavy.answers.evidence import Evidence, Fact
from topheavy.answers.published import Published, remembered
from topheavy.answers.show import show
from topheavy.core.units import Outcome
from topheavy.home import Home
from topheavy.lake.remarks import CONTRADICTION, Remark, Remarks


class Gap(Fact):
    """A member of an index that is not measured on a day, and why."""

    index: str
    member: str
    security: str
    name: str
    how: str = Field(description="what stands in: carried, nearest, by fund or typical; or doubtful")
    reason: str | None


class FailedRun(Fact):
    """A unit of work whose last attempt failed."""

    unit: str
    source: str
    session: str
    cause: str | None
    attempts: int


class GapsAnswer(Evidence):
    """What is not measured on a day, and which units of work failed."""

    on: date
    coverage: dict[str, float] = Field(description="coverage of each index with figures that day")
    gaps: tuple[Gap, ...]
    failed: tuple[FailedRun, ...]


@remembered
def gaps(view: Published, on: date) -> tuple[Gap, ...]:
    """Return the members of every index that are not measured on a day, and why."""
    return tuple(Gap(**row) for row in view.ask(GAPS, session=on))


@remembered
def failed_runs(view: Published) -> tuple[FailedRun, ...]:
    """Return the units of work whose last attempt failed."""
    return tuple(FailedRun(**row) for row in view.ask(FAILED))


GAPS = """
SELECT "index", member, security, COALESCE(name, security) AS name, how, reason
FROM weights
WHERE session = $session AND level = 'line' AND how NOT IN ('measured', 'fund')
ORDER BY "index", reason, member
"""


FAILED = "SELECT unit, source, session, cause, attempts FROM runs WHERE outcome = 'failed' ORDER BY unit"


DOUBTED = """
SELECT id, security, since, until, question, evidence
FROM doubts WHERE acts ORDER BY security, since, id
"""


Row = Mapping[str, object]


class AllGaps(TypedDict):
    """What is missing, kind by kind."""

    failed: Sequence[Row]
    contradictions: Sequence[Row]
    remarks: Sequence[Row]
    withheld: Sequence[Row]
    missing: Sequence[Row]
    doubted: Sequence[Row]


def all_gaps(home: Home) -> AllGaps:
    """Return what is missing: units that failed, rows that two units claim with other numbers, lines left out and
    doubts, sessions withheld, members not measured, each with its reason, and what nothing explains, each with the
    question that would settle it."""
    failed = [
        {"unit": run.unit.id, "attempts": run.attempts, "fault": run.last.fault, "cause": run.cause}
        for run in home.lake.ledger.runs()
        if run.outcome is Outcome.FAILED
    ]
    published = home.warehouse.path.exists()
    remarks = Remarks(home.lake.ledger).every()
    return {
        "failed": failed,
        "contradictions": [_contradiction(remark) for remark in remarks if remark.kind == CONTRADICTION],
        "remarks": [_remark(remark) for remark in remarks if remark.kind != CONTRADICTION],
        "withheld": _of_every_index(home, "withheld") if published else [],
        "missing": _of_every_index(home, "missing-periods") if published else [],
        "doubted": home.warehouse.rows(DOUBTED) if published else [],
    }


def _of_every_index(home: Home, question: str) -> Sequence[Row]:
    return show(home, question, Narrowing({"index": ALL})).rows()


def _contradiction(remark: Remark) -> Row:
    return {"kept": remark.unit, "not_kept": remark.other, "rows": remark.rows, "difference": remark.text}


def _remark(remark: Remark) -> Row:
    return {"unit": remark.unit, "kind": remark.kind, "rows": remark.rows, "what": remark.text}
