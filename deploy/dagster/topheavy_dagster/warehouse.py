"""Published assets: one an answer, all of them in the one file that is replaced as a whole or not at all."""

from collections.abc import Iterator

import dagster as dg

from topheavy.core.errors import NotPublished, one_line
from topheavy.jobs.publish.publish import publish
from topheavy.metrics.questions import Question, QuestionKind, questions, tables_behind
from topheavy_dagster.home import TABLES_POOL, HomeResource, Told
from topheavy_dagster.tables import parsed, table_key


def answers() -> list[Question]:
    """Return the questions whose answers are published."""
    return [item for item in questions().values() if item.kind in {QuestionKind.TABLE, QuestionKind.VIEW}]


def gates() -> list[Question]:
    """Return the questions that must find nothing."""
    return [item for item in questions().values() if item.kind is QuestionKind.CHECK]


def answer_key(name: str) -> dg.AssetKey:
    """Return the key of a published answer."""
    return dg.AssetKey(["warehouse", name])


def gated(gate: Question) -> dg.AssetKey:
    """Return the answer a gate is about: the first published one it reads."""
    published = {item.name for item in answers()}
    return answer_key(next(name for name in gate.inputs if name in published))


def published_assets() -> dg.AssetsDefinition:
    """Return the answers, each after the tables it stands on."""

    @dg.multi_asset(name="publish", specs=[_spec(item) for item in answers()], pool=TABLES_POOL)
    def replace(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[dg.MaterializeResult]:
        with home.open() as place:
            try:
                publish(place, progress=Told(context.log))
            except NotPublished as error:
                _show_gate(context, one_line(error))
                raise
            for item in answers():
                rows = place.warehouse.rows(f"SELECT COUNT(*) AS n FROM {item.name}")[0]["n"]
                yield dg.MaterializeResult(answer_key(item.name), metadata={"rows": rows, "world": place.world})

    return replace


def _show_gate(context: dg.AssetExecutionContext, cause: str) -> None:
    """Show a refusal on the answer it is about too, not in the run's log alone."""
    for gate in gates():
        if cause.startswith(f"{gate.name} "):
            found = {"why": dg.MetadataValue.text(cause)}
            told = dg.AssetCheckEvaluation(asset_key=gated(gate), check_name=gate.name, passed=False, metadata=found)
            context.log_event(told)


def _spec(item: Question) -> dg.AssetSpec:
    behind = tables_behind([item.name])
    deps = [table_key(table.name) for table in parsed() if table.name in behind]
    unit = f" Unit: {item.unit}." if item.unit != "none" else ""
    about = f"{item.text}{unit}"
    return dg.AssetSpec(answer_key(item.name), deps=deps, group_name="warehouse", description=about, kinds={"duckdb"})
