"""What a publication reads beside the tables: the ledger's runs, the calendar's sessions, the coverage floor."""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from topheavy.core.calendar import sessions
from topheavy.core.errors import NotPublished
from topheavy.core.settings import Settings
from topheavy.datasets.schema import dataset
from topheavy.lake.raw import Lake


def runs_as_rows(lake: Lake) -> pa.Table:
    """Return every unit ever asked for with its last attempt, as the dataset ``runs``."""
    rows = [
        {
            "unit": run.unit.id,
            "source": run.unit.source,
            "route": run.unit.route,
            "session": run.unit.session.isoformat() if run.unit.session else "",
            "subject": run.unit.subject,
            "outcome": run.outcome.value,
            "cause": run.cause,
            "attempts": run.attempts,
            "seconds": run.last.seconds,
            "bytes": run.last.bytes,
            "finished_at": run.last.finished_at,
            "fault": run.last.fault,
            "calls": run.last.calls,
        }
        for run in lake.ledger.runs()
    ]
    return pa.Table.from_pylist(rows, schema=dataset("runs").schema)


def given(held: Mapping[str, pa.Table], settings: Settings) -> dict[str, pa.Table]:
    """Return the inputs of questions that are no dataset: every session of the period, and the coverage floor.

    The period is the sessions that have bars or were asked for.

    Raises:
        NotPublished: when there are neither bars nor holdings.
    """
    asked = [date.fromisoformat(text) for text in pc.unique(held["runs"]["session"]).to_pylist() if text]
    days = asked + [day for day in pc.min_max(held["bars"]["session"]).as_py().values() if day]
    if not days and not held["holdings"].num_rows:
        raise NotPublished("the tables hold no bars and no holdings yet: collect and refine some first")
    period = sessions(min(days), max(days)) if days else []
    return {
        "sessions": pa.table({"session": pa.array(period, pa.date32())}),
        "coverage_floor": pa.table({"floor": [settings.coverage_floor]}),
    }
