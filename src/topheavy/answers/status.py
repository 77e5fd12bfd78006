"""State and gaps: what a home holds, what is missing in it, and why."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TypedDict, cast

from topheavy.answers.collections.facts import Stage
from topheavy.answers.collections.progress import underway
from topheavy.core.clock import Clock, system_clock
from topheavy.core.units import Outcome
from topheavy.datasets.schema import Layer, datasets
from topheavy.home import Home
from topheavy.lake.records import Run
from topheavy.tables.read import rows_of

Row = Mapping[str, object]


class CollectingRow(TypedDict):
    """A collection that goes on, as its facts are written for programs."""

    title: str
    asked: int
    ended: int
    failed: int
    seconds_left: float | None


class HomeStatus(TypedDict):
    """What a home holds."""

    home: str
    world: str
    units: Sequence[Row]
    sessions: Sequence[Row]
    collecting: Sequence[CollectingRow]
    tables: Sequence[Row]
    doubts: Sequence[Row]
    published: Mapping[str, str]


def status(place: Home, clock: Clock = system_clock) -> HomeStatus:
    """Return what the home holds: units by source and outcome, sessions by state, what is being collected, rows by
    table, the publication."""
    runs = place.lake.ledger.runs()
    units = Counter((run.unit.source, run.outcome.value) for run in runs)
    return {
        "home": str(place.settings.home),
        "world": place.world,
        "units": [
            {"source": source, "outcome": outcome, "units": count} for (source, outcome), count in sorted(units.items())
        ],
        "sessions": sessions_by_state(runs),
        "collecting": _collecting(place, clock),
        "tables": [
            {"table": name, "rows": rows}
            for name, item in datasets().items()
            if item.layer is not Layer.VIEW and (rows := rows_of(place.tables, item)) is not None
        ],
        "doubts": _doubts(place),
        "published": place.warehouse.about() if place.warehouse.path.exists() else {},
    }


def sessions_by_state(runs: Iterable[Run]) -> list[dict[str, object]]:
    """Return how many sessions of each source are complete, partial or failed.

    A session with a failed unit is partial, however many others came; with none that came it has failed.
    """
    ended: defaultdict[tuple[str, date], set[bool]] = defaultdict(set)
    for run in runs:
        if run.unit.session:
            ended[run.unit.source, run.unit.session].add(run.outcome is not Outcome.FAILED)
    states = Counter((source, _state(came)) for (source, _), came in ended.items())
    return [{"source": source, "state": state, "sessions": count} for (source, state), count in sorted(states.items())]


def _doubts(place: Home) -> Sequence[Row]:
    """Return how many doubts of each rule are open, with the question of the newest."""
    if not place.warehouse.path.exists():
        return []
    return place.warehouse.rows(_DOUBTS)


_DOUBTS = """
SELECT rule, COUNT(*) AS doubts, COUNT(DISTINCT security) AS securities, MAX_BY(question, since) AS question
FROM doubts WHERE acts GROUP BY rule ORDER BY doubts DESC, rule
"""


def _collecting(place: Home, clock: Clock) -> Sequence[CollectingRow]:
    collections = underway(place.lake.folder.path, place.lake.ledger.collections(), clock())
    running = [collection for collection in collections if collection.stage is Stage.RUNNING]
    return [cast(CollectingRow, collection.model_dump(mode="json")) for collection in running]


def _state(came: set[bool]) -> str:
    if came == {True}:
        return "complete"
    return "partial" if True in came else "failed"
