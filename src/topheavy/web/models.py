"""The figures as the web knows them: what a page shows and what the JSON interface answers are the same thing."""

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Level(StrEnum):
    """Whether a company counts once or each of its share classes by itself."""

    ISSUER = "issuer"
    LINE = "line"


class Kind(StrEnum):
    """Where an index's weights come from."""

    INDEX = "index"  # market caps of its members
    FUND = "fund"  # the fund's own holdings file


class Fact(BaseModel):
    """Anything stated here: it does not change once said."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Evidence(Fact):
    """What stands beside every answer."""

    world: str = Field(description="real, or simulated: a market that never was", examples=["real"])
    published_at: datetime = Field(description="when these figures were published (UTC)")
    fingerprint: str = Field(description="the same fingerprint means the same data, questions and settings")


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


class Day(Fact):
    """How top-heavy an index is on one day; figures are absent where ``status`` is withheld."""

    session: date
    status: str = Field(description="ok, or withheld")
    reason: str | None = Field(description="why the figures are withheld")
    members: int
    measured: int = Field(description="members whose value is measured, not stood in for")
    coverage: float = Field(description="measured ÷ members")
    how: str = Field(description="how the members' values are known, in words")
    measured_total: float | None = Field(description="sum over measured members, USD")
    total: float | None = Field(description="sum over all members, stand-ins included, USD")
    top1: float | None = Field(description="share of the largest member")
    top5: float | None
    top10: float | None
    hhi: float | None = Field(description="Herfindahl-Hirschman index: Σ w² with w in %, up to 10,000")
    effective_n: float | None = Field(description="1 ÷ Σ w²: as concentrated as so many equal members")
    entropy_n: float | None = Field(description="exp(−Σ w ln w)")
    gini: float | None

    @property
    def stated(self) -> bool:
        """True where the figures may be shown."""
        return self.status == "ok"


class GroupDay(Fact):
    """A group's part of an index on one day."""

    session: date
    members: int = Field(description="members of the group that are in the index that day")
    measured: int = Field(description="those whose value is measured that day")
    value: float | None = Field(description="what they are worth together, USD")
    share: float | None = Field(description="their part of the index; absent where withheld")
    reason: str | None = Field(description="why the share is withheld")
    coverage: float = Field(description="how much of the index is measured")
    how: str = Field(description="how the group's values are known, in words")


class Member(Fact):
    """A member of an index on one day."""

    place: int = Field(description="1 for the largest")
    member: str = Field(description="the issuer, or the security at level line")
    security: str = Field(description="its main share class")
    name: str = Field(description="as the source prints it")
    value: float | None = Field(description="market cap, or market value held by the fund, USD")
    weight: float | None = Field(description="part of the index; absent where the index's figures are withheld")
    how: str = Field(description="measured, carried, median or fund")
    reason: str | None = Field(description="why it is not measured")
    issuer: str = Field(description="the company behind the member")


class Repair(Fact):
    """A correction of one value; the original is kept."""

    id: str
    rule: str
    dataset: str
    security: str
    effective: date = Field(description="date of the corrected row")
    field: str
    before: float
    after: float | None = Field(description="empty: the row is not used")
    evidence: str
    active: bool = Field(description="false once someone switched it off")


class ActingRepair(Repair):
    """A repair of a member's data, and the first session of the index on which it acts."""

    acts_from: date


class Gap(Fact):
    """A member of an index that is not measured on a day, and why."""

    index: str
    member: str
    security: str
    name: str
    how: str = Field(description="what stands in: carried or median")
    reason: str | None


class FailedRun(Fact):
    """A unit of work whose last attempt failed."""

    unit: str
    source: str
    session: str
    cause: str | None
    attempts: int


class ConcentrationAnswer(Evidence):
    """Concentration of an index over time."""

    index: str
    level: Level
    days: tuple[Day, ...]


class GroupAnswer(Evidence):
    """A group's part of an index over time."""

    index: str
    group: str
    title: str
    days: tuple[GroupDay, ...]


class MembersAnswer(Evidence):
    """The members of an index on one day, largest first."""

    index: str
    level: Level
    on: date
    status: str = Field(description="ok, or withheld")
    reason: str | None
    coverage: float
    how: str
    members: tuple[Member, ...]


class RepairsAnswer(Evidence):
    """Every correction made to the data."""

    repairs: tuple[Repair, ...]


class GapsAnswer(Evidence):
    """What is not measured on a day, and which units of work failed."""

    on: date
    coverage: dict[str, float] = Field(description="coverage of each index with figures that day")
    gaps: tuple[Gap, ...]
    failed: tuple[FailedRun, ...]


class Pong(Fact):
    """The answer to a ping."""

    status: str = "ok"


class Problem(Fact):
    """Why there is no answer, and what to do."""

    error: str = Field(description="a stable word for programs", examples=["unknown"])
    message: str = Field(description="one sentence for people")
