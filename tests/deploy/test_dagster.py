"""The Dagster project: it loads, a session of a tiny market goes the whole road, and its checks tell the truth."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pytest_httpserver import HTTPServer

dg = pytest.importorskip("dagster", reason="Dagster is not installed: uv sync --extra dagster")

from topheavy_dagster.checks import ANSWERED, WHOLE  # noqa: E402
from topheavy_dagster.days import closed_period  # noqa: E402
from topheavy_dagster.definitions import definitions  # noqa: E402
from topheavy_dagster.home import RETRIES, HomeResource  # noqa: E402
from topheavy_dagster.lake import delivered, key_of  # noqa: E402
from topheavy_dagster.tables import parsed, table_key  # noqa: E402
from topheavy_dagster.warehouse import answer_key, answers, gates  # noqa: E402

from topheavy.core.calendar import sessions  # noqa: E402
from topheavy.core.errors import LakeError, SourceBusy, SourceRefused, TopheavyError, UsageError  # noqa: E402
from topheavy.core.plugins import SOURCES, load  # noqa: E402
from topheavy.core.settings import read_settings  # noqa: E402
from topheavy.core.units import Outcome, SourceKind, Unit  # noqa: E402
from topheavy.datasets.schema import dataset  # noqa: E402
from topheavy.home import open_home  # noqa: E402
from topheavy.jobs.demo import MANIFEST  # noqa: E402
from topheavy.lake.folder import open_folder  # noqa: E402
from topheavy.lake.records import Attempt  # noqa: E402
from topheavy.simulator.api.server import running  # noqa: E402
from topheavy.tables.read import read  # noqa: E402
from topheavy.tables.write import replace_all  # noqa: E402

# said by pandas to the calendar's library, not to us
pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning:DeprecationWarning")

LAST = "2024-12-13"


@pytest.fixture(scope="module")
def project() -> Any:
    found = definitions()
    dg.Definitions.validate_loadable(found)
    return found


@pytest.fixture(scope="module")
def market() -> Iterator[str]:
    with running(since=date(2024, 11, 1), until=date(2024, 12, 13), companies=30) as base:
        yield base


@pytest.fixture
def home(tmp_path: Path, market: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home of the simulated world, and a market to ask."""
    open_folder(tmp_path / "home").settle(SourceKind.SIMULATED)
    lists, _, funds = MANIFEST.format(base=market).rpartition("[[file]]")
    assert "holdings" in funds  # the made-up funds would be enough to publish
    (tmp_path / "lists.toml").write_text(lists)
    monkeypatch.setenv("TOPHEAVY_POLYGON_URL", market)
    monkeypatch.setenv("TOPHEAVY_FROM_FILES", str(tmp_path / "lists.toml"))
    return tmp_path / "home"


def go(project: Any, job: str, home: Path, **asked: Any) -> Any:
    """Run a job here and now; a retry is not waited for."""
    with dg.DagsterInstance.ephemeral() as instance:
        work = project.resolve_job_def(job)
        resources = {"home": HomeResource(folder=str(home))}
        return work.execute_in_process(instance=instance, resources=resources, raise_on_error=False, **asked)


def why(done: Any, step: str) -> str:
    """What a failed step says to the person who looks at it."""
    return str(done.failure_data_for_node(step).user_failure_data.description)


def alone(*keys: str, retries: Any = RETRIES) -> Any:
    """The project with one more job, of these assets."""
    found = definitions(retries)
    chosen = dg.AssetSelection.assets(*(key.split("/") for key in keys))
    job = dg.define_asset_job("chosen", chosen.required_multi_asset_neighbors())
    return dg.Definitions.merge(found, dg.Definitions(jobs=[job]))


def checks_of(key: str) -> Any:
    """The project with one more job, of an asset's checks alone."""
    job = dg.define_asset_job("chosen", dg.AssetSelection.checks_for_assets(dg.AssetKey(key.split("/"))))
    return dg.Definitions.merge(definitions(), dg.Definitions(jobs=[job]))


def evaluations(done: Any) -> dict[tuple[str, str], Any]:
    told = done.get_asset_check_evaluations()
    return {("/".join(one.asset_key.path), one.check_name): one for one in told}


# what is there


def test_every_source_dataset_and_answer_is_an_asset(project: Any) -> None:
    keys = set(project.resolve_asset_graph().get_all_asset_keys())
    assert keys == {
        *(key_of(source, name) for source in load(SOURCES).values() for name in delivered(source)),
        *(table_key(item.name) for item in parsed()),
        *(answer_key(item.name) for item in answers()),
    }


def test_every_declared_check_and_every_gate_is_an_asset_check(project: Any) -> None:
    keys = project.resolve_asset_graph().asset_check_keys
    found = {("/".join(key.asset_key.path), key.name) for key in keys}
    rules = {(f"tables/{item.name}", rule.name) for item in parsed() for rule in item.checks}
    assert rules < found
    assert {(f"tables/{item.name}", WHOLE) for item in parsed()} < found
    assert {gate.name for gate in gates()} == {name for asset, name in found if asset.startswith("warehouse/")}
    assert ("lake/polygon/bars", ANSWERED) in found


def test_a_backfill_is_one_run_and_a_vendor_is_asked_by_one_run_at_a_time(project: Any) -> None:
    for asset in project.assets:
        if asset.op.name.startswith("collect_"):
            assert asset.backfill_policy == dg.BackfillPolicy.single_run()
            assert asset.op.pool == f"vendor_{asset.op.name.removeprefix('collect_')}"


def test_partitions_are_the_exchange_s_sessions(project: Any) -> None:
    days = project.resolve_assets_def(key_of(load(SOURCES)["polygon"], "bars")).partitions_def
    keys = days.get_partition_keys(current_time=datetime(2025, 12, 31, 12, tzinfo=ZoneInfo("America/New_York")))
    assert keys == [str(day) for day in sessions(date(2020, 1, 2), date(2025, 12, 31))]
    assert "2025-01-09" not in keys


def test_a_period_ends_with_the_last_session_that_closed() -> None:
    noon = datetime(2024, 12, 13, 17, tzinfo=ZoneInfo("UTC"))
    assert closed_period(["2024-12-13", "2024-12-11"], noon) == (date(2024, 12, 11), date(2024, 12, 12))
    with pytest.raises(UsageError, match="2024-12-13 has not closed yet"):
        closed_period(["2024-12-13"], noon)


@pytest.mark.parametrize(
    ("moment", "asked"),
    [
        ("2024-11-27 16:20", "2024-11-27"),
        ("2024-11-27 13:20", "closes at 16:00"),
        ("2024-11-28 16:20", "no session (holiday)"),
        ("2024-11-29 13:20", "2024-11-29"),  # a half day
        ("2024-11-29 16:20", "closes at 13:00"),
        ("2024-11-30 16:20", "no session (weekend)"),
        ("2025-01-09 16:20", "no session (holiday)"),
        ("2024-03-11 16:20", "2024-03-11"),  # the clocks changed
        ("2024-11-04 16:20", "2024-11-04"),
    ],
)
def test_a_schedule_asks_for_the_session_that_just_closed(project: Any, moment: str, asked: str) -> None:
    schedule = project.resolve_schedule_def("closes_polygon")
    assert list(schedule.cron_schedule) == ["20 13 * * *", "20 16 * * *"]
    now = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("America/New_York"))
    repository = project.get_repository_def()
    with dg.build_schedule_context(scheduled_execution_time=now, repository_def=repository) as context:
        tick = schedule.evaluate_tick(context)
    assert [request.partition_key for request in tick.run_requests or []] == ([asked] if asked[0] == "2" else [])
    assert asked in (tick.skip_message or asked)


# a session goes the whole road


@pytest.mark.slow
def test_a_session_materialises_and_shows_its_checks(project: Any, home: Path) -> None:
    lists = go(project, "road_files", home, partition_key=LAST)
    assert not lists.success  # constituents alone publish nothing, and that is said, once
    assert "the tables hold no bars" in why(lists, "publish")
    done = go(project, "road_polygon", home, partition_key=LAST)
    assert done.success
    made = {key.to_user_string() for event in done.get_asset_materialization_events() if (key := event.asset_key)}
    assert made >= {"lake/polygon/bars", "tables/bars", "warehouse/concentration", "warehouse/daily_trading"}
    told = evaluations(done)
    assert [name for name, one in told.items() if not one.passed and one.severity.value == "ERROR"] == []
    assert {("tables/bars", WHOLE), ("tables/bars", "price_not_positive"), ("lake/polygon/bars", ANSWERED)} <= set(told)
    assert {gate.name for gate in gates()} <= {name for _, name in told}
    with open_home(read_settings(home)) as place:
        assert [str(row["session"]) for row in place.warehouse.rows("SELECT DISTINCT session FROM bars")] == [LAST]


def test_a_range_is_one_run_and_one_call_a_session(home: Path) -> None:
    tags = {"dagster/asset_partition_range_start": "2024-11-25", "dagster/asset_partition_range_end": "2024-12-03"}
    assert go(alone("lake/polygon/bars"), "chosen", home, tags=tags).success
    with open_home(read_settings(home)) as place:
        asked = [str(run.unit.session) for run in place.lake.ledger.runs()]
    assert asked == ["2024-11-25", "2024-11-26", "2024-11-27", "2024-11-29", "2024-12-02", "2024-12-03"]


def test_a_planted_bad_row_fails_its_check_and_no_other(home: Path) -> None:
    assert go(alone("lake/polygon/bars", "tables/bars"), "chosen", home, partition_key=LAST).success
    with open_home(read_settings(home)) as place:
        item = dataset("bars")
        rows = read(place.tables, item)
        first = pc.equal(pa.array(range(rows.num_rows)), 0)
        wrong = pc.if_else(first, -1.0, rows["volume"])
        rows = rows.set_column(rows.schema.get_field_index("volume"), item.schema.field("volume"), wrong)
        replace_all(place.tables, replace(item, checks=()), rows)
    told = evaluations(go(checks_of("tables/bars"), "chosen", home))
    assert {name: one.passed for (_, name), one in told.items()} == {
        WHOLE: True,
        "price_not_positive": True,
        "volume_negative": False,
    }
    assert told["tables/bars", "volume_negative"].metadata["found"].value == 1
    assert "-1.0" in told["tables/bars", "volume_negative"].metadata["first"].value


def test_what_failed_is_shown_on_the_source(project: Any, home: Path) -> None:
    with open_home(read_settings(home)) as place:
        unit = Unit("polygon", "events", subject="XMPL")
        place.lake.ledger.note_attempt(Attempt(unit, Outcome.FAILED, "HTTP 404", 0.1, 0, datetime.now().astimezone()))
    done = go(project, "road_polygon", home, partition_key=LAST)
    told = evaluations(done)
    assert done.success  # a warning
    assert not told["lake/polygon/symbols", ANSWERED].passed
    assert "HTTP 404" in told["lake/polygon/symbols", ANSWERED].metadata["first"].value
    assert told["lake/polygon/bars", ANSWERED].passed


# what fails


@pytest.mark.parametrize(
    ("error", "retried"),
    [
        (SourceBusy("503"), True),
        (SourceRefused("403"), False),
        (UsageError("no key"), False),
        (LakeError("full"), False),
    ],
)
def test_only_what_may_pass_is_tried_again(tmp_path: Path, error: TopheavyError, retried: bool) -> None:
    with pytest.raises(dg.Failure, match=str(error)) as caught, HomeResource(folder=str(tmp_path / "h")).open():
        raise error
    assert caught.value.allow_retries is retried


def test_a_terminal_failure_is_not_retried(project: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No key for an address elsewhere: nothing is asked, the run fails at once, and tells what to do."""
    monkeypatch.setenv("TOPHEAVY_POLYGON_URL", "https://127.0.0.1.invalid")
    done = go(project, "road_polygon", home, partition_key=LAST)
    assert not done.success
    kinds = [event.event_type_value for event in done.all_events]
    assert "STEP_UP_FOR_RETRY" not in kinds
    assert "set POLYGON_API_KEY" in why(done, "collect_polygon")


def test_a_busy_vendor_is_tried_again(home: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    long_wait = {"Retry-After": "3600"}  # longer than the client waits, so that each try is one call
    httpserver.expect_request(re.compile("/v2/")).respond_with_data("busy", 503, long_wait)
    monkeypatch.setenv("TOPHEAVY_POLYGON_URL", httpserver.url_for("").rstrip("/"))
    done = go(alone("lake/polygon/bars", retries=dg.RetryPolicy(max_retries=2)), "chosen", home, partition_key=LAST)
    assert not done.success
    assert [event.event_type_value for event in done.all_events].count("STEP_UP_FOR_RETRY") == 2
    assert len(httpserver.log) == 3


def test_a_refused_unit_is_not(home: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    httpserver.expect_request(re.compile("/v2/")).respond_with_data("no", 403)
    monkeypatch.setenv("TOPHEAVY_POLYGON_URL", httpserver.url_for("").rstrip("/"))
    done = go(alone("lake/polygon/bars", retries=dg.RetryPolicy(max_retries=2)), "chosen", home, partition_key=LAST)
    assert not done.success
    assert "STEP_UP_FOR_RETRY" not in [event.event_type_value for event in done.all_events]
    assert len(httpserver.log) == 1
    assert f"polygon/bars/session={LAST}" in why(done, "collect_polygon")
