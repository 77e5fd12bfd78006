"""One model at one fold: it is fitted, asked and watched, here or in a process of its own."""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

import numpy as np

from topheavy.core.errors import ForecastError, TopheavyError, one_line
from topheavy.forecast.folds import Fold
from topheavy.forecast.model import Model, Training, models
from topheavy.forecast.panel import Matrix
from topheavy.forecast.scoring.alarms import looks_ahead
from topheavy.forecast.target import target
from topheavy.forecast.task import Task

NOTHING = np.empty((0, 0))


@dataclass(frozen=True, slots=True)
class Unit:
    """What goes to another process: the history by the folder it is kept in, a model that is found here by its name.

    ``watched``: whether to check that nothing after an origin is looked at.
    """

    folder: Path
    target: str
    horizon: int
    model: Model | str
    fold: Fold
    training: Training
    watched: bool

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model if isinstance(self.model, str) else self.model.name


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a unit: predicted changes (origins × series) and seconds, or the cause why there are none."""

    change: Matrix
    seconds: float = 0.0
    failed: str = ""


SKIPPED = Said(NOTHING, failed="it failed at another fold")
DIED = Said(NOTHING, failed="its process died, as one does that runs out of memory")


def keep(task: Task, folder: Path) -> None:
    """Write a task's history where units find it."""
    for name, values in (("x", task.x), ("now", task.now), ("outcome", task.outcome), ("sessions", task.sessions)):
        np.save(folder / f"{name}.npy", values)
    np.save(folder / "series.npy", np.array(task.series, dtype=str))


def run_all(units: Sequence[Unit], workers: int) -> Iterator[tuple[Unit, Said]]:
    """Run every unit and yield it with what came of it, as they end; a model that failed once is skipped from then on.

    A process that dies takes its neighbours' work with it: what was left is run again, one unit a process, so that only
    the model that did it fails.
    """
    if workers == 1:
        yield from _in_turn(units)
        return
    failed, left = set[str](), deque[Unit]()
    with _pool(workers) as pool:
        futures = {pool.submit(run, unit): unit for unit in units}
        for future in as_completed(futures):
            unit, outcome = futures[future], _outcome(future)
            if outcome is DIED:
                left.append(unit)
                continue
            yield unit, outcome
            if outcome.failed and unit.name not in failed:
                failed.add(unit.name)
                for other, of in futures.items():
                    if of.name == unit.name:
                        other.cancel()
    yield from _apart(left, failed)


def run(unit: Unit) -> Said:
    """Run one unit. Whatever its model raises becomes its cause of failure, as the library that raised is not known."""
    began = perf_counter()
    try:
        change = _ask(unit)
    except TopheavyError as error:
        return Said(NOTHING, perf_counter() - began, one_line(error))
    except Exception as error:  # noqa: BLE001 - one model's fault must not end the others' work; it is reported
        return Said(NOTHING, perf_counter() - began, f"{type(error).__name__}: {one_line(error)}")
    return Said(change, perf_counter() - began)


def _in_turn(units: Sequence[Unit]) -> Iterator[tuple[Unit, Said]]:
    failed = set[str]()
    for unit in units:
        outcome = SKIPPED if unit.name in failed else run(unit)
        failed |= {unit.name} if outcome.failed else set()
        yield unit, outcome


def _apart(left: deque[Unit], failed: set[str]) -> Iterator[tuple[Unit, Said]]:
    """Run units one after the other in one other process, and in a new one after each that killed it."""
    while left:
        with _pool(1) as pool:
            outcome = Said(NOTHING)
            while left and outcome is not DIED:
                unit = left.popleft()
                outcome = SKIPPED if unit.name in failed else _outcome(pool.submit(run, unit))
                failed |= {unit.name} if outcome.failed else set()
                yield unit, outcome


def _outcome(future: Future[Said]) -> Said:
    """Return what came of a unit once it ended, however it did."""
    if future.cancelled():
        return SKIPPED
    error = future.exception()
    if isinstance(error, BrokenProcessPool):
        return DIED
    return future.result() if error is None else Said(NOTHING, failed=f"{type(error).__name__}: {one_line(error)}")


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Open a pool of fresh processes; what has not begun when somebody stops listening is not begun.

    A forked process would have the locks of this one's threads, held by nobody.
    """
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_one_thread_each)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _one_thread_each() -> None:
    """Keep libraries that are yet to be loaded from starting a thread a core in every process."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def _ask(unit: Unit) -> Matrix:
    task, fold = _history(unit), unit.fold
    model = models()[unit.model] if isinstance(unit.model, str) else unit.model
    fitted = model.learn(task.until(fold.cut, fold.begin), unit.training)
    origins = fold.origins(len(task.sessions), task.horizon)
    if unit.watched and (seen := looks_ahead(fitted, task.x, origins[[0, len(origins) // 2]])).size:
        raise ForecastError(f"its forecast of {task.sessions[seen[0]]} changes with what came later: it looks ahead")
    change = np.asarray(fitted.predict(task.x[: origins[-1] + 1], origins), dtype=np.float64)
    if change.shape != (len(origins), len(task.series)) or np.isinf(change).any():
        raise ForecastError(f"it did not say one finite change for {len(origins)} origins × {len(task.series)} series")
    return change


def _history(unit: Unit) -> Task:
    """Map the history into memory: shared by all processes until one writes, and then its own."""
    x, now, outcome = (_mapped(unit.folder / f"{name}.npy") for name in ("x", "now", "outcome"))
    sessions, names = np.load(unit.folder / "sessions.npy"), np.load(unit.folder / "series.npy")
    series = tuple(str(name) for name in names)
    return Task(target(unit.target), unit.horizon, sessions, series, x, now, outcome)


def _mapped(file: Path) -> Matrix:
    return np.asarray(np.load(file, mmap_mode="c"))
