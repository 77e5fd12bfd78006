"""What the figure of the course is drawn from: the days, the line through them, and the range in sight."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby
from typing import Any

from topheavy.answers import concentration
from topheavy.answers.choice import Choice
from topheavy.answers.concentration import Day, GroupDay
from topheavy.web.frame.theme import Look
from topheavy.web.services import View

Figure = dict[str, Any]

RANGES = {"1M": 31, "6M": 183, "1Y": 366, "3Y": 1096, "All": 0}
"""Range buttons: how many days back from the last session; zero is everything."""

SHARE, TOTAL, COVERAGE = (0.43, 0.95), (0.165, 0.35), (0.0, 0.08)
"""The three panels' parts of the height, from the top."""


@dataclass(frozen=True)
class Scene:
    """One choice, seen over time. Without a group, the line is that of the ten largest members."""

    view: View
    choice: Choice
    look: Look
    reach: str

    @cached_property
    def days(self) -> tuple[Day, ...]:
        """The index's days, in order."""
        return concentration.days(self.view, self.choice.index.index, self.choice.level)

    @cached_property
    def group(self) -> dict[date, GroupDay]:
        """The group's part of the index by day."""
        if self.choice.group is None:
            return {}
        group_days = concentration.group_days(self.view, self.choice.index.index, self.choice.group.group)
        return {item.session: item for item in group_days}

    @cached_property
    def shares(self) -> tuple[float | None, ...]:
        """The line: a share for every day, or nothing where none is stated."""
        if self.choice.group is None:
            return tuple(item.top10 for item in self.days)
        return tuple(self.group[item.session].share if item.session in self.group else None for item in self.days)

    @cached_property
    def bands(self) -> tuple[tuple[float | None, float | None], ...]:
        """What the line is at least and at most on every day, by what may be missing."""
        if self.choice.group is None:
            return tuple((item.top10_low, item.top10_high) for item in self.days)
        shares = [self.group.get(item.session) for item in self.days]
        return tuple((item.share_low, item.share_high) if item else (None, None) for item in shares)

    def share_on(self, session: date | None) -> float | None:
        """Return the line's height on one day."""
        points = zip(self.days, self.shares, strict=True)
        return next((share for item, share in points if item.session == session), None)

    @cached_property
    def since(self) -> date:
        """The first day of the range in sight."""
        first, last = self.days[0].session, self.days[-1].session
        back = RANGES.get(self.reach, 0)
        return max(first, last - timedelta(days=back)) if back else first

    @property
    def until(self) -> date:
        """The last day of all."""
        return self.days[-1].session

    def stretches(self) -> Iterator[tuple[str, list[int]]]:
        """Yield runs of days: why no share is stated in them (empty where it is), and their places."""
        for why, places in groupby(range(len(self.days)), key=self._why):
            yield why, list(places)

    def _why(self, place: int) -> str:
        if self.shares[place] is not None:
            return ""
        absent = self.choice.group is not None and self.days[place].session not in self.group
        return f"none in the {self.choice.index.noun}" if absent and self.days[place].stated else "withheld"
