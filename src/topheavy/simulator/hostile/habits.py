"""Faults of habit: a vendor that has the day later than promised, or mistakes one session for another."""

import re
from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from typing import Any

from topheavy.core.calendar import FIRST, last_known, sessions
from topheavy.simulator.hostile.act import Act, Given
from topheavy.simulator.hostile.call import Call
from topheavy.simulator.hostile.refusals import refuse
from topheavy.simulator.hostile.rows import edited, rows_of

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_COUNTS = ("count", "queryCount", "resultsCount")
_NOT_YET = b'{"status":"NOT_FOUND","message":"Data not found."}'


def days_of(text: str) -> list[date]:
    """Return the dates that a path or a query names; what only looks like one is none."""
    return [day for written in _DAY.findall(text) if (day := _as_day(written))]


def _as_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def late(settings: Given) -> Act:
    """Answer without rows, as on a day the exchange was closed, or with 'not found'."""
    return _not_found if settings["how"] == "404" else edited(_without_rows)


async def _not_found(call: Call) -> None:
    await refuse(call, 404, _NOT_YET, [(b"content-type", b"application/json")])


def _without_rows(_: Call, body: Any) -> None:
    rows_of(body).clear()
    if isinstance(body, dict):
        body.update({name: 0 for name in _COUNTS if name in body})
        if isinstance(body.get("results"), dict) or not body.get("results", True):
            del body["results"]


def other_day(settings: Given) -> Act:
    """Ask the rest of the way for another session; what names no day is answered as it should be."""

    def moved(text: str) -> str:
        for day in days_of(text):
            text = text.replace(day.isoformat(), session_beside(day, settings["by"]).isoformat())
        return text

    async def act(call: Call) -> None:
        path, query = moved(call.scope["path"]), moved(call.scope["query_string"].decode("latin-1"))
        scope = {**call.scope, "path": path, "raw_path": path.encode(), "query_string": query.encode("latin-1")}
        await call.rest(scope, call.receive, call.send)

    return act


def session_beside(day: date, by: int) -> date:
    """Return the session ``by`` sessions after ``day`` (before it, where ``by`` is below zero), if any is known."""
    day = min(max(day, FIRST), last_known())
    wide = timedelta(days=15 + 2 * abs(by))
    days = sessions(max(FIRST, day - wide), min(last_known(), day + wide))
    place = bisect_left(days, day) if by < 0 else bisect_right(days, day) - 1
    return days[min(max(0, place + by), len(days) - 1)]
