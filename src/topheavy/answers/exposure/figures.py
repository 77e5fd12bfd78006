"""How concentrated what was found is; what groups and sectors are of the whole; how much any two funds overlap."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations

import numpy as np
import numpy.typing as npt

from topheavy.answers.exposure.facts import Figures, GroupShare, Overlap, SectorShare
from topheavy.answers.exposure.funds.arrays import Numbers, summed
from topheavy.answers.exposure.funds.books import Books
from topheavy.answers.exposure.look_through import Looked, LookThrough, Stake
from topheavy.answers.exposure.targets import Target, What
from topheavy.answers.published import Published
from topheavy.core.text import group_title

MOST_COMPARED = 8
"""So many of the largest funds are compared with each other."""

NO_SECTOR = "not known"


def figures(net: Numbers) -> Figures:
    """Return the figures over what is owned of companies; what is short on the whole is no part of them.

    >>> figures(np.array([0.3, 0.1, 0.0])).effective_n
    1.6
    """
    parts = np.sort(net[net > 0])[::-1]
    total = float(parts.sum())
    if not total:
        return Figures(companies=0, hhi=None, effective_n=None, top1=None, top5=None, top10=None)
    parts = parts / total
    squares = float(np.square(parts).sum())
    top1, top5, top10 = (float(parts[:count].sum()) for count in (1, 5, 10))
    return Figures(
        companies=len(parts), hhi=10_000 * squares, effective_n=1 / squares, top1=top1, top5=top5, top10=top10
    )


def groups(view: Published, looked: Looked, through: LookThrough, on: date) -> tuple[GroupShare, ...]:
    """Return what each named group is of the whole, each of its companies once."""
    place = {issuer: place for place, issuer in enumerate(looked.issuers)}
    named: dict[str, set[str]] = {}
    for row in view.ask(_GROUPS, on=on):
        named.setdefault(row["group"], set()).add(through.issuer(row["security"]))
    return tuple(_group(name, issuers, looked, place) for name, issuers in sorted(named.items()))


def _group(name: str, issuers: set[str], looked: Looked, place: Mapping[str, int]) -> GroupShare:
    parts = [float(looked.net[place[issuer]]) for issuer in sorted(issuers) if issuer in place]
    return GroupShare(group=name, title=group_title(name), share=sum(parts),
                      members=sum(part != 0 for part in parts), of=len(issuers))  # fmt: skip


def sector_of(through: LookThrough, looked: Looked) -> list[str]:
    """Return each issuer's sector as printed, in the order of ``looked.issuers``."""
    known: dict[str, str] = {}
    for item in through.books.members:
        if item.sector:
            known.setdefault(item.issuer, item.sector)
    for record in through.register.securities.values():
        if record["sector"]:
            known.setdefault(record["issuer"], record["sector"])
    return [known.get(issuer, NO_SECTOR) for issuer in looked.issuers]


def sectors(looked: Looked, sector: Sequence[str]) -> tuple[SectorShare, ...]:
    """Return what each sector is of the whole, largest first, what is not known last."""
    sums: dict[str, list[float]] = {}
    for place in np.flatnonzero(looked.net):
        sums.setdefault(sector[int(place)], []).append(float(looked.net[place]))
    found = [SectorShare(sector=name, share=sum(parts), companies=len(parts)) for name, parts in sums.items()]
    return tuple(sorted(found, key=lambda item: (item.sector == NO_SECTOR, -item.share, item.sector)))


def overlaps(through: LookThrough, stakes: Sequence[Stake]) -> tuple[Overlap, ...]:
    """Return how much every two of the largest funds have in common, most first."""
    funds: dict[str, float] = {}
    for stake in stakes:
        if stake.target.what is What.FUND:
            funds[stake.target.key] = funds.get(stake.target.key, 0.0) + stake.share
    largest = sorted(funds, key=lambda fund: (-funds[fund], fund))[:MOST_COMPARED]
    parts = {fund: inside(through, fund) for fund in largest}
    found = [overlap(a, b, parts[a], parts[b]) for a, b in combinations(largest, 2)]
    return tuple(sorted(found, key=lambda item: -item.overlap))


def inside(through: LookThrough, fund: str) -> Numbers:
    """Return what each issuer is of a fund, looked through."""
    return through.look([Stake(fund, fund, 1.0, Target(What.FUND, fund))]).net


def overlap(a: str, b: str, parts: Numbers, others: Numbers) -> Overlap:
    """Return how much two funds have in common."""
    common = np.minimum(np.maximum(parts, 0.0), np.maximum(others, 0.0))
    return Overlap(a=a, b=b, overlap=float(common.sum()), companies=int(np.count_nonzero(common)))


def ways(through: LookThrough, looked: Looked, chosen: Sequence[int]) -> list[list[tuple[str, float]]]:
    """Return, for each chosen issuer, what each position adds to it, largest first."""
    books = through.books
    owners = np.full(books.fund.shape, -1, dtype=np.int64)
    owners[through.company_lines] = through.issuer_of_member[books.member[through.company_lines]]
    wanted = np.full(len(looked.issuers) + 1, -1, dtype=np.int64)
    wanted[list(chosen)] = np.arange(len(chosen))
    lines = np.flatnonzero(wanted[owners] >= 0)
    into, weight, fund = wanted[owners[lines]], books.weight[lines], books.fund[lines]
    found: list[dict[str, float]] = [{} for _ in chosen]
    for stake, parts in _by_stake(through, looked.stakes, books, (into, weight, fund), len(chosen)):
        for place in map(int, np.flatnonzero(parts)):
            found[place][stake.label] = found[place].get(stake.label, 0.0) + float(parts[place])
    place_of = {issuer: place for place, issuer in enumerate(looked.issuers)}
    where = {chosen_place: place for place, chosen_place in enumerate(chosen)}
    for stake in looked.stakes:
        place = where.get(place_of.get(through.issuer(stake.target.key), -1), -1)
        if stake.target.what is What.COMPANY and place >= 0:
            found[place][stake.label] = found[place].get(stake.label, 0.0) + stake.share
    return [sorted(parts.items(), key=lambda item: (-item[1], item[0])) for parts in found]


def _by_stake(
    through: LookThrough,
    stakes: Sequence[Stake],
    books: Books,
    lines: tuple[npt.NDArray[np.int64], Numbers, npt.NDArray[np.int64]],
    size: int,
) -> Iterator[tuple[Stake, Numbers]]:
    into, weight, fund = lines
    for stake in stakes:
        if stake.target.what is What.FUND:
            reached = np.zeros(len(books.funds))
            for place, amount in through.nesting.reach(books.place_of_fund[stake.target.key]).funds.items():
                reached[place] = amount * stake.share
            yield stake, summed(into, reached[fund] * weight, size)


_GROUPS = """
SELECT "group", security FROM groups
WHERE (since IS NULL OR since <= $on) AND (until IS NULL OR until > $on)
ORDER BY "group", security
"""
