"""The ticker: the tape of a home's live market, read from what its sinks say and from the tables they write."""

from collections.abc import Callable, Hashable
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

import pyarrow as pa

from topheavy.answers.live.facts import Live, LiveMinute
from topheavy.answers.live.market import Closes, live_market, newest_day
from topheavy.answers.live.processed import LiveAnswer, live_answer
from topheavy.answers.live.reference import given
from topheavy.answers.published import Published
from topheavy.core.calendar import session_on_or_before
from topheavy.core.clock import Clock, system_clock
from topheavy.core.errors import NotPublished, UsageError
from topheavy.core.plugins import unknown
from topheavy.datasets.schema import dataset
from topheavy.stream.processor import Given, processors
from topheavy.stream.sink.status import SinkStatus, sink_statuses
from topheavy.tables.catalogs.catalog import Tables
from topheavy.tables.read import snapshot_of
from topheavy.tables.streams import streaming
from topheavy.tables.streams.streaming import quoted

BARS = dataset("minute_bars")
FIGURES = tuple(LiveMinute.model_fields)
FRESH, SETTLED = 0.3, 60.0
"""Seconds for which an answer is given again: one about the stream, and one about what is published."""

LOOKS = (timedelta(0), timedelta(days=1), timedelta(days=30))
"""How much further back than the minutes asked for one looks, as long as few are found."""

FEW = 30

_CLOSES = """
SELECT security, close FROM bars AS b
WHERE session = $session AND dividend_basis IS NULL
  AND NOT EXISTS (SELECT 1 FROM splits AS s WHERE s.security = b.security AND s.effective > $session)
"""
"""Closes as traded, of securities whose share unit has not changed since."""

T = TypeVar("T")


class LiveReader:
    """One home's live market; an answer is kept for a moment, so that many readers cost no more than one."""

    def __init__(self, home: Path, clock: Clock = system_clock) -> None:
        self._home, self._clock = home, clock
        self._tables, self._published = Tables(home), Published(home)
        self._lock = Lock()
        self._kept: dict[Hashable, tuple[float, Any]] = {}

    def now(self) -> Live:
        """Return how the market stands."""
        return self._remember("now", FRESH, self._now)

    def answer(self, name: str, most: int) -> LiveAnswer:
        """Return what one processor says now, with so many rows at most."""
        return self._remember((name, most), FRESH, lambda: live_answer(name, *self._said(), most))

    def answers(self, most: int) -> tuple[LiveAnswer, ...]:
        """Return what every processor says now, by name."""
        return tuple(self.answer(name, most) for name in sorted(processors()))

    def close(self) -> None:
        """Let go of the tables' catalog."""
        self._tables.catalog.close()

    def minutes(self, security: str, most: int) -> tuple[LiveMinute, ...]:
        """Return the newest minutes of a security that streams."""
        newest = {price.security: price.event_time for price in self.now().prices}
        if security not in newest:
            raise UsageError(unknown("streaming security", security, list(newest)))
        edition = self._remember("bars", FRESH, lambda: snapshot_of(self._tables, BARS))
        return self._remember(
            (security, most), FRESH, lambda: self._minutes(security, most, newest[security]), edition=edition
        )

    def _now(self) -> Live:
        statuses, reference = self._said()
        day = newest_day(statuses)
        closes = self._published.remember(("closes", day), lambda: self._closes(day)) if day else Closes({}, None)
        return live_market(statuses, reference, closes, self._clock())

    def _said(self) -> tuple[list[SinkStatus], Given]:
        """Return what the sinks said last, and what processors may know besides."""
        statuses = self._remember("said", FRESH / 2, lambda: sink_statuses(self._home))
        return statuses, self._remember("given", SETTLED, lambda: given(self._tables)) if statuses else Given()

    def _minutes(self, security: str, most: int, newest: datetime) -> tuple[LiveMinute, ...]:
        bars: list[dict[str, Any]] = []
        for further in LOOKS:
            since = newest - timedelta(minutes=most) - further
            where = f"security = '{quoted(security)}' and minute >= '{since.isoformat()}'"
            batches = list(streaming.scan(self._tables, BARS, FIGURES, where))
            bars = pa.Table.from_batches(batches).sort_by("minute").to_pylist() if batches else []
            if len(bars) >= min(FEW, most):
                break
        return tuple(LiveMinute(**row) for row in bars[-most:])

    def _closes(self, day: date) -> Closes:
        session = session_on_or_before(day - timedelta(days=1))
        try:
            rows = self._published.ask(_CLOSES, session=session)
        except NotPublished:
            rows = []
        return Closes({row["security"]: row["close"] for row in rows}, session)

    def _remember(self, name: Hashable, seconds: float, make: Callable[[], T], *, edition: int | None = None) -> T:
        """Return what was made less than ``seconds`` ago, or, with an edition, as long as that is the same."""
        key = (name, edition)
        with self._lock:
            kept = self._kept.get(key)
        if kept and (edition is not None or monotonic() < kept[0]):
            return kept[1]  # type: ignore[no-any-return]
        made = make()
        with self._lock:
            if len(self._kept) > 256:
                self._kept.clear()
            self._kept[key] = (monotonic() + seconds, made)
        return made
