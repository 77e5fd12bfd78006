"""Every figure once more: plain Python over the raw files, by the definitions and by nothing of the product.

No SQL, no data frames, no code of the package. What it is given besides the raw files: the packaged facts and the
list of corrections, which it applies itself. Sums are exact (``math.fsum``), split factors are exact products of
fractions.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import accumulate
from math import exp, fsum, log
from operator import mul
from statistics import median

from support.raw_files import CLASS, ISSUER, QUOTED_ON, Bar, Count, Raw, Split

CARRIED_SESSIONS = 21
COVERAGE_FLOOR = 0.8


@dataclass(frozen=True, slots=True)
class Cap:
    """What an issuer is worth, and the price and the count (with its date) behind it."""

    value: float
    close: float
    shares: float
    counted_on: date
    how: str


@dataclass(frozen=True, slots=True)
class Part:
    """A member's part of an index."""

    value: float
    weight: float
    how: str


@dataclass(frozen=True, slots=True)
class Figures:
    """How top-heavy an index is; ``None`` where withheld."""

    members: int
    measured: int
    coverage: float
    total: float | None
    top1: float | None
    top5: float | None
    top10: float | None
    hhi: float | None
    effective_n: float | None
    entropy_n: float | None
    gini: float | None


class Units:
    """By how much one share of a day became more shares since, security by security."""

    def __init__(self, splits: list[Split]) -> None:
        self.prices = _products(splits)
        self.counts = _products([split for split in splits if split.moves_counts])

    def price_factor(self, security: str, day: date) -> float:
        """The product of all splits and spin-off adjustments after ``day``."""
        return _after(self.prices, security, day)

    def count_factor(self, security: str, day: date) -> float:
        """The product of all real splits after ``day``."""
        return _after(self.counts, security, day)


Products = dict[str, tuple[list[date], list[float]]]
"""Security → the days of its splits, and the product of all ratios from each of them on, then 1."""


def _products(splits: list[Split]) -> Products:
    by_security: dict[str, list[Split]] = {}
    for split in sorted(splits, key=lambda item: item.day):
        by_security.setdefault(split.security, []).append(split)
    found = {}
    for security, items in by_security.items():
        backwards = accumulate((item.ratio for item in reversed(items)), mul, initial=Fraction(1))
        found[security] = [item.day for item in items], [float(product) for product in backwards][::-1]
    return found


def _after(products: Products, security: str, day: date) -> float:
    days, factors = products.get(security, ((), (1.0,)))
    return factors[bisect_right(days, day)]


@dataclass(frozen=True, slots=True)
class ClassCap:
    """A share class's price and count on a session, both on that session's share unit."""

    close: float
    shares: float
    counted_on: date

    @property
    def cap(self) -> float:
        return self.close * self.shares


class Market:
    """The market as it was: sessions, caps by class and by issuer."""

    def __init__(self, raw: Raw) -> None:
        self.raw = raw
        self.units = Units(raw.splits)
        self.sessions = raw.sessions
        self.counts: dict[tuple[str, str], list[Count]] = {}
        for item in sorted(raw.counts, key=lambda item: item.day):
            self.counts.setdefault((item.security, item.covers), []).append(item)
        self.days = {key: [item.day for item in items] for key, items in self.counts.items()}
        self.class_caps: dict[tuple[date, str], float] = {}
        self.caps = self._issuer_caps()

    def issuer(self, security: str) -> str:
        return self.raw.issuers.get(security, security)

    def count_on(self, security: str, covers: str, session: date) -> Count | None:
        """The count that holds on a session: the last one that speaks of it or of a day before."""
        place = bisect_right(self.days.get((security, covers), []), session)
        return self.counts[security, covers][place - 1] if place else None

    def _class_cap(self, bar: Bar, covers: str) -> ClassCap | None:
        counted = self.count_on(bar.security, covers, bar.session)
        if counted is None:
            return None
        prices, counts = self.units.price_factor, self.units.count_factor
        latest = prices(bar.security, QUOTED_ON)
        paid = bar.close * prices(bar.security, bar.session) / latest
        on_its_day = counted.count * latest / prices(bar.security, counted.day)
        shares = on_its_day * counts(bar.security, counted.day) / counts(bar.security, bar.session)
        return ClassCap(paid, shares, counted.day)

    def _issuer_caps(self) -> dict[tuple[date, str], Cap]:
        traded: dict[tuple[date, str], list[Bar]] = {}
        for bar in self.raw.bars:
            traded.setdefault((bar.session, self.issuer(bar.security)), []).append(bar)
        caps = {key: self._issuer_cap(bars) for key, bars in traded.items()}
        return {key: cap for key, cap in caps.items() if cap is not None}

    def _issuer_cap(self, bars: list[Bar]) -> Cap | None:
        """A count of the whole company, else the sum of its classes where every one that traded is counted.

        Where several classes have a count of the whole, the class worth most values it.
        """
        whole = {bar.security: cap for bar in bars if (cap := self._class_cap(bar, ISSUER))}
        by_line = {bar.security: cap for bar in bars if (cap := self._class_cap(bar, CLASS))}
        self.class_caps |= {(bars[0].session, security): cap.cap for security, cap in by_line.items()}
        if whole:
            own = {security: by_line[security].cap if security in by_line else 0.0 for security in whole}
            main = whole[max(whole, key=lambda security: (own[security], whole[security].cap))]
            return Cap(main.cap, main.close, main.shares, main.counted_on, "issuer count")
        classes = list(by_line.values())
        if len(classes) < len(bars):
            return None
        main = max(classes, key=lambda cap: cap.cap)
        total = fsum(cap.cap for cap in classes)
        how = "class count" if len(classes) == 1 else f"sum of {len(classes)} classes"
        return Cap(total, main.close, total / main.close, min(cap.counted_on for cap in classes), how)

    def members_on(self, session: date) -> dict[str, set[str]]:
        """Issuer → its lines that were members."""
        lines: dict[str, set[str]] = {}
        for spell in self.raw.members:
            if spell.since <= session < spell.until:
                lines.setdefault(self.issuer(spell.security), set()).add(spell.security)
        return lines

    def values_on(self, session: date) -> dict[str, tuple[float, str]]:
        """Member issuer → what it is worth, and how that is known."""
        members = self.members_on(session)
        measured = {issuer: self.caps[session, issuer].value for issuer in members if (session, issuer) in self.caps}
        middle = median(measured.values())
        values = {}
        for issuer in members:
            if issuer in measured:
                values[issuer] = measured[issuer], "measured"
            elif (last := self._carried(issuer, session)) is not None:
                values[issuer] = last, "carried"
            else:
                values[issuer] = middle, "median"
        return values

    def _carried(self, issuer: str, session: date) -> float | None:
        """The issuer's last cap of the 21 sessions before."""
        place = bisect_left(self.sessions, session)
        for earlier in reversed(self.sessions[max(0, place - CARRIED_SESSIONS) : place]):
            if (earlier, issuer) in self.caps:
                return self.caps[earlier, issuer].value
        return None

    def parts_on(self, session: date) -> dict[str, dict[str, Part]]:
        """Level → member → its part of the index."""
        values = self.values_on(session)
        lines: dict[str, tuple[float, str]] = {}
        for issuer, securities in self.members_on(session).items():
            value, how = values[issuer]
            for security, portion in self._portions(session, securities).items():
                lines[security] = value * portion, how
        return {"issuer": weighed(values), "line": weighed(lines)}

    def _portions(self, session: date, securities: set[str]) -> dict[str, float]:
        """Divide an issuer among its lines: by their caps where each has one, else equally."""
        caps = {security: self.class_caps.get((session, security)) for security in securities}
        known = [cap for cap in caps.values() if cap is not None]
        if len(known) < len(caps):
            return dict.fromkeys(securities, 1 / len(securities))
        return {security: (cap or 0.0) / fsum(known) for security, cap in caps.items()}

    def share_of(self, group: str, session: date, parts: dict[str, Part]) -> float | None:
        """The group's part of the index, each company once; ``None`` where a member only stands in at the median."""
        spells = [spell for spell in self.raw.groups if spell.name == group and spell.since <= session < spell.until]
        issuers = {self.issuer(spell.security) for spell in spells} & set(parts)
        if covered(parts.values()) < COVERAGE_FLOOR or any(parts[issuer].how == "median" for issuer in issuers):
            return None
        return fsum(parts[issuer].weight for issuer in issuers)


def weighed(values: Mapping[str, tuple[float, str]]) -> dict[str, Part]:
    total = fsum(value for value, _ in values.values())
    return {member: Part(value, value / total, how) for member, (value, how) in values.items()}


def is_measured(part: Part) -> bool:
    return part.how in ("measured", "fund")


def covered(parts: Collection[Part]) -> float:
    """The measured part of the members."""
    return sum(map(is_measured, parts)) / len(parts)


def figures_of(parts: Iterable[Part]) -> Figures:
    """The figures of one index on one session."""
    held = sorted(parts, key=lambda part: part.value)
    n, measured, coverage = len(held), sum(map(is_measured, held)), covered(held)
    if coverage < COVERAGE_FLOOR:
        return Figures(n, measured, coverage, None, None, None, None, None, None, None, None)
    weights = [part.weight for part in held]
    squares = fsum(w * w for w in weights)
    return Figures(
        members=n,
        measured=measured,
        coverage=coverage,
        total=fsum(part.value for part in held),
        top1=weights[-1],
        top5=fsum(weights[-5:]),
        top10=fsum(weights[-10:]),
        hhi=fsum((100 * w) ** 2 for w in weights),
        effective_n=1 / squares,
        entropy_n=exp(-fsum(w * log(w) for w in weights if w > 0)),
        gini=fsum((2 * i - n - 1) * w for i, w in enumerate(weights, start=1)) / (n * fsum(weights)),
    )


def fund_parts(held: Mapping[str, float], issuers: Mapping[str, str]) -> dict[str, dict[str, Part]]:
    """Level → member → its part of a fund, from the market value of each line."""
    companies: dict[str, float] = {}
    for security, value in held.items():
        company = issuers.get(security, security)
        companies[company] = companies.get(company, 0.0) + value
    levels = {"issuer": companies, "line": held}
    return {level: weighed({m: (v, "fund") for m, v in values.items()}) for level, values in levels.items()}
