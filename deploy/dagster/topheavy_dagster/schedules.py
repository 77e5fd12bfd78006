"""Roads: a job a source, and its schedule at the close of every session; half days and holidays by the calendar."""

from datetime import date, timedelta
from typing import Any

import dagster as dg

from topheavy.core.calendar import close_of, is_session, last_known, sessions, why_closed
from topheavy.core.clock import NEW_YORK
from topheavy.core.plugins import SOURCES, load
from topheavy.core.settings import read_settings
from topheavy.sources.vendor import Source
from topheavy_dagster.lake import delivered, key_of
from topheavy_dagster.tables import parsed, table_key
from topheavy_dagster.warehouse import answer_key, answers

Job = Any
"""A job that Dagster resolves later: the class has no public name."""


def delay() -> timedelta:
    """Return the time from a close to its run: TOPHEAVY_DAGSTER_DELAY minutes, else 20."""
    return timedelta(minutes=read_settings().number("DAGSTER_DELAY", 20))


def roads() -> list[dg.ScheduleDefinition]:
    """Return the schedule of every source, each with its job: collect, refine, publish. All are off at first."""
    return [_schedule(source, _road(source)) for source in load(SOURCES).values()]


def _road(source: Source) -> Job:
    own = [key_of(source, name) for name in delivered(source)]
    tables = [table_key(item.name) for item in parsed()]
    published = [answer_key(item.name) for item in answers()]
    about = f"The road of a session: {source.title}"
    chosen = dg.AssetSelection.assets(*own, *tables, *published)
    return dg.define_asset_job(f"road_{source.name}", selection=chosen, description=about)


def _schedule(source: Source, job: Job) -> dg.ScheduleDefinition:
    @dg.schedule(name=f"closes_{source.name}", job=job, cron_schedule=closing_times(), execution_timezone=str(NEW_YORK))
    def at_close(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        moment = context.scheduled_execution_time.astimezone(NEW_YORK)
        day = (moment - delay()).date()
        if not is_session(day):
            return dg.SkipReason(f"{day} is no session ({why_closed(day)})")
        if close_of(day) + delay() != moment:
            return dg.SkipReason(f"{day} closes at {close_of(day).astimezone(NEW_YORK):%H:%M} New York")
        return dg.RunRequest(run_key=str(day), partition_key=str(day))

    return at_close


def closing_times() -> list[str]:
    """Return when to look whether a session just closed: every time of day at which one does in a year's calendar."""
    year = sessions(date(last_known().year - 2, 1, 1), last_known())
    times = {(close_of(day).astimezone(NEW_YORK) + delay()).time() for day in year}
    return [f"{time.minute} {time.hour} * * *" for time in sorted(times)]
