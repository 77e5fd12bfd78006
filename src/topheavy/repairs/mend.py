"""Mending frames: repairs' values put in place, so that the next rule looks at what the figures will stand on."""

import polars as pl

from topheavy.repairs.rule import Repair
from topheavy.repairs.split_days import as_day


def mend(frame: pl.DataFrame, repairs: list[Repair]) -> pl.DataFrame:
    """Return the frame with the repairs' values in place; rows whose value is taken away are left out."""
    if not repairs:
        return frame
    if {item.dataset for item in repairs} == {"splits"}:
        return _mend_splits(frame, repairs)
    for field in sorted({item.field for item in repairs}):
        frame = _mend_field(frame, field, [item for item in repairs if item.field == field])
    return frame


def _mend_field(frame: pl.DataFrame, field: str, repairs: list[Repair]) -> pl.DataFrame:
    day = "session" if "session" in frame.columns else "effective"
    values = pl.DataFrame(
        [(r.security, r.effective, r.source, r.covers, r.before, r.after) for r in repairs],
        schema={
            "security": pl.String,
            day: pl.Date,
            "source": pl.String,
            "covers": pl.String,
            field: pl.Float64,
            "after": pl.Float64,
        },
        orient="row",
    ).with_columns(mended=pl.lit(value=True))
    keys = ["security", day, "source", field] + (["covers"] if "covers" in frame.columns else [])
    joined = frame.join(values.select(*keys, "after", "mended").unique(), on=keys, how="left")
    kept = joined.filter(pl.col("mended").is_null() | pl.col("after").is_not_null())
    return kept.with_columns(pl.coalesce("after", field).alias(field)).drop("after", "mended")


def _mend_splits(frame: pl.DataFrame, repairs: list[Repair]) -> pl.DataFrame:
    """Move, change, leave out and add splits (see the question splits_in_use, which does the same)."""
    rows = frame.to_dicts()
    for item in repairs:
        if item.field == "ratio" and item.before == 1:
            added = {"security": item.security, "effective": item.effective, "ratio": item.after, "kind": "split"}
            rows.append(dict.fromkeys(frame.columns) | added | {"source": item.source})
    changes: dict[tuple[object, ...], dict[str, Repair]] = {}
    for item in repairs:
        place = (item.security, item.effective, item.source)
        changes.setdefault((*place, item.before) if item.field == "ratio" else place, {})[item.field] = item
    kept = []
    for row in rows:
        place = (row["security"], row["effective"], row["source"])
        named = changes.get((*place, row["ratio"]), {}) | changes.get(place, {})
        after = {field: item.after for field, item in named.items()}
        if after.get("ratio", 1.0) is None:
            continue
        changed = dict(row)
        if after.get("ratio") is not None:
            changed["ratio"] = after["ratio"]
        if (moved := after.get("effective")) is not None:
            changed["effective"] = as_day(moved)
        if (follows := after.get("kind")) is not None:
            changed["kind"] = "spin_off" if follows == 1 else "split"
        kept.append(changed)
    return pl.DataFrame(kept, schema=frame.schema, orient="row")
