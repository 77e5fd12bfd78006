"""Indices and groups: which there are, over which period, and the one that a name means."""

from datetime import date
from enum import StrEnum
from itertools import groupby

from pydantic import Field

from topheavy.answers.evidence import Evidence, Fact, evidence, noted
from topheavy.answers.published import Published, remembered
from topheavy.core.errors import UsageError
from topheavy.core.plugins import unknown
from topheavy.core.text import group_title, index_title


class Level(StrEnum):
    """Whether a company counts once or each of its share classes by itself."""

    ISSUER = "issuer"
    LINE = "line"


class Kind(StrEnum):
    """Where an index's weights come from."""

    INDEX = "index"  # market caps of its members
    FUND = "fund"  # the fund's own holdings file


class Index(Fact):
    """An index, or a fund taken as one."""

    index: str = Field(examples=["SP500"])
    title: str = Field(description="its name as people write it", examples=["S&P 500"])
    kind: Kind
    priced: bool = Field(description="false where a fund's file prints weights and no values: amounts are absent then")
    first: date = Field(description="first session with figures (a fund: first as-of date)")
    last: date
    sessions: int = Field(description="days with a row, withheld ones included")

    @property
    def noun(self) -> str:
        """What it is, in a word: index or fund."""
        return self.kind.value


class Group(Fact):
    """A named group of companies."""

    group: str = Field(examples=["magnificent7"])
    title: str = Field(examples=["Magnificent 7"])
    members: tuple[str, ...] = Field(description="one security of each member")


class About(Evidence):
    """What is published."""

    version: str = Field(description="the version of topheavy that published it")
    coverage_floor: float = Field(description="below this coverage (0 to 1) figures are withheld")
    first: date = Field(description="first session of all indices")
    last: date
    indices: tuple[Index, ...]
    groups: tuple[Group, ...]


@remembered
def about(view: Published) -> About:
    """Return what is published: indices, groups, period, coverage floor."""
    published, facts = indices(view), noted(view)
    return About(
        **evidence(view),
        version=facts["version"],
        coverage_floor=float(facts["coverage_floor"]),
        first=min(index.first for index in published),
        last=max(index.last for index in published),
        indices=published,
        groups=groups(view),
    )


@remembered
def indices(view: Published) -> tuple[Index, ...]:
    """Return every index and fund that has figures, indices first."""
    return tuple(Index(**row, title=index_title(row["index"])) for row in view.ask(INDICES))


@remembered
def groups(view: Published) -> tuple[Group, ...]:
    """Return every named group, with one security of each member."""
    rows = groupby(view.ask(GROUPS), key=lambda row: row["group"])
    return tuple(
        Group(group=name, title=group_title(name), members=tuple(row["security"] for row in members))
        for name, members in rows
    )


def index_called(view: Published, name: str) -> Index:
    """Return one index.

    Raises:
        UsageError: when there is none of that name; the message suggests the nearest.
    """
    by_name = {index.index: index for index in indices(view)}
    if name not in by_name:
        raise UsageError(unknown("index or fund", name, list(by_name)))
    return by_name[name]


def group_called(view: Published, name: str) -> Group:
    """Return one group.

    Raises:
        UsageError: when there is none of that name; the message suggests the nearest.
    """
    by_name = {group.group: group for group in groups(view)}
    if name not in by_name:
        raise UsageError(unknown("group", name, list(by_name)) if by_name else "no group has been collected yet")
    return by_name[name]


INDICES = """
SELECT c."index", CASE WHEN h.fund IS NULL THEN 'index' ELSE 'fund' END AS kind, COALESCE(h.priced, TRUE) AS priced,
    MIN(c.session) AS first, MAX(c.session) AS last, COUNT(*) AS sessions
FROM concentration AS c
LEFT JOIN (
    SELECT fund, BOOL_OR(value IS NOT NULL) AS priced FROM holdings WHERE asset_class = 'equity' GROUP BY fund
) AS h ON h.fund = c."index"
WHERE c.level = 'issuer'
GROUP BY c."index", h.fund, h.priced
ORDER BY kind DESC, c."index"
"""


GROUPS = """
SELECT g."group", MIN(g.security) AS security
FROM groups AS g
LEFT JOIN securities AS s ON s.security = g.security
GROUP BY g."group", COALESCE(s.issuer, g.security)
ORDER BY g."group", security
"""
