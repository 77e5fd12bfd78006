"""Every published figure of three real years against the oracle, the reference values and the vendor's own caps."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, replace
from datetime import date
from math import inf

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from support.market_data import PROJECT, market_file, needs_market
from support.oracle import Market, fund_parts
from support.oracle_figures import Figures, Part, figures_of
from support.raw_files import (
    CLASS,
    Bar,
    Correction,
    Count,
    Names,
    Raw,
    Spell,
    corrected,
    read_fund,
    read_issuers,
    read_raw,
)
from topheavy.core.plugins import ENGINES, pick
from topheavy.datasets.schema import dataset
from topheavy.home import Home
from topheavy.metrics.questions import tables_behind
from topheavy.tables.read import read

pytestmark = [needs_market, pytest.mark.market]

KNOWN = PROJECT / "src" / "topheavy" / "sources" / "known"
RELATIVE = 1e-9
FIGURES = (
    "members, measured, coverage, total, total_low, total_high, top1, top5, top10, top10_low, top10_high, "
    "hhi, hhi_low, hhi_high, effective_n, entropy_n, gini"
)
Row = tuple[object, ...]


class Differences:
    """The largest relative difference seen, and where."""

    def __init__(self) -> None:
        self.largest, self.where, self.seen = 0.0, "nowhere", 0

    def add(self, where: object, ours: float | None, theirs: float | None) -> None:
        self.seen += 1
        if ours is None or theirs is None:
            apart = 0.0 if ours is theirs else inf
        else:
            apart = abs(ours - theirs) / max(abs(ours), abs(theirs)) if ours != theirs else 0.0
        if apart > self.largest:
            self.largest, self.where = apart, f"{where}: published {ours}, oracle {theirs}"

    def settle(self, what: str) -> None:
        """Print what was seen, and refuse it where it is more than rounding."""
        print(f"{what}: {self.seen:,} figures, largest relative difference {self.largest:.1e} at {self.where}")
        assert self.seen > 0
        assert self.largest <= RELATIVE, self.where


def rows(answer: pa.Table) -> Iterator[Row]:
    return zip(*(column.to_pylist() for column in answer.columns), strict=True)


@pytest.fixture(scope="module")
def raw(real_place: Home) -> Raw:
    """The raw files, with the list of corrections applied by the oracle itself."""
    listed = real_place.warehouse.ask(
        "SELECT dataset, security, effective, covers, field, before, after FROM repairs WHERE active"
    )
    return corrected(read_raw(market_file("."), KNOWN), (Correction(*row) for row in rows(listed)))


@pytest.fixture(scope="module")
def market(real_place: Home, raw: Raw) -> Market:
    doubted = real_place.warehouse.ask("SELECT session, issuer FROM market_caps WHERE doubt IS NOT NULL")
    return Market(raw, frozenset(rows(doubted)))


@pytest.fixture(scope="module")
def parts(market: Market) -> dict[date, dict[str, dict[str, Part]]]:
    return {session: market.parts_on(session) for session in market.sessions}


def test_the_calendars_sessions_are_the_days_with_bars(real_place: Home, market: Market) -> None:
    listed = [session for (session,) in rows(real_place.warehouse.ask("SELECT session FROM sessions ORDER BY 1"))]
    assert listed == market.sessions
    assert len(listed) == 776


def test_every_market_cap_with_the_count_behind_it(real_place: Home, market: Market) -> None:
    compare_caps(
        rows(
            real_place.warehouse.ask(
                "SELECT session, issuer, market_cap, close, shares, shares_effective, how FROM market_caps"
            )
        ),
        market,
    )


def compare_caps(published: Iterable[Row], market: Market) -> None:
    differences, seen = Differences(), set()
    for session, issuer, *measures, counted_on, how in published:
        cap = market.caps[session, issuer]
        assert (counted_on, how) == (cap.counted_on, cap.how), (session, issuer)
        for ours, theirs in zip(measures, (cap.value, cap.close, cap.shares), strict=True):
            differences.add((session, issuer), ours, theirs)
        seen.add((session, issuer))
    assert seen == set(market.caps)
    differences.settle("market caps")


def test_every_weight_at_both_levels(
    real_place: Home, market: Market, parts: dict[date, dict[str, dict[str, Part]]]
) -> None:
    columns = "session, level, member, value, weight, value_low, value_high, how"
    sql = f"""SELECT {columns} FROM weights WHERE "index" = 'SP500'"""
    compare_weights(rows(real_place.warehouse.ask(sql)), parts)


def compare_weights(published: Iterable[Row], parts: dict[date, dict[str, dict[str, Part]]]) -> None:
    differences, seen = Differences(), set()
    for session, level, member, *figures, how in published:
        part = parts[session][level][member]
        assert how == part.how, (session, level, member)
        for ours, theirs in zip(figures, (part.value, part.weight, part.low, part.high), strict=True):
            differences.add((session, level, member), ours, theirs)
        seen.add((session, level, member))
    assert seen == {(s, level, m) for s, levels in parts.items() for level, members in levels.items() for m in members}
    differences.settle("weights")


def test_every_concentration_figure_at_both_levels(
    real_place: Home, parts: dict[date, dict[str, dict[str, Part]]]
) -> None:
    sql = f"""SELECT session, level, {FIGURES} FROM concentration WHERE "index" = 'SP500'"""
    compare_figures(rows(real_place.warehouse.ask(sql)), parts)


def compare_figures(published: Iterable[Row], parts: dict[date, dict[str, dict[str, Part]]]) -> None:
    differences, seen = Differences(), set()
    for session, level, *figures in published:
        compare_one(differences, (session, level), figures, figures_of(parts[session][level].values()))
        seen.add((session, level))
    assert seen == {(session, level) for session in parts for level in ("issuer", "line")}
    differences.settle("concentration")


def compare_one(differences: Differences, where: object, published: list[object], figures: Figures) -> None:
    for name, ours, theirs in zip(FIGURES.split(", "), published, astuple(figures), strict=True):
        differences.add((where, name), ours, theirs)


def test_every_share_of_every_group(
    real_place: Home, market: Market, parts: dict[date, dict[str, dict[str, Part]]]
) -> None:
    sql = """SELECT session, "group", share, share_low, share_high FROM group_share WHERE "index" = 'SP500'"""
    seen = compare_shares(rows(real_place.warehouse.ask(sql)), market, parts)
    assert seen == {(session, name) for session in market.sessions for name in ("magnificent7", "fangmant")}


def compare_shares(
    published: Iterable[Row], market: Market, parts: dict[date, dict[str, dict[str, Part]]]
) -> set[tuple[date, str]]:
    differences, seen = Differences(), set()
    for session, name, *shares in published:
        expected = market.share_of(name, session, parts[session]["issuer"])
        for ours, theirs in zip(shares, astuple(expected), strict=True):
            differences.add((session, name), ours, theirs)
        seen.add((session, name))
    differences.settle("group shares")
    return seen


@pytest.mark.parametrize(
    ("fund", "as_of", "file"),
    [
        ("IVV", date(2024, 12, 6), "ishares_IVV_2024-12-06.csv"),
        ("OEF", date(2023, 3, 24), "ishares_OEF_2023-03-24.csv"),
    ],
)
def test_the_figures_of_a_funds_own_file(real_place: Home, market: Market, fund: str, as_of: date, file: str) -> None:
    held = fund_parts(read_fund(market_file(f"holdings/{file}"), as_of, Names(KNOWN)), read_issuers(KNOWN))
    differences = Differences()
    for level in ("issuer", "line"):
        (figures,) = rows(
            real_place.warehouse.ask(
                f'SELECT {FIGURES} FROM concentration WHERE session = $day AND "index" = $fund AND level = $level',
                {"day": as_of, "fund": fund, "level": level},
            )
        )
        compare_one(differences, (fund, level), list(figures), figures_of(held[level].values()))
    share = shared(real_place, fund, as_of)
    differences.add((fund, "magnificent7"), share, market.share_of("magnificent7", as_of, held["issuer"]).share)
    differences.settle(fund)


def shared(home: Home, index: str, day: date) -> float:
    """The published share of the Magnificent 7."""
    sql = """SELECT share FROM group_share WHERE "group" = 'magnificent7' AND "index" = $index AND session = $day"""
    (row,) = home.warehouse.rows(sql, {"index": index, "day": day})
    return float(row["share"])


def test_reference_values_of_ivv_by_line(real_place: Home) -> None:
    row = ivv(real_place, "line")
    assert (row["members"], row["measured"], row["coverage"]) == (503, 503, 1.0)
    assert round(row["hhi"], 1) == 201.8
    assert round(row["effective_n"], 2) == 49.55
    assert round(100 * row["top10"], 2) == 36.15


def test_reference_values_of_ivv_by_issuer(real_place: Home) -> None:
    row = ivv(real_place, "issuer")
    assert (row["members"], row["measured"], row["coverage"]) == (500, 500, 1.0)
    assert round(row["hhi"], 2) == 208.35
    assert round(row["effective_n"], 2) == 48.00
    assert round(100 * row["top10"], 2) == 37.52
    assert round(row["gini"], 3) == 0.688
    assert round(row["entropy_n"], 1) == 149.2
    assert round(100 * shared(real_place, "IVV", date(2024, 12, 6)), 2) == 32.86


def ivv(home: Home, level: str) -> dict[str, float]:
    sql = """SELECT * FROM concentration WHERE "index" = 'IVV' AND session = DATE '2024-12-06' AND level = $level"""
    (row,) = home.warehouse.rows(sql, {"level": level})
    return row


@pytest.mark.parametrize(
    ("fund", "as_of", "printed"), [("SPY", date(2024, 3, 19), 29.16), ("IVV", date(2024, 12, 6), 32.78)]
)
def test_reference_values_as_funds_print_them(real_place: Home, fund: str, as_of: date, printed: float) -> None:
    """Printed weights are parts of the whole fund, cash included; the published share is of its equities."""
    (row,) = real_place.warehouse.rows(
        "SELECT SUM(weight) AS equities FROM holdings WHERE fund = $fund AND asset_class = 'equity'", {"fund": fund}
    )
    share = shared(real_place, fund, as_of)
    assert 100 * share * row["equities"] == pytest.approx(printed, abs=0.005 if fund == "SPY" else 0.01)


def test_caps_are_the_vendors_own_on_the_days_it_counted(real_place: Home, raw: Raw) -> None:
    """A third witness: the file of counts prints a cap beside each, which no figure of ours is made from."""
    sql = "SELECT session, security, market_cap FROM market_caps WHERE how = 'class count' AND NOT repaired"
    caps = {(session, security): cap for session, security, cap in rows(real_place.warehouse.ask(sql))}
    printed = {(c.day, c.security): c.vendors_cap for c in raw.counts if c.covers == CLASS and c.vendors_cap}
    both = set(caps) & set(printed)
    assert len(both) > 4_500
    assert max(abs(caps[key] / printed[key] - 1) for key in both) < 1e-6


# ---- the same, where much is missing -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Holed:
    """Seven months with gaps on purpose: what the oracle says, and what the questions answer."""

    market: Market
    parts: dict[date, dict[str, dict[str, Part]]]
    answers: dict[str, pa.Table]


@pytest.fixture(scope="module")
def holed(real_place: Home, raw: Raw) -> Holed:
    holed = with_holes(raw)
    answers = answers_over(real_place, holed)
    caps = answers["market_caps"]
    market = Market(holed, frozenset(rows(caps.filter(caps["doubt"].is_valid()).select(["session", "issuer"]))))
    parts = {session: market.parts_on(session) for session in holed.sessions}
    return Holed(market, parts, answers)


BOTH_LINES = ("GOOGL", "GOOG", "FOXA", "FOX", "AAPL")
"""A group that names both share classes of a company still counts the company once."""


def with_holes(raw: Raw) -> Raw:
    """Bars missing singly, in stretches up to 40 sessions, on a day a member joins, and nearly all on one day.

    Companies of two classes are counted by class: Alphabet whole, Fox and News Corp in part of the period only.
    """
    chance = random.Random(7)
    sessions = [day for day in raw.sessions if day < date(2021, 7, 1)]
    gone = {(date(2020, 12, 21), "TSLA")}
    for security in sorted({bar.security for bar in raw.bars}):
        first, length = chance.randrange(len(sessions)), chance.choice((0, 0, 0, 0, 0, 0, 0, 1, 5, 21, 22, 40))
        gone |= {(day, security) for day in sessions[first : first + length]}
    thin = sessions[100]
    kept = [bar for bar in raw.bars if bar.session <= sessions[-1] and (bar.session, bar.security) not in gone]
    bars = [bar for bar in kept if bar.session != thin or chance.random() < 0.5]
    counts = [item for item in raw.counts if item.security not in ("GOOG", "GOOGL", "FOX", "FOXA", "NWS", "NWSA")]
    counts += [class_count("GOOGL", 2020, 6.0e9), class_count("GOOG", 2020, 6.5e9), class_count("FOXA", 2020, 3.3e8)]
    counts += [class_count("FOX", 2021, 2.5e8), class_count("NWSA", 2020, 3.9e8)]
    groups = raw.groups + [Spell("lines", security, date.min, date.max) for security in BOTH_LINES]
    return replace(raw, sessions=sessions, bars=bars, counts=counts, groups=groups)


def class_count(security: str, year: int, count: float) -> Count:
    return Count(security, CLASS, date(year, 2, 10), count)


def answers_over(home: Home, holed: Raw) -> dict[str, pa.Table]:
    """Answer the questions themselves over the product's own tables, with the same bars and counts taken away."""
    wanted = ["market_caps", "weights", "concentration", "group_share"]
    given = {name: read(home.tables, dataset(name)) for name in tables_behind(wanted) - {"sessions", "coverage_floor"}}
    given["bars"] = bars_left(given["bars"], holed.bars)
    given["shares"] = counts_left(given["shares"], holed.counts)
    given["groups"] = with_group(given["groups"], "lines", BOTH_LINES)
    given["sessions"] = pa.table({"session": pa.array(holed.sessions, pa.date32())})
    given["coverage_floor"] = pa.table({"floor": [0.8]})
    answered: dict[str, pa.Table] = pick(ENGINES, "duckdb").answer(wanted, given)
    return answered


def bars_left(table: pa.Table, bars: list[Bar]) -> pa.Table:
    left = {(bar.session, bar.security) for bar in bars}
    keys = zip(table["session"].to_pylist(), table["security"].to_pylist(), strict=True)
    return table.filter(pa.array([key in left for key in keys]))


def counts_left(table: pa.Table, counts: list[Count]) -> pa.Table:
    """The oracle's counts are mended already; here the corrections still act, so that only the places must agree."""
    left = {(item.security, item.covers, item.day) for item in counts}
    keys = zip(*(table[name].to_pylist() for name in ("security", "covers", "effective")), strict=True)
    kept = table.filter(pa.array([key in left for key in keys]))
    held = {(row["security"], row["effective"]) for row in kept.select(["security", "effective"]).to_pylist()}
    like = kept.slice(0, 1).to_pylist()[0]
    added = [
        like
        | {
            "security": c.security,
            "symbol": c.security,
            "covers": c.covers,
            "effective": c.day,
            "known": c.day,
            "count": c.count,
        }
        for c in counts
        if (c.security, c.day) not in held
    ]
    return pa.concat_tables([kept, pa.Table.from_pylist(added, schema=kept.schema)])


def with_group(table: pa.Table, name: str, securities: Iterable[str]) -> pa.Table:
    like = table.slice(0, 1).to_pylist()[0] | {"group": name}
    added = [like | {"security": security, "symbol": security} for security in securities]
    return pa.concat_tables([table, pa.Table.from_pylist(added, schema=table.schema)])


def test_the_holes_bring_every_way_of_standing_in(holed: Holed) -> None:
    hows = {part.how for levels in holed.parts.values() for part in levels["issuer"].values()}
    caps = {cap.how for cap in holed.market.caps.values()}
    withheld = [day for day, levels in holed.parts.items() if figures_of(levels["issuer"].values()).total is None]
    assert hows == {"measured", "carried", "nearest", "by fund", "typical", "doubtful"}
    assert caps == {"issuer count", "class count", "sum of 2 classes"}
    assert holed.market.sessions[100] in withheld
    assert len(withheld) < len(holed.parts) / 10


def test_market_caps_where_much_is_missing(holed: Holed) -> None:
    columns = ["session", "issuer", "market_cap", "close", "shares", "shares_effective", "how"]
    compare_caps(rows(holed.answers["market_caps"].select(columns)), holed.market)


def test_weights_where_much_is_missing(holed: Holed) -> None:
    compare_weights(
        of_index(holed.answers["weights"], "level", "member", "value", "weight", "value_low", "value_high", "how"),
        holed.parts,
    )


def test_figures_where_much_is_missing(holed: Holed) -> None:
    compare_figures(of_index(holed.answers["concentration"], "level", *FIGURES.split(", ")), holed.parts)


def test_group_shares_where_much_is_missing(holed: Holed) -> None:
    seen = compare_shares(
        of_index(holed.answers["group_share"], "group", "share", "share_low", "share_high"), holed.market, holed.parts
    )
    assert {name for _, name in seen} == {"magnificent7", "fangmant", "lines"}


def of_index(table: pa.Table, *columns: str) -> Iterator[Row]:
    return rows(table.filter(pc.equal(table["index"], "SP500")).select(["session", *columns]))
