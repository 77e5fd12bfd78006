"""The controls of the scoreboard page: target, horizon, run; and, beside the charts, model and series."""

from typing import Any

import dash_mantine_components as dmc
from dash import html

from topheavy.answers.models.selection import Looked
from topheavy.core.text import moment, sentence
from topheavy.web.frame.page import Component

TARGET, HORIZON, RUN, MODEL, SERIES = (f"scoreboard-{name}" for name in ("target", "horizon", "run", "model", "series"))
CONTROLS = {TARGET: "target", HORIZON: "horizon", RUN: "run", MODEL: "model", SERIES: "series"}
"""The controls' ids, and their names in the address."""


def controls(looked: Looked) -> Component:
    """Build the row of controls, showing what is looked at."""
    trial, data = looked.trial, options(looked)
    targets = [
        {"value": name, "label": sentence(name)} for name in dict.fromkeys(trial.target for trial in looked.trials)
    ]
    run = html.Div(
        dmc.Select(id=RUN, label="Backtest (UTC)", data=data[RUN], value=trial.run, allowDeselect=False),
        id="scoreboard-run-box",
        hidden=len(data[RUN]) < 2,
    )
    return html.Div(
        [
            _segments(TARGET, "Target", targets, trial.target),
            _segments(HORIZON, "Sessions ahead", data[HORIZON], str(trial.horizon)),
            run,
        ],
        className="trial-controls",
        role="group",
        **{"aria-label": "What to look at"},
    )


def choices(looked: Looked) -> list[Component]:
    """Build the controls of the charts."""
    data = options(looked)
    shared = {"size": "xs", "allowDeselect": False, "maxDropdownHeight": 340}
    model = looked.model.model if looked.model else None
    return [
        dmc.Select(id=MODEL, data=data[MODEL], value=model, w=230, **shared, **{"aria-label": "Model"}),
        dmc.Select(id=SERIES, data=data[SERIES], value=looked.series or None, w=120, searchable=True, **shared,
                   **{"aria-label": "Security or group"}),
    ]  # fmt: skip


def options(looked: Looked) -> dict[str, list[dict[str, str]]]:
    """Return what can be chosen beside what is looked at, by control."""
    trial = looked.trial
    same = [item for item in looked.trials if item.target == trial.target]
    horizons = sorted({item.horizon for item in same})
    runs = [item for item in same if item.horizon == trial.horizon]
    return {
        HORIZON: [_option(str(horizon), str(horizon)) for horizon in horizons],
        RUN: [_option(item.run, moment(item.made_at)[:16]) for item in runs],
        MODEL: [_option(model.model, model.title) for model in looked.models if not model.failed],
        SERIES: [_option(name, name) for name in looked.all_series],
    }


def _option(value: str, label: str) -> dict[str, str]:
    return {"value": value, "label": label}


def _segments(name: str, label: str, data: list[dict[str, str]], value: str) -> Component:
    control: Any = dmc.SegmentedControl(id=name, data=data, value=value, **{"aria-label": label})
    return dmc.InputWrapper(control, label=label)
