"""The forecaster over a home: its registered models, asked with values or with what is published of a security."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from math import isfinite
from typing import Any

import numpy as np

from topheavy.answers.models.latest import Latest, Recent
from topheavy.answers.models.predictions import (
    Instance,
    Invocation,
    ModelCard,
    NotReady,
    Prediction,
    Registered,
    Spoken,
    Unfit,
)
from topheavy.core.calendar import session_after
from topheavy.core.errors import ForecastError, UsageError, one_line
from topheavy.core.settings import Settings
from topheavy.forecast.extra import NotInstalled
from topheavy.forecast.panel import Matrix
from topheavy.forecast.serving.card import Card
from topheavy.forecast.serving.registry import CHAMPION, Registry
from topheavy.forecast.serving.served import Forecast, Served
from topheavy.warehouse.ask import Warehouse

SIMULATED = "SIMULATED: this model learned from a market that never was"


class RegisteredModels:
    """The models registered in a home; ``TOPHEAVY_ENDPOINT_MODEL`` names the one that answers where none is named."""

    def __init__(self, settings: Settings) -> None:
        self._registry = Registry(settings.home)
        self._latest = Latest(Warehouse(settings.home))
        self._hosted = settings.text("ENDPOINT_MODEL")

    def models(self) -> tuple[Registered, ...]:
        """Return every name under which models are registered."""
        with _readable():
            return tuple(Registered(**self._registered(self._registry.card(name))) for name in self._registry.names())

    def model(self, name: str) -> ModelCard:
        """Return what is known of one version."""
        with _readable():
            card = self._registry.card(*_named(name))
            return ModelCard(**self._registered(card), **_stated(card))

    def invoke(self, name: str, invocation: Invocation) -> Spoken:
        """Forecast, one instance or several."""
        served, instances = self._open(name), invocation.asked
        card = served.card
        numbers = [served.number(instance.security) for instance in instances]
        recent = self._latest.of(card, {instance.security for instance in instances if not instance.values})
        rows = [
            np.array(instance.values) if instance.values else recent[instance.security].values for instance in instances
        ]
        try:
            forecasts = served.forecast(_beside(rows, served.wanted), numbers, invocation.level)
        except ForecastError as error:
            raise Unfit(one_line(error)) from error
        predictions = tuple(
            _prediction(
                card, instance, forecast, None if instance.values else recent[instance.security], invocation.level
            )
            for instance, forecast in zip(instances, forecasts, strict=True)
        )
        read_from = next((item.snapshot for item in recent.values()), "")
        return Spoken(**_about(card), read_from=read_from, predictions=predictions)

    def hosted(self) -> str:
        """Return the name of the model that answers where none is named; it is open then."""
        if not (self._hosted or self._registry.names()):
            raise NotReady(f"no model is registered in {self._registry.path}: train one first, or mount a registry")
        name = self._hosted or self._registry.names()[0]
        try:
            self._open(name)
        except UsageError as error:
            raise NotReady(one_line(error)) from error
        return name

    def _open(self, name: str) -> Served:
        with _readable():
            return self._registry.open(*_named(name))

    def _registered(self, card: Card) -> dict[str, Any]:
        """Return what a ``Registered`` says of a card's name; ``model`` and ``world`` are the card's."""
        aliases = self._registry.aliases(card.name)
        return {
            "name": card.name,
            "target": card.target,
            "text": card.aim.text,
            "unit": card.aim.unit,
            "horizon": card.horizon,
            "champion": aliases.champion,
            "challenger": aliases.challenger,
            "versions": tuple(self._registry.versions(card.name)),
            "model": card.model,
            "world": card.world,
        }


@contextmanager
def _readable() -> Iterator[None]:
    """Whatever is wrong with a file of the registry is no fault of who asks."""
    try:
        yield
    except (ForecastError, NotInstalled) as error:
        raise NotReady(one_line(error)) from error


def _named(name: str) -> tuple[str, str]:
    """Read ``return-1@challenger`` as a name and which of its versions."""
    plain, _, which = name.partition("@")
    return plain, which or CHAMPION


def _beside(rows: Iterable[Matrix], most: int) -> Matrix:
    """Lay histories beside each other, each with its newest value last and NaN before its first; no more than ``most``
    values of each."""
    recent = [row[-most:] for row in rows]
    laid = np.full((len(recent), max(len(row) for row in recent)), np.nan)
    for at, row in enumerate(recent):
        laid[at, laid.shape[1] - len(row) :] = row
    return laid


def _prediction(card: Card, instance: Instance, forecast: Forecast, recent: Recent | None, level: float) -> Prediction:
    return Prediction(
        security=instance.security,
        value=forecast.value,
        low=forecast.low,
        high=forecast.high,
        level=level,
        reason=forecast.reason,
        naive=forecast.naive,
        unit=card.aim.unit,
        horizon=card.horizon,
        as_of=recent.as_of if recent else None,
        session=session_after(recent.as_of, card.horizon) if recent else None,
    )


def _about(card: Card) -> Mapping[str, Any]:
    same = ("name", "version", "model", "title", "target", "snapshot", "trained_until", "made_at", "world")
    return {name: getattr(card, name) for name in same} | {"notice": SIMULATED if card.world == "simulated" else ""}


def _stated(card: Card) -> Mapping[str, Any]:
    same = ("version", "title", "scope", "series", "params", "seed", "snapshot", "code_version", "trained_from",
            "trained_until", "made_at", "opset", "sha256")  # fmt: skip
    return {name: getattr(card, name) for name in same} | {
        "reads": card.aim.reads,
        "fewest": card.fewest,
        "wanted": card.wanted,
        "metrics": {name: value if isfinite(value) else None for name, value in card.metrics.items()},
        "errors": len(card.intervals.errors),
        "notice": SIMULATED if card.world == "simulated" else "",
    }
