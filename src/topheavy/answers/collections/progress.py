"""Collections under way: which are at work now, how fast, how long yet, and which broke off without a word."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from topheavy.answers.collections.facts import Collecting, Stage
from topheavy.core.files.locks import is_locked
from topheavy.lake.records import Collection

NEWEST = 20
"""So many collections are shown, besides those at work."""


def underway(home: Path, known: Sequence[Collection], now: datetime) -> tuple[Collecting, ...]:
    """Return the newest of ``known`` (the last begun first) and those at work, as they stand ``now``."""
    found = (_collecting(one, stage_of(home, one), now) for one in known)
    return tuple(one for place, one in enumerate(found) if place < NEWEST or one.stage is Stage.RUNNING)


def stage_of(home: Path, one: Collection) -> Stage:
    """Say whether a collection is at work: its collector keeps a file locked for as long as it lives."""
    if one.ended_at:
        return Stage.ENDED
    return Stage.RUNNING if is_locked(home / "collectors" / f"{one.id}.lock") else Stage.BROKEN_OFF


def _collecting(one: Collection, stage: Stage, now: datetime) -> Collecting:
    running = stage is Stage.RUNNING
    rate = _rate(one, now) if running or one.ended_at else None
    left = (one.asked - one.ended) / rate if running and rate else None
    return Collecting(id=one.id, title=one.title, stage=stage, asked=one.asked, ended=one.ended, failed=one.failed,
                      rate=rate, seconds_left=left, began_at=one.began_at, ended_at=one.ended_at)  # fmt: skip


def _rate(one: Collection, now: datetime) -> float | None:
    """Return units a second; nothing while none has ended or no time has passed."""
    passed = ((one.ended_at or now) - one.began_at).total_seconds()
    return one.ended / passed if one.ended and passed > 0 else None
