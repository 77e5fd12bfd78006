"""Making a market: everything in it follows from a seed and a period."""

from dataclasses import dataclass, fields
from datetime import date

import numpy as np

from topheavy.core.calendar import sessions as sessions_between
from topheavy.core.errors import UsageError
from topheavy.simulator import events, faults
from topheavy.simulator.cast import make_cast
from topheavy.simulator.records import Bars, Fault, Filing, Numbers, Truth, Whole
from topheavy.simulator.register import Register
from topheavy.simulator.series import caps, dividends, prices, shares
from topheavy.simulator.series.filings import make_filings
from topheavy.simulator.truth import Market, ordinals

__all__ = ["Market", "MarketOptions", "make_market"]

SHORTEST = 20
"""A period of fewer sessions has no room for all the events."""


@dataclass(frozen=True, slots=True)
class MarketOptions:
    """What a market is made from."""

    seed: int = 7
    since: date = date(2020, 11, 30)
    until: date = date(2024, 12, 13)
    companies: int = 500

    def make(self) -> Market:
        """Make the market."""
        return make_market(self.seed, self.since, self.until, self.companies)


def make_market(seed: int, since: date, until: date, companies: int = 500) -> Market:
    """Make the market of a seed: ``companies`` issuers in the index at any time, from ``since`` to ``until``.

    Raises:
        UsageError: when the period has fewer than 20 sessions or the index fewer than 30 companies.
    """
    sessions = tuple(sessions_between(since, until))
    if len(sessions) < SHORTEST:
        raise UsageError(
            f"a simulated market needs {SHORTEST} sessions or more; {since} to {until} has {len(sessions)}"
        )
    return _Maker(seed, sessions, until, companies).market()


class _Maker:
    """The order in which a market is made; every step draws from a stream of its own."""

    def __init__(self, seed: int, sessions: tuple[date, ...], until: date, companies: int) -> None:
        self.seed, self.sessions, self.until, self.rows = seed, sessions, until, ordinals(sessions)
        self.cast = make_cast(companies, sessions[0], sessions[-1], self.stream("cast"))
        swaps = events.swaps(self.cast, len(sessions), self.stream("swaps"))
        renames = events.renames(self.cast, len(sessions), self.stream("renames"))
        self.register = Register(self.cast, sessions, swaps, renames, self.stream("register"))
        self.changes = events.changes(self.cast, sessions, self.stream("changes"))
        self.line_changes = events.by_line(self.changes, self.register.companies)
        self.owner: Whole = np.array([line.company for line in self.register.lines])

    def stream(self, name: str) -> np.random.Generator:
        """Return the random numbers of one step."""
        return np.random.default_rng([self.seed, *name.encode()])

    def market(self) -> Market:
        """Make everything."""
        register, days = self.register, self.sessions
        counts = shares.make_counts(self.cast, days, self.rows, self.stream("counts"))
        schedule = dividends.make_schedule(self.cast, days, self.changes, self.stream("dividends"))
        ends, base = self._ends(shares.final_level(counts))
        path = prices.paths(ends, len(days), schedule.drops((len(days), self.cast.size)), self.stream("paths"))
        counts = shares.by_line(counts, self.owner)
        base = base[self.owner] * register.class_parts()
        printed = shares.printed_counts(counts, base, self.line_changes, self.rows)
        daily = shares.daily_counts(counts, printed, self.line_changes, self.rows)
        factor = events.factors(self.line_changes, self.rows[:, None], self.rows, base.size, spin_offs=True)
        bars = prices.make_bars(self._by_line(path), factor, daily, self._listed(), self.stream("bars"))
        filings = make_filings(register.companies, register.lines, counts, printed, self.until)
        served, planted = self._plant(bars, daily, filings)
        return Market(
            seed=self.seed,
            until=self.until,
            cast=self.cast,
            sessions=days,
            companies=tuple(register.companies),
            lines=tuple(register.lines),
            memberships=register.memberships(),
            bars=bars,
            served=served,
            shares=daily,
            factor=factor,
            splits=events.split_records(self.line_changes, days),
            dividends=dividends.make_dividends(schedule, register.companies, days, bars.close),
            filings=tuple(filings),
            faults=tuple(planted),
        )

    def _ends(self, growth: Numbers) -> tuple[prices.Pins, Numbers]:
        """Return the pinned prices and each company's first count, both on the final share unit."""
        since, until = self.sessions[0], self.sessions[-1]
        start = caps.start_caps(self.cast, since, self.stream("start"))
        end = caps.end_caps(self.cast, start, since, until, self.stream("end"))
        spin = np.ones(self.cast.size)
        spin[[c.who for c in self.changes if c.spin_off]] = [c.new / c.old for c in self.changes if c.spin_off]
        ends = prices.pins(start, end, growth, spin, self.stream("pins"))
        return ends, start / (ends.start * spin)

    def _by_line(self, path: Numbers) -> Numbers:
        """Return the price paths of lines: the company's, times the class's unit and a small spread."""
        lines = self.register.lines
        spread = prices.spreads(len(self.sessions), len(lines), self.stream("spreads"))
        second = np.array([line.number != self.register.companies[line.company].lines[0] for line in lines])
        units = np.array([line.unit for line in lines])
        prices_of_lines: Numbers = path[:, self.owner] * units * np.exp(spread * second)
        return prices_of_lines

    def _listed(self) -> Truth:
        since = np.array([line.listed.toordinal() for line in self.register.lines])
        until = np.array([(line.delisted or date.max).toordinal() for line in self.register.lines])
        return (self.rows[:, None] >= since) & (self.rows[:, None] < until)

    def _plant(self, bars: Bars, daily: Numbers, filings: list[Filing]) -> tuple[Bars, list[Fault]]:
        """Plant the faults; return the bars the vendor serves."""
        served = Bars(*(getattr(bars, f.name).copy() for f in fields(Bars)))
        scene = faults.Scene(self.cast, self.sessions, self.register.companies, self.register.lines)
        planted = [
            *faults.wrong_counts(scene, filings, self.stream("wrong")),
            faults.late_filing(scene, filings, self.stream("late")),
            *faults.split_mismatch(scene, self.changes, daily),
            faults.crossed_bar(scene, bars, served),
            *faults.missing_bars(scene, bars, served),
        ]
        return served, planted
