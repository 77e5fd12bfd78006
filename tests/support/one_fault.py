"""One fault put into a right market: which kinds there are, and what each does to its rows.

A market is dataset → rows. A fault changes some rows of one security and says what it did.
"""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

Row = dict[str, Any]
Rows = dict[str, list[Row]]
Fault = Callable[[Rows, str, Random], str]

FIELDS = ("open", "high", "low", "close")


def bars_of(rows: Rows, security: str) -> list[Row]:
    return sorted((row for row in rows["bars"] if row["security"] == security), key=lambda row: row["session"])


def counts_of(rows: Rows, security: str) -> list[Row]:
    return sorted((row for row in rows["shares"] if row["security"] == security), key=lambda row: row["effective"])


def splits_of(rows: Rows, security: str) -> list[Row]:
    return [row for row in rows["splits"] if row["security"] == security]


def times(bars: list[Row], factor: float, fields: tuple[str, ...] = FIELDS) -> None:
    for row in bars:
        row.update({field: row[field] * factor for field in fields})


def price_one_session(rows: Rows, security: str, draw: Random) -> str:
    bars, factor = bars_of(rows, security), draw.choice([10, 100, 1000, 0.1, 0.01])
    place = draw.randrange(1, len(bars) - 1)
    times(bars[place : place + 1], factor)
    return f"price × {factor} on {bars[place]['session']}"


def price_close_only(rows: Rows, security: str, draw: Random) -> str:
    bars, factor = bars_of(rows, security), draw.choice([10, 100, 0.1, 0.01])
    place = draw.randrange(1, len(bars) - 1)
    times(bars[place : place + 1], factor, ("close",))
    return f"close × {factor} on {bars[place]['session']}"


def price_spike(rows: Rows, security: str, draw: Random) -> str:
    bars, factor = bars_of(rows, security), draw.choice([1.3, 1.5, 2, 3, 0.7, 0.5])
    place = draw.randrange(30, len(bars) - 1)
    times(bars[place : place + 1], factor)
    return f"price × {factor} on {bars[place]['session']}"


def price_stretch(rows: Rows, security: str, draw: Random) -> str:
    bars, factor = bars_of(rows, security), draw.choice([100, 0.01, 10])
    length = draw.randrange(2, 60)
    place = draw.randrange(1, len(bars) - length)
    times(bars[place : place + length], factor)
    return f"price × {factor} for {length} sessions from {bars[place]['session']}"


def price_from_start(rows: Rows, security: str, draw: Random) -> str:
    bars, factor = bars_of(rows, security), draw.choice([100, 0.01, 10, 2, 4])
    place = draw.randrange(5, len(bars) - 5)
    times(bars[:place], factor)
    return f"price × {factor} before {bars[place]['session']}"


def price_to_end(rows: Rows, security: str, draw: Random) -> str:
    bars, factor = bars_of(rows, security), draw.choice([100, 0.01, 10, 0.5, 0.25])
    place = draw.randrange(5, len(bars) - 5)
    times(bars[place:], factor)
    return f"price × {factor} from {bars[place]['session']}"


def split_left_out(rows: Rows, security: str, draw: Random) -> str:
    gone = splits_of(rows, security)
    rows["splits"] = [row for row in rows["splits"] if row not in gone]
    return f"{len(gone)} splits in no list"


def split_moved(rows: Rows, security: str, draw: Random) -> str:
    by = draw.choice([-7, -4, -3, -1, 1, 3, 4, 7])
    for row in splits_of(rows, security):
        row["effective"] += timedelta(days=by)
    return f"splits dated {by} days off"


def split_twice(rows: Rows, security: str, draw: Random) -> str:
    by = draw.choice([-4, -3, -1, 1, 3, 4])
    rows["splits"] += [row | {"effective": row["effective"] + timedelta(days=by)} for row in splits_of(rows, security)]
    return f"splits listed again {by} days off"


def split_turned(rows: Rows, security: str, draw: Random) -> str:
    for row in splits_of(rows, security):
        row["ratio"] = 1 / row["ratio"]
    return "splits the wrong way round"


def split_of_another_size(rows: Rows, security: str, draw: Random) -> str:
    factor = draw.choice([2, 0.5, 10])
    for row in splits_of(rows, security):
        row["ratio"] *= factor
    return f"ratios × {factor}"


def split_that_never_was(rows: Rows, security: str, draw: Random) -> str:
    bars = bars_of(rows, security)
    day, ratio = bars[draw.randrange(20, len(bars) - 20)]["session"], draw.choice([2, 4, 10, 0.1])
    row = {"security": security, "symbol": security, "effective": day, "ratio": float(ratio), "kind": "split"}
    rows["splits"].append({**row, "evidence": None, **provenance_of(bars[0])})
    return f"a split of {ratio} that never was, on {day}"


def count_one(rows: Rows, security: str, draw: Random) -> str:
    counts = counts_of(rows, security)
    row, factor = draw.choice(counts[1:-1]), draw.choice([1000, 0.001, 1e-6, 10, 0.1, 2, 4, 0.25, 44])
    row["count"] *= factor
    return f"count × {factor} on {row['effective']}"


def count_last(rows: Rows, security: str, draw: Random) -> str:
    row, factor = counts_of(rows, security)[-1], draw.choice([1000, 0.001, 10, 0.5, 2, 1.3])
    row["count"] *= factor
    return f"last count × {factor}"


def count_first(rows: Rows, security: str, draw: Random) -> str:
    row, factor = counts_of(rows, security)[0], draw.choice([1000, 0.001, 10, 0.1, 3])
    row["count"] *= factor
    return f"first count × {factor}"


def counts_alternate(rows: Rows, security: str, draw: Random) -> str:
    factor = draw.choice([0.234, 4, 10])
    changed = counts_of(rows, security)[3::2]
    for row in changed:
        row["count"] *= factor
    return f"every other count × {factor} from {changed[0]['effective']}"


def counts_in_thousands(rows: Rows, security: str, draw: Random) -> str:
    factor = draw.choice([0.001, 1e-6, 1000])
    for row in counts_of(rows, security):
        row["count"] *= factor
    return f"all counts × {factor}"


def counts_in_thousands_since(rows: Rows, security: str, draw: Random) -> str:
    counts = counts_of(rows, security)
    changed = counts[draw.randrange(2, len(counts) - 1) :]
    for row in changed:
        row["count"] *= 0.001
    return f"counts in thousands from {changed[0]['effective']}"


def counts_restated_early(rows: Rows, security: str, draw: Random) -> str:
    (split, *_) = splits_of(rows, security)
    early = [row for row in counts_of(rows, security) if row["effective"] < split["effective"]][-draw.choice([1, 2]) :]
    for row in early:
        row["count"] *= split["ratio"]
    return f"{len(early)} counts on the new unit before the split of {split['effective']}"


def counts_end(rows: Rows, security: str, draw: Random) -> str:
    bars, counts = bars_of(rows, security), counts_of(rows, security)
    rows["shares"] = [row for row in rows["shares"] if row not in counts]
    old = counts[0] | {"effective": bars[0]["session"] - timedelta(days=2000), "count": counts[0]["count"] * 0.5}
    rows["shares"].append(old | {"known": old["effective"], "basis": old["effective"]})
    return "the only count is six years old, and half"


def provenance_of(row: Row) -> Row:
    return {name: row[name] for name in ("source", "source_kind", "origin", "received_at")}


ANY: tuple[Fault, ...] = (
    *(price_one_session, price_close_only, price_spike, price_stretch, price_from_start, price_to_end),
    *(split_that_never_was, count_one, count_last, count_first, counts_alternate, counts_in_thousands),
    *(counts_in_thousands_since, counts_end),
)
"""Faults that any security may have."""

OF_SPLITS: tuple[Fault, ...] = (
    *(split_left_out, split_moved, split_twice, split_turned, split_of_another_size, counts_restated_early),
)
"""Faults of a security that split."""
