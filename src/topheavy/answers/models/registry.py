"""Registered: every version of every model in a home's registry, and which of them is champion."""

from math import isfinite
from pathlib import Path

from topheavy.answers.models.facts import Registered
from topheavy.forecast.serving.card import Card
from topheavy.forecast.serving.registry import CHALLENGER, CHAMPION, Aliases, Registry

_PLACE = {CHAMPION: 0, CHALLENGER: 1}


def registered(home: Path) -> tuple[Registered, ...]:
    """Return every version by name: the champion first, then its challenger, then the others, the newest first.

    Raises:
        ForecastError: when a card cannot be read.
    """
    registry = Registry(home)
    versions = [
        _shown(registry.card(name, version), registry.aliases(name))
        for name in registry.names()
        for version in registry.versions(name)
    ]
    return tuple(
        sorted(versions, key=lambda version: (version.name, _PLACE.get(version.alias, len(_PLACE)), -version.version))
    )


def _shown(card: Card, aliases: Aliases) -> Registered:
    named = {aliases.challenger: CHALLENGER, aliases.champion: CHAMPION}
    return Registered(
        name=card.name,
        version=card.version,
        alias=named.get(card.version, ""),
        model=card.model,
        title=card.title,
        target=card.target,
        horizon=card.horizon,
        series=len(card.series),
        trained_from=card.trained_from,
        trained_until=card.trained_until,
        made_at=card.made_at,
        snapshot=card.snapshot,
        ratio=_known(card, "ratio"),
        ratio_low=_known(card, "ratio_low"),
        ratio_high=_known(card, "ratio_high"),
        p=_known(card, "p"),
        source_kind=card.world,
    )


def _known(card: Card, metric: str) -> float | None:
    value = card.metrics.get(metric)
    return value if value is not None and isfinite(value) else None
