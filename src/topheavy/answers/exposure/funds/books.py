"""The funds' books on a date: every fund's newest holdings, each line with what it names and its part of the fund."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from topheavy.answers.exposure.funds import identity
from topheavy.answers.exposure.funds.arrays import Numbers, Places, coded, numbers, places
from topheavy.answers.exposure.funds.weights import Basis, FileTotals, weigh
from topheavy.answers.published import Published

COMPANY, FUND = "equity", "fund"
"""What a line can be that is looked at further; every other asset class stands for itself."""


@dataclass(frozen=True, slots=True)
class Book:
    """One fund's holdings file: of when, from whom, and how much of the fund its lines make up."""

    fund: str
    as_of: date
    source: str
    source_kind: str
    lines: int
    stated: float | None
    """What the printed weights add up to; empty where none are printed."""
    basis: Basis
    total: float
    """What the lines' parts, as used, add up to."""


@dataclass(frozen=True)
class Books:
    """All funds' lines as arrays: ``fund``, ``member`` and ``kind`` are places in the lists of the same name."""

    on: date
    books: Mapping[str, Book]
    funds: tuple[str, ...]
    members: tuple[identity.Member, ...]
    kinds: tuple[str, ...]
    fund: Places
    member: Places
    kind: Places
    child: Places
    """The fund a line is, as a place in ``funds``; -1 where it is none whose holdings are here."""
    weight: Numbers
    value: Numbers

    @cached_property
    def place_of_fund(self) -> dict[str, int]:
        """Where each fund stands in ``funds``."""
        return {fund: place for place, fund in enumerate(self.funds)}

    @cached_property
    def place_of_member(self) -> dict[str, int]:
        """Where each security stands in ``members``."""
        return {member: place for place, member in enumerate(item.member for item in self.members)}

    @cached_property
    def known_as_fund(self) -> frozenset[str]:
        """Members whose lines say that they are funds, whether their holdings are here or not."""
        if FUND not in self.kinds:
            return frozenset()
        named = np.unique(self.member[self.kind == self.kinds.index(FUND)])
        return frozenset(self.members[int(place)].member for place in named)


def books_on(view: Published, on: date) -> Books:
    """Return every fund's newest holdings as of ``on``; read once per publication and date.

    Raises:
        NotPublished: while nothing is published.
    """
    return view.remember(("exposure.books", on), lambda: _read(view, on))


def _read(view: Published, on: date) -> Books:
    asked = {"files": identity.FILES, "lines": identity.LINES, "members": identity.MEMBERS}
    tables = view.together(
        {name: (sql, {"on": on}) for name, sql in asked.items()} | {"securities": (identity.SECURITIES, {})}
    )
    files, lines = tables["files"].to_pylist(), tables["lines"]
    members = identity.joined(tables["members"].to_pylist(), tables["securities"].to_pylist())
    fund, funds = coded(lines["fund"])
    kind, kinds = coded(lines["asset_class"])
    member = places(lines["member"], [item.member for item in members])
    child = places(lines["member"], funds)
    totals = {row["fund"]: FileTotals.of(row) for row in files}
    printed, value = numbers(lines["weight"]), numbers(lines["value"])
    weight, bases = weigh(fund, funds, printed, value, totals)
    sums = np.bincount(fund, weight, minlength=len(funds))
    books = {
        row["fund"]: Book(row["fund"], row["as_of"], row["source"], row["source_kind"], row["lines"], row["stated"],
                          bases[row["fund"]], float(sums[funds.index(row["fund"])]))
        for row in files
    }  # fmt: skip
    return Books(on, books, funds, members, kinds, fund, member, kind, child, weight, value)
