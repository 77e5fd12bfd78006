"""Degradation: whether what a registered model says of days to come is worse than its backtest lets one expect."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from topheavy.answers.models.facts import Degradation
from topheavy.core.errors import ForecastError, one_line
from topheavy.datasets.schema import dataset
from topheavy.forecast.scoring.alarms import worsening
from topheavy.home import Home
from topheavy.tables.streams import streaming

_GROWN, _USUAL = "errors have grown beyond what its backtest lets one expect", "errors are those of its backtest"

_SIZES = """
WITH trial AS (
    SELECT run FROM backtests
    WHERE model = $model AND target = $target AND horizon = $horizon AND failed IS NULL
    ORDER BY made_at DESC LIMIT 1
),
live AS (SELECT series, session, error, naive_error FROM scores WHERE name = $name AND version = $version),
known AS (
    SELECT series, session, actual - value AS error, actual - naive AS naive_error
    FROM backtest_forecasts
    WHERE run = (SELECT run FROM trial) AND model = $model AND target = $target AND horizon = $horizon
        AND session < (SELECT MIN(session) FROM live) AND series IN (SELECT series FROM live)
),
together AS (SELECT *, TRUE AS live FROM live UNION ALL SELECT *, FALSE AS live FROM known)
SELECT live, session, AVG((ABS(error) - ABS(naive_error)) / (ABS(error) + ABS(naive_error))) AS size
FROM together WHERE error <> 0 OR naive_error <> 0
GROUP BY live, session ORDER BY session
"""
"""An error against naive's, from −1 (all right) to 1 (naive was): a wilder market or a dearer share moves both."""


def degradation(home: Home, scored: Mapping[str, Any]) -> Degradation:
    """Watch one version's scored errors, session by session, against those of the newest backtest of its model.

    ``scored`` names it: name, version, model, target, horizon, and how many forecasts were scored.
    """
    if not scored["scored"]:
        return Degradation(alarm=False, watched=False, said="not watched yet: none of its forecasts has come due")
    beside = {
        name: streaming.files_of(home.tables, dataset(name)) for name in ("backtests", "backtest_forecasts", "scores")
    }
    names = ("name", "version", "model", "target", "horizon")
    rows = home.warehouse.rows(_SIZES, {name: scored[name] for name in names}, beside)
    live, tried = (np.array([row["size"] for row in rows if row["live"] is which]) for which in (True, False))
    if not len(tried):
        return Degradation(alarm=False, watched=False, said=_unknown(scored))
    try:
        change = worsening(live, tried, int(scored["horizon"]))
    except ForecastError as error:
        return Degradation(alarm=False, watched=False, said=f"not watched: {one_line(error)}")
    if not change.alarm:
        return Degradation(alarm=False, watched=True, said=f"{_USUAL}, over {len(live)} sessions")
    days = [row["session"] for row in rows if row["live"]]
    return Degradation(alarm=True, watched=True, said=f"{_GROWN}, since {days[change.at]} at the latest")


def _unknown(scored: Mapping[str, Any]) -> str:
    return (
        f"not watched: no single forecasts of a backtest from before are kept; run 'topheavy forecast backtest "
        f"--model {scored['model']} --target {scored['target']} --horizon {scored['horizon']}'"
    )
