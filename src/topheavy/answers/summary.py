"""The summary: what the published figures say about the newest session, with what they rest on."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from topheavy.warehouse.ask import Warehouse

_INDICES = """
SELECT "index", MIN(session) AS since, MAX(session) AS until, COUNT(DISTINCT session) AS sessions,
       SUM(CASE WHEN status = 'ok' THEN 0 ELSE 1 END) AS withheld
FROM concentration WHERE level = 'issuer' GROUP BY "index"
ORDER BY sessions DESC, "index" LIMIT 1
"""
_FIGURES = """
SELECT * FROM concentration WHERE level = 'issuer' AND "index" = $index AND session = $day
"""
_SHARE = """
SELECT session, share, share_low, share_high, measured, members, reason FROM group_share
WHERE "index" = $index AND "group" = $group ORDER BY session
"""
_REPAIRS = "SELECT rule, COUNT(*) AS repairs FROM repairs WHERE active GROUP BY rule ORDER BY repairs DESC, rule"


@dataclass(frozen=True, slots=True)
class Summary:
    """The newest figures of one index and one group."""

    world: str
    index: str
    group: str
    since: date
    until: date
    sessions: int
    withheld: int
    coverage: float
    members: int
    measured: int
    share: float | None
    share_low: float | None
    share_high: float | None
    share_at_start: float | None
    why_no_share: str | None
    hhi: float | None
    effective_n: float | None
    top10: float | None
    total: float | None
    repairs: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """Return the summary as plain values."""
        return asdict(self) | {"since": self.since.isoformat(), "until": self.until.isoformat()}


def summarise(warehouse: Warehouse, group: str = "magnificent7") -> Summary | None:
    """Return the newest figures of the index with the longest history; ``None`` where no index is published."""
    indices = warehouse.rows(_INDICES)
    if not indices:
        return None
    index = indices[0]
    figures = warehouse.rows(_FIGURES, {"index": index["index"], "day": index["until"]})[0]
    shares = warehouse.rows(_SHARE, {"index": index["index"], "group": group})
    last = next((row for row in reversed(shares) if row["session"] == index["until"]), None)
    first = next((row["share"] for row in shares if row["share"] is not None), None)
    return Summary(
        world=warehouse.about()["world"],
        index=index["index"],
        group=group,
        since=index["since"],
        until=index["until"],
        sessions=index["sessions"],
        withheld=int(index["withheld"]),
        coverage=figures["coverage"],
        members=figures["members"],
        measured=figures["measured"],
        share=last["share"] if last else None,
        share_low=last["share_low"] if last else None,
        share_high=last["share_high"] if last else None,
        share_at_start=first,
        why_no_share=last["reason"] if last else "no member of the group is in the index",
        hhi=figures["hhi"],
        effective_n=figures["effective_n"],
        top10=figures["top10"],
        total=figures["total"],
        repairs={row["rule"]: row["repairs"] for row in warehouse.rows(_REPAIRS)},
    )
