"""One fault of any kind in a right market: the group's share is right, or the security is doubted.

``TOPHEAVY_TRIALS`` says how many faults are put in (default 40; ``make endurance``: 500).
"""

import os
from copy import deepcopy
from datetime import date, timedelta
from math import exp
from random import Random

import pytest

from support.market_data import needs_market
from support.metric_market import PROVENANCE, bar, count, market, split
from support.one_fault import ANY, OF_SPLITS, Rows, bars_of
from topheavy.core.calendar import sessions
from topheavy.home import Home
from topheavy.metrics.engines.duckdb import DuckDB
from topheavy.repairs.run import look

TRIALS = int(os.environ.get("TOPHEAVY_TRIALS", "40"))
TOLERANCE = 0.001
"""A tenth of a percentage point."""

DAYS = sessions(date(2022, 9, 1), date(2023, 12, 29))
COMPANIES = [f"CO{number:02}" for number in range(20)]
GROUP = set(COMPANIES[:4])
SPLITS = {"CO00": (date(2023, 6, 12), 10.0), "CO01": (date(2023, 2, 13), 4.0), "CO02": (date(2023, 8, 14), 0.1)}
SPLITS |= {"CO07": (date(2023, 3, 13), 1.5), "CO09": (date(2023, 9, 11), 20.0)}

Shares = dict[tuple[date, str], float]
"""Session and company → cap."""


def right(seed: int = 7) -> tuple[Rows, Shares]:
    """A right market, and every company's cap in it."""
    draw = Random(seed)
    rows: Rows = {"bars": [], "shares": [], "splits": []}
    caps: Shares = {}
    for place, company in enumerate(COMPANIES):
        day_of_split, ratio = SPLITS.get(company, (date.max, 1.0))
        outstanding, price = 4e9 / (place + 1) ** 0.8, draw.uniform(40, 400)
        quarters = [DAYS[0] - timedelta(days=500) + timedelta(days=91 * quarter) for quarter in range(11)]
        filed = {day: outstanding * 0.995**number for number, day in enumerate(quarters)}
        for day, shares in filed.items():
            unit = ratio if day >= day_of_split else 1.0
            rows["shares"].append({**count(company, day, shares * unit), **PROVENANCE})
        for session in DAYS:
            price *= exp(draw.gauss(0.0003, 0.016))
            unit = ratio if session >= day_of_split else 1.0
            volume = outstanding * unit * 0.006 * exp(draw.gauss(0, 0.3))
            rows["bars"].append({**bar(session, company, price / unit, volume=volume), "vwap": None, **PROVENANCE})
            in_use = max(day for day in filed if day <= session)
            caps[session, company] = filed[in_use] * price
        if ratio != 1:
            rows["splits"].append({**split(company, day_of_split, ratio), "evidence": None, **PROVENANCE})
    return rows, caps


def share(caps: Shares, group: set[str], session: date) -> float:
    whole = sum(cap for (day, _), cap in caps.items() if day == session)
    return sum(cap for (day, company), cap in caps.items() if day == session and company in group) / whole


def shares(caps: Shares, group: set[str]) -> dict[date, float]:
    whole: dict[date, float] = {}
    part: dict[date, float] = {}
    for (day, company), cap in caps.items():
        whole[day] = whole.get(day, 0.0) + cap
        part[day] = part.get(day, 0.0) + (cap if company in group else 0.0)
    return {day: part[day] / whole[day] for day in whole}


def published(rows: Rows) -> tuple[Shares, set[tuple[date, str]], int]:
    """Caps as they would be published, which of them are doubted, and how many repairs acted."""
    tables = market(rows)
    looked = look(tables, frozenset(), {})
    answer = DuckDB().answer(["market_caps"], {**tables, "repairs": looked.repairs, "doubts": looked.doubts})
    found = answer["market_caps"].select(["session", "issuer", "market_cap", "doubt"]).to_pylist()
    caps = {(row["session"], row["issuer"]): row["market_cap"] for row in found}
    return caps, {(row["session"], row["issuer"]) for row in found if row["doubt"]}, looked.repairs.num_rows


def wrong_in_silence(rows: Rows, true: Shares, group: set[str], company: str) -> list[date]:
    """The sessions whose share is wrong, while the company has a cap and no doubt."""
    caps, doubted, _ = published(rows)
    told = doubted | (set(true) - set(caps))
    expected = shares(true, group)
    got = shares({**true, **caps}, group)
    return [day for day in got if abs(got[day] - expected[day]) > TOLERANCE and (day, company) not in told]


def test_the_right_market_is_neither_mended_nor_doubted() -> None:
    rows, true = right()
    caps, doubted, repairs = published(rows)
    assert repairs == 0
    assert doubted == set()
    assert caps == pytest.approx(true)


def test_one_fault_is_mended_or_told() -> None:
    clean, true = right()
    misses = []
    for seed in range(TRIALS):
        draw = Random(seed)
        fault = draw.choice([*ANY, *OF_SPLITS])
        company = draw.choice(sorted(SPLITS) if fault in OF_SPLITS else COMPANIES[:8])
        rows = deepcopy(clean)
        done = fault(rows, company, draw)
        if days := wrong_in_silence(rows, true, GROUP, company):
            misses.append(f"{seed}: {company}: {done}: {len(days)} sessions from {days[0]}")
    print(f"\nof {TRIALS} faults in a right market {len(misses)} went by in silence", *misses, sep="\n")
    assert len(misses) <= TRIALS * ALLOWED, misses


ALLOWED = 0.0


@needs_market
def test_one_fault_in_real_files_is_mended_or_told(real_place: Home) -> None:
    """Thirty real companies over two years; the truth is what is published without the fault."""
    clean = _real_rows(real_place)
    true, doubted, _ = published(clean)
    group = {"AAPL", "MSFT", "NVDA", "TSLA", "AMZN"}
    chosen = sorted({row["security"] for row in clean["bars"]} - {company for _, company in doubted})
    misses = []
    for seed in range(TRIALS):
        draw = Random(1000 + seed)
        fault = draw.choice(ANY)
        company = draw.choice([name for name in chosen if len(bars_of(clean, name)) > 100])
        rows = deepcopy(clean)
        done = fault(rows, company, draw)
        if days := wrong_in_silence(rows, true, group, company):
            misses.append(f"{seed}: {company}: {done}: {len(days)} sessions from {days[0]}")
    print(f"\nof {TRIALS} faults in real files {len(misses)} went by in silence", *misses, sep="\n")
    assert len(misses) <= TRIALS * ALLOWED, misses


REAL = (
    "AAPL",
    "MSFT",
    "NVDA",
    "TSLA",
    "AMZN",
    "JNJ",
    "JPM",
    "XOM",
    "PG",
    "KO",
    "PEP",
    "CSCO",
    "INTC",
    "VZ",
    "T",
    "MRK",
)


def _real_rows(place: Home) -> Rows:
    chosen = ", ".join(f"'{name}'" for name in REAL)
    period = "session BETWEEN DATE '2021-06-01' AND DATE '2022-12-30'"
    return {
        "bars": place.warehouse.rows(f"SELECT * FROM bars WHERE security IN ({chosen}) AND {period}"),
        "shares": place.warehouse.rows(
            f"SELECT s.* FROM shares AS s WHERE security IN ({chosen}) AND covers = 'class' "
            "AND NOT EXISTS (SELECT 1 FROM repairs AS r WHERE r.security = s.security AND r.before = s.count)"
        ),
        "splits": place.warehouse.rows(f"SELECT * FROM splits WHERE security IN ({chosen})"),
    }
