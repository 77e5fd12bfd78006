"""What a simulated market is made of: companies, lines, events, filings and the faults planted in them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from topheavy.simulator.names import Industry

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
Truth = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Naming:
    """A period in which a line is called ``symbol``; ``until`` is the first day it no longer is."""

    symbol: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Company:
    """An issuer, its industry and its share classes (line numbers, the main one first)."""

    number: int
    name: str
    cik: int
    industry: Industry
    giant: bool
    lines: tuple[int, ...]

    @property
    def cik_text(self) -> str:
        """The CIK as the SEC and its users print it: ten digits."""
        return f"{self.cik:010d}"


@dataclass(frozen=True, slots=True)
class Line:
    """A listed share class. One of its shares is worth ``unit`` shares of the company's main class."""

    number: int
    company: int
    title: str
    unit: float
    listed: date
    delisted: date | None
    namings: tuple[Naming, ...]

    def symbol_on(self, day: date) -> str:
        """Return what the line is called on ``day``."""
        return next(n.symbol for n in self.namings if n.until is None or day < n.until)

    def trades_on(self, day: date) -> bool:
        """Say whether the line is listed on ``day``."""
        return self.listed <= day and (self.delisted is None or day < self.delisted)


@dataclass(frozen=True, slots=True)
class Split:
    """``old`` shares become ``new`` at the open of ``effective``; a spin-off moves the price alone."""

    line: int
    effective: date
    new: int
    old: int
    spin_off: bool

    @property
    def ratio(self) -> float:
        """New shares for one old share, or the spin-off's price adjustment."""
        return self.new / self.old


@dataclass(frozen=True, slots=True)
class Dividend:
    """Cash paid on one share, as paid, and its four dates."""

    line: int
    declared: date
    ex: date
    record: date
    pay: date
    amount: float


@dataclass(frozen=True, slots=True)
class Membership:
    """A line is in the index from ``since``; ``until`` is the first session it no longer is."""

    line: int
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Filing:
    """A report's cover page: the count at ``effective``, in that day's share unit, known when ``filed``."""

    company: int
    line: int
    period: date
    effective: date
    filed: date
    form: str
    count: int
    printed: int
    """What the page says: ``count``, unless a fault was planted."""


class FaultKind(StrEnum):
    """What can be wrong in a vendor's data, on purpose."""

    WRONG_COUNT = "wrong_count"
    LATE_FILING = "late_filing"
    SPLIT_MISMATCH = "split_mismatch"
    LOW_ABOVE_OPEN = "low_above_open"
    MISSING_BAR = "missing_bar"


@dataclass(frozen=True, slots=True)
class Fault:
    """One planted fault: where it sits (``since`` up to, not including, ``until``) and what is true.

    ``served`` is what the vendor says, ``None`` where it says nothing; ``true`` is the count or price (for a
    late filing: the days from the effective date to the filing) that belongs there; ``note`` says it in words.
    """

    kind: FaultKind
    line: int
    symbol: str
    since: date
    until: date
    served: float | None
    true: float
    note: str

    @property
    def factor(self) -> float:
        """What the vendor says over what is true; 0 where it says nothing."""
        return (self.served or 0.0) / self.true

    def covers(self, day: date) -> bool:
        """Say whether the fault sits on ``day``."""
        return self.since <= day < self.until


@dataclass(frozen=True, slots=True)
class Bars:
    """Daily bars as traded, each an array (session, line), NaN where the line has none.

    Prices in USD on the day's own share unit; volume in shares of that unit; trades is a number of trades.
    """

    open: Numbers
    high: Numbers
    low: Numbers
    close: Numbers
    volume: Numbers
    vwap: Numbers
    trades: Numbers
