"""What pages and the JSON interface ask of the published copy: one function a question, small and parametrised.

Every function raises ``NotPublished`` while nothing is published.
"""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from topheavy.core.errors import UsageError
from topheavy.core.plugins import unknown
from topheavy.web.models import (
    About,
    ActingRepair,
    Day,
    Evidence,
    FailedRun,
    Gap,
    Group,
    GroupDay,
    Index,
    Kind,
    Level,
    Member,
    Repair,
)
from topheavy.web.sql import ABOUT, ACTING, DAYS, FAILED, GAPS, GROUP_DAYS, GROUPS, INDICES, ISSUERS, MEMBERS, REPAIRS
from topheavy.web.view import View, remembered
from topheavy.web.words import group_title, index_title


@remembered
def noted(view: View) -> dict[str, str]:
    """Return what was noted at publication: world, time, fingerprint, version, coverage floor."""
    return {row["name"]: row["value"] for row in view.ask(ABOUT)}


@remembered
def evidence(view: View) -> dict[str, Any]:
    """Return what stands beside every answer, ready for an ``Evidence``."""
    about = noted(view)
    said = Evidence(
        world=about["world"],
        published_at=datetime.fromisoformat(about["published_at"]),
        fingerprint=about["fingerprint"],
    )
    return said.model_dump()


@remembered
def about(view: View) -> About:
    """Return what is published: indices, groups, period, coverage floor."""
    known, said = indices(view), noted(view)
    return About(
        **evidence(view),
        version=said["version"],
        coverage_floor=float(said["coverage_floor"]),
        first=min(index.first for index in known),
        last=max(index.last for index in known),
        indices=known,
        groups=groups(view),
    )


@remembered
def indices(view: View) -> tuple[Index, ...]:
    """Return every index and fund that has figures, indices first."""
    return tuple(Index(**row, title=index_title(row["index"])) for row in view.ask(INDICES))


@remembered
def groups(view: View) -> tuple[Group, ...]:
    """Return every named group, with one security of each member."""
    rows = groupby(view.ask(GROUPS), key=lambda row: row["group"])
    return tuple(
        Group(group=name, title=group_title(name), members=tuple(row["security"] for row in members))
        for name, members in rows
    )


def index_called(view: View, name: str) -> Index:
    """Return one index.

    Raises:
        UsageError: when there is none of that name; the message suggests the nearest.
    """
    known = {index.index: index for index in indices(view)}
    if name not in known:
        raise UsageError(unknown("index or fund", name, list(known)))
    return known[name]


def group_called(view: View, name: str) -> Group:
    """Return one group.

    Raises:
        UsageError: when there is none of that name; the message suggests the nearest.
    """
    known = {group.group: group for group in groups(view)}
    if name not in known:
        raise UsageError(unknown("group", name, list(known)) if known else "no group has been collected yet")
    return known[name]


@remembered
def sessions(view: View, index: str) -> tuple[date, ...]:
    """Return the days on which the index has a row, in order."""
    return tuple(item.session for item in days(view, index, Level.ISSUER))


@remembered
def days(view: View, index: str, level: Level) -> tuple[Day, ...]:
    """Return the index's concentration on every day, in order."""
    kind = index_called(view, index).kind
    rows = view.ask(DAYS, index=index, level=level.value)
    return tuple(Day(**row, how=_counted(row["measured"], row["members"], kind)) for row in rows)


def day_on(view: View, index: str, level: Level, on: date) -> Day:
    """Return the index's concentration on one of its ``sessions``."""
    return next(item for item in days(view, index, level) if item.session == on)


@remembered
def group_days(view: View, index: str, group: str) -> tuple[GroupDay, ...]:
    """Return the group's part of the index on every day that has one, in order."""
    kind = index_called(view, index).kind
    rows = view.ask(GROUP_DAYS, index=index, group=group)
    return tuple(GroupDay(**row, how=_counted(row["measured"], row["members"], kind)) for row in rows)


def group_on(view: View, index: str, group: str, on: date) -> GroupDay | None:
    """Return the group's part of the index on one day; ``None`` where no member of it is in the index."""
    return next((item for item in group_days(view, index, group) if item.session == on), None)


@remembered
def members(view: View, index: str, level: Level, on: date) -> tuple[Member, ...]:
    """Return the index's members on a day, largest first."""
    return tuple(Member(**row) for row in view.ask(MEMBERS, index=index, level=level.value, session=on))


@remembered
def issuers_of(view: View, group: str, on: date) -> frozenset[str]:
    """Return the issuers that make up the group on a day, in the index or not."""
    return frozenset(row["issuer"] for row in view.ask(ISSUERS, group=group, session=on))


@remembered
def repairs(view: View) -> tuple[Repair, ...]:
    """Return every repair, oldest first."""
    return tuple(Repair(**row) for row in view.ask(REPAIRS))


@remembered
def acting_repairs(view: View, index: str) -> tuple[ActingRepair, ...]:
    """Return the repairs of data of the index's members, each with the first session on which it acts."""
    return tuple(ActingRepair(**row) for row in view.ask(ACTING, index=index))


@remembered
def gaps(view: View, on: date) -> tuple[Gap, ...]:
    """Return the members of every index that are not measured on a day, and why."""
    return tuple(Gap(**row) for row in view.ask(GAPS, session=on))


@remembered
def failed_runs(view: View) -> tuple[FailedRun, ...]:
    """Return the units of work whose last attempt failed."""
    return tuple(FailedRun(**row) for row in view.ask(FAILED))


def between(items: Sequence[Any], since: date | None, until: date | None) -> tuple[Any, ...]:
    """Return the items from ``since`` to ``until``, both included; an absent bound does not bind."""
    return tuple(
        item for item in items if (since is None or item.session >= since) and (until is None or item.session <= until)
    )


def _counted(measured: int, all_of_them: int, kind: Kind) -> str:
    """Say how a sum's parts are known."""
    if kind is Kind.FUND:
        return f"{measured} of {all_of_them} from the fund's own file"
    stood_in = all_of_them - measured
    return f"{measured} of {all_of_them} measured" + (f", {stood_in} stood in for" if stood_in else "")
