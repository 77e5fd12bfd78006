"""Refined assets: one a parsed dataset, all of them brought up to the lake by one step."""

from collections.abc import Iterator

import dagster as dg

from topheavy.core.plugins import SOURCES, load
from topheavy.datasets.schema import Dataset, Layer, datasets
from topheavy.jobs.refine.refine import refine
from topheavy_dagster.home import TABLES_POOL, HomeResource, Told
from topheavy_dagster.lake import delivered, key_of


def parsed() -> list[Dataset]:
    """Return the datasets that are parsed from what sources sent."""
    return [item for item in datasets().values() if item.layer is Layer.PARSED]


def table_key(name: str) -> dg.AssetKey:
    """Return the key of a dataset's table."""
    return dg.AssetKey(["tables", name])


def refined_assets() -> dg.AssetsDefinition:
    """Return the tables, each after every source that delivers its rows."""

    @dg.multi_asset(name="refine", specs=[_spec(item) for item in parsed()], pool=TABLES_POOL)
    def bring_up(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[dg.MaterializeResult]:
        with home.open() as place:
            done = refine(place, progress=Told(context.log))
            for unit, cause in done.unreadable:
                context.log.warning(f"set aside: {unit}: {cause}")
            for item in parsed():
                about = {"rows written": done.rows.get(item.name, 0), "world": place.world}
                yield dg.MaterializeResult(table_key(item.name), metadata=about)

    return bring_up


def _spec(item: Dataset) -> dg.AssetSpec:
    deps = [key_of(source, item.name) for source in load(SOURCES).values() if item.name in delivered(source)]
    about = f"One row is {item.grain}."
    return dg.AssetSpec(table_key(item.name), deps=deps, group_name="tables", description=about, kinds={"iceberg"})
