"""Schedule: the day's road after every session's close; what was done is read from the lake, never remembered.

Only pauses after failures live in memory: a scheduler that starts again tries at once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from time import sleep

from topheavy.core.calendar import last_closed
from topheavy.core.clock import Clock, system_clock
from topheavy.core.errors import SourceError, TopheavyError, one_line
from topheavy.core.http.client import Http
from topheavy.core.progress import Progress
from topheavy.core.settings import Settings
from topheavy.home import Home, open_home
from topheavy.jobs.publish.publish import publish
from topheavy.jobs.refine.refine import refine
from topheavy.jobs.road import gather, retry
from topheavy.jobs.schedule.backlog import Order, by_company, owed, period
from topheavy.jobs.schedule.single import Between, alone, stoppable
from topheavy.jobs.schedule.timing import Failed, Failures, clock_time, due, named, told, upcoming, wakes_at

SLICE = 1.0
"""Seconds slept at once: a clock that was set and a machine that slept are noticed after one."""


@dataclass(slots=True)
class Scheduler:
    """Follows one order in one home. ``clock``, ``sleep`` and ``http`` are seams; ``say`` prints a line."""

    settings: Settings
    order: Order
    clock: Clock
    sleep: Callable[[float], None]
    say: Callable[[str], None]
    progress: Between
    http: Http | None = None
    failed: Failures = field(default_factory=dict)
    unpublished: bool = True
    """True at the start too: an earlier scheduler may have been ended between the lake and the warehouse."""

    def follow(self) -> None:
        """Catch up, wait for the next close, and so on until somebody asks to stop.

        Raises:
            Stopped: when somebody did.
            UsageError: when the order makes no sense from the start, or the calendar has come to its end.
        """
        with open_home(self.settings) as home:
            owed(home, self.order, [last_closed(self.clock())], self.clock)
        while True:
            session = upcoming(self.clock(), self.order.delay)
            self.attempt(None, self.catch_up)
            self.wait(session)

    def wait(self, session: date) -> None:
        """Sleep in slices while ``session`` is the next and no pause ends; say what is waited for when it changes."""
        last_line, delay = "", self.order.delay
        while upcoming(now := self.clock(), delay) == session and wakes_at(self.failed, now, delay) > now:
            if (line := told(self.failed, now, delay)) != last_line:
                self.say(line)
            last_line = line
            self.progress.stop.check()
            self.sleep(SLICE)

    def catch_up(self) -> None:
        """Run every session that is due, then refine and publish once; a failed day does not stop the others."""
        with open_home(self.settings) as home:
            days = period(home, self.order, self.clock())
            owing = owed(home, self.order, days, self.clock)
            self.failed = {day: failure for day, failure in self.failed.items() if day is None or day in owing}
            if len(owing) > 1:
                self.say(f"{len(owing):,} sessions to catch up on, from {owing[0]} to {owing[-1]}")
            for day in due(owing, self.failed, self.clock()):
                self.unpublished = True
                self.attempt(day, partial(self._collect, home, day, days))
            if self.unpublished and home.lake.ledger.latest():
                refine(home, clock=self.clock, progress=self.progress)
                publish(home, clock=self.clock, progress=self.progress)
                if self.order.forecast:
                    self._forecast(home)
                self.unpublished = False

    def attempt(self, day: date | None, work: Callable[[], None]) -> None:
        """Do a day's work, or the round around them all; a failure is told and tried again after a pause."""
        self.progress.stop.check()
        try:
            work()
        except TopheavyError as error:
            times = self.failed[day].times + 1 if day in self.failed else 1
            self.failed[day] = Failed(times, self.clock())
            when = clock_time(self.failed[day].until, self.clock())
            self.say(f"{named(day)} failed: {one_line(error)}; tried again at {when}")
        else:
            self.failed.pop(day, None)

    def _forecast(self, home: Home) -> None:
        from topheavy.jobs.forecast.daily import daily

        for line in daily(home, clock=self.clock, progress=self.progress):
            self.say(line)

    def _collect(self, home: Home, day: date, days: list[date]) -> None:
        ask, http, clock, progress = self.order.ask(day), self.http, self.clock, self.progress
        done = gather(home, self.order.source, ask, http=http, clock=clock, progress=progress)
        passing = by_company(home, self.order, days).difference(*(part.units for part in done.collected))
        if passing and day == days[-1]:
            done.collected += retry(home, units=passing, http=http, clock=clock, progress=progress).collected
        if day in owed(home, self.order, days, clock):
            more = f" (and {len(done.failures) - 1:,} more)" if len(done.failures) > 1 else ""
            raise SourceError((done.failures or ["nothing could be asked for"])[0] + more)
        self.say(f"session {day} came: {sum(len(part.units) for part in done.collected):,} units")


def schedule(settings: Settings, order: Order, say: Callable[[str], None], progress: Progress) -> None:
    """Follow an order until Ctrl-C or SIGTERM, alone in the home.

    Raises:
        UsageError: when another scheduler is there, or the order makes no sense.
    """
    with open_home(settings):  # the home must be there before it can be locked
        pass
    with alone(settings.home, system_clock()), stoppable() as stop:
        Scheduler(settings, order, system_clock, sleep, say, Between(progress, stop)).follow()
    say("stopped; what was brought home is safe, start again to go on")
