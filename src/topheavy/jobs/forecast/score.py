"""Score: forecasts whose session has come are held against what came."""

from collections import defaultdict
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from topheavy.answers.models.history import history_of
from topheavy.core.clock import Clock, system_clock
from topheavy.core.progress import Progress, Silent
from topheavy.datasets.schema import dataset
from topheavy.forecast.serving.registry import Registry
from topheavy.forecast.target import Target
from topheavy.forecast.task import Task, task
from topheavy.home import Home
from topheavy.tables.read import read
from topheavy.tables.streams.record import record

_SHARED = ("name", "version", "model", "target", "horizon", "series", "origin", "session")


def score(home: Home, *, clock: Clock = system_clock, progress: Progress | None = None) -> int:
    """Fill ``scores`` for every forecast that has none yet and whose session is known by now; return how many.

    Raises:
        NotPublished: while nothing is published.
    """
    heard, due = progress or Silent(), _due(home)
    rows: list[dict[str, Any]] = []
    heard.start("score, in models", len(due))
    for (name, version), forecasts in due.items():
        card = Registry(home.settings.home).card(name, version)
        panel = history_of(home, card)
        whole = task(panel, card.aim, card.horizon)
        about = {"scored_at": clock(), "snapshot": panel.snapshot}
        rows += [scored | about for forecast in forecasts if (scored := _scored(whole, forecast))]
        heard.advance()
    heard.finish()
    if not rows:
        return 0
    with home.lake.folder.alone(heard):
        table = pa.Table.from_pylist(rows, schema=dataset("scores").schema)
        return record(home.tables, dataset("scores"), table)


def _due(home: Home) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """Return the forecasts without a score, by name and version."""
    scores, key = dataset("scores"), dataset("forecasts").key
    done = {tuple(row[part] for part in key) for row in read(home.tables, scores, columns=scores.key).to_pylist()}
    due: defaultdict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for row in read(home.tables, dataset("forecasts")).to_pylist():
        if tuple(row[part] for part in key) not in done:
            due[row["name"], row["version"]].append(row)
    return due


def _scored(whole: Task, forecast: dict[str, Any]) -> dict[str, Any] | None:
    """Return a forecast's score; ``None`` while what it speaks of has not come."""
    column, row = whole.series.index(forecast["series"]), _row(whole, forecast["origin"])
    if row is None or _row(whole, forecast["session"]) != row + whole.horizon or np.isnan(whole.outcome[row, column]):
        return None  # not there yet, or a session in between is missing: it is another one's outcome
    actual = _actual(whole.target, forecast["naive"], whole.now[row, column], whole.change[row, column])
    within = None if forecast["low"] is None else forecast["low"] <= actual <= forecast["high"]
    return {name: forecast[name] for name in _SHARED} | {
        "actual": actual,
        "error": actual - forecast["value"],
        "naive_error": actual - forecast["naive"],
        "within": within,
    }


def _actual(target: Target, naive: float, now: float, change: float) -> float:
    """Return what came in the target's unit; a price on the share unit of the forecast, however shares split since."""
    if target.name == "price":
        return float(naive * np.exp(change))
    return float(target.said(np.array(now), np.array(change)))


def _row(whole: Task, session: date) -> int | None:
    day = np.datetime64(session, "D")
    row = int(np.searchsorted(whole.sessions, day))
    return row if row < len(whole.sessions) and whole.sessions[row] == day else None
