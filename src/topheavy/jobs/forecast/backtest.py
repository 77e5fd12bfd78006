"""Backtest: models beside "tomorrow = today" over rolling origins, and their account kept as rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import pyarrow as pa

from topheavy.answers.models.history import Subject, history
from topheavy.core.clock import Clock, system_clock
from topheavy.core.errors import UsageError
from topheavy.core.plugins import MODELS, pick
from topheavy.core.progress import Progress, Silent
from topheavy.core.version import __version__
from topheavy.datasets.schema import dataset
from topheavy.forecast.backtest import LEVEL, Backtest, backtest
from topheavy.forecast.folds import Window, folds
from topheavy.forecast.model import Model, Parameter, models
from topheavy.forecast.scoring.evaluate import evaluate
from topheavy.forecast.target import target
from topheavy.forecast.task import Task, task
from topheavy.home import Home
from topheavy.jobs.forecast.backtest_rows import account, failure, singles
from topheavy.tables.streams.record import record

FIRST, STEP = 504, 63
"""By default models first learn from two years and are fitted anew every quarter."""


FEWEST = 3
"""So many horizons have to lie behind the first cut: two are what a comparison needs, and their outcomes come later."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What is to be tried: which models (none named: all, with ``slow`` the slow ones), of what, refitted how often."""

    targets: tuple[str, ...] = ("return",)
    horizons: tuple[int, ...] = (1,)
    models: tuple[str, ...] = ()
    subject: Subject = field(default_factory=Subject)
    first: int = FIRST
    step: int = STEP
    window: Window = "expanding"
    width: int = 0
    level: float = LEVEL
    slow: bool = False
    seed: int = 0
    workers: int = 1
    params: Mapping[str, Mapping[str, Parameter]] = field(default_factory=dict)


def try_out(
    home: Home, trial: Trial, *, clock: Clock = system_clock, progress: Progress | None = None
) -> list[dict[str, Any]]:
    """Backtest every target and horizon of a trial and keep the accounts; return them, naive first, then the best.

    Raises:
        UsageError: for an unknown model, target or subject, or too short a history.
    """
    rows: list[dict[str, Any]] = []
    run, made_at = "", clock()
    for name in trial.targets:
        panel = history(home.warehouse, target(name), trial.subject)
        run = run or _run(trial, panel.snapshot, made_at)
        for horizon in trial.horizons:
            whole = task(panel, target(name), horizon)
            done = _ask(whole, trial, progress)
            about = _about(home, trial, whole, run, made_at) | {"snapshot": panel.snapshot}
            accounts = [about | account(evaluation) for evaluation in evaluate(whole, done.tried, seed=trial.seed)]
            accounts += [about | failure(whole, trial.first, model, cause) for model, cause in done.failed.items()]
            _keep(home, accounts, singles(whole, done, about), progress or Silent())
            rows += accounts
    return rows


def _ask(whole: Task, trial: Trial, progress: Progress | None) -> Backtest:
    rows = len(whole.sessions)
    if trial.first + FEWEST * whole.horizon >= rows:
        raise UsageError(
            f"{rows} sessions of history do not reach beyond the first {trial.first} that are learned from: "
            "collect more, or give fewer with --first"
        )
    cuts = folds(rows - whole.horizon, first=trial.first, step=trial.step, window=trial.window, width=trial.width)
    return backtest(
        whole,
        _models(whole.target.name, trial.models, trial.slow),
        cuts,
        seed=trial.seed,
        params=trial.params,
        workers=trial.workers,
        level=trial.level,
        progress=progress,
    )


def _models(target_name: str, named: Sequence[str], slow: bool) -> list[Model]:
    """Return naive, and the models named that forecast the target, or all of them, the slow ones where asked for."""
    chosen: list[Model] = [pick(MODELS, name) for name in named]
    chosen = chosen or [model for model in models().values() if slow or not model.slow]
    fit = [model for model in chosen if target_name in model.targets and model.name != "naive"]
    if named and not fit:
        raise UsageError(f"none of {', '.join(named)} forecasts {target_name}: see 'topheavy plugins'")
    return [models()["naive"], *fit]


def _run(trial: Trial, snapshot: str, made_at: datetime) -> str:
    return f"{made_at:%Y%m%dT%H%M%S}-{sha256(repr((trial, snapshot)).encode()).hexdigest()[:6]}"


def _about(home: Home, trial: Trial, whole: Task, run: str, made_at: datetime) -> dict[str, Any]:
    return {
        "run": run,
        "target": whole.target.name,
        "horizon": whole.horizon,
        **_subject(trial.subject, whole.target.name),
        "window": trial.window,
        "step": trial.step,
        "level": trial.level,
        "seed": trial.seed,
        "code_version": __version__,
        "made_at": made_at,
        "source_kind": home.world,
    }


def _subject(subject: Subject, target_name: str) -> dict[str, str | None]:
    """Return whose history it is, in words and as the names of its group and index."""
    if subject.securities:
        return {"subject": ", ".join(subject.securities), "group": None, "index": None}
    words = f"members of {subject.index}" if subject.index else f"group {subject.group}"
    of_group = target_name == "share" or not subject.index
    return {"subject": words, "group": subject.group if of_group else None, "index": subject.index or None}


def _keep(home: Home, accounts: list[dict[str, Any]], single: pa.Table, progress: Progress) -> None:
    with home.lake.folder.alone(progress):
        record(home.tables, dataset("backtest_forecasts"), single)
        record(home.tables, dataset("backtests"), pa.Table.from_pylist(accounts, schema=dataset("backtests").schema))
