"""A processor's answer as it stands now, over all sinks, with what it says of itself: for page, JSON and SQL alike."""

from collections.abc import Sequence
from datetime import date, datetime

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from topheavy.answers.evidence import Fact
from topheavy.answers.live.reference import given
from topheavy.home import Home
from topheavy.stream.processor import Given, joined, processor, processors
from topheavy.stream.sink.status import SinkStatus, sink_statuses

Value = str | int | float | bool | date | datetime | None


class LiveColumn(Fact):
    """A column of a live answer, as its processor declares it."""

    name: str
    meaning: str
    unit: str = Field(description="empty where it has none; 1 is a part of one")


class LiveAnswer(Fact):
    """What one processor says now, over all sinks of the home."""

    name: str
    text: str = Field(description="what it says, in a few words")
    world: str = Field(description="real, or simulated: a market that never was; empty where there are no rows")
    as_of: datetime | None = Field(description="when the newest trade was made that any row rests on (UTC)")
    total: int = Field(description="rows there are")
    columns: tuple[LiveColumn, ...]
    rows: tuple[dict[str, Value], ...] = Field(description="the largest first, as far as they were asked for")


def table_of(name: str, statuses: Sequence[SinkStatus], reference: Given) -> pa.Table:
    """Return the answer called ``name`` as its processor declares it, over the ``statuses`` of all sinks.

    Raises:
        UsageError: when there is no such processor.
        StreamError: when it does not answer as it declares.
    """
    return joined(name, [status.answers for status in statuses], reference)


def live_answer(name: str, statuses: Sequence[SinkStatus], reference: Given, most: int) -> LiveAnswer:
    """Return the answer called ``name`` with so many rows at ``most``.

    Raises:
        UsageError: when there is no such processor.
        StreamError: when it does not answer as it declares.
    """
    item, rows = processor(name), table_of(name, statuses, reference)
    return LiveAnswer(
        name=name,
        text=item.text,
        world=_world(rows),
        as_of=pc.max(rows["event_time"]).as_py(),
        total=rows.num_rows,
        columns=tuple(LiveColumn(name=c.name, meaning=c.meaning, unit=c.unit) for c in item.all_columns),
        rows=tuple(rows.slice(0, most).to_pylist()),
    )


def live_tables(home: Home, names: Sequence[str]) -> dict[str, pa.Table]:
    """Return the answers among ``names`` as tables, as the home's sinks told them last; other names are passed over."""
    wanted = [name for name in names if name in processors()]
    if not wanted:
        return {}
    statuses, reference = sink_statuses(home.lake.folder.path), given(home.tables)
    return {name: table_of(name, statuses, reference) for name in wanted}


def _world(rows: pa.Table) -> str:
    kinds = set(rows["source_kind"].to_pylist())
    return "" if not kinds else "simulated" if "simulated" in kinds else "real"
