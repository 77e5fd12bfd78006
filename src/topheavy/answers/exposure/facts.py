"""What an exposure answer says, frozen: companies, what is not looked through and why, funds with their dates."""

from datetime import date

from pydantic import Field

from topheavy.answers.evidence import Evidence, Fact


class Via(Fact):
    """What one position adds to a company's part."""

    position: str = Field(examples=["IVV"])
    share: float = Field(description="part of the whole portfolio that comes this way")


class Company(Fact):
    """A company that is owned, directly or through funds; long and short stand apart where something is short."""

    issuer: str = Field(description="CIK where known, else a symbol, CUSIP or ISIN that stands in")
    name: str
    security: str = Field(description="its share class that weighs most here")
    share: float = Field(description="part of the whole portfolio, net of shorts")
    short: float = Field(description="the part held short in it, 0 or less")
    value: float | None = Field(description="the same in the portfolio's currency; absent where only parts are known")
    sector: str | None
    via: tuple[Via, ...] = Field(description="the ways it is owned, largest first; for the largest companies only")


class Part(Fact):
    """Something of the whole that is named by what it is."""

    what: str = Field(examples=["cash", "bond", "forward"])
    share: float
    lines: int


class Residual(Fact):
    """A part that is not looked through, with the reason and what would change it."""

    what: str = Field(description="the position or fund it belongs to", examples=["VXUS"])
    share: float = Field(description="part of the whole; below 0 where a fund's lines make up more than the fund")
    reason: str
    remedy: str = Field(description="a command that would bring what is missing; empty where there is none")


class Held(Fact):
    """A position as it is counted."""

    position: str
    name: str
    share: float
    value: float | None
    currency: str
    how: str = Field(description="how its value is known", examples=["as stated", "12 × close of 2024-12-06"])
    what: str = Field(description="fund, company, cash, … or unknown")


class Unvalued(Fact):
    """A position that is in no sum, and why."""

    position: str
    reason: str


class FundUsed(Fact):
    """A fund that was looked into: of when its holdings are, and how much of it they make up."""

    fund: str
    share: float = Field(description="part of the whole that lies in it, inside other funds included")
    as_of: date
    age: int = Field(description="days from its holdings' date to the day asked about")
    source: str
    source_kind: str = Field(description="vendor, file or simulated")
    lines: int
    stated: float | None = Field(description="what its printed weights add up to; absent where none are printed")
    covered: float = Field(description="what its lines' parts, as used, add up to")
    basis: str = Field(description="value, printed, value alone (no weights to tell whether the file is whole), none")
    refresh: str = Field(description="the command that asks for newer holdings")


class Overlap(Fact):
    """How much of two positions is the same: the sum, over companies, of the smaller of their parts in either."""

    a: str
    b: str
    overlap: float = Field(description="0: nothing in common; 1: the same companies in the same parts")
    companies: int = Field(description="how many companies are in both")


class GroupShare(Fact):
    """A named group's part of the whole portfolio."""

    group: str
    title: str
    share: float
    members: int = Field(description="how many of its companies are owned")
    of: int = Field(description="how many companies it has on that day")


class SectorShare(Fact):
    """A sector's part of the whole portfolio, by the name its sources print."""

    sector: str = Field(description="as printed; 'not known' for companies of which no source prints one")
    share: float
    companies: int


class Figures(Fact):
    """How concentrated the part is that was followed down to companies; parts below are of that part alone."""

    companies: int
    hhi: float | None = Field(description="Σ w², from 0 to 10,000; absent without any company")
    effective_n: float | None = Field(description="1 ÷ HHI: as concentrated as that many equal companies")
    top1: float | None
    top5: float | None
    top10: float | None


class ExposureAnswer(Evidence):
    """What a portfolio really owns. The parts in ``companies_share``, ``other`` and ``residuals`` make up the whole."""

    on: date
    format: str = Field(description="how the portfolio was read")
    currency: str = Field(description="what values are added up in; empty where the portfolio says parts only")
    whole: float | None = Field(description="the portfolio's value, of what can be valued; absent where parts only")
    stated: float | None = Field(description="the total that the file itself prints")
    positions: tuple[Held, ...]
    unvalued: tuple[Unvalued, ...]
    companies_share: float = Field(description="part of the whole that was followed down to companies")
    companies: tuple[Company, ...] = Field(description="the largest, as many as asked for")
    other: tuple[Part, ...] = Field(description="what is known and is no company: cash, bonds, derivatives …")
    not_looked_through: float = Field(description="sum of the residuals")
    residuals: tuple[Residual, ...]
    long: float = Field(description="all long parts; above 1 with leverage")
    short: float = Field(description="all short parts, 0 or less")
    figures: Figures
    groups: tuple[GroupShare, ...]
    sectors: tuple[SectorShare, ...]
    funds: tuple[FundUsed, ...]
    overlaps: tuple[Overlap, ...]
    left_out: int = Field(description="lines of the file that are no positions")
    notes: tuple[str, ...]
