"""How far stand-ins are off: members that are measured are taken as missing, and funds' files tell of those that are.

The constants of ``member_issuers.sql`` and ``typical_members.sql`` are measured here again, on the real files.
"""

from collections.abc import Mapping
from datetime import date
from math import log, sqrt
from statistics import mean, median

import pytest

from support.market_data import PROJECT, market_file, needs_market
from support.raw_files import Names, read_fund, read_issuers
from topheavy.home import Home

pytestmark = [needs_market, pytest.mark.market]

KNOWN = PROJECT / "src" / "topheavy" / "sources" / "known"
NEW_YEAR = date(2022, 12, 30)
Caps = Mapping[str, float]


@pytest.fixture(scope="module")
def measured(real_place: Home) -> dict[date, dict[str, float]]:
    """Session → member issuer → its cap, of those that are measured."""
    caps: dict[date, dict[str, float]] = {}
    table = real_place.warehouse.ask(
        """SELECT session, member, value FROM weights
        WHERE "index" = 'SP500' AND level = 'issuer' AND how = 'measured'"""
    )
    for session, member, value in zip(*(column.to_pylist() for column in table.columns), strict=True):
        caps.setdefault(session, {})[member] = value
    return caps


def errors(before: Caps, after: Caps) -> list[float]:
    """By how much each member's weight drifted, in logarithms, against all that are measured on both days."""
    both = before.keys() & after.keys()
    move = sum(after[member] for member in both) / sum(before[member] for member in both)
    return [abs(log(after[member] / before[member] / move)) for member in both]


def nine_in_ten(values: list[float]) -> float:
    return sorted(values)[int(0.9 * len(values))]


@pytest.mark.parametrize("apart", [1, 5, 21, 63, 126, 252, 504, 700])
def test_a_weight_drifts_with_the_square_root_of_time(measured: dict[date, dict[str, float]], apart: int) -> None:
    """Every member is held out every fifth session: nine in ten keep within 0.0212 √days."""
    sessions = sorted(measured)
    off = []
    for place in range(apart, len(sessions), 5):
        before, after = sessions[place - apart], sessions[place]
        off += [error / sqrt((after - before).days) for error in errors(measured[before], measured[after])]
    print(f"{apart} sessions apart: nine in ten of {len(off):,} keep within {nine_in_ten(off):.4f} √days")
    assert nine_in_ten(off) == pytest.approx(0.0212, rel=0.1)


@pytest.fixture(scope="module")
def fund() -> dict[str, float]:
    """Issuer → market value in a file of IVV that the home of these tests does not hold."""
    issuers, held = read_issuers(KNOWN), {}
    path = market_file("holdings/IShares_IVV_holdings_20221230_resp.csv")
    for security, value in read_fund(path, NEW_YEAR, Names(KNOWN)).items():
        issuer = issuers.get(security, security)
        held[issuer] = held.get(issuer, 0.0) + value
    return held


def scaled(fund: Caps, caps: Caps) -> dict[str, float]:
    both = fund.keys() & caps.keys()
    scale = sum(caps[member] for member in both) / sum(fund[member] for member in both)
    return {member: value * scale for member, value in fund.items()}


def test_a_funds_weight_is_off_by_its_free_float(measured: dict[date, dict[str, float]], fund: Caps) -> None:
    caps = measured[NEW_YEAR]
    told = scaled(fund, caps)
    off = [abs(log(told[member] / caps[member])) for member in told.keys() & caps.keys()]
    assert len(off) > 400
    assert nine_in_ten(off) == pytest.approx(0.13, abs=0.015)


def test_what_stands_in_weighs_what_the_fund_says(
    real_place: Home, measured: dict[date, dict[str, float]], fund: Caps
) -> None:
    """Over 25 members that no file of prices has: the median would carry 2.6 %, twice what the fund holds of them."""
    rows = real_place.warehouse.rows(
        """SELECT member, weight, value_low / value * weight AS low, value_high / value * weight AS high FROM weights
        WHERE "index" = 'SP500' AND level = 'issuer' AND session = $day AND how NOT IN ('measured', 'doubtful')""",
        {"day": NEW_YEAR},
    )
    caps = measured[NEW_YEAR]
    told, inside = scaled(fund, caps), [row for row in rows if row["member"] in fund]
    held = sum(fund[row["member"]] for row in inside) / sum(fund.values())
    middle = median(caps.values())
    print(f"{len(inside)} missing: the fund {held:.2%}, stand-ins {sum(row['weight'] for row in inside):.2%}")
    assert len(inside) >= 25
    assert mean(told[row["member"]] for row in inside) / middle == pytest.approx(0.43, abs=0.03)
    assert sum(row["weight"] for row in inside) == pytest.approx(held, rel=0.2)
    assert sum(row["low"] for row in inside) < held < sum(row["high"] for row in inside)
    assert len(inside) * middle / (sum(caps.values()) + len(inside) * middle) > 2 * held
