"""Predict: every registered champion and challenger says what comes next, and that is written down before it comes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from topheavy.answers.models.history import history_of
from topheavy.core.calendar import close_of, session_after
from topheavy.core.clock import Clock, system_clock
from topheavy.core.errors import UsageError
from topheavy.core.progress import Progress, Silent
from topheavy.datasets.schema import dataset
from topheavy.forecast.panel import Panel
from topheavy.forecast.serving.card import Card
from topheavy.forecast.serving.registry import CHALLENGER, CHAMPION, Registry
from topheavy.forecast.serving.served import LEVEL, Served
from topheavy.home import Home
from topheavy.tables.streams.record import record


@dataclass(frozen=True, slots=True)
class Predicted:
    """What was said: rows as they lie in the table, how many of them are new, and what could not be said, with why."""

    rows: list[dict[str, Any]]
    new: int
    left_out: list[str]


def predict(
    home: Home,
    names: list[str] | None = None,
    *,
    level: float = LEVEL,
    until: date | None = None,
    clock: Clock = system_clock,
    progress: Progress | None = None,
) -> Predicted:
    """Forecast with the champion and the challenger of every name (or of ``names``), and record it.

    ``until`` takes an earlier session for the last one, so that a past can be played again; such rows say so.

    Raises:
        UsageError: when no model of that name is registered.
        NotPublished: while nothing is published.
    """
    registry, heard = Registry(home.settings.home), progress or Silent()
    rows: list[dict[str, Any]] = []
    left_out: list[str] = []
    chosen = names or registry.names()
    if not chosen:
        raise UsageError("no model is registered here: train one first ('topheavy forecast train --model drift')")
    heard.start("predict, in models", len(chosen))
    for name in chosen:
        for version in _versions(registry, name):
            made, silent = _say(home, registry.open(name, version), level, until or date.max, clock())
            rows += made
            left_out += silent
        heard.advance()
    heard.finish()
    with home.lake.folder.alone(heard):
        table = pa.Table.from_pylist(rows, schema=dataset("forecasts").schema)
        new = record(home.tables, dataset("forecasts"), table)
    return Predicted(rows, new, left_out)


def _versions(registry: Registry, name: str) -> list[int]:
    aliases = registry.aliases(name)
    wanted = [CHAMPION] if aliases.challenger is None else [CHAMPION, CHALLENGER]
    return [registry.version(name, alias) for alias in wanted]


def _say(
    home: Home, served: Served, level: float, until: date, now: datetime
) -> tuple[list[dict[str, Any]], list[str]]:
    """Forecast every series that has a history up to the newest session."""
    card, panel = served.card, history_of(home, served.card, until)
    if panel.sessions[-1] < np.datetime64(card.trained_until, "D"):
        raise UsageError(
            f"{card.name} {card.version} has learned from sessions up to {card.trained_until}: a forecast made "
            f"from {panel.sessions[-1]} would know what came; train one with --until to play a past again"
        )
    recent = panel.values[-served.wanted :].T
    whole = (~np.isnan(recent[:, -served.fewest :])).all(axis=1) & (recent.shape[1] >= served.fewest)
    silent = [f"{card.name} {card.version}, {panel.series[at]}: no whole history" for at in np.flatnonzero(~whole)]
    spoken = [name for name, there in zip(panel.series, whole, strict=True) if there]
    forecasts = served.forecast(_from_where_whole(recent[whole]), [served.number(name) for name in spoken], level)
    origin = panel.sessions[-1].item()
    about = _about(card, panel, origin, now, level)
    return [
        about
        | {"series": name, "value": forecast.value, "low": forecast.low, "high": forecast.high, "naive": forecast.naive}
        for name, forecast in zip(spoken, forecasts, strict=True)
    ], silent


def _from_where_whole(recent: Any) -> Any:
    """Leave out what lies before the last absent value of each row: such a history begins after it."""
    absent = np.isnan(recent)
    after = np.where(absent, np.arange(recent.shape[1]), -1).max(axis=1, keepdims=True)
    return np.where(np.arange(recent.shape[1]) > after, recent, np.nan)


def _about(card: Card, panel: Panel, origin: date, now: datetime, level: float) -> dict[str, Any]:
    session = session_after(origin, card.horizon)
    return {
        "name": card.name,
        "version": card.version,
        "model": card.model,
        "target": card.target,
        "horizon": card.horizon,
        "origin": origin,
        "session": session,
        "level": level,
        "made_at": now,
        "ahead": now < close_of(session),
        "snapshot": panel.snapshot,
        "source_kind": card.world,
    }
