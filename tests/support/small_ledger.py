"""A home with a ledger small enough to check by hand, in which nothing was published yet.

Collections::

    c1  polygon bars   3 units: 2 came, 1 failed (busy)      over, in 60 s
    c2  sec shares     5 units: 1 came, 1 was refused        its collector is gone
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from topheavy.core.units import Outcome, SourceKind, Unit
from topheavy.lake.folder import open_folder
from topheavy.lake.ledger import Ledger
from topheavy.lake.records import Attempt

NOON = datetime(2024, 12, 6, 12, tzinfo=UTC)
DAYS = tuple(Unit("polygon", "bars", date(2024, 12, day)) for day in (4, 5, 6))
BUSY = DAYS[2]
AAA, BBB = (Unit("sec", "shares", subject=name) for name in ("AAA", "BBB"))
CAUSE = "https://vendor.example/2024-12-06: HTTP 503"


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def small_home(path: Path, kind: SourceKind = SourceKind.VENDOR) -> Path:
    """Make the home and return it."""
    home = open_folder(path)
    home.settle(kind)
    ledger = Ledger(path / "ledger.sqlite")
    ledger.begin("c1", "polygon bars", 3, at(0))
    ledger.note_attempt(Attempt(DAYS[0], Outcome.OK, None, 1.5, 1_000, at(20), None, 1, "c1"))
    ledger.note_attempt(Attempt(DAYS[1], Outcome.OK, None, 2.5, 2_000, at(40), None, 1, "c1"))
    ledger.note_attempt(Attempt(BUSY, Outcome.FAILED, CAUSE, 3.0, 0, at(60), "busy", 5, "c1"))
    ledger.end("c1", at(60))
    ledger.begin("c2", "sec shares", 5, at(99))
    ledger.note_attempt(Attempt(AAA, Outcome.UNCHANGED, None, 0.25, 512, at(101), None, 1, "c2"))
    ledger.note_attempt(Attempt(BBB, Outcome.FAILED, "HTTP 404", 0.5, 0, at(102), "refused", 1, "c2"))
    ledger.close()
    return path
