"""Asset checks, generated: what every dataset declares, what every gate asks, and what the ledger says failed."""

from collections.abc import Iterator
from dataclasses import replace

import dagster as dg
import polars as pl
import pyarrow as pa

from topheavy.core.errors import CheckFailed, one_line
from topheavy.core.plugins import SOURCES, load
from topheavy.core.units import Outcome
from topheavy.datasets.schema import Dataset
from topheavy.sources.vendor import Source
from topheavy.tables.check import check
from topheavy.tables.read import read
from topheavy_dagster.home import HomeResource
from topheavy_dagster.lake import delivered, key_of
from topheavy_dagster.tables import parsed, table_key
from topheavy_dagster.warehouse import gated, gates

WHOLE, ANSWERED = "whole", "answered"


def all_checks() -> list[dg.AssetChecksDefinition]:
    """Return the checks of lake, tables and warehouse."""
    lake = [_lake_checks(source) for source in load(SOURCES).values()]
    return [*lake, *(_table_checks(item) for item in parsed()), _gate_checks()]


def _lake_checks(source: Source) -> dg.AssetChecksDefinition:
    about = "Did every unit that was asked for come, and could it be read?"
    specs = [dg.AssetCheckSpec(ANSWERED, asset=key_of(source, name), description=about) for name in delivered(source)]

    @dg.multi_asset_check(name=f"check_{source.name}", specs=specs, can_subset=True)
    def look(context: dg.AssetCheckExecutionContext, home: HomeResource) -> Iterator[dg.AssetCheckResult]:
        with home.open() as place:
            failed = [run for run in place.lake.ledger.runs() if run.outcome is Outcome.FAILED]
        own = [run for run in failed if run.unit.source == source.name]
        for key in _chosen(context):
            causes = [
                f"{run.unit.id}: {run.cause}" for run in own if key.path[-1] in source.route(run.unit.route).delivers
            ]
            yield _result(key, ANSWERED, causes, dg.AssetCheckSeverity.WARN)

    return look


def _table_checks(item: Dataset) -> dg.AssetChecksDefinition:
    key = table_key(item.name)
    rules = [(rule.name, f"No row where {rule.wrong}: {rule.advice}") for rule in item.checks]
    about = f"Declared columns, no empty required cell, numbers that are numbers, one row a {' + '.join(item.key)}."
    specs = [dg.AssetCheckSpec(name, asset=key, description=text) for name, text in [(WHOLE, about), *rules]]

    @dg.multi_asset_check(name=f"check_{item.name}", specs=specs, can_subset=True)
    def look(context: dg.AssetCheckExecutionContext, home: HomeResource) -> Iterator[dg.AssetCheckResult]:
        with home.open() as place:
            rows = read(place.tables, item)
        for name in sorted(one.name for one in context.selected_asset_check_keys):
            yield _result(key, name, _wrong(item, name, rows))

    return look


def _wrong(item: Dataset, name: str, rows: pa.Table) -> list[str]:
    """Return what is wrong in a table by one check: its rows by a rule, or the first thing that is not whole."""
    for rule in item.checks:
        if rule.name == name:
            frame = pl.DataFrame(rows).filter(pl.sql_expr(rule.wrong))
            return [str(row) for row in frame.iter_rows(named=True)]
    try:
        check(replace(item, checks=()), rows)
    except CheckFailed as error:
        return [one_line(error)]
    return []


def _gate_checks() -> dg.AssetChecksDefinition:
    specs = [dg.AssetCheckSpec(gate.name, asset=gated(gate), description=gate.text) for gate in gates()]

    @dg.multi_asset_check(name="check_warehouse", specs=specs, can_subset=True)
    def look(context: dg.AssetCheckExecutionContext, home: HomeResource) -> Iterator[dg.AssetCheckResult]:
        chosen = {one.name for one in context.selected_asset_check_keys}
        with home.open() as place:
            for gate in gates():
                if gate.name in chosen:
                    yield _result(gated(gate), gate.name, [str(row) for row in place.warehouse.rows(gate.sql)])

    return look


def _chosen(context: dg.AssetCheckExecutionContext) -> list[dg.AssetKey]:
    return sorted(one.asset_key for one in context.selected_asset_check_keys)


def _result(
    key: dg.AssetKey, name: str, wrong: list[str], severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR
) -> dg.AssetCheckResult:
    found: dict[str, int | str] = {"found": len(wrong)} | ({"first": wrong[0]} if wrong else {})
    return dg.AssetCheckResult(asset_key=key, check_name=name, passed=not wrong, severity=severity, metadata=found)
