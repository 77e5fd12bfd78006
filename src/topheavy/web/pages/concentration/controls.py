"""The controls of the concentration page: index, group, level and two days."""

from datetime import timedelta
from typing import Any

import dash_mantine_components as dmc
from dash import html

from topheavy.answers import concentration, indices
from topheavy.answers.choice import Choice
from topheavy.answers.indices import Kind, Level
from topheavy.web.frame.page import Component
from topheavy.web.services import View

INDEX, GROUP, LEVEL, DAY, COMPARE = (f"concentration-{name}" for name in ("index", "group", "level", "day", "compare"))


def controls(view: View, choice: Choice) -> Component:
    """Build the row of controls, showing ``choice``."""
    calendar, level = calendar_of(view, choice), choice.level.value
    return html.Div(
        [
            html.Div(dmc.Select(id=INDEX, label="Index or fund", data=_indices(view), value=choice.index.index,
                                allowDeselect=False, maxDropdownHeight=340)),
            html.Div(dmc.Select(id=GROUP, label="Group", data=_groups(view), value=_group(choice),
                                allowDeselect=False, maxDropdownHeight=340)),
            dmc.InputWrapper(dmc.SegmentedControl(id=LEVEL, data=_LEVELS, value=level, fullWidth=True,
                                                  **{"aria-label": "Count"}), label="Count"),
            html.Div(dmc.DatePickerInput(id=DAY, label="Day", valueFormat="D MMM YYYY", value=choice.on.isoformat(),
                                         **calendar)),
            html.Div(
                dmc.DatePickerInput(id=COMPARE, label="Compared with", valueFormat="D MMM YYYY",
                                    value=compared(choice), **calendar),
                id="concentration-compare-box",
                hidden=choice.compare is None,
            ),
        ],
        className="controls",
        role="group",
        **{"aria-label": "What to look at"},
    )  # fmt: skip


_LEVELS = [{"value": Level.ISSUER.value, "label": "Companies"}, {"value": Level.LINE.value, "label": "Share classes"}]


def compared(choice: Choice) -> str | None:
    """Return the compared day as the control wants it."""
    return choice.compare.isoformat() if choice.compare else None


def calendar_of(view: View, choice: Choice) -> dict[str, Any]:
    """Return what the date controls allow: the index's own days and no other."""
    sessions = concentration.sessions(view, choice.index.index)
    first, last = sessions[0], sessions[-1]
    open_days = set(sessions)
    span = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    closed = [item.isoformat() for item in span if item not in open_days]
    return {"minDate": first.isoformat(), "maxDate": last.isoformat(), "disabledDates": closed}


def _indices(view: View) -> list[dict[str, Any]]:
    named = {Kind.INDEX: "Indices", Kind.FUND: "Funds, by their own files"}
    published = indices.indices(view)
    sections = [(label, [item for item in published if item.kind is kind]) for kind, label in named.items()]
    return [
        {"group": label, "items": [{"value": item.index, "label": item.title} for item in items]}
        for label, items in sections
        if items
    ]


def _groups(view: View) -> list[dict[str, str]]:
    return [{"value": item.group, "label": item.title} for item in indices.groups(view)]


def _group(choice: Choice) -> str | None:
    return choice.group.group if choice.group else None
