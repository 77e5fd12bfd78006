"""Show: a published metric on a day or over a period, with its coverage."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from topheavy.core.calendar import is_session, session_on_or_before, why_closed
from topheavy.core.errors import UsageError
from topheavy.core.plugins import unknown
from topheavy.warehouse.ask import Warehouse


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric that ``show`` knows: the table or view behind it, and which choices narrow it."""

    about: str
    view: str
    choices: tuple[str, ...] = ("index",)
    day: str = "session"
    order: str = "session"


METRICS: dict[str, Metric] = {
    "concentration": Metric(
        "how top-heavy an index is, and on how much the figure rests", "figures", ("index", "level", "group")
    ),
    "group": Metric(
        "the members of a group, their part of the index and of the group",
        "group_members",
        ("index", "group"),
        order="session, ranking",
    ),
    "weights": Metric(
        "every member of an index and its part of it", "weights", ("index", "level"), order="session, weight DESC"
    ),
    "market-caps": Metric(
        "every issuer's market cap and how it is known", "market_caps", (), order="session, market_cap DESC"
    ),
    "change": Metric(
        "how a group's share and the index's total changed from the session before", "day_over_day", ("index", "group")
    ),
    "missing": Metric("members without a measured cap, and why", "missing_members", order="session, security"),
    "jumps": Metric("caps that leave their price by more than 15 %, and what explains it", "cap_jumps", ()),
    "doubts": Metric(
        "what nothing explains, with the question that would settle it",
        "doubts",
        (),
        day="since",
        order="acts DESC, rule, security, since",
    ),
    "repairs": Metric(
        "what was wrong in the data and how it was mended",
        "repairs",
        (),
        day="effective",
        order="rule, security, effective",
    ),
}
WHOLE = {"jumps", "doubts", "repairs"}
"""Metrics shown for all time unless a period is asked for."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What narrows a metric."""

    index: str = ""
    level: str = "issuer"
    group: str = "magnificent7"
    on: date | None = None
    since: date | None = None
    until: date | None = None


def show(warehouse: Warehouse, name: str, choice: Choice) -> list[dict[str, Any]]:
    """Return the metric's rows; without a date, those of the newest session.

    Raises:
        UsageError: for an unknown metric, index or group, or a day that is no session.
    """
    if name not in METRICS:
        raise UsageError(unknown("metric", name, list(METRICS)))
    metric = METRICS[name]
    chosen = _known(warehouse, metric, choice)
    terms = [f'("{name}" = ${name} OR "{name}" IS NULL)' for name in chosen]
    days, values = _period(warehouse, name, metric, chosen, choice)
    where = " AND ".join([*terms, *days]) or "true"
    return warehouse.rows(f"SELECT * FROM {metric.view} WHERE {where} ORDER BY {metric.order}", chosen | values)


def _known(warehouse: Warehouse, metric: Metric, choice: Choice) -> dict[str, str]:
    chosen = {}
    for name in metric.choices:
        table = {"index": "concentration", "level": "concentration", "group": "groups"}[name]
        known = [row[name] for row in warehouse.rows(f'SELECT DISTINCT "{name}" FROM {table} ORDER BY 1')]
        given = getattr(choice, name) or _default(known)
        if given not in known:
            raise UsageError(unknown(name, given, known))
        chosen[name] = given
    return chosen


def _default(known: list[str]) -> str:
    return "SP500" if "SP500" in known or not known else known[0]


def _period(
    warehouse: Warehouse, name: str, metric: Metric, chosen: dict[str, str], choice: Choice
) -> tuple[list[str], dict[str, Any]]:
    if choice.on:
        _refuse_closed(choice.on)
        return [f"{metric.day} = $on"], {"on": choice.on}
    if choice.since or choice.until or name in WHOLE:
        since, until = choice.since or date.min, choice.until or date.max
        return [f"{metric.day} BETWEEN $since AND $until"], {"since": since, "until": until}
    narrowed = 'WHERE "index" = $index' if "index" in chosen else ""
    sql = f"SELECT MAX(session) AS newest FROM {'concentration' if narrowed else 'market_caps'} {narrowed}"
    newest = warehouse.rows(sql, {"index": chosen["index"]} if narrowed else None)
    return [f"{metric.day} = $on"], {"on": newest[0]["newest"]}


def _refuse_closed(day: date) -> None:
    if not is_session(day):
        earlier = session_on_or_before(day)
        raise UsageError(f"{day} is no session ({why_closed(day)}): the session before is {earlier}")
