"""Train: a model is fitted, tried on what it has not seen, fitted again on everything, and registered."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from shutil import rmtree
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa

from topheavy.answers.models.history import Subject, history
from topheavy.core.clock import Clock, system_clock
from topheavy.core.errors import UsageError
from topheavy.core.plugins import MODELS, pick
from topheavy.core.progress import Progress, Silent
from topheavy.core.version import __version__
from topheavy.datasets.schema import dataset
from topheavy.forecast.backtest import LEVEL, Tried
from topheavy.forecast.folds import Fold
from topheavy.forecast.lstm.together.process_group import join, world
from topheavy.forecast.model import Model, Parameter, Training, models
from topheavy.forecast.panel import Panel, to_long
from topheavy.forecast.scoring.conformal import Intervals, learn, spread
from topheavy.forecast.scoring.evaluate import Evaluation, evaluate
from topheavy.forecast.serving.card import Card
from topheavy.forecast.serving.registry import Registry, name_of
from topheavy.forecast.target import target
from topheavy.forecast.task import Task, task
from topheavy.home import Home
from topheavy.jobs.forecast.backtest import FEWEST
from topheavy.tables.streams.record import record

HELD_OUT = 126
"""Sessions held out to try a model on before it is fitted for good: half a year."""

METRICS = ("rmse", "mae", "mase", "ratio", "ratio_low", "ratio_high", "p", "hit_rate", "forecasts")
"""What a card says of the held-out sessions."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be trained: which model, of what, on whose history."""

    model: str
    target: str = "return"
    horizon: int = 1
    subject: Subject = field(default_factory=Subject)
    params: Mapping[str, Parameter] = field(default_factory=dict)
    seed: int = 0
    held_out: int = HELD_OUT
    name: str = ""
    """What it is registered as; by default ``<target>-<horizon>``."""
    workers: int = 1
    """Processes of this machine that train together, where a model can be shared out."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A registered model, how it did on what was held out, and what it is now: champion or challenger."""

    card: Card
    alias: str
    skill: str


def train(home: Home, order: Order, *, clock: Clock = system_clock, progress: Progress | None = None) -> Trained | None:
    """Fit, try, fit again and register; what the model learned from is kept as rows beside it.

    Where the environment tells of other processes (``forecast.lstm.world``) all train together, and all but the first
    return ``None``: it is the one that registers.

    Raises:
        UsageError: for an unknown model, target, parameter or subject, or too short a history.
        ForecastError: when the model cannot be fitted.
    """
    heard = progress or Silent()
    model: Model = pick(MODELS, order.model)
    model.must_forecast(target(order.target).name)
    params = model.complete(order.params)
    panel = history(home.warehouse, target(order.target), order.subject)
    cut = _cut(panel, order)
    whole = task(panel, target(order.target), order.horizon)
    resting = home.settings.home / "models" / f".training-{_digest(order, params, panel)}"
    here = world(home.settings)
    join(here)
    training = Training(order.seed, params, resting / "tried", heard, order.workers)
    tried = _tried(whole, model, Fold(0, cut, len(whole.sessions)), training)
    fitted = model.learn(whole, replace(training, checkpoints=resting / "whole"))
    if not here.leads:
        return None
    account = _account(whole, tried)
    card = _card(home, order, model, params, panel, fitted.lookback, clock)
    card = replace(card, metrics=_metrics(account), intervals=_intervals(whole, tried))
    registry = Registry(home.settings.home)
    kept = registry.register(card, fitted.graph())
    _keep_set(home, panel, kept, panel.sessions[cut], heard)
    rmtree(resting, ignore_errors=True)
    champion = registry.aliases(kept.name).champion == kept.version
    return Trained(kept, "champion" if champion else "challenger", account.skill)


def _tried(whole: Task, model: Model, fold: Fold, training: Training) -> Tried:
    """Fit on what came before the cut, and ask about what came after it."""
    began = perf_counter()
    origins = fold.origins(len(whole.sessions), whole.horizon)
    change = model.learn(whole.until(fold.cut, fold.begin), training).predict(whole.x, origins)
    nowhere = np.full_like(change, np.nan)  # no earlier errors, no interval
    return Tried(model.name, (fold,), origins, change, nowhere, nowhere, LEVEL, 1, perf_counter() - began)


def _account(whole: Task, tried: Tried) -> Evaluation:
    """Hold a model's forecasts against naive's of the same origins."""
    naive = _tried(whole, models()["naive"], tried.folds[0], Training())
    evaluations = evaluate(whole, {"naive": naive, tried.model: tried})
    return next(evaluation for evaluation in evaluations if evaluation.model == tried.model)


def _cut(panel: Panel, order: Order) -> int:
    """Return the row before which the first fit learns."""
    rows = len(panel.sessions)
    cut = rows - order.held_out
    if not FEWEST * order.horizon < order.held_out < rows or cut < 2 * order.horizon + 30:
        raise UsageError(
            f"{rows} sessions of history are too few to hold out {order.held_out} and learn from the rest, or those "
            f"are too few to judge {order.horizon} ahead: collect more, or change --held-out"
        )
    return cut


def _intervals(whole: Task, tried: Tried) -> Intervals:
    rows = tried.origins
    return learn(whole.change[rows], tried.change, spread(whole.x, whole.horizon)[rows])


def _metrics(account: Evaluation) -> dict[str, float]:
    return {name: float(getattr(account, name)) for name in METRICS}


def _card(
    home: Home,
    order: Order,
    model: Model,
    params: Mapping[str, Parameter],
    panel: Panel,
    lookback: int,
    clock: Clock,
) -> Card:
    first = int(np.flatnonzero(~np.isnan(panel.values).all(axis=1))[0])
    return Card(
        name=order.name or name_of(order.target, order.horizon),
        model=model.name,
        title=model.title,
        target=order.target,
        horizon=order.horizon,
        series=panel.series,
        index=order.subject.index,
        lookback=lookback,
        snapshot=panel.snapshot,
        code_version=__version__,
        trained_from=_day(panel.sessions[first]),
        trained_until=_day(panel.sessions[-1]),
        made_at=clock(),
        world=home.world,
        held_out=order.held_out,
        scope=model.scope,
        seed=order.seed,
        params=dict(params),
    )


def _keep_set(home: Home, panel: Panel, card: Card, cut: Any, progress: Progress) -> None:
    rows = to_long(panel)
    part = np.where(rows["session"].to_numpy().astype("datetime64[D]") < cut, "train", "test")
    about: dict[str, Any] = {
        "name": pa.repeat(pa.scalar(card.name), rows.num_rows),
        "version": pa.repeat(pa.scalar(card.version, pa.int64()), rows.num_rows),
        "part": pa.array(part, pa.string()),
    }
    with home.lake.folder.alone(progress):
        record(home.tables, dataset("training_sets"), pa.table(about | {n: rows[n] for n in rows.column_names}))


def _digest(order: Order, params: Mapping[str, Parameter], panel: Panel) -> str:
    """Return what tells this training from another: a training that was broken off finds its checkpoints by it."""
    return sha256(
        repr((replace(order, workers=1), sorted(params.items()), panel.snapshot, panel.series)).encode()
    ).hexdigest()[:12]


def _day(session: Any) -> date:
    return session.astype("datetime64[D]").item()  # type: ignore[no-any-return]
