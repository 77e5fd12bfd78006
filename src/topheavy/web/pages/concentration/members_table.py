"""The table of an index's members: weight, change, value, and how each is known."""

from typing import Any

import dash_ag_grid as dag

from topheavy.answers import concentration
from topheavy.answers.choice import Choice
from topheavy.answers.concentration import Member
from topheavy.core.text import GAP, company, day, how_known
from topheavy.web.components.figures import written
from topheavy.web.frame.page import Component
from topheavy.web.frame.theme import GRID_THEME
from topheavy.web.pages.concentration.group_bars import parts
from topheavy.web.services import View

_POINTS = {"function": "params.value == null ? (params.data.was ? '—' : 'new') : d3.format('+.2f')(100 * params.value)"}


def grid() -> Component:
    """Build the empty table; ``rows`` and ``columns`` fill it."""
    return dag.AgGrid(
        id="concentration-grid",
        rowData=[],
        columnDefs=[],
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "suppressMovable": True,
            "wrapHeaderText": True,
            "autoHeaderHeight": True,
        },
        getRowId="params.data.member",
        dashGridOptions={
            "theme": {"function": GRID_THEME},
            "rowClassRules": {"subject": "params.data.inside"},
            "animateRows": False,
            "suppressCellFocus": True,
        },
    )


def rows(view: View, choice: Choice) -> list[dict[str, Any]]:
    """Return one row a member, largest first."""
    group = choice.group.group if choice.group else ""
    inside = concentration.issuers_of(view, group, choice.on)
    return [
        {
            "place": part.now.place,
            "member": part.now.member,
            "symbol": part.now.security,
            "name": company(part.now.name, part.now.security),
            "weight": part.now.weight,
            "change": part.change,
            "was": part.was is not None,
            "value": part.now.value,
            "how": _known(part.now),
            "inside": part.now.issuer in inside,
        }
        for part in parts(view, choice)
    ]


def _known(member: Member) -> str:
    """Say how a member's value is known and, where it is not measured, why."""
    return f"{how_known(member.how)}: {member.reason}" if member.reason else how_known(member.how)


def height(members: int) -> dict[str, str]:
    """Return the table's height: as much as its rows need, up to what a screen shows."""
    return {"height": f"{min(600, 60 + 36 * members)}px"}


def columns(choice: Choice) -> list[dict[str, Any]]:
    """Return the columns; those that would be empty for this choice are left out."""
    compared = choice.compare is not None and choice.compare != choice.on
    since = f"pp since {day(choice.compare)}".replace(GAP, " ") if choice.compare else ""
    right = {"type": "rightAligned"}
    wanted: list[tuple[bool, dict[str, Any]]] = [
        (True, {"field": "symbol", "headerName": "Symbol", "width": 82, "pinned": "left", "cellClass": "symbol"}),
        (True, {"field": "name", "headerName": "Company", "minWidth": 116, "flex": 5}),
        (True, {"field": "weight", "headerName": "Weight", "valueFormatter": written("weights", "weight"),
                "width": 84, **right}),
        (compared, {"field": "change", "headerName": since, "valueFormatter": _POINTS, "width": 98, **right}),
        (choice.index.priced, {"field": "value", "headerName": "Value", "valueFormatter": written("weights", "value"),
                               "width": 90, **right}),
        (True, {"field": "place", "headerName": "Rank", "width": 58, **right}),
        (True, {"field": "how", "headerName": "How known", "tooltipField": "how", "minWidth": 98, "flex": 1}),
    ]  # fmt: skip
    return [column for shown, column in wanted if shown]
