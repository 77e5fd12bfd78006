"""Lessons: the windows there are to learn from, who learns from which, and which are held out to say when to stop."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from topheavy.core.errors import ForecastError
from topheavy.forecast.lstm.network import Floats
from topheavy.forecast.lstm.transform import inputs, targets
from topheavy.forecast.task import Task
from topheavy.forecast.windows import windows

HELD_OUT = 0.1
"""The last part of the examples, by time, that says when to stop."""

FEWEST = 60
"""Examples with which a network is trained at all: with fewer it stays at "tomorrow = today"."""

Numbers: TypeAlias = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Lessons:
    """``inputs`` are examples × steps, ``targets`` one an example; both in usual moves.

    ``learn`` and ``held`` number, for each network, the examples it learns from and those held out; both are empty for
    one that has too few.
    """

    inputs: Floats
    targets: Floats
    learn: tuple[Numbers, ...]
    held: tuple[Numbers, ...]

    @property
    def taught(self) -> NDArray[np.bool_]:
        """Which of the networks have anything to learn."""
        return np.array([len(numbers) > 0 for numbers in self.learn])

    def save(self, path: Path) -> None:
        """Write them to a file that holds arrays and nothing that could be run."""
        ends = [np.cumsum([len(numbers) for numbers in part]) for part in (self.learn, self.held)]
        with path.open("wb") as file:
            np.savez(
                file,
                inputs=self.inputs,
                targets=self.targets,
                learn=np.concatenate(self.learn),
                held=np.concatenate(self.held),
                learn_ends=ends[0],
                held_ends=ends[1],
            )


def read(path: Path) -> Lessons:
    """Return the lessons that were saved to a file."""
    with np.load(path, allow_pickle=False) as saved:
        learn, held_out = (tuple(np.split(saved[name], saved[f"{name}_ends"][:-1])) for name in ("learn", "held"))
        return Lessons(saved["inputs"], saved["targets"], learn, held_out)


def lessons(task: Task, lookback: int, *, each: bool) -> Lessons:
    """Return what a task teaches one network, or one network for each series.

    Between the last example that is learned from and the first that is held out lie ``horizon`` sessions, so that no
    outcome that is learned was still to come there.

    Raises:
        ForecastError: when no network has enough examples.
    """
    cube = windows(task.x, lookback, np.arange(len(task.sessions)))
    there = ~np.isnan(cube).any(axis=-1) & ~np.isnan(task.change)
    rows, series = np.nonzero(there)
    moves, scale = inputs(cube[there])
    aims = targets(task.change[there], scale, task.horizon)
    groups = (
        [np.flatnonzero(series == column) for column in range(len(task.series))] if each else [np.arange(len(rows))]
    )
    parts = list(_parts(groups, rows, task.horizon))
    if not any(len(learn) for learn, _ in parts):
        raise ForecastError(
            f"no series has {FEWEST} windows of {lookback} sessions to learn from among {len(task.sessions)} sessions: "
            "give a longer history, or a smaller lookback"
        )
    learn, held_out = zip(*parts, strict=True)
    return Lessons(moves.astype(np.float32), aims.astype(np.float32), learn, held_out)


def _parts(groups: list[NDArray[np.int64]], rows: NDArray[np.int64], horizon: int) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield what each group learns from and what is held out, cut by time."""
    for group in groups:
        if len(group) < FEWEST:
            yield np.zeros(0, np.int32), np.zeros(0, np.int32)
            continue
        cut = rows[group[int(len(group) * (1 - HELD_OUT))]]
        learn, held_out = group[rows[group] < cut - horizon], group[rows[group] >= cut]
        yield learn.astype(np.int32), held_out.astype(np.int32)
