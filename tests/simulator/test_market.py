"""The market itself: the same for a seed, and true to the identities a market keeps."""

import subprocess
import sys
import time
from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import orjson
import pytest

from topheavy.core.errors import UsageError
from topheavy.core.settings import read_settings
from topheavy.simulator.lists import constituents, groups
from topheavy.simulator.market import Market, make_market
from topheavy.simulator.names import stems
from topheavy.simulator.records import Fault, FaultKind

pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning:DeprecationWarning")
"""exchange_calendars on pandas 3.1 warns when it opens; nothing of ours."""

SINCE, UNTIL = date(2020, 11, 30), date(2024, 12, 13)


@pytest.fixture(scope="module")
def market() -> Market:
    return make_market(7, SINCE, UNTIL)


def small(seed: int) -> Market:
    return make_market(seed, date(2024, 1, 2), date(2024, 6, 28), companies=30)


def weights(market: Market, row: int) -> dict[int, float]:
    """Issuers' weights on a session, the slow way: every member line's shares × close."""
    caps: dict[int, float] = defaultdict(float)
    day = market.sessions[row]
    for one in market.memberships:
        if one.since <= day and (one.until is None or day < one.until):
            company = market.lines[one.line].company
            caps[company] += market.shares[row, one.line] * market.bars.close[row, one.line]
    total = sum(caps.values())
    return {company: cap / total for company, cap in caps.items()}


def planted(market: Market, kind: FaultKind) -> list[Fault]:
    return [fault for fault in market.faults if fault.kind is kind]


def test_the_same_seed_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "from datetime import date; from topheavy.simulator.market import make_market;"
        "print(make_market(3, date(2024, 1, 2), date(2024, 6, 28), companies=30).digest())"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert small(3).digest() == other


def test_another_seed_gives_another_market() -> None:
    assert len({small(seed).digest() for seed in range(5)}) == 5


def test_a_market_is_made_in_less_than_three_seconds() -> None:
    before = time.process_time()
    make_market(8, SINCE, UNTIL)
    assert time.process_time() - before < 3


def test_the_reference_period_has_1017_sessions(market: Market) -> None:
    assert len(market.sessions) == 1017
    assert market.bars.close.shape == (1017, len(market.lines))


def test_the_giants_grow_from_22_to_33_percent(market: Market) -> None:
    giants = [company.number for company in market.companies if company.giant]
    assert len(giants) == 7
    for row, share in ((0, 0.22), (-1, 0.33)):
        found = weights(market, row % 1017)
        assert sum(found[giant] for giant in giants) == pytest.approx(share, abs=0.0005)


def test_the_index_ends_as_concentrated_as_a_large_cap_index(market: Market) -> None:
    found = np.array(list(weights(market, 1016).values()))
    hhi = float((found**2).sum() * 10_000)
    assert hhi == pytest.approx(200, abs=5)
    assert 10_000 / hhi == pytest.approx(50, abs=1.5)


def test_the_total_is_about_40_trillion(market: Market) -> None:
    totals = [float((market.shares * market.bars.close)[row][market.member[row]].sum()) for row in (0, 1016)]
    assert totals == pytest.approx([31.5e12, 51e12], rel=0.001)
    assert (totals[0] * totals[1]) ** 0.5 == pytest.approx(40e12, rel=0.01)


def test_there_are_always_500_issuers_in_505_lines(market: Market) -> None:
    assert set(market.member.sum(axis=1).tolist()) == {505}
    assert {len(weights(market, row)) for row in (0, 300, 700, 1016)} == {500}


def test_caps_by_issuer_add_all_classes(market: Market) -> None:
    giant = market.companies[4]
    assert len(giant.lines) == 2
    by_hand = sum(market.shares[500, line] * market.bars.close[500, line] for line in giant.lines)
    assert market.issuer_caps[500, 4] == pytest.approx(by_hand)


def test_every_member_has_a_true_bar_on_every_session(market: Market) -> None:
    assert np.isfinite(market.bars.close[market.member]).all()


def test_true_bars_are_in_order(market: Market) -> None:
    bars, seen = market.bars, np.isfinite(market.bars.close)
    low, high = np.fmin(bars.open, bars.close), np.fmax(bars.open, bars.close)
    assert (bars.low[seen] <= low[seen]).all()
    assert (bars.high[seen] >= high[seen]).all()
    assert ((bars.low <= bars.vwap) & (bars.vwap <= bars.high))[seen].all()
    assert (bars.volume[seen] > 0).all()


def test_returns_share_one_factor(market: Market) -> None:
    adjusted = market.bars.close / market.factor
    returns = np.diff(np.log(adjusted[:, np.isfinite(adjusted).all(axis=0)]), axis=0)
    market_return = returns.mean(axis=1)
    correlations = [np.corrcoef(market_return, returns[:, i])[0, 1] for i in range(returns.shape[1])]
    assert 0.3 < float(np.median(correlations)) < 0.8
    assert float(market_return.std() * 252**0.5) == pytest.approx(0.17, abs=0.04)


def test_splits_are_of_every_kind(market: Market) -> None:
    ratios = Counter((one.new, one.old) for one in market.splits)
    assert len(market.splits) == 25
    assert {(4, 1), (10, 1), (3, 2), (1, 8), (20, 1), (1253, 1000)} <= set(ratios)
    assert ratios[1, 8] == ratios[1253, 1000] == 1
    assert {(one.new, one.old) for one in market.splits if market.lines[one.line].company < 7} >= {(4, 1), (10, 1)}


def test_prices_go_on_across_splits(market: Market) -> None:
    for one in market.splits:
        row = market.row_of[one.effective]
        before, after = market.bars.close[row - 1 : row + 1, one.line]
        assert after * one.ratio == pytest.approx(before, rel=0.12), one
        assert market.factor[row - 1, one.line] / market.factor[row, one.line] == pytest.approx(one.ratio)


def test_counts_follow_splits_but_not_spin_offs(market: Market) -> None:
    for one in market.splits:
        row = market.row_of[one.effective]
        step = market.shares[row, one.line] / market.shares[row - 1, one.line]
        assert step == pytest.approx(1 if one.spin_off else one.ratio, rel=0.03), one


def test_a_count_is_the_latest_effective_cover_page_on_the_days_unit(market: Market) -> None:
    grower = next(company for company in market.companies if company.number == 2)
    line = grower.lines[0]
    pages = [page for page in market.filings if page.line == line]
    for row in (0, 160, 161, 500, 895, 896, 1016):
        day = market.sessions[row]
        page = max((p for p in pages if p.effective <= day), key=lambda p: p.effective)
        splits = [s.ratio for s in market.splits if s.line == line and page.effective < s.effective <= day]
        assert market.shares[row, line] == pytest.approx(page.count * np.prod(splits), abs=1e-3)


def test_the_merger_lasts(market: Market) -> None:
    counts = market.shares[:, market.companies[market.cast.merger].lines[0]]
    steps = counts[1:] / counts[:-1]
    row = int(np.argmax(steps))
    assert steps[row] == pytest.approx(1.3, rel=0.02)
    assert 400 < row < 620
    assert counts[-1] > 1.2 * counts[0]


def test_most_companies_pay_every_quarter(market: Market) -> None:
    paid = Counter(one.line for one in market.dividends)
    assert 0.75 < len(paid) / len(market.lines) < 0.9
    assert Counter(paid.values()).most_common(1)[0][0] in (16, 17)
    assert all(one.declared < one.ex <= one.record < one.pay and one.amount > 0 for one in market.dividends)
    yearly = [one.amount * 4 / market.bars.close[market.row_of[one.ex], one.line] for one in market.dividends]
    assert 0.01 < float(np.median(yearly)) < 0.03


def test_five_issuers_have_two_lines_and_no_count_at_the_sec(market: Market) -> None:
    dual = {company.number for company in market.companies if len(company.lines) == 2}
    assert len(dual) == 5
    assert not dual & {page.company for page in market.filings}


def test_two_classes_move_together(market: Market) -> None:
    for company in market.companies:
        if len(company.lines) == 2:
            main, second = company.lines
            ratio = market.bars.close[:, second] / market.bars.close[:, main] / market.lines[second].unit
            assert np.abs(ratio - 1).max() < 0.05


def test_memberships_never_overlap(market: Market) -> None:
    rows = [row.split(",") for row in constituents(market).splitlines()[1:]]
    by_symbol: dict[str, list[tuple[str, str]]] = {}
    for symbol, since, until in rows:
        assert not until or since < until
        by_symbol.setdefault(symbol, []).append((since, until or "9999"))
    for periods in by_symbol.values():
        periods.sort()
        assert all(end <= start for (_, end), (start, _) in pairwise(periods))


def test_forty_companies_join_and_forty_leave(market: Market) -> None:
    inside = [one for one in market.memberships if len(market.companies[market.lines[one.line].company].lines) == 1]
    assert sum(SINCE < one.since <= UNTIL for one in inside) == 40
    assert sum(one.until is not None for one in inside) == 40


def test_constituents_go_by_the_name_of_their_time(market: Market) -> None:
    lines = constituents(market).splitlines()
    giant = market.lines[market.companies[5].lines[0]]
    old, new = giant.namings
    assert new.symbol == "VAQN"
    assert f"{old.symbol},{market.memberships[giant.number].since},{new.since}" in lines
    assert f"VAQN,{new.since}," in lines


def test_six_lines_change_their_symbol_within_the_period(market: Market) -> None:
    changed = [line for line in market.lines if len(line.namings) == 2]
    assert len(changed) == 6
    for line in changed:
        old, new = line.namings
        assert old.until == new.since
        assert SINCE < new.since < UNTIL
        assert line.symbol_on(new.since - timedelta(days=1)) == old.symbol
        assert line.symbol_on(new.since) == new.symbol
        assert market.line_named(old.symbol, new.since) is None
        assert market.line_named(new.symbol, new.since) is line


def test_a_company_is_listed_and_another_stops_trading(market: Market) -> None:
    listed = market.lines[market.companies[market.cast.joiners[0]].lines[0]]
    gone = market.lines[market.companies[market.cast.leavers[0]].lines[0]]
    first, last = market.row_of[listed.listed], market.row_of[gone.delisted or SINCE]
    assert np.isfinite(market.bars.close[first:, listed.number]).all()
    assert np.isnan(market.bars.close[:first, listed.number]).all()
    assert np.isfinite(market.bars.close[:last, gone.number]).all()
    assert np.isnan(market.bars.close[last:, gone.number]).all()
    assert market.memberships[gone.number].until == gone.delisted
    assert (market.memberships[listed.number].since - listed.listed) > timedelta(days=90)
    entry = next(page for page in market.filings if page.line == listed.number)
    assert (entry.form, entry.effective, entry.filed) == ("S-1", listed.listed, listed.listed)


def test_no_symbol_is_used_twice_and_none_looks_real(market: Market) -> None:
    symbols = [naming.symbol for line in market.lines for naming in line.namings]
    assert len(symbols) == len(set(symbols))
    assert all(symbol[2] == "Q" and symbol.isupper() for symbol in symbols)
    assert min(company.cik for company in market.companies) > 9_000_000_000


def test_no_invented_name_is_a_well_known_one() -> None:
    known = {
        "Apple", "Microsoft", "Nvidia", "Amazon", "Alphabet", "Google", "Meta", "Facebook", "Tesla", "Broadcom",
        "Berkshire", "Lilly", "Visa", "Mastercard", "Walmart", "Costco", "Netflix", "Oracle", "Chevron", "Exxon",
        "Nordstrom", "Marriott", "Dollar", "Lorillard", "Altria", "Allergan", "Carnival", "Corning", "Equifax",
        "Garmin", "Halliburton", "Kellogg", "Pepsico", "Salesforce", "Valero", "Verizon", "Wells", "Xerox", "Zoetis",
    }  # fmt: skip
    assert not known & set(stems(2600, np.random.default_rng(1)))


@pytest.mark.market
def test_no_symbol_was_ever_one_of_the_real_index(market: Market) -> None:
    path = read_settings().market_data / "constituents" / "sp500_ticker_start_end.csv"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    real = {line.split(",")[0] for line in path.read_text().splitlines()}
    assert len(real) > 1000
    assert not real & {naming.symbol for line in market.lines for naming in line.namings}


def test_the_group_has_one_latest_symbol_for_each_giant(market: Market) -> None:
    expected = ["ORQD", "WIQS", "VIQL", "RIQC", "LEQS", "VAQN", "COQW"]
    assert groups(market).splitlines() == ["group,ticker", *(f"magnificent7,{symbol}" for symbol in expected)]


def test_six_counts_are_wrong_once_and_come_back(market: Market) -> None:
    wrong = planted(market, FaultKind.WRONG_COUNT)
    assert len({fault.line for fault in wrong}) == 6
    for fault in wrong:
        pages = [page for page in market.filings if page.line == fault.line]
        bad = [i for i, page in enumerate(pages) if page.printed != page.count]
        assert len(bad) == 1
        page = pages[bad[0]]
        assert (page.effective, page.printed, page.count) == (fault.since, fault.served, fault.true)
        assert page.effective >= SINCE
        for neighbour in (pages[bad[0] - 1], pages[bad[0] + 1]):
            assert neighbour.printed == pytest.approx(page.count, rel=0.03)
            assert not 0.3 < page.printed / neighbour.printed < 5
    assert sum(page.printed != page.count for page in market.filings) == 6


def test_one_filing_is_two_months_late(market: Market) -> None:
    (fault,) = planted(market, FaultKind.LATE_FILING)
    days = {page: (page.filed - page.effective).days for page in market.filings}
    late = [page for page, wait in days.items() if wait >= 60]
    assert [(page.line, page.effective, page.filed) for page in late] == [(fault.line, fault.since, fault.until)]
    assert sorted(days.values())[-2] < 15


def test_the_split_mismatch_begins_with_the_quarters_last_session(market: Market) -> None:
    mismatch = planted(market, FaultKind.SPLIT_MISMATCH)
    assert [fault.line for fault in mismatch] == list(market.companies[4].lines)
    for fault in mismatch:
        row, split = market.row_of[fault.since], market.row_of[fault.until]
        assert (fault.since, split - row) == (date(2022, 6, 30), 10)
        assert fault.served == 10 * fault.true == 10 * market.shares[row, fault.line]
        assert market.shares[split, fault.line] == pytest.approx(10 * market.shares[split - 1, fault.line], rel=0.03)


def test_bars_are_served_as_they_are_but_for_the_planted_faults(market: Market) -> None:
    (crossed,) = planted(market, FaultKind.LOW_ABOVE_OPEN)
    row = market.row_of[crossed.since]
    assert market.bars.low[row, crossed.line] == market.bars.open[row, crossed.line] == crossed.true
    assert market.served.low[row, crossed.line] == crossed.served
    assert (crossed.served or 0) > crossed.true
    missing = planted(market, FaultKind.MISSING_BAR)
    assert len(missing) == 3
    gone = {(market.row_of[fault.since], fault.line) for fault in missing}
    differs = ~((market.served.low == market.bars.low) | np.isnan(market.bars.low))
    assert set(zip(*map(list, np.nonzero(differs)), strict=True)) == gone | {(row, crossed.line)}
    for fault in missing:
        assert fault.true == market.bars.close[market.row_of[fault.since], fault.line]
        assert market.member[market.row_of[fault.since], fault.line]


def test_every_company_of_a_fault_has_no_other_part(market: Market) -> None:
    lines = {fault.line for fault in market.faults if fault.kind is not FaultKind.SPLIT_MISMATCH}
    assert not lines & {one.line for one in market.splits}
    assert all(len(market.lines[line].namings) == 1 and market.member[:, line].all() for line in lines)


def test_records_are_plain_values(market: Market) -> None:
    parts = [market.splits, market.dividends, market.filings, market.faults, market.memberships, market.lines]
    assert len(orjson.loads(orjson.dumps(parts))) == 6


@pytest.mark.parametrize(
    ("since", "until", "companies", "what"),
    [
        (date(2024, 1, 2), date(2024, 6, 28), 29, "30 companies"),
        (date(2024, 1, 2), date(2024, 1, 19), 30, "20 sessions"),
        (date(2024, 2, 2), date(2024, 1, 19), 30, "ends"),
    ],
)
def test_a_market_too_small_is_refused(since: date, until: date, companies: int, what: str) -> None:
    with pytest.raises(UsageError, match=what):
        make_market(1, since, until, companies)


@pytest.mark.parametrize("seed", range(4))
def test_the_smallest_market_has_every_event_and_fault(seed: int) -> None:
    market = make_market(seed, date(2021, 3, 1), date(2021, 3, 26), companies=30)
    assert len(market.sessions) == 20
    assert Counter(fault.kind for fault in market.faults) == {
        FaultKind.WRONG_COUNT: 6,
        FaultKind.LATE_FILING: 1,
        FaultKind.SPLIT_MISMATCH: 2,
        FaultKind.LOW_ABOVE_OPEN: 1,
        FaultKind.MISSING_BAR: 3,
    }
    assert {len(weights(market, row)) for row in range(20)} == {30}
    assert any(one.spin_off for one in market.splits)
