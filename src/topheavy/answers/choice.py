"""What the reader has chosen to look at, as the address's query says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from urllib.parse import parse_qs, urlencode

from topheavy.answers import concentration, indices
from topheavy.answers.indices import Group, Index, Level
from topheavy.answers.published import Published
from topheavy.answers.sessions import nearest
from topheavy.core.errors import UsageError
from topheavy.core.plugins import unknown

FIRST_INDEX, FIRST_GROUP = "SP500", "magnificent7"
"""What is shown before anything is chosen, where it is published."""

Asked = Mapping[str, str]

T = TypeVar("T", Index, Group)


@dataclass(frozen=True, slots=True)
class Choice:
    """An index, a group, a level, a day and the day it is compared with; notes say what was not as asked."""

    index: Index
    group: Group | None
    level: Level
    on: date
    compare: date | None
    notes: tuple[str, ...] = ()

    @property
    def asked(self) -> dict[str, str]:
        """The choice as an address's query says it."""
        chosen = {
            "index": self.index.index,
            "group": self.group.group if self.group else "",
            "level": self.level.value,
            "day": self.on.isoformat(),
            "compare": self.compare.isoformat() if self.compare else "",
        }
        return {name: value for name, value in chosen.items() if value}

    @property
    def search(self) -> str:
        """The query part of the address that shows this again."""
        return f"?{urlencode(self.asked)}"


def asked_in(search: str | None) -> dict[str, str]:
    """Read an address's query: the last value of each name."""
    return {name: values[-1] for name, values in parse_qs((search or "").lstrip("?")).items()}


def choose(view: Published, wishes: Asked) -> Choice:
    """Make the choice that was asked for, with defaults for what was not.

    Raises:
        UsageError: for an index, group or level that does not exist; the message suggests the nearest.
    """
    index = _index(view, wishes.get("index", ""))
    sessions = concentration.sessions(view, index.index)
    on, note = nearest(view, index, wishes["day"]) if wishes.get("day") else (sessions[-1], "")
    compare, other = nearest(view, index, wishes["compare"]) if wishes.get("compare") else (sessions[0], "")
    alone = len(sessions) == 1
    notes = dict.fromkeys(text for text in (note, "" if alone else other) if text)
    group = _group(view, wishes.get("group", ""))
    return Choice(index, group, _level(wishes.get("level", "")), on, None if alone else compare, tuple(notes))


def _index(view: Published, name: str) -> Index:
    published = indices.indices(view)
    return indices.index_called(view, name) if name else _default(published, FIRST_INDEX)


def _group(view: Published, name: str) -> Group | None:
    if name:
        return indices.group_called(view, name)
    published = indices.groups(view)
    return _default(published, FIRST_GROUP) if published else None


def _default(items: tuple[T, ...], wanted: str) -> T:
    return next(
        (item for item in items if wanted in (getattr(item, "index", ""), getattr(item, "group", ""))), items[0]
    )


def _level(name: str) -> Level:
    if name and name not in set(Level):
        raise UsageError(unknown("level", name, [level.value for level in Level]))
    return Level(name) if name else Level.ISSUER
