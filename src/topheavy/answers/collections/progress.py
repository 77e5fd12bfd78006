"""Collections under way: which are at work now, how fast, how long yet, and which broke off without a word."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from topheavy.answers.collections.facts import Collecting, Stage
from topheavy.core.files.locks import is_locked
from topheavy.lake.records import Collection

NEWEST = 20
"""So many collections are shown, besides those at work."""


def underway(home: Path, collections: Sequence[Collection], now: datetime) -> tuple[Collecting, ...]:
    """Return the newest of ``collections`` (the last begun first) and those at work, as they stand ``now``."""
    states = (_collecting(collection, stage_of(home, collection), now) for collection in collections)
    return tuple(state for place, state in enumerate(states) if place < NEWEST or state.stage is Stage.RUNNING)


def stage_of(home: Path, collection: Collection) -> Stage:
    """Say whether a collection is at work: its collector keeps a file locked for as long as it lives."""
    if collection.ended_at:
        return Stage.ENDED
    return Stage.RUNNING if is_locked(home / "collectors" / f"{collection.id}.lock") else Stage.BROKEN_OFF


def _collecting(collection: Collection, stage: Stage, now: datetime) -> Collecting:
    running = stage is Stage.RUNNING
    rate = _rate(collection, now) if running or collection.ended_at else None
    left = (collection.asked - collection.ended) / rate if running and rate else None
    return Collecting(
        id=collection.id,
        title=collection.title,
        stage=stage,
        asked=collection.asked,
        ended=collection.ended,
        failed=collection.failed,
        rate=rate,
        seconds_left=left,
        began_at=collection.began_at,
        ended_at=collection.ended_at,
    )


def _rate(collection: Collection, now: datetime) -> float | None:
    """Return units a second; nothing while none has ended or no time has passed."""
    passed = ((collection.ended_at or now) - collection.began_at).total_seconds()
    return collection.ended / passed if collection.ended and passed > 0 else None
