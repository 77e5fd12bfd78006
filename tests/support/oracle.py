"""Every figure once more: plain Python over the raw files, by the definitions and by nothing of the product.

No SQL, no data frames, no code of the package. What it is given besides the raw files: the packaged facts and the
list of corrections, which it applies itself. Sums are exact (``math.fsum``), split factors are exact products of
fractions.
"""

from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from math import fsum
from operator import mul

from support.oracle_figures import Part, Share, Value, is_stated, share_with_band, weighed
from support.oracle_stand_ins import StandIns
from support.raw_files import CLASS, ISSUER, QUOTED_ON, Bar, Count, Raw, Split


@dataclass(frozen=True, slots=True)
class Cap:
    """What an issuer is worth, and the price and the count (with its date) behind it."""

    value: float
    close: float
    shares: float
    counted_on: date
    how: str


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
    """The market as it was: sessions, caps by class and by issuer; those that are doubted are given."""

    def __init__(self, raw: Raw, doubted: Collection[tuple[date, str]] = ()) -> None:
        self.raw = raw
        self.doubted = doubted
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

    @cached_property
    def sound(self) -> dict[tuple[date, str], float]:
        """The caps that nobody doubts."""
        return {key: cap.value for key, cap in self.caps.items() if key not in self.doubted}

    def measured_on(self, session: date) -> dict[str, float]:
        """Member issuer → its cap, of those that have one."""
        members = self.members_on(session)
        return {issuer: self.sound[session, issuer] for issuer in members if (session, issuer) in self.sound}

    @cached_property
    def stand_ins(self) -> StandIns:
        return StandIns(
            self.sessions,
            [self.measured_on(session) for session in self.sessions],
            self.sound,
            [(file.fund, file.as_of, self._by_issuer(file.held)) for file in self.raw.funds],
        )

    def _by_issuer(self, held: Mapping[str, float]) -> dict[str, float]:
        issuers: dict[str, float] = {}
        for security, value in held.items():
            issuers[self.issuer(security)] = issuers.get(self.issuer(security), 0.0) + value
        return issuers

    def values_on(self, session: date) -> dict[str, Value]:
        """Member issuer → what it is worth, and how that is known."""
        measured = self.measured_on(session)
        values = {}
        for issuer in self.members_on(session):
            if issuer in measured:
                values[issuer] = Value(measured[issuer], "measured")
            else:
                claimed = self.caps.get((session, issuer))
                stand_in = self.stand_ins.value(issuer, session)
                values[issuer] = stand_in.doubtful(claimed.value) if claimed else stand_in
        return values

    def parts_on(self, session: date) -> dict[str, dict[str, Part]]:
        """Level → member → its part of the index."""
        values = self.values_on(session)
        lines: dict[str, Value] = {}
        for issuer, securities in self.members_on(session).items():
            for security, portion in self._portions(session, securities).items():
                lines[security] = values[issuer].times(portion)
        return {"issuer": weighed(values), "line": weighed(lines)}

    def _portions(self, session: date, securities: set[str]) -> dict[str, float]:
        """Divide an issuer among its lines: by their caps where each has one, else equally."""
        caps = {security: self.class_caps.get((session, security)) for security in securities}
        known = [cap for cap in caps.values() if cap is not None]
        if len(known) < len(caps):
            return dict.fromkeys(securities, 1 / len(securities))
        return {security: (cap or 0.0) / fsum(known) for security, cap in caps.items()}

    def share_of(self, group: str, session: date, parts: dict[str, Part]) -> Share:
        """The group's part of the index, each company once; nothing where a member has no cap, nor a recent one."""
        spells = [spell for spell in self.raw.groups if spell.name == group and spell.since <= session < spell.until]
        issuers = {self.issuer(spell.security) for spell in spells} & set(parts)
        if not is_stated(parts.values()) or any(parts[i].how not in ("measured", "carried", "fund") for i in issuers):
            return Share(None, None, None)
        return share_with_band([parts[issuer] for issuer in issuers], parts.values())


def fund_parts(held: Mapping[str, float], issuers: Mapping[str, str]) -> dict[str, dict[str, Part]]:
    """Level → member → its part of a fund, from the market value of each line."""
    companies: dict[str, float] = {}
    for security, value in held.items():
        company = issuers.get(security, security)
        companies[company] = companies.get(company, 0.0) + value
    levels = {"issuer": companies, "line": held}
    return {level: weighed({m: Value(v, "fund") for m, v in values.items()}) for level, values in levels.items()}
