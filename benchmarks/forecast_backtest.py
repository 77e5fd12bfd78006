"""A backtest of many securities beside the loop one would write: one statsmodels fit after the other.

Both smooth exponentially and choose an ARIMA by AICc, on the same simulated walks, refitted at the same cuts, and
forecast every session between two cuts. The loop does a few securities and is scaled up; both forecasts are compared.
"""

import argparse
import warnings
from importlib import import_module
from itertools import product
from time import perf_counter

import numpy as np

from topheavy.forecast.backtest import backtest
from topheavy.forecast.folds import Fold, folds
from topheavy.forecast.model import models
from topheavy.forecast.panel import Matrix, Panel
from topheavy.forecast.target import target
from topheavy.forecast.task import Task, task

ORDERS = [(p, q) for p, q in product(range(3), repeat=2) if p + q <= 2]
"""The orders that our ARIMA chooses among."""


def walks(sessions: int, securities: int) -> Task:
    steps = np.random.default_rng(5).normal(0, 0.02, (sessions, securities))
    days = np.busday_offset("2018-01-02", np.arange(sessions), roll="forward").astype("datetime64[D]")
    names = tuple(f"S{n:03d}" for n in range(securities))
    return task(Panel(days, names, 100 * np.exp(np.cumsum(steps, axis=0))), target("return"), 1)


def smoothed(x: Matrix, fold: Fold) -> Matrix:
    """Changes that statsmodels' simple smoothing predicts at a fold's origins, for one security."""
    from statsmodels.tsa.api import SimpleExpSmoothing

    found = SimpleExpSmoothing(x[: fold.cut], initialization_method="known", initial_level=x[0]).fit()
    level, levels = x[0], []
    for value in x[1 : fold.end]:
        level += found.params["smoothing_level"] * (value - level)
        levels.append(level)
    return np.array(levels[fold.cut - 1 :]) - x[fold.cut : fold.end]


def arima(x: Matrix, fold: Fold) -> Matrix:
    """Changes that the ARIMA with the least AICc predicts at a fold's origins, for one security."""
    from statsmodels.tsa.api import ARIMA

    fits = [ARIMA(x[: fold.cut], order=(p, 1, q)).fit() for p, q in ORDERS]
    best = min(fits, key=lambda fit: fit.aicc)
    through = best.append(x[fold.cut : fold.end])
    return np.append(through.predict(fold.cut + 1, fold.end - 1), through.forecast(1)) - x[fold.cut : fold.end]


def loop(whole: Task, cuts: list[Fold], securities: int) -> tuple[float, dict[str, Matrix]]:
    import_module("statsmodels.tsa.api")  # which sets warnings to be shown

    began, said = perf_counter(), {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of fits that did not converge: the loop takes them as they are
        for name, way in (("ets", smoothed), ("arima", arima)):
            of = [np.concatenate([way(whole.x[:, at], fold) for fold in cuts]) for at in range(securities)]
            said[name] = np.stack(of, axis=1)
    return perf_counter() - began, said


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--securities", type=int, default=100)
    options.add_argument("--looped", type=int, default=3, help="securities that the loop does, scaled up")
    given = options.parse_args()
    whole = walks(1_001, given.securities)
    cuts = folds(1_000, first=748, step=63)
    chosen = [models()[name] for name in ("naive", "ets", "arima")]
    took = []
    for workers in (1, 2):
        began = perf_counter()
        done = backtest(whole, chosen, cuts, workers=workers)
        took.append(perf_counter() - began)
    seconds, said = loop(whole, cuts, given.looped)
    scaled = seconds * given.securities / given.looped
    print(f"{given.securities} securities (SIMULATED), 1,000 sessions, {len(cuts)} refits, smoothing and ARIMA")
    one, two = (scaled / seconds for seconds in took)
    print(f"  the loop ÷ ours: {one:.0f} in one process, {two:.0f} in two, the pool's start included")
    print(f"  (the loop did {given.looped} securities and is scaled up)")
    for name, theirs in said.items():
        ours = done.tried[name].change[: len(theirs), : given.looped]
        print(f"  {name}: RMSE between the two forecasts {np.sqrt(np.mean((ours - theirs[: len(ours)]) ** 2)):.1e},"
              f" of moves of {whole.change[cuts[0].cut : -1].std():.1e}")  # fmt: skip


if __name__ == "__main__":
    main()
