"""All rules over the tables, in order, each on what the ones before it have mended."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

import polars as pl
import pyarrow as pa

from topheavy.core.plugins import RULES, load
from topheavy.datasets.schema import dataset
from topheavy.repairs.rule import Repair, Rule


def rules() -> list[Rule]:
    """Return every rule, in the order they run."""
    return sorted(load(RULES).values(), key=lambda rule: (rule.order, rule.name))


def inputs() -> set[str]:
    """Return the names of the datasets the rules read."""
    return {name for rule in rules() for name in rule.reads}


def find_repairs(tables: Mapping[str, pa.Table], switched_off: frozenset[str]) -> pa.Table:
    """Return the repairs dataset for these tables.

    ``switched_off`` are the ids of repairs that someone switched off: they are still listed, and do not act.
    """
    frames = {name: _frame(table) for name, table in tables.items()}
    found: dict[tuple[object, ...], Repair] = {}
    for rule in rules():
        fresh = rule.find(frames)
        for item in fresh:
            _add(found, item)
        acting = [item for item in fresh if identity(item) not in switched_off]
        frames = {
            name: mend(frame, [item for item in acting if item.dataset == name]) for name, frame in frames.items()
        }
    return _table(list(found.values()), switched_off)


def _add(found: dict[tuple[object, ...], Repair], item: Repair) -> None:
    """Add a repair; where an earlier rule mended the same value, one repair tells the whole way."""
    place = (item.dataset, item.security, item.effective, item.covers, item.source, item.field, item.before, item.rule)
    earlier = next((key for key, old in found.items() if key[:6] == place[:6] and old.after == item.before), None)
    if earlier is None:
        found[place] = item
        return
    old = found[earlier]
    found[earlier] = replace(item, before=old.before, evidence=f"{old.evidence}; then {item.evidence}")


def mend(frame: pl.DataFrame, repairs: list[Repair]) -> pl.DataFrame:
    """Return the frame with the repairs' values in place; rows whose value is taken away are left out."""
    if not repairs:
        return frame
    day = "session" if "session" in frame.columns else "effective"
    for field in sorted({item.field for item in repairs}):
        values = pl.DataFrame(
            [(r.security, r.effective, r.source, r.covers, r.before, r.after) for r in repairs if r.field == field],
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
        frame = kept.with_columns(pl.coalesce("after", field).alias(field)).drop("after", "mended")
    return frame


def identity(item: Repair) -> str:
    """Return the repair's id: the same fault found again has the same id.

    It names the place and the value as received, so a re-published value is a new fault.
    """
    place = f"{item.rule}|{item.dataset}|{item.security}|{item.effective}|{item.covers}|{item.source}"
    return sha256(f"{place}|{item.field}|{item.before!r}".encode()).hexdigest()[:10]


def _table(found: list[Repair], switched_off: frozenset[str]) -> pa.Table:
    schema = dataset("repairs").schema
    rows = [
        {name: getattr(item, name) for name in schema.names if name not in {"id", "active"}}
        | {"id": identity(item), "active": identity(item) not in switched_off}
        for item in found
    ]
    return pa.Table.from_pylist(rows, schema=schema)


def _frame(table: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame
