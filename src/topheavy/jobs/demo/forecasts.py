"""The demo's forecasts: a short backtest, a registered model, and what it says of the sessions after its training."""

from collections.abc import Sequence
from datetime import date

from topheavy.answers.models.backtests import account
from topheavy.answers.models.history import Subject
from topheavy.answers.sql import ask
from topheavy.core.progress import Progress, Silent
from topheavy.datasets.schema import dataset
from topheavy.forecast.serving.registry import Registry
from topheavy.home import Home
from topheavy.jobs.demo.part import Part, left_out, missing
from topheavy.jobs.forecast.backtest import Trial, try_out
from topheavy.jobs.forecast.predict import predict
from topheavy.jobs.forecast.score import score
from topheavy.jobs.forecast.train import Order, train

NEEDS = ("sklearn", "onnx", "onnxruntime")
TRIED = ("drift", "har", "ridge", "forest")
"""Beside "tomorrow = today", which every backtest holds."""

STEP = 126
"""Sessions from one refit to the next: half a year, so that it is short."""

PLAYED = 10
"""Sessions after the model's training that it forecasts one by one: their outcome is known, so that they are scored."""

NAME, MODEL, TARGET = "volatility-1", "har", "volatility"


_BOARD = """
SELECT model, ratio, (SELECT COUNT(DISTINCT model) FROM backtests) AS models FROM backtests
WHERE target = 'volatility' AND ratio IS NOT NULL ORDER BY ratio, model LIMIT 1
"""
_SESSIONS = "SELECT DISTINCT session FROM bars ORDER BY session"


def forecast(home: Home, *, progress: Progress | None = None) -> Part:
    """Try models, register one, and let it forecast; what is there already is not done again."""
    if absent := missing(NEEDS):
        return left_out("Forecasts", absent)
    if not home.tables.exists(dataset("backtests")):
        _try(home, progress)
    days = [row["session"] for row in home.warehouse.rows(_SESSIONS)][-PLAYED - 1 :]
    if NAME not in Registry(home.settings.home).names():
        train(home, Order(MODEL, TARGET, subject=Subject(until=days[0])), progress=progress)
        _play(home, days, progress or Silent())
    return Part("Forecasts", _line(home))


def _try(home: Home, progress: Progress | None) -> None:
    """Try models on the next session's return, and on its volatility: the last one is what the page shows first."""
    for target in ("return", TARGET):
        try_out(home, Trial(targets=(target,), models=TRIED, step=STEP), progress=progress)


def _play(home: Home, days: Sequence[date], progress: Progress) -> None:
    """Forecast from each of some sessions as if it were the last, and hold what was said against what came."""
    progress.start("forecasts, in sessions", len(days))
    for day in days:
        predict(home, [NAME], until=day)
        progress.advance()
    progress.finish()
    score(home, progress=progress)


def _line(home: Home) -> str:
    best = ask(home, _BOARD)[0]
    model = next(row for row in account(home) if row["name"] == NAME)
    return (
        f"{best['models']} models tried, {best['model']} has {best['ratio']:.2f} times the error of "
        f'"tomorrow = today" on volatility; {NAME} ({model["model"]}) is registered, '
        f"{model['scored']:,} forecasts scored"
    )
