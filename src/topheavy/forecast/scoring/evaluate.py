"""Evaluating a backtest: one row a model, naive first, and in words whether it is better than "tomorrow = today"."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from topheavy.core.errors import UsageError
from topheavy.forecast.backtest import Tried
from topheavy.forecast.panel import Matrix
from topheavy.forecast.scoring import score
from topheavy.forecast.scoring.alarms import follows
from topheavy.forecast.scoring.compare import by_session, diebold_mariano, holm, ratio
from topheavy.forecast.scoring.trading import COST, NOT_TRADED, Trading, trade
from topheavy.forecast.task import Task
from topheavy.forecast.windows import Origins

NAIVE = "naive"
SIGNIFICANT = 0.05
YARDSTICK, BETTER, WORSE, NO_EVIDENCE = "the yardstick", "better than naive", "worse than naive", "no evidence of skill"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How one model did over all folds, in numbers that may be kept as one row.

    ``first`` and ``last`` are the ends of the sessions forecast, ``origins`` how many sessions forecasts were made at.
    ``mae``, ``rmse``, ``pinball`` (the mean loss of the interval's bounds and of the forecast as the median) and
    ``width`` are in the target's unit; ``coverage`` is the part that lay within the interval of ``level``. All else is
    measured on the working scale (log price, log volatility, logit), where errors are of one size through the years:

    ``mase``, ``rmsse``: in units of naive's error in each fold's training part. ``r2``: against that part's mean
    change. ``ratio``: this model's RMSSE to naive's where both said something, session by session, with its 95 %
    interval. ``dm``: the Diebold-Mariano statistic of the same squared errors, below zero where the model's are
    smaller; ``p`` two-sided, ``p_holm`` for all models of the backtest together. Trading fields are NaN where the
    target is no price; all that a model cannot have (an interval in a single fold, a direction of no change) is NaN.
    """

    model: str
    target: str
    horizon: int
    series: int
    origins: int
    forecasts: int
    first: date
    last: date
    fits: int
    seconds: float
    mae: float
    rmse: float
    mase: float
    rmsse: float
    pinball: float
    level: float
    coverage: float
    width: float
    hit_rate: float
    hit_low: float
    hit_high: float
    r2: float
    ratio: float
    ratio_low: float
    ratio_high: float
    dm: float
    p: float
    p_holm: float
    skill: str
    lagged_copy: bool
    sharpe: float
    sharpe_hold: float
    earned: float
    earned_hold: float
    turnover: float
    cost: float


@dataclass(frozen=True, slots=True)
class Ground:
    """What all models are measured on, origins × series: what came, and what each fold's training part said of it.

    ``absolute`` and ``squared`` are naive's errors there, ``mean`` the mean change; ``naive`` is what naive said here.
    """

    task: Task
    origins: Origins
    now: Matrix
    came: Matrix
    naive: Matrix
    absolute: Matrix
    squared: Matrix
    mean: Matrix


def evaluate(task: Task, tried: Mapping[str, Tried], *, cost: float = COST, seed: int = 0) -> list[Evaluation]:
    """Return one row a model, naive first, the others by their ratio to it.

    ``cost`` is what trading costs, in basis points of what is traded.

    Raises:
        UsageError: when naive was not tried, or models were tried at different folds.
        ForecastError: when there are too few sessions to compare forecasts on.
    """
    if NAIVE not in tried:
        raise UsageError("naive was not tried: nothing can be said of a model without it")
    if other := [name for name, attempt in tried.items() if attempt.folds != tried[NAIVE].folds]:
        raise UsageError(f"{', '.join(other)} and naive were not tried at the same folds")
    ground = _ground(task, tried[NAIVE])
    rows = [_row(ground, attempt, cost, seed) for name, attempt in tried.items() if name != NAIVE]
    adjusted = [
        replace(row, p_holm=p, skill=_skill(row.dm, p)) for row, p in zip(rows, holm([r.p for r in rows]), strict=True)
    ]
    naive = replace(_row(ground, tried[NAIVE], cost, seed), skill=YARDSTICK)
    return [naive, *sorted(adjusted, key=lambda row: (np.isnan(row.ratio), row.ratio))]


def _skill(statistic: float, p: float) -> str:
    if not p < SIGNIFICANT:
        return NO_EVIDENCE
    return BETTER if statistic < 0 else WORSE


def _ground(task: Task, naive: Tried) -> Ground:
    parts: list[tuple[Matrix, Matrix, Matrix]] = []
    for fold in naive.folds:
        change = task.until(fold.cut, fold.begin).change
        count = len(fold.origins(len(task.sessions), task.horizon))
        absolute, squared, mean = (np.tile(scale, (count, 1)) for scale in (*score.scales(change), score.means(change)))
        parts.append((absolute, squared, mean))
    absolute, squared, mean = (np.concatenate(each) for each in zip(*parts, strict=True))
    at = naive.origins
    return Ground(task, at, task.now[at], task.change[at], naive.change, absolute, squared, mean)


def _row(ground: Ground, tried: Tried, cost: float, seed: int) -> Evaluation:
    task, came = ground.task, ground.came
    there = np.isfinite(came) & np.isfinite(tried.change)
    mine, naive = _losses(ground, tried.change)
    verdict = diebold_mariano(mine - naive, task.horizon)
    to_naive, ratio_low, ratio_high = ratio(mine, naive, task.horizon, seed=seed)
    hits = score.hits(came, tried.change, task.horizon)
    traded = _traded(ground, tried.change, cost)
    return Evaluation(
        model=tried.model,
        target=task.target.name,
        horizon=task.horizon,
        series=int(there.any(axis=0).sum()),
        origins=int(there.any(axis=1).sum()),
        forecasts=int(there.sum()),
        first=task.sessions[tried.origins[0] + task.horizon].item(),
        last=task.sessions[tried.origins[-1] + task.horizon].item(),
        fits=tried.fits,
        seconds=tried.seconds,
        **_in_unit(ground, tried),
        mase=score.mase(came, tried.change, ground.absolute),
        rmsse=score.rmsse(came, tried.change, ground.squared),
        level=tried.level,
        hit_rate=hits.rate,
        hit_low=hits.low,
        hit_high=hits.high,
        r2=score.r2(came, tried.change, ground.mean),
        ratio=to_naive,
        ratio_low=ratio_low,
        ratio_high=ratio_high,
        dm=verdict.statistic,
        p=verdict.p,
        p_holm=verdict.p,
        skill=NO_EVIDENCE,
        lagged_copy=follows(task, tried.origins, tried.change).copy,
        sharpe=traded.sharpe,
        sharpe_hold=traded.hold,
        earned=traded.earned,
        earned_hold=traded.hold_earned,
        turnover=traded.turnover,
        cost=traded.cost,
    )


def _losses(ground: Ground, change: Matrix) -> tuple[Matrix, Matrix]:
    """Return the scaled squared errors of a model and of naive by session, where both said something."""
    mine, naive = (((ground.came - forecast) / ground.squared) ** 2 for forecast in (change, ground.naive))
    both = np.isfinite(mine) & np.isfinite(naive)
    return by_session(np.where(both, mine, np.nan)), by_session(np.where(both, naive, np.nan))


def _in_unit(ground: Ground, tried: Tried) -> dict[str, float]:
    """Return the scores that are in the target's unit, by the field they belong to."""
    in_unit = ground.task.target.said
    came, middle, low, high = (
        in_unit(ground.now, matrix) for matrix in (ground.came, tried.change, tried.low, tried.high)
    )
    tail = (1 - tried.level) / 2
    covered = np.where(np.isfinite(low), came, np.nan)
    losses = [score.pinball(covered, matrix, q) for matrix, q in ((low, tail), (middle, 0.5), (high, 1 - tail))]
    return {
        "mae": score.mae(came, middle),
        "rmse": score.rmse(came, middle),
        "pinball": sum(losses) / len(losses),
        "coverage": score.coverage(came, low, high),
        "width": score.mean(np.where(np.isfinite(came), high - low, np.nan)),
    }


def _traded(ground: Ground, change: Matrix, cost: float) -> Trading:
    if ground.task.target.reads != "prices":
        return NOT_TRADED
    return trade(ground.task, ground.origins, change, cost=cost)
