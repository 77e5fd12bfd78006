"""Models in a registry: small ones that were fitted to ``histories``, with a card that says so."""

from dataclasses import replace
from datetime import UTC, date, datetime
from math import nan
from pathlib import Path
from typing import Any

import numpy as np

from support.histories import history, task_of
from topheavy.forecast.methods.linear import Linear
from topheavy.forecast.model import Fitted, models
from topheavy.forecast.scoring.conformal import Intervals
from topheavy.forecast.serving.card import Card
from topheavy.forecast.serving.registry import Registry
from topheavy.forecast.serving.served import Served

TASK = task_of("return")
DRIFT = models()["drift"].learn(TASK)
CARD = Card(
    name="return-1",
    model="drift",
    title="drift",
    target="return",
    horizon=1,
    series=TASK.series,
    lookback=DRIFT.lookback,
    snapshot="bars@7",
    code_version="1.2",
    trained_from=date(2018, 1, 2),
    trained_until=date(2019, 7, 1),
    made_at=datetime(2024, 3, 1, 21, 5, tzinfo=UTC),
    world="simulated",
    seed=3,
    params={"trees": 20, "rate": 0.1, "kind": "a", "deep": True},
    metrics={"mase": 0.98, "hit_rate": nan},
    intervals=Intervals((-1.5, -0.1, 0.2, 1.7)),
)
ERRORS = tuple(float(n) for n in range(-9, 11))
"""Twenty: an interval of 80 % goes from the 2nd to the 19th."""


def weighed(series: int = 3, lookback: int = 7) -> Linear:
    """A model in which every value of the window counts, in each series another way."""
    rng = np.random.default_rng(2)
    return Linear(rng.normal(0, 0.1, (series, lookback)), rng.normal(0, 0.01, series))


def put(registry: Registry, name: str = "return-1", model: str = "drift") -> Card:
    """Register the same small graph once more."""
    return registry.register(replace(CARD, name=name, model=model), DRIFT.graph())


def kept(home: Path, fitted: Fitted, target: str = "return", horizon: int = 1, **stated: Any) -> Card:
    """Register a fitted model of one of the ``histories``; ``stated`` goes into its card."""
    card = replace(CARD, name="it", target=target, horizon=horizon, lookback=fitted.lookback)
    card = replace(card, intervals=Intervals(ERRORS), **({"series": history(target).series} | stated))
    return Registry(home).register(card, fitted.graph())


def serving(home: Path, fitted: Fitted, target: str = "return", horizon: int = 1, **stated: Any) -> Served:
    """Register a fitted model and open it."""
    card = kept(home, fitted, target, horizon, **stated)
    return Registry(home).open(card.name, card.version)
