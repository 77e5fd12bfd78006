"""Histories: what forecasts are made from, read out of the published copy as one panel."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from topheavy.core.calendar import FIRST, last_known, sessions
from topheavy.core.errors import UsageError
from topheavy.core.plugins import unknown
from topheavy.forecast.panel import Panel, from_long
from topheavy.forecast.serving.card import Card
from topheavy.forecast.target import Target
from topheavy.home import Home
from topheavy.warehouse.ask import Warehouse


def history_of(home: Home, card: Card, until: date = date.max) -> Panel:
    """Return the history that a registered model's series have by now."""
    if card.aim.reads == "shares":
        subject = Subject(group=card.series[0], index=card.index, until=until)
    else:
        subject = Subject(securities=card.series, until=until)
    return history(home.warehouse, card.aim, subject)


_OF_SECURITIES = {
    "prices": "SELECT session, security AS series, close AS value FROM bars_adjusted",
    "variances": "SELECT session, security AS series, variance AS value FROM session_variance",
}
_SHARES = """
SELECT session, "group" AS series, share AS value FROM group_share
WHERE "index" = $index AND "group" = $group AND share > 0 AND share < 1 AND session BETWEEN $since AND $until
"""
_LARGEST = "SELECT \"index\" FROM concentration WHERE level = 'issuer' GROUP BY 1 ORDER BY COUNT(*) DESC, 1 LIMIT 1"
_MEMBERS = """
SELECT DISTINCT security FROM weights
WHERE "index" = $index AND level = 'line' AND session = (SELECT MAX(session) FROM weights WHERE "index" = $index)
ORDER BY security
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose history: the securities named, else the members of the index named, else those of the group.

    A share is that of the group in the index (by default the one with the longest history).
    """

    securities: tuple[str, ...] = ()
    group: str = "magnificent7"
    index: str = ""
    since: date = date.min
    until: date = date.max


def history(warehouse: Warehouse, target: Target, subject: Subject) -> Panel:
    """Return the panel that a target reads, with a row for every session between its first and its last.

    A session that nobody has is a gap like any other: what lies on both sides of it is not one step apart.

    Raises:
        NotPublished: while nothing is published.
        UsageError: when a security, group or index is not known, or has no history in the period.
        ForecastError: when there is nothing at all.
    """
    snapshot = warehouse.about()["fingerprint"]
    period = {"since": subject.since, "until": subject.until}
    if target.reads == "shares":
        chosen = {"index": subject.index or _largest(warehouse), "group": _group(warehouse, subject.group)}
        return from_long(_on_every_session(warehouse.ask(_SHARES, chosen | period)), snapshot)
    names = securities(warehouse, subject)
    sql = f"{_OF_SECURITIES[target.reads]} WHERE session BETWEEN $since AND $until AND list_contains($names, security)"
    rows = warehouse.ask(sql, {"names": names, **period})
    missing = sorted(set(names) - set(rows["series"].to_pylist()))
    if missing and subject.securities:  # a member of a group or an index may have no history yet
        published = _distinct(warehouse, "security", "bars_adjusted")
        raise UsageError(unknown("security with a history", missing[0], published))
    return from_long(_on_every_session(rows), snapshot)


def securities(warehouse: Warehouse, subject: Subject) -> list[str]:
    """Return the securities a subject means.

    Raises:
        UsageError: when its group or index is not known.
    """
    if subject.securities:
        return sorted(set(subject.securities))
    if subject.index:
        members = [row["security"] for row in warehouse.rows(_MEMBERS, {"index": subject.index})]
        if not members and not (indices := _distinct(warehouse, "index", "weights")):
            raise UsageError("no index is published: name securities or a group, or give a list of constituents")
        if not members:
            raise UsageError(unknown("index", subject.index, indices))
        return members
    of_group = 'SELECT DISTINCT security FROM groups WHERE "group" = $group ORDER BY security'
    return [row["security"] for row in warehouse.rows(of_group, {"group": _group(warehouse, subject.group)})]


def _group(warehouse: Warehouse, name: str) -> str:
    groups = _distinct(warehouse, "group", "groups")
    if name not in groups:
        raise UsageError(unknown("group", name, groups))
    return name


def _largest(warehouse: Warehouse) -> str:
    indices = warehouse.rows(_LARGEST)
    if not indices:
        raise UsageError("no index is published: a group's share needs the members of one (constituents)")
    return str(indices[0]["index"])


def _distinct(warehouse: Warehouse, column: str, table: str) -> list[Any]:
    return [row[column] for row in warehouse.rows(f'SELECT DISTINCT "{column}" FROM {table} ORDER BY 1')]


def _on_every_session(rows: pa.Table) -> pa.Table:
    """Add a row without a value for each session of the exchange, between the first and the last, that has none."""
    if not rows.num_rows:
        return rows
    there = set(rows["session"].to_pylist())
    first, last = max(min(there), FIRST), min(max(there), last_known())
    absent = sorted(set(sessions(first, last)) - there) if first <= last else []
    empty = {
        "session": pa.array(absent, pa.date32()),
        "series": pa.array([rows["series"][0].as_py()] * len(absent), pa.string()),
        "value": pa.nulls(len(absent), pa.float64()),
    }
    return pa.concat_tables([rows, pa.table(empty)], promote_options="default")
