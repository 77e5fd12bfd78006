"""Which units are listed: the table with its filters, what brings it up to date, and where programs find the same."""

from urllib.parse import urlencode

import dash_mantine_components as dmc
from dash import html

from topheavy.answers.collections.facts import SourceUnits
from topheavy.core.units import Outcome
from topheavy.web.frame.page import Component
from topheavy.web.pages.runs.units_grid import unit_rows

GRID = "runs-grid"
FILTERS = {"runs-state": "state", "runs-source": "source", "runs-find": "find"}
"""The filters' ids, and their names in the address."""

_STATES = [{"value": "", "label": "All"}, *({"value": item.value, "label": item.value} for item in Outcome)]

AGAIN = """
function(stamp) {
    window.topheavyRows = window.topheavyRows || setTimeout(() => {
        window.topheavyRows = null;
        const grid = document.getElementById("runs-grid") && dash_ag_grid.getApi("runs-grid");
        if (grid) grid.refreshInfiniteCache();
    }, 1500);
}
"""
"""Fetch the rows that are in view again, but not more often than one can read."""

ANEW = """
function(...chosen) {
    dash_ag_grid.getApiAsync("runs-grid").then(grid => { grid.deselectAll(); grid.purgeInfiniteCache(); });
}
"""
"""Fetch the rows from the first on: others are wanted, and what was chosen may not be among them."""

DESELECT = """
function(refused) {
    if (!refused) dash_ag_grid.getApiAsync("runs-grid").then(grid => grid.deselectAll());
}
"""
"""What was asked for again need not be chosen any more."""


def units_card(sources: tuple[SourceUnits, ...]) -> Component:
    """Build the table with its filters and buttons; callbacks fill it."""
    buttons = [
        dmc.Button("Ask again for what failed", id="runs-again", size="xs", disabled=True),
        dmc.Button("Ask again for the selected", id="runs-selected", size="xs", variant="default", disabled=True),
    ]
    return html.Section(
        [
            html.Div([html.H2("Every unit"), html.Span(id="runs-count", className="fine"),
                      html.A("as JSON", id="runs-json", href="/api/runs")], className="card-head"),
            html.Div([*_filters(sources), html.Div(buttons, className="buttons")], className="filters"),
            html.Div(id="runs-asking", role="status"),
            unit_rows(GRID),
        ],
        className="card",
        **{"aria-label": "Every unit"},
    )  # fmt: skip


def _filters(sources: tuple[SourceUnits, ...]) -> list[Component]:
    return [
        dmc.SegmentedControl(id="runs-state", data=_STATES, value="", size="xs", **{"aria-label": "State"}),
        dmc.Select(id="runs-source", data=options(sources), value="", size="xs", allowDeselect=False,
                   w=150, **{"aria-label": "Source"}),
        dmc.TextInput(id="runs-find", value="", placeholder="Find in name or cause", size="xs", debounce=250,
                      **{"aria-label": "Find in name or cause"}),
    ]  # fmt: skip


def options(sources: tuple[SourceUnits, ...]) -> list[dict[str, str]]:
    """Return the sources one can choose."""
    return [
        {"value": "", "label": "All sources"},
        *({"value": source.source, "label": source.source} for source in sources),
    ]


def as_json(filters: dict[str, str]) -> str:
    """Return where a program finds the same units."""
    named = {"state": "state", "source": "source", "find": "text"}
    query = urlencode({named[name]: value for name, value in filters.items() if name in named})
    return f"/api/runs?{query}" if query else "/api/runs"
