"""Raw assets: what every source has, dataset by dataset; one run for a range of sessions, one at a time a vendor."""

from collections.abc import Iterator

import dagster as dg
from pydantic import Field

from topheavy.core.clock import system_clock
from topheavy.core.plugins import SOURCES, load
from topheavy.core.units import Unit
from topheavy.home import Home
from topheavy.jobs.road import Run, ask_for, gather
from topheavy.sources.vendor import Ask, Source
from topheavy_dagster.days import closed_period
from topheavy_dagster.home import HomeResource, Told, failure


class Wanted(dg.Config):
    """What can be said about a collection before it starts."""

    target: str = ""
    """A manifest, path or URL, for sources that read files (default: TOPHEAVY_FROM_<SOURCE>)."""
    subjects: list[str] = Field(default_factory=list)
    again: bool = False


def delivered(source: Source) -> list[str]:
    """Return the datasets a source delivers, each once."""
    return list(dict.fromkeys(name for route in source.routes for name in route.delivers))


def key_of(source: Source, name: str) -> dg.AssetKey:
    """Return the key of a source's answers about one dataset."""
    return dg.AssetKey(["lake", source.name, name])


def raw_assets(days: dg.PartitionsDefinition, retries: dg.RetryPolicy) -> list[dg.AssetsDefinition]:
    """Return the answers of every source there is."""
    return [_raw(source, days, retries) for source in load(SOURCES).values()]


def _raw(source: Source, days: dg.PartitionsDefinition, retries: dg.RetryPolicy) -> dg.AssetsDefinition:
    about = f"{source.title}, as it came"
    specs = [dg.AssetSpec(key_of(source, name), group_name="lake", description=about) for name in delivered(source)]

    @dg.multi_asset(
        name=f"collect_{source.name}",
        specs=specs,
        can_subset=True,
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
        retry_policy=retries,
        pool=f"vendor_{source.name}",
    )
    def collect(
        context: dg.AssetExecutionContext, config: Wanted, home: HomeResource
    ) -> Iterator[dg.MaterializeResult]:
        with home.open() as place:
            chosen = sorted(key.path[-1] for key in context.selected_asset_keys)
            ask = _ask(place, source, config, chosen, list(context.partition_keys))
            progress = Told(context.log)
            done = gather(place, source.name, ask, again=config.again, progress=progress)
            _refuse_lost(place, source, ask, done)
            for name in chosen:
                yield dg.MaterializeResult(key_of(source, name), metadata=_about(place, source, name, done))

    return collect


def _ask(place: Home, source: Source, config: Wanted, chosen: list[str], keys: list[str]) -> Ask:
    """Everything chosen is 'all it delivers', as on the command line, where that leaves out what is dear."""
    since, until = closed_period(keys, system_clock())
    names = frozenset() if set(chosen) == set(delivered(source)) else frozenset(chosen)
    target = config.target or place.settings.text(f"FROM_{source.name.upper()}")
    return ask_for(since, until, names, target, tuple(config.subjects))


def _refuse_lost(place: Home, source: Source, ask: Ask, done: Run) -> None:
    """Fail where something of the period is missing; a company's own answer is a warning, its check shows it."""
    planned = set(source.plan(ask, place.settings))
    lost = {unit: cause for unit, cause in _failures(done).items() if unit in planned or unit.source != source.name}
    if lost:
        first, cause = next(iter(lost.items()))
        faults = {run.unit: run.last.fault or "" for run in place.lake.ledger.runs()}
        passes = any(faults[unit] == "busy" for unit in lost)
        causes = "; ".join(f"{unit.id}: {why}" for unit, why in list(lost.items())[:20])
        raise failure(f"{len(lost):,} units failed, first {first.id}: {cause}", passes=passes, causes=causes)


def _failures(done: Run) -> dict[Unit, str]:
    return {unit: cause for part in done.collected for unit, cause in part.failures}


def _about(place: Home, source: Source, name: str, done: Run) -> dict[str, int | str]:
    def delivers(unit: Unit) -> bool:
        return unit.source == source.name and name in source.route(unit.route).delivers

    asked = sum(delivers(unit) for part in done.collected for unit in part.units)
    return {"units asked for": asked, "failed": sum(map(delivers, _failures(done))), "world": place.world}
