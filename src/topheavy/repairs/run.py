"""All rules over the tables, in order, each on what the ones before it have mended; then what is left unexplained."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

import polars as pl
import pyarrow as pa

from topheavy.core.plugins import DOUBTS, RULES, load
from topheavy.datasets.schema import dataset
from topheavy.repairs.doubts.doubt import Doubt, DoubtRule
from topheavy.repairs.mend import mend
from topheavy.repairs.rule import Frames, Repair, Rule


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a person answered to a doubt's question: yes (the data are wrong as it says) or no, and why."""

    verdict: str
    because: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found: the repairs and the doubts, as the datasets of these names."""

    repairs: pa.Table
    doubts: pa.Table


def rules() -> list[Rule]:
    """Return every rule, in the order they run."""
    return sorted(load(RULES).values(), key=lambda rule: (rule.order, rule.name))


def doubt_rules() -> list[DoubtRule]:
    """Return every rule of doubt, by name."""
    return sorted(load(DOUBTS).values(), key=lambda rule: rule.name)


def inputs() -> set[str]:
    """Return the names of the datasets the rules read."""
    mended = {name for rule in rules() for name in rule.reads}
    return mended | {name for rule in doubt_rules() for name in rule.reads}


def find_repairs(tables: Mapping[str, pa.Table], switched_off: frozenset[str]) -> pa.Table:
    """Return the repairs dataset for these tables.

    ``switched_off`` are the ids of repairs that someone switched off: they are still listed, and do not act.
    """
    found, _ = _mend_by_rules({name: _frame(table) for name, table in tables.items()}, switched_off)
    return _table(found, switched_off)


def look(tables: Mapping[str, pa.Table], switched_off: frozenset[str], rulings: Mapping[str, Ruling]) -> Looked:
    """Return what is wrong in these tables and mended, and what is left that nothing explains.

    ``rulings`` are a person's, by the doubt's id: a no closes the doubt, a yes makes its remedy a repair.
    """
    found, frames = _mend_by_rules({name: _frame(table) for name, table in tables.items()}, switched_off)
    doubts = [doubt for rule in doubt_rules() for doubt in rule.find(frames)]
    ruled = [_as_ruled(item, doubt, rulings[doubt.identity]) for doubt in doubts for item in _remedies(doubt, rulings)]
    if ruled:
        acting = [item for item in ruled if identity(item) not in switched_off]
        frames = {name: mend(frame, _of(name, acting)) for name, frame in frames.items()}
        answered = [doubt for doubt in doubts if doubt.identity in rulings]
        settled = {(doubt.rule, doubt.security, doubt.since) for doubt in answered}
        left = [doubt for rule in doubt_rules() for doubt in rule.find(frames)]
        doubts = answered + [doubt for doubt in left if (doubt.rule, doubt.security, doubt.since) not in settled]
    return Looked(_table(found + ruled, switched_off), _doubts_table(doubts, rulings))


def _mend_by_rules(frames: Frames, switched_off: frozenset[str]) -> tuple[list[Repair], Frames]:
    found: dict[tuple[object, ...], Repair] = {}
    for rule in rules():
        fresh = rule.find(frames)
        for item in fresh:
            _add(found, item)
        acting = [item for item in fresh if identity(item) not in switched_off]
        frames = {name: mend(frame, _of(name, acting)) for name, frame in frames.items()}
    return list(found.values()), frames


def _of(name: str, repairs: list[Repair]) -> list[Repair]:
    return [item for item in repairs if item.dataset == name]


def _remedies(doubt: Doubt, rulings: Mapping[str, Ruling]) -> tuple[Repair, ...]:
    ruling = rulings.get(doubt.identity)
    return doubt.if_yes if ruling and ruling.verdict == "yes" else ()


def _as_ruled(item: Repair, doubt: Doubt, ruling: Ruling) -> Repair:
    return replace(item, evidence=f"{item.evidence}; ruled yes on doubt {doubt.identity}: {ruling.because}")


def _add(found: dict[tuple[object, ...], Repair], item: Repair) -> None:
    """Add a repair; where an earlier rule mended the same value, one repair tells the whole way."""
    place = (item.dataset, item.security, item.effective, item.covers, item.source, item.field, item.before, item.rule)
    earlier = next((key for key, old in found.items() if key[:6] == place[:6] and old.after == item.before), None)
    if earlier is None:
        found[place] = item
        return
    old = found[earlier]
    found[earlier] = replace(item, before=old.before, evidence=f"{old.evidence}; then {item.evidence}")


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


def _doubts_table(doubts: list[Doubt], rulings: Mapping[str, Ruling]) -> pa.Table:
    once = {doubt.identity: doubt for doubt in reversed(doubts)}
    rows = [
        {
            "id": name,
            "rule": doubt.rule,
            "security": doubt.security,
            "since": doubt.since,
            "until": doubt.until,
            "evidence": doubt.evidence,
            "question": doubt.question,
            "ruling": rulings[name].verdict if name in rulings else None,
            "because": rulings[name].because if name in rulings else None,
            "acts": name not in rulings or (rulings[name].verdict == "yes" and not doubt.if_yes),
        }
        for name, doubt in sorted(once.items(), key=lambda item: (item[1].security, item[1].since, item[0]))
    ]
    return pa.Table.from_pylist(rows, schema=dataset("doubts").schema)
