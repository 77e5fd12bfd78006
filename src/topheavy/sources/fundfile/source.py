"""The source of one issuer's holdings files: plan, fetch, parse, and what is reported about a file."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import PurePath
from typing import ClassVar
from urllib.parse import parse_qs, parse_qsl, urlsplit

from topheavy.core.errors import Malformed, UsageError
from topheavy.core.http.client import Http
from topheavy.core.settings import Settings
from topheavy.core.symbols import normal
from topheavy.core.units import Answer, Unit
from topheavy.sources.fundfile.addresses import address_of
from topheavy.sources.fundfile.lines import (
    Holding,
    candidates,
    holdings_table,
    read_holdings,
    securities_table,
    stated_date,
)
from topheavy.sources.fundfile.printed import day, identified, only_day, symbol
from topheavy.sources.fundfile.sums import doubts, refuse_worthless, weights_as_fractions, weights_sum
from topheavy.sources.fundfile.table import Columns, Line, Table, find_table, read_lines
from topheavy.sources.fundfile.totals import once, without_sums
from topheavy.sources.vendor import Ask, Fetched, LeftOut, Parsed, Route, Source, read_address

HOLDINGS = Route("holdings", ("holdings", "securities"))
FUND = Route("fund", ("holdings", "securities"), grows=True, by_company=True)
"""A fund by its symbol, from where its issuer puts its file."""

_FILE_DATE = re.compile(r"(?<!\d)(\d{4})[-_.]?(\d{2})[-_.]?(\d{2})(?!\d)")
_NOT_A_FUND = frozenset(
    {
        "",
        "ishares",
        "spdr",
        "invesco",
        "ark",
        "vanguard",
        "resp",
        "holdings",
        "holding",
        "index",
        "daily",
        "us",
        "en",
        "fund",
        "etf",
        "data",
    }
)
"""Words in files' names that are not the fund's symbol."""


class FundFile(Source):
    """An issuer's source: a subclass says how the issuer spells and orders its columns."""

    routes: ClassVar[tuple[Route, ...]] = (HOLDINGS, FUND)
    needs: ClassVar[str] = "funds"
    edition: ClassVar[int] = 2
    columns: ClassVar[Columns]
    orders: ClassVar[tuple[str, ...]]
    """Header lines as the issuer prints them, for files that come without theirs."""
    funds: ClassVar[Mapping[str, str]] = {}
    """Name of a fund as printed above its table → its symbol, where the issuer prints no symbol."""
    fund_label: ClassVar[str] = ""
    """What is printed before the fund's symbol above the table, where the issuer does so."""

    def plan(self, ask: Ask, settings: Settings) -> Iterator[Unit]:
        """Yield the file, whose path or URL is the unit's subject; and a unit a fund among the subjects."""
        if not ask.wants(HOLDINGS):
            return iter(())
        if not ask.target and not ask.subjects:
            raise UsageError(f"{self.name} reads one fund's holdings file: give its path or URL, or the fund's symbol")
        file = [Unit(self.name, HOLDINGS.name, subject=ask.target)] if ask.target else []
        symbols = sorted({normal(subject.partition("=")[0]) for subject in ask.subjects})
        return iter([*file, *(Unit(self.name, FUND.name, subject=named) for named in symbols)])

    def fetch(self, unit: Unit, http: Http, settings: Settings) -> Fetched:
        """Bring the file, untouched, the name it goes by, and what was said of it behind ``#``."""
        if unit.route == FUND.name:
            page, kind = read_address(address_of(self.name, unit.subject), http)
            return Fetched((page,), kind, {"file": f"{self.name}_{unit.subject}", "fund": unit.subject})
        address, told = parted(unit.subject)
        page, kind = read_address(address, http)
        return Fetched((page,), kind, {"file": file_name(address)} | told)

    def parse(self, answer: Answer) -> Parsed:
        """Read the file into ``holdings`` and, for its equities, ``securities``."""
        unit, file = answer.unit.id, answer.facts.get("file", "")
        table = find_table(read_lines(answer), self.columns, self.orders)
        if table is None:
            expected = f"no holdings found under columns like {self.orders[0]}"
            raise Malformed(f"{unit}: {expected}: is this a holdings file of {self.name}?")
        lines, misfits = candidates(table)
        as_of, dated = _as_of(table, lines, answer)
        fund, named = self._fund(table, lines, answer)
        read, unread = read_holdings(table, lines, fund, as_of)
        whole, sums = without_sums(read)
        single, copies = once(whole)
        kept, as_fractions = weights_as_fractions(single, table)
        left_out = (*misfits, *unread, *(LeftOut(item.name or "a line", reason) for item, reason in sums))
        left_out += (LeftOut("the table", "it stands twice"),) * copies
        if not kept:
            why = "".join(f"; {left.where}: {left.reason}" for left in left_out[:1])
            raise Malformed(f"{unit}: no holdings found, {len(left_out)} lines left out{why}; download the file again")
        refuse_worthless(kept, unit)
        tables = {"holdings": holdings_table(fund, as_of, kept), "securities": securities_table(kept)}
        told = (*named, *dated, *as_fractions, *_remarks(table, lines, as_of, file))
        notes = (_summary(fund, as_of, kept, left_out), weights_sum(kept), *told)
        return Parsed(tables, left_out, naming=as_of, notes=notes, doubts=tuple(doubts(kept)))

    def _fund(self, table: Table, lines: Sequence[Line], answer: Answer) -> tuple[str, list[str]]:
        if told := symbol(answer.facts.get("fund", "")):
            return told, [f"the fund's symbol, {told}, is as it was given"]
        file, unit = answer.facts.get("file", ""), answer.unit.id
        inside, named = self._fund_inside(table, lines), fund_in_name(file)
        if inside is not None:
            differs = named is not None and named != inside
            return inside, [f"the file says {inside}, its name says {named}: {inside} is used"] if differs else []
        if named is None:
            advice = f"name the file after the fund's symbol, like {self.name}_XYZ_2024-12-06.csv"
            raise Malformed(f"{unit}: the file does not say which fund it is: {advice}")
        return named, [f"the fund's symbol, {named}, is from the file's name"]

    def _fund_inside(self, table: Table, lines: Sequence[Line]) -> str | None:
        if printed := Counter(found for line in lines if (found := symbol(table.cell(line, "fund")))):
            return min(printed, key=lambda found: (-printed[found], found))
        return next((found for line in table.preamble if (found := self._fund_above(line))), None)

    def _fund_above(self, line: Line) -> str | None:
        first, second = (*line.filled, "", "")[:2]
        if self.fund_label and first.strip().rstrip(":").lower() == self.fund_label:
            return symbol(second)
        return self.funds.get(first.strip())


def file_name(address: str) -> str:
    """Return the name a file goes by: the last part of a path, or of a URL (its ``fileName`` where it has one)."""
    if not address.startswith(("http://", "https://")):
        return PurePath(address).name
    url = urlsplit(address)
    return parse_qs(url.query).get("fileName", [PurePath(url.path).name])[0]


def fund_in_name(file: str) -> str | None:
    """Return the fund's symbol from a file's name, where one word of the name can be nothing else."""
    found = [word for word in re.split(r"[^A-Za-z]+", PurePath(file).stem) if word.lower() not in _NOT_A_FUND]
    return found[0].upper() if len(found) == 1 and len(found[0]) <= 5 else None


def parted(subject: str) -> tuple[str, dict[str, str]]:
    """Part an address from what is said of the file behind ``#``: its ``as_of`` date, its ``fund``.

    >>> parted("IVV.csv#as_of=2024-12-06"), parted("a#b.csv")
    (('IVV.csv', {'as_of': '2024-12-06'}), ('a#b.csv', {}))
    """
    address, _, behind = subject.rpartition("#")
    told = dict(parse_qsl(behind))
    return (address, told) if address and told and not set(told) - {"as_of", "fund"} else (subject, {})


def _as_of(table: Table, lines: Sequence[Line], answer: Answer) -> tuple[date, list[str]]:
    """Return the date the file speaks of, and what is to be said where it does not say so itself."""
    unit, told = answer.unit.id, answer.facts.get("as_of", "")
    if told:
        given = day(told)
        if given is None:
            raise Malformed(f"{unit}: as_of is '{told}', which is no date: write YYYY-MM-DD")
        return given, [f"the date, {given}, is as it was given"]
    if printed := Counter(found for line in lines if (found := day(table.cell(line, "as_of")))):
        return max(printed, key=lambda found: (printed[found], found)), []
    above = (found for line in table.preamble if (found := stated_date(line)))
    alone = (found for line in table.preamble if len(line.filled) == 1 and (found := only_day(line.text)))
    if (first := next(above, None) or next(alone, None)) is not None:
        return first, []
    named = _named_day(answer.facts.get("file", ""))
    if named is None:
        raise Malformed(
            f"{unit}: no as-of date found, neither above the table, in a column nor in the file's name: name the file "
            "like IVV_2024-12-06.csv, or give its date as FILE#as_of=2024-12-06 or as as_of in a manifest"
        )
    return named, [f"the file says no date: {named} is from its name"]


def _named_day(file: str) -> date | None:
    found = _FILE_DATE.search(file)
    return day("-".join(found.groups())) if found else None


def _summary(fund: str, as_of: date, kept: Sequence[Holding], left_out: Sequence[LeftOut]) -> str:
    kinds = Counter(holding.asset_class for holding in kept)
    counted = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    return f"{fund} as of {as_of}: {len(kept)} lines kept ({counted}), {len(left_out)} left out"


def _remarks(table: Table, lines: Sequence[Line], as_of: date, file: str) -> Iterator[str]:
    named = _named_day(file)
    if named is not None and named != as_of:
        yield f"the file says as of {as_of}, its name says {named}: {as_of} is used"
    if not table.printed_header:
        yield "no header line: columns are recognised by their known order"
    if unread := [cell for line in lines if not identified(cell := table.cell(line, "cusip"))]:
        yield f"{len(unread)} identifiers are neither CUSIP nor ISIN and stay empty, the first '{unread[0]}'"
    yield "read " + ", ".join(f"{column} from '{table.heading(column)}'" for column in sorted(table.places))
