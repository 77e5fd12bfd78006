"""Small histories to learn from, made by a seed: random walks, and walks in which something can be foreseen."""

import numpy as np
from numpy.typing import NDArray

from topheavy.forecast.panel import Panel
from topheavy.forecast.target import target
from topheavy.forecast.task import Task, task


def days(count: int) -> NDArray[np.datetime64]:
    return np.busday_offset("2018-01-02", np.arange(count), roll="forward").astype("datetime64[D]")


def walk(sessions: int = 400, series: int = 3, seed: int = 1, persistence: float = 0.0) -> Panel:
    """Prices whose returns follow yesterday's by ``persistence``; 0 is a random walk."""
    noise = np.random.default_rng(seed).normal(0, 0.02, (sessions, series))
    returns = np.zeros_like(noise)
    for at in range(1, sessions):
        returns[at] = persistence * returns[at - 1] + noise[at]
    names = tuple(f"S{n}" for n in range(series))
    return Panel(days(sessions), names, 100 * np.exp(np.cumsum(returns, axis=0)), "made by a seed")


def variances(sessions: int = 400, series: int = 3, seed: int = 1) -> Panel:
    """Daily variances that wander around one level and come back to it, as a market's do."""
    rng = np.random.default_rng(seed)
    state = np.zeros((sessions, series))
    for at in range(1, sessions):
        state[at] = 0.95 * state[at - 1] + rng.normal(0, 0.2, series)
    names = tuple(f"S{n}" for n in range(series))
    return Panel(days(sessions), names, 2e-4 * np.exp(state) * rng.chisquare(4, state.shape) / 4, "made by a seed")


def shares(sessions: int = 400, seed: int = 1) -> Panel:
    steps = np.random.default_rng(seed).normal(0, 0.01, sessions)
    values = 1 / (1 + np.exp(-(np.cumsum(steps) - 1.0)))
    return Panel(days(sessions), ("magnificent7",), values[:, None], "made by a seed")


def history(name: str, sessions: int = 400, series: int = 3, seed: int = 1) -> Panel:
    """A panel of what the target ``name`` reads."""
    reads = target(name).reads
    if reads == "variances":
        return variances(sessions, series, seed)
    return shares(sessions, seed) if reads == "shares" else walk(sessions, series, seed)


def task_of(name: str, horizon: int = 1, sessions: int = 400, series: int = 3, seed: int = 1) -> Task:
    return task(history(name, sessions, series, seed), target(name), horizon)
