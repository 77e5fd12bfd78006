"""The table of units: fetched a stretch at a time, so that it is as fast with a hundred thousand as with ten."""

from typing import Any

import dash_ag_grid as dag

from topheavy.answers.collections.facts import UnitRun, Wanted
from topheavy.core.text import NONE, moment, weight
from topheavy.web.frame.page import Component
from topheavy.web.frame.theme import GRID_THEME

STRETCH = 100
"""So many units are fetched at once."""

_RIGHT = {"type": "rightAligned"}
_COLUMNS = (
    {"field": "subject", "headerName": "Subject", "width": 110, "tooltipField": "unit", "cellClass": "from-the-end"},
    {"field": "session", "headerName": "Session", "width": 104, "tooltipField": "unit"},
    {"field": "route", "headerName": "What", "width": 92, "tooltipField": "unit"},
    {"field": "source", "headerName": "Source", "width": 80, "tooltipField": "unit"},
    {"field": "outcome", "headerName": "State", "width": 102, "cellClassRules": {"failed": "params.value == 'failed'"}},
    {"field": "finished_at", "headerName": "When (UTC)", "width": 174, "sort": "desc"},
    {"field": "attempts", "headerName": "Tries", "width": 58, **_RIGHT},
    {"field": "seconds", "headerName": "Took", "width": 74, **_RIGHT},
    {"field": "calls", "headerName": "Calls", "width": 60, **_RIGHT},
    {"field": "bytes", "headerName": "Size", "width": 74, **_RIGHT},
    {"field": "cause", "headerName": "Fault and cause", "minWidth": 144, "flex": 1, "tooltipField": "cause"},
)


def unit_rows(name: str) -> Component:
    """Build the empty table called ``name``; its ``getRowsRequest`` says what is wanted."""
    return dag.AgGrid(
        id=name,
        rowModelType="infinite",
        columnDefs=list(_COLUMNS),
        defaultColDef={"sortable": True, "resizable": True, "suppressMovable": True, "sortingOrder": ["desc", "asc"]},
        getRowId="params.data.unit",
        style=height(0),
        dashGridOptions={
            "theme": {"function": GRID_THEME},
            "rowSelection": {"mode": "multiRow", "headerCheckbox": False},
            "cacheBlockSize": STRETCH,
            "maxBlocksInCache": 4,
            "animateRows": False,
            "suppressCellFocus": True,
            "tooltipShowDelay": 300,
        },
    )


def height(units: int) -> dict[str, str]:
    """Return the table's height: as much as its rows need, up to what a screen shows."""
    return {"height": f"{min(560, 100 + 36 * units)}px"}


def wanted(request: dict[str, Any], outcome: str, source: str, text: str) -> Wanted:
    """Return what the table asks for, as the reader filters and sorts it."""
    start, end = int(request["startRow"]), int(request["endRow"])
    by = (request.get("sortModel") or [{"colId": "finished_at", "sort": "desc"}])[0]
    return Wanted(outcome, source, text, by["colId"], by["sort"] == "desc", end - start, start)


def isolated(text: str) -> str:
    """Return text that keeps its own order where its cell is cut at the front, so that its end can be seen."""
    return f"\u2066{text}\u2069"


def shown(run: UnitRun) -> dict[str, str | int]:
    """Return a row as the table shows it."""
    return {
        "unit": run.unit,
        "source": run.source,
        "route": run.route,
        "session": run.session or NONE,
        "subject": isolated(run.subject or NONE),
        "outcome": run.outcome.value,
        "cause": ": ".join(text for text in (run.fault, run.cause) if text),
        "attempts": run.attempts,
        "seconds": f"{run.seconds:,.2f} s",
        "calls": run.calls,
        "bytes": weight(run.bytes),
        "finished_at": moment(run.finished_at),
    }
