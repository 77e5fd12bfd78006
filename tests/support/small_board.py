"""A home in which models were tried, with rows small enough to check by hand.

Backtests, the newest last; ratios to naive, with what they say::

    run   target  horizon   naive  ridge             theta           lstm                   forest
    r1    price         1       1  0.900 better      –               1.200 worse            –
    r2    price         1       1  0.990 no evidence 1.001 no ev.    1.500 worse, a copy    failed
    r2    price         5       1  0.950 better      0.960 better    –                      –
    r2    return        1       1  1.010 no evidence –               –                      –

Forecasts of r2 one by one: ``lstm``, ``ridge`` and ``naive`` for the price of AAA and BBB, ``naive``
and ``ridge`` for AAA's return.
"""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from topheavy.core.settings import read_settings
from topheavy.core.units import SourceKind
from topheavy.datasets.schema import dataset
from topheavy.home import Home, open_home
from topheavy.lake.folder import open_folder
from topheavy.tables.streams.record import record

DAYS = tuple(date(2024, 12, day) for day in (2, 3, 4, 5, 6, 9))
SKILL = {"+": "better than naive", "-": "worse than naive", "0": "no evidence of skill"}

ACCOUNTS = (
    ("r1", "price", 1, "lstm", 1.2, "-"),
    ("r1", "price", 1, "naive", 1.0, ""),
    ("r1", "price", 1, "ridge", 0.9, "+"),
    ("r2", "price", 1, "forest", None, "it did not converge for BBB"),
    ("r2", "price", 1, "lstm", 1.5, "-"),
    ("r2", "price", 1, "naive", 1.0, ""),
    ("r2", "price", 1, "ridge", 0.99, "0"),
    ("r2", "price", 1, "theta", 1.001, "0"),
    ("r2", "price", 5, "naive", 1.0, ""),
    ("r2", "price", 5, "ridge", 0.95, "+"),
    ("r2", "price", 5, "theta", 0.96, "+"),
    ("r2", "return", 1, "naive", 1.0, ""),
    ("r2", "return", 1, "ridge", 1.01, "0"),
)

PRICES = (
    # origin, session, forecast, naive, what came
    (0, 1, 110.0, 100.0, 110.0),
    (1, 2, 143.0, 110.0, 121.0),
)
"""Errors in parts of today's price: lstm 0 and −0.2, naive 0.1 and 0.1."""

RETURNS = ((0, 1, 0.1, 0.0, 0.1), (1, 2, 0.1, 0.0, -0.1), (2, 3, 0.0, 0.0, 0.1), (3, 4, -0.2, 0.0, -0.1))
"""Errors: ridge 0, −0.2, 0.1, 0.1; naive 0.1 each."""


def account(run: str, target: str, horizon: int, model: str, ratio: float | None, said: str) -> dict[str, Any]:
    """A row of ``backtests``; ``said`` is the sign of its skill, or why it failed."""
    scored = ratio is not None
    row: dict[str, Any] = (
        {"run": run, "target": target, "horizon": horizon, "model": model, "subject": "group magnificent7"}
        | {"group": "magnificent7", "index": None}
        | {"series": 2, "origins": 4 if scored else 0, "forecasts": 8 if scored else 0, "since": DAYS[1]}
        | {"until": DAYS[-1], "window": "expanding", "step": 63, "level": 0.8, "seconds": 1.5, "seed": 7}
        | {"snapshot": "abc123", "code_version": "0.1", "source_kind": "real", "lagged_copy": said == "-"}
        | {"made_at": datetime(2024, 12, 10, 10 if run == "r1" else 11, tzinfo=UTC), "ratio": ratio}
        | {"skill": "the yardstick" if model == "naive" else SKILL.get(said, "not scored")}
        | {"failed": None if scored else said}
    )
    if ratio is None:
        return row
    numbers = {"ratio_low": ratio - 0.02, "ratio_high": ratio + 0.02, "p": 0.01, "dm": -2.5, "coverage": 0.75}
    hits = {"hit_rate": 0.52, "hit_low": 0.45, "hit_high": 0.59} if model != "naive" else {}
    p = {"": None, "0": 0.6, "+": 0.02, "-": 0.0001}[said]
    return row | numbers | hits | {"net_sharpe": 0.25, "hold_sharpe": 1.25, "p_holm": p, "mae": 1.0, "rmse": 2.0}


def single(target: str, model: str, series: str, values: tuple[Any, ...]) -> dict[str, Any]:
    """A row of ``backtest_forecasts`` of r2, one session ahead; the interval is the forecast ± 2."""
    origin, session, value, naive, actual = values
    said = naive if model == "naive" else value
    return (
        {"run": "r2", "target": target, "horizon": 1, "model": model, "series": series, "origin": DAYS[origin]}
        | {"session": DAYS[session], "value": said, "low": said - 2, "high": said + 2}
        | {"naive": naive, "actual": actual}
    )


def put(home: Home, name: str, rows: list[dict[str, Any]]) -> None:
    """Record rows of a dataset."""
    record(home.tables, dataset(name), pa.Table.from_pylist(rows, schema=dataset(name).schema))


def board_home(path: Path, kind: SourceKind = SourceKind.VENDOR) -> Path:
    """Make the home and return it."""
    open_folder(path).settle(kind)
    world = {"source_kind": "simulated" if kind is SourceKind.SIMULATED else "real"}
    both = [(model, series) for model in ("lstm", "naive", "ridge") for series in ("BBB", "AAA")]
    prices = [single("price", model, series, one) for model, series in both for one in PRICES]
    returns = [single("return", model, "AAA", one) for model in ("naive", "ridge") for one in RETURNS]
    with open_home(read_settings(path, {})) as home:
        put(home, "backtests", [account(*one) | world for one in ACCOUNTS])
        put(home, "backtest_forecasts", prices + returns)
    return path


def forecast(series: str, at: int, *, version: int = 1, ahead: bool = True, **other: Any) -> dict[str, Any]:
    """A row of ``forecasts``: a return of nothing, with an interval of ± 0.05."""
    return (
        {"name": "return-1", "version": version, "model": "ridge", "target": "return", "horizon": 1}
        | {"series": series, "origin": DAYS[at], "session": DAYS[at + 1], "value": 0.0, "low": -0.05, "high": 0.05}
        | {"level": 0.8, "naive": 0.0, "made_at": datetime(2024, 12, 1, tzinfo=UTC), "ahead": ahead}
        | {"snapshot": "abc123", "source_kind": "real"}
        | other
    )


def score(series: str, at: int, error: float, naive_error: float, **other: Any) -> dict[str, Any]:
    """A row of ``scores``: what came was naive's error, for its forecast was nothing."""
    return (
        {"name": "return-1", "version": 1, "model": "ridge", "target": "return", "horizon": 1, "series": series}
        | {"origin": DAYS[at], "session": DAYS[at + 1], "actual": naive_error, "error": error}
        | {"naive_error": naive_error, "within": abs(error) <= 0.05, "snapshot": "abc123"}
        | {"scored_at": datetime(2024, 12, 10, tzinfo=UTC)}
        | other
    )
