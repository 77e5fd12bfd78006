"""Looking through: what each company, and everything else, is of the whole portfolio, with nothing lost on the way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from topheavy.answers.exposure.funds.arrays import Numbers, summed
from topheavy.answers.exposure.funds.books import COMPANY, FUND, Books
from topheavy.answers.exposure.funds.graph import Nesting, Reach
from topheavy.answers.exposure.targets import Register, Target, What

DUST = 1e-9
"""A part smaller than this is rounding."""


@dataclass(frozen=True, slots=True)
class Stake:
    """A position's part of the whole, and what it is."""

    label: str
    name: str
    share: float
    target: Target


@dataclass(frozen=True, slots=True)
class Rest:
    """A part that is not looked through."""

    what: str
    share: float
    reason: str
    remedy: str = ""


@dataclass
class Looked:
    """A portfolio looked through. ``net`` and ``short`` are by issuer, in the order of ``issuers``."""

    books: Books
    stakes: Sequence[Stake]
    issuers: Sequence[str]
    net: Numbers
    short: Numbers
    reached: Numbers
    """How much of the whole lies in each fund, inside other funds included."""
    other: dict[str, tuple[float, int]] = field(default_factory=dict)
    rests: list[Rest] = field(default_factory=list)
    deepest: int = 0

    @property
    def companies_share(self) -> float:
        """What was followed down to companies."""
        return float(self.net.sum())


class LookThrough:
    """Portfolios looked through over one set of books; what does not depend on the portfolio is worked out once."""

    def __init__(self, books: Books, register: Register) -> None:
        self.books, self.register = books, register
        self.nesting = Nesting(books.funds, _children(books))

    @cached_property
    def issuers(self) -> list[str]:
        """Every issuer that any fund holds."""
        return sorted({item.issuer for item in self.books.members})

    @cached_property
    def issuer_of_member(self) -> npt.NDArray[np.int64]:
        """Where each member's issuer stands in ``issuers``."""
        place = {issuer: place for place, issuer in enumerate(self.issuers)}
        return np.array([place[item.issuer] for item in self.books.members], dtype=np.int64)

    @cached_property
    def company_lines(self) -> npt.NDArray[np.bool_]:
        """The lines that are companies: equities that are neither funds with holdings here nor named like funds."""
        funds = np.array([item.how == "fund" for item in self.books.members], dtype=bool)
        equity = self._is(COMPANY)
        mask: npt.NDArray[np.bool_] = equity & (self.books.child < 0) & ~funds[self.books.member]
        return mask

    @cached_property
    def fund_lines(self) -> npt.NDArray[np.bool_]:
        """The lines that are funds whose holdings are not here."""
        books = self.books
        mask: npt.NDArray[np.bool_] = (books.child < 0) & (self._is(FUND) | self._is(COMPANY)) & ~self.company_lines
        return mask

    def _is(self, kind: str) -> npt.NDArray[np.bool_]:
        mask: npt.NDArray[np.bool_] = self.books.kind == (
            self.books.kinds.index(kind) if kind in self.books.kinds else -1
        )
        return mask

    def look(self, stakes: Sequence[Stake]) -> Looked:
        """Look through positions; what they add up to short of one, or beyond, is named as not listed."""
        extra = [stake for stake in stakes if stake.target.what is What.COMPANY]
        issuers, place = self._with_direct(extra)
        reach = self._reach(stakes)
        reached = np.zeros(len(self.books.funds))
        for fund, amount in reach.funds.items():
            reached[fund] += amount
        flow = reached[self.books.fund] * self.books.weight
        owners = self.issuer_of_member[self.books.member[self.company_lines]]
        parts = flow[self.company_lines]
        net = summed(owners, parts, len(issuers))
        short = summed(owners, np.minimum(parts, 0.0), len(issuers))
        for stake in extra:
            net[place[self.issuer(stake.target.key)]] += stake.share
            short[place[self.issuer(stake.target.key)]] += min(stake.share, 0.0)
        looked = Looked(self.books, stakes, issuers, net, short, reached, deepest=reach.deepest)
        looked.other = self._other(stakes, flow)
        looked.rests = [item for item in self._rests(stakes, reach, reached, flow) if abs(item.share) > DUST]
        return looked

    def issuer(self, security: str) -> str:
        """Return the issuer of a security, which stands for itself where nothing is known of it."""
        place = self.books.place_of_member.get(security)
        if place is not None:
            return self.books.members[place].issuer
        return str(self.register.securities.get(security, {}).get("issuer") or security)

    def _with_direct(self, extra: Sequence[Stake]) -> tuple[list[str], dict[str, int]]:
        known = set(self.issuers)
        more = sorted({issuer for stake in extra if (issuer := self.issuer(stake.target.key)) not in known})
        issuers = self.issuers + more
        return issuers, {issuer: place for place, issuer in enumerate(issuers)}

    def _reach(self, stakes: Sequence[Stake]) -> Reach:
        reach = Reach()
        for stake in stakes:
            if stake.target.what is What.FUND:
                reach.take(self.nesting.reach(self.books.place_of_fund[stake.target.key]), stake.share)
        return reach

    def _other(self, stakes: Sequence[Stake], flow: Numbers) -> dict[str, tuple[float, int]]:
        """Return what is known and no company, by what it is: its part and its number of lines."""
        books = self.books
        mask = ~self.company_lines & ~self.fund_lines & (books.child < 0) & (flow != 0)
        sums = np.bincount(books.kind[mask], flow[mask], minlength=len(books.kinds))
        lines = np.bincount(books.kind[mask], minlength=len(books.kinds))
        found = {kind: (float(sums[i]), int(lines[i])) for i, kind in enumerate(books.kinds) if lines[i]}
        for stake in stakes:
            if stake.target.what is What.OTHER:
                share, count = found.get(stake.target.key, (0.0, 0))
                found[stake.target.key] = (share + stake.share, count + 1)
        return found

    def _rests(self, stakes: Sequence[Stake], reach: Reach, reached: Numbers, flow: Numbers) -> Iterator[Rest]:
        yield Rest("not listed", 1.0 - sum(stake.share for stake in stakes), _not_listed(stakes))
        for stake in stakes:
            if stake.target.what is What.UNKNOWN:
                yield Rest(stake.label, stake.share, stake.target.reason, stake.target.remedy)
        for (fund, reason), amount in reach.cut.items():
            yield Rest(self.books.funds[fund], amount, reason)
        for place in np.flatnonzero(reached):
            book = self.books.books[self.books.funds[place]]
            yield Rest(book.fund, float(reached[place]) * (1.0 - book.total), _uncovered(book.total, book.stated))
        yield from self._funds_inside(flow)

    def _funds_inside(self, flow: Numbers) -> Iterator[Rest]:
        """Name each fund inside a fund whose holdings are not here."""
        mask = self.fund_lines & (flow != 0)
        members = self.books.member[mask]
        sums = np.bincount(members, flow[mask], minlength=len(self.books.members))
        for place in np.unique(members):
            inside = self.books.members[place]
            yield Rest(inside.name, float(sums[place]), "a fund inside a fund, whose holdings are not here",
                       f"topheavy run nport {inside.member}" if inside.member.isalpha() else "")  # fmt: skip


def _children(books: Books) -> Mapping[int, Mapping[int, float]]:
    children: dict[int, dict[int, float]] = {}
    for line in np.flatnonzero(books.child >= 0):
        held = children.setdefault(int(books.fund[line]), {})
        child = int(books.child[line])
        held[child] = held.get(child, 0.0) + float(books.weight[line])
    return children


def _not_listed(stakes: Sequence[Stake]) -> str:
    total = sum(stake.share for stake in stakes)
    if total > 1:
        return f"the positions add up to {total:.1%}: more is held than the whole, so the difference is borrowed"
    return f"the positions add up to {total:.1%}: what the rest is, is not said"


def _uncovered(total: float, stated: float | None) -> str:
    if stated is None and not total:
        return "its holdings file states neither weights nor values of all its lines"
    if total > 1:
        return f"its lines add up to {total:.2%} of it: it owes the difference, or its printed weights are rounded"
    return f"its holdings file's lines add up to {total:.2%} of it; the rest is not in the file"
