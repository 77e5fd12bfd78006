"""A backtest: every model fitted anew at every cut and asked about what came after, with intervals from its errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from topheavy.core.errors import UsageError
from topheavy.core.plugins import MODELS, load
from topheavy.core.progress import Progress, Silent
from topheavy.forecast.folds import Fold
from topheavy.forecast.model import Model, Parameter, Training
from topheavy.forecast.panel import Matrix
from topheavy.forecast.scoring.conformal import learn, moving, spread
from topheavy.forecast.task import Task
from topheavy.forecast.unit import Said, Unit, keep, run_all
from topheavy.forecast.windows import Origins

LEVEL = 0.8
"""The part of what comes that an interval is to cover, unless asked otherwise."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What one model said over all folds; matrices are origins × series, changes of ``now`` on the working scale.

    ``origins`` are rows of the task, ``low`` and ``high`` the interval of ``level``. It is learned from the model's own
    errors at earlier origins, as far as they were known before the fold's cut; so the first fold, and any before which
    too few were known, has none: NaN. ``seconds`` are those of all fits and forecasts, in whatever process.
    """

    model: str
    folds: tuple[Fold, ...]
    origins: Origins
    change: Matrix
    low: Matrix
    high: Matrix
    level: float
    fits: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Backtest:
    """What every model said, by name, in the order asked; ``failed`` names the cause for those that could not."""

    tried: dict[str, Tried] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def backtest(
    task: Task,
    models: Sequence[Model],
    folds: Sequence[Fold],
    *,
    seed: int = 0,
    params: Mapping[str, Mapping[str, Parameter]] | None = None,
    workers: int = 1,
    level: float = LEVEL,
    progress: Progress | None = None,
) -> Backtest:
    """Fit every model at every fold's cut and ask it at the fold's origins.

    ``params`` are hyper-parameters by model, ``workers`` the processes (1: this one). A model that fails at one fold is
    not asked at others; the other models go on. Each is watched at its first fold: one that looks past an origin fails.

    Raises:
        UsageError: when nothing is asked, folds do not follow each other, or a parameter or the level cannot be.
    """
    with_origins = [fold for fold in folds if len(fold.origins(len(task.sessions), task.horizon))]
    settings = _checked(models, with_origins, params or {}, level)
    watching = progress or Silent()
    with TemporaryDirectory(prefix="topheavy-backtest-") as folder:
        keep(task, Path(folder))
        units = [
            Unit(
                Path(folder),
                task.target.name,
                task.horizon,
                _sent(model),
                fold,
                Training(seed, settings[model.name]),
                at == 0,
            )
            for model in models
            for at, fold in enumerate(with_origins)
        ]
        watching.start(f"backtest {task.target.name}", len(units))
        outcomes: dict[str, dict[Fold, Said]] = {model.name: {} for model in models}
        failed: dict[str, str] = {}
        for unit, came in run_all(units, workers):
            outcomes[unit.name][unit.fold] = came
            if came.failed:
                failed.setdefault(unit.name, f"from {task.sessions[unit.fold.cut]} on: {came.failed}")
            watching.advance(failed=bool(came.failed))
        watching.finish()
    tried = {name: _joined(task, name, with_origins, of, level) for name, of in outcomes.items() if name not in failed}
    return Backtest(tried, {name: failed[name] for name in outcomes if name in failed})


def _checked(
    models: Sequence[Model], folds: Sequence[Fold], params: Mapping[str, Mapping[str, Parameter]], level: float
) -> dict[str, dict[str, Parameter]]:
    """Return the whole parameters of each model."""
    names = [model.name for model in models]
    if not names or len(set(names)) < len(names):
        raise UsageError(f"a backtest tries one or more models, each once, not {', '.join(names) or 'none'}")
    if not folds:
        raise UsageError("no fold has an outcome that is known: the history ends before the first forecast came true")
    if any(before.end != after.cut for before, after in pairwise(folds)):
        raise UsageError("folds have to follow each other: each begins to be asked where the one before ended")
    if unasked := sorted(set(params) - set(names)):
        raise UsageError(f"parameters were given for {', '.join(unasked)}, which is not tried here")
    if not 0 < level < 1:
        raise UsageError(f"the level of an interval is {level}: it has to lie between 0 and 1")
    return {model.name: model.complete(params.get(model.name, {})) for model in models}


def _sent(model: Model) -> Model | str:
    """Return a model as it goes to another process: by its name where that finds it."""
    return model.name if load(MODELS).get(model.name) is model else model


def _joined(task: Task, name: str, folds: Sequence[Fold], outcomes: Mapping[Fold, Said], level: float) -> Tried:
    origins = np.concatenate([fold.origins(len(task.sessions), task.horizon) for fold in folds])
    change = np.concatenate([outcomes[fold].change for fold in folds])
    low, high = _intervals(task, folds, origins, change, level)
    seconds = sum(outcome.seconds for outcome in outcomes.values())
    return Tried(name, tuple(folds), origins, change, low, high, level, len(folds), seconds)


def _intervals(
    task: Task, folds: Sequence[Fold], origins: Origins, change: Matrix, level: float
) -> tuple[Matrix, Matrix]:
    came, spreads = task.change[origins], moving(spread(task.x, task.horizon)[origins])
    low, high = np.full_like(change, np.nan), np.full_like(change, np.nan)
    for fold in folds:
        here, earlier = (origins >= fold.cut) & (origins < fold.end), origins + task.horizon < fold.cut
        intervals = learn(came[earlier], change[earlier], spreads[earlier])
        if round((len(intervals.errors) + 1) * (1 - level) / 2, 9) >= 1:
            below, above = intervals.bounds(level)
            low[here], high[here] = change[here] + below * spreads[here], change[here] + above * spreads[here]
    return low, high
