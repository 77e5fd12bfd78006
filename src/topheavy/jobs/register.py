"""The register: which models are kept in a home, which of them answers, and who is made champion."""

from typing import Any

from topheavy.forecast.registry import Registry
from topheavy.jobs.workplace import Workplace


def listed(place: Workplace) -> list[dict[str, Any]]:
    """Return every registered version with its alias and what it did on the sessions held out."""
    registry = Registry(place.settings.home)
    return [_row(registry, name, version) for name in registry.names() for version in registry.versions(name)]


def promote(place: Workplace, name: str, version: str, *, back: bool = False) -> int:
    """Make a version the champion, or the former champion again; return which one it is now.

    Raises:
        UsageError: when there is none such.
    """
    registry = Registry(place.settings.home)
    return (registry.roll_back(name) if back else registry.promote(name, version)).champion


def _row(registry: Registry, name: str, version: int) -> dict[str, Any]:
    card, held = registry.card(name, version), registry.aliases(name)
    alias = {held.champion: "champion", held.challenger: "challenger"}.get(version, "")
    known = {key: card.metrics.get(key) for key in ("ratio", "ratio_low", "ratio_high", "p")}
    return {
        "name": name,
        "version": version,
        "alias": alias,
        "model": card.model,
        "series": len(card.series),
        "trained_from": card.trained_from,
        "trained_until": card.trained_until,
        "made_at": card.made_at,
        **known,
    }
