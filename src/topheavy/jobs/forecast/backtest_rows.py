"""Backtests as rows: a model's account, or why there is none, and every single forecast in the target's unit."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from topheavy.datasets.schema import dataset
from topheavy.forecast.backtest import Backtest, Tried
from topheavy.forecast.scoring.evaluate import Evaluation
from topheavy.forecast.task import Task

MOST_KEPT = 2_000_000
"""So many single forecasts of one target and horizon are kept; of more, only the accounts are."""

NUMBERS = (
    *("mae", "rmse", "mase", "rmsse", "pinball", "coverage", "hit_rate", "hit_low", "hit_high", "r2"),
    *("ratio", "ratio_low", "ratio_high", "dm", "p", "p_holm"),
)
"""What an account and its row call by the same name, where it is known."""


def account(evaluation: Evaluation) -> dict[str, Any]:
    """Return a model's account as a row, less what all rows of the backtest share."""
    same = ("model", "series", "origins", "forecasts", "skill", "lagged_copy", "seconds")
    return {
        **{name: getattr(evaluation, name) for name in same},
        **{name: _known(getattr(evaluation, name)) for name in NUMBERS},
        "since": evaluation.first,
        "until": evaluation.last,
        "failed": None,
        "net_sharpe": _known(evaluation.sharpe),
        "hold_sharpe": _known(evaluation.sharpe_hold),
    }


def failure(whole: Task, first: int, model: str, cause: str) -> dict[str, Any]:
    """Return the row of a model that could not be scored, and why."""
    ends = {"since": whole.sessions[first + whole.horizon].item(), "until": whole.sessions[-1].item()}
    nothing = {"origins": 0, "forecasts": 0, "seconds": 0.0, "lagged_copy": False, "skill": "not scored"}
    return {"model": model, "series": len(whole.series), "failed": cause, **ends, **nothing}


def singles(whole: Task, done: Backtest, about: Mapping[str, Any]) -> pa.Table:
    """Return every forecast of a backtest in the target's unit; none where there are too many to keep."""
    schema = dataset("backtest_forecasts").schema
    if sum(tried.change.size for tried in done.tried.values()) > MOST_KEPT:
        return schema.empty_table()
    return pa.concat_tables([_single(whole, tried, about).cast(schema) for tried in done.tried.values()])


def _single(whole: Task, tried: Tried, about: Mapping[str, Any]) -> pa.Table:
    rows, in_unit = tried.origins, whole.target.said
    now, came = whole.now[rows], whole.change[rows]
    down, across = np.nonzero(~np.isnan(tried.change) & ~np.isnan(came))
    count = len(down)
    values = {
        "value": in_unit(now, tried.change),
        "low": in_unit(now, tried.low),
        "high": in_unit(now, tried.high),
        "naive": in_unit(now, np.zeros_like(now)),
        "actual": in_unit(now, came),
    }
    columns: dict[str, Any] = {
        name: pa.repeat(pa.scalar(about[name]), count) for name in ("run", "target", "horizon")
    } | {
        "model": pa.repeat(pa.scalar(tried.model), count),
        "series": pa.array(np.array(whole.series, dtype=object)[across], pa.string()),
        "origin": pa.array(whole.sessions[rows[down]], pa.date32()),
        "session": pa.array(whole.sessions[rows[down] + whole.horizon], pa.date32()),
    }
    return pa.table(
        columns | {name: pa.array(matrix[down, across], from_pandas=True) for name, matrix in values.items()}
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
