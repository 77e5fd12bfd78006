"""Models no one should trust, each wrong in a way of its own; in a file that other processes find, too."""

import os
from dataclasses import dataclass

import numpy as np

from topheavy.forecast.methods.linear import Linear
from topheavy.forecast.model import Fitted, Model, Training
from topheavy.forecast.panel import Matrix
from topheavy.forecast.task import Task
from topheavy.forecast.windows import Origins


@dataclass(frozen=True)
class Peeking:
    """Sees the next row where there is one: a feature that was computed before it was shifted."""

    lookback: int = 2

    def predict(self, x: Matrix, origins: Origins) -> Matrix:
        later = np.minimum(origins + 1, len(x) - 1)
        return np.asarray(x[later] - x[origins])

    def graph(self) -> None:
        raise NotImplementedError


@dataclass(frozen=True)
class Ragged:
    """Forgets a series."""

    lookback: int = 1

    def predict(self, x: Matrix, origins: Origins) -> Matrix:
        return np.zeros((len(origins), x.shape[1] - 1))

    def graph(self) -> None:
        raise NotImplementedError


def peek(task: Task, training: Training) -> Fitted:
    return Peeking()


def forget(task: Task, training: Training) -> Fitted:
    return Ragged()


def trip(task: Task, training: Training) -> Fitted:
    """Fails once there are 150 sessions to learn from."""
    if len(task.sessions) >= 150:
        raise ZeroDivisionError("no variance\nleft")
    return Linear(np.zeros((len(task.series), 1)), np.zeros(len(task.series)))


def die(task: Task, training: Training) -> Fitted:
    os._exit(7)


def echo(task: Task, training: Training) -> Fitted:
    """Takes the last change for the next: a line that is drawn like yesterday's."""
    size = float(training.params["size"])
    return Linear(np.tile([-size, size], (len(task.series), 1)), np.zeros(len(task.series)))


def strange(name: str, fit: object, **defaults: float) -> Model:
    return Model(name, name, "Not to be trusted.", fit, defaults=defaults)  # type: ignore[arg-type]


PEEKING, RAGGED, TRIPPING = strange("peeking", peek), strange("ragged", forget), strange("tripping", trip)
DYING, ECHOING = strange("dying", die), strange("echoing", echo, size=1.0)
