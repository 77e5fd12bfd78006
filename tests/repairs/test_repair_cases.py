"""Pairs of real faulty histories and what they should be: for each, whether the fault is found, told or invisible.

A price is *found* when it comes out within 2 % of the right one, a dividend when its amount does. Nothing gets worse:
no price or dividend of a right history is changed, unless both files of a pair carry that further fault.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl
import pytest

from support.frames import Frames, schema
from support.market_data import market_file, needs_market
from topheavy.repairs.doubts.doubt import Doubt
from topheavy.repairs.mend import mend
from topheavy.repairs.rule import Repair
from topheavy.repairs.run import doubt_rules, rules

FOUND, TOLD, INVISIBLE = "found", "told", "invisible"
PAIRS = {
    "1398-HK-1d-bad-div": (INVISIBLE, "only the vendor's own adjusted close is wrong, which is not read"),
    "4063-T-1d-bad-div": (INVISIBLE, "275 for 55 after a 5:1 split is 7 % of the price: a special dividend may be"),
    "8TRA-DE-1d-missing-div-adjust": (INVISIBLE, "only the vendor's own adjusted close is wrong, which is not read"),
    "ADIG-L-1d-bad-div": (INVISIBLE, "only the vendor's own adjusted close is wrong, which is not read"),
    "ALPHA-PA-1d-bad-stock-split": (FOUND, "one bar on the old unit of a 1:10,000 split"),
    "AV-L-1wk-bad-stock-split": (INVISIBLE, "a weekly bar a quarter too low, in the week a fifth was paid out"),
    "CNE-L-1d-bad-stock-split": (FOUND, "one bar on the other side of a split, beside a large dividend"),
    "DODFX-1d-cg-double-count": (INVISIBLE, "only the vendor's own adjusted close is wrong, which is not read"),
    "KAP-IL-1d-bad-div": (INVISIBLE, "a dividend listed again days later: two dividends may be"),
    "KME-MI-1d-bad-div": (FOUND, "a dividend a hundred times too large"),
    "LSC-L-1d-bad-div": (FOUND, "all dividends in pence, prices in pounds"),
    "NVT-L-1d-bad-div": (FOUND, "a dividend a hundredth of the others"),
    "REL-L-1d-bad-div": (FOUND, "all dividends in pence, prices in pounds"),
    "SAND-1d-bad-div": (INVISIBLE, "a dividend listed twice within weeks: two dividends may be"),
    "SERE-L-1d-bad-div": (INVISIBLE, "only the vendor's own adjusted close is wrong, which is not read"),
    "SSW-JO-1d-100x-error": (TOLD, "all bars before a day a hundred times too large: which side is right?"),
    "TENT-L-1d-bad-div": (INVISIBLE, "most dividends are a hundredth: what is usual is wrong itself"),
    "VWILX-1d-cg-double-count": (INVISIBLE, "only the vendor's own adjusted close is wrong, which is not read"),
}
FURTHER_FAULT = {"LSC-L-1d-bad-div": 110, "NVT-L-1d-bad-div": 35}
"""Sessions whose price (and dividend) is a hundred times off in both files of the pair, and is mended in both."""


@dataclass(frozen=True)
class Looked:
    before: Frames
    after: Frames
    repairs: list[Repair]
    doubts: list[Doubt]


def history(name: str) -> Frames:
    """A vendor's history as the rules read it: split-adjusted as of its last day."""
    rows = pl.read_csv(market_file(f"repair_cases/{name}.csv.gz"), try_parse_dates=True, infer_schema_length=None)
    rows = rows.with_columns(session=rows.to_series(0).dt.offset_by("12h").dt.date(), security=pl.lit("A"))
    downloaded = rows["session"].max()
    assert isinstance(downloaded, date)
    number = {"volume": "Volume", "open": "Open", "high": "High", "low": "Low", "close": "Close"}
    common = {"symbol": pl.lit("A"), "source": pl.lit("yahoo"), "basis": pl.lit(downloaded)}
    bars = rows.filter(pl.col("Close") > 0).select(
        "session", "security", **common, **{to: pl.col(column).cast(pl.Float64) for to, column in number.items()}
    )
    dividends = rows.filter(pl.col("Dividends") > 0).select(
        "security", **common, effective="session", amount=pl.col("Dividends").cast(pl.Float64)
    )
    splits = rows.filter(pl.col("Stock Splits") > 0).select(
        "security", **common, effective="session", ratio=pl.col("Stock Splits").cast(pl.Float64), kind=pl.lit("split")
    )
    empty = {name: pl.DataFrame(schema=schema(name)) for name in ("shares", "symbols", "securities", "holdings")}
    kind = pl.lit(None, dtype=pl.String).alias("kind")
    return {**empty, "bars": bars, "dividends": dividends.with_columns(kind), "splits": splits.drop("basis")}


def looked(name: str) -> Looked:
    before = history(name)
    after, repairs = dict(before), []
    for rule in rules():
        fresh = rule.find(after)
        repairs += fresh
        after = {name: mend(frame, [item for item in fresh if item.dataset == name]) for name, frame in after.items()}
    return Looked(before, after, repairs, [item for rule in doubt_rules() for item in rule.find(after)])


def off(found: Frames, right: Frames, dataset: str) -> set[date]:
    """The days on which a close or a dividend is more than 2 % from the right one, or on one side only."""
    day, value = ("session", "close") if dataset == "bars" else ("effective", "amount")
    both = found[dataset].join(right[dataset], on=day, how="full", coalesce=True, suffix="_right")
    far = ((pl.col(value) / pl.col(f"{value}_right") - 1).abs() > 0.02).fill_null(value=True)
    return set(both.filter(far)[day])


@needs_market
@pytest.mark.parametrize("name", PAIRS)
def test_its_fault_is_what_the_table_says(name: str) -> None:
    outcome, why = PAIRS[name]
    right, seen = history(f"{name}-fixed"), looked(name)
    wrong = {(kind, day) for kind in ("bars", "dividends") for day in off(seen.before, right, kind)}
    of_both = looked(f"{name}-fixed").repairs if name in FURTHER_FAULT else []
    further = {(item.dataset, item.effective) for item in of_both}
    left = {(kind, day) for kind in ("bars", "dividends") for day in off(seen.after, right, kind)} - further
    assert left <= wrong, f"{name} got worse"
    if outcome == FOUND:
        assert wrong, name
        assert left == set(), f"{name}: {why}"
    else:
        assert left == wrong, f"{name} is better than said: {why}"
        assert bool(seen.doubts) == (outcome == TOLD)


@needs_market
@pytest.mark.parametrize("name", PAIRS)
def test_what_is_right_stays(name: str) -> None:
    right = history(f"{name}-fixed")
    seen = looked(f"{name}-fixed")
    changed = off(seen.after, right, "bars")
    assert len(changed) == FURTHER_FAULT.get(name, 0)
    if name not in FURTHER_FAULT:
        assert off(seen.after, right, "dividends") == set()
