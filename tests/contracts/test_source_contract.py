"""What every source keeps, whoever wrote it: a new file in ``sources/`` is held by this suite the moment it exists."""

import re
import socket
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from support.damage import damaged
from support.scripted_http import Rerouted, ScriptedHttp
from topheavy.core.errors import Malformed, SourceError, UsageError
from topheavy.core.http.client import Client, Limits
from topheavy.core.plugins import SOURCES, Found, scan
from topheavy.core.settings import Settings
from topheavy.core.units import Answer, Page, Unit
from topheavy.datasets.schema import Dataset, Layer, dataset, datasets
from topheavy.sources.vendor import Ask, Parsed, Source

FOUND = {found.name: found for found in scan(SOURCES)}
SECRET = "contract-secret"
WEEK = tuple(date(2024, 12, day) for day in (9, 10, 11, 12, 13))

# said by pandas to the calendar's library, not to us
pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning:DeprecationWarning")


class Generous(dict[str, str]):
    """An environment in which every key and every name to write to is set."""

    def get(self, name: str, default: Any = None) -> Any:
        return SECRET if name.endswith(("_KEY", "_TOKEN", "_SECRET", "_USER_AGENT")) else default


SETTINGS = Settings(Path("home"), Generous())


@pytest.fixture(params=sorted(FOUND))
def found(request: pytest.FixtureRequest) -> Found:
    return FOUND[request.param]


@pytest.fixture
def source(found: Found) -> Source:
    plugin: Source = found.plugin
    return plugin


# what it declares


def test_there_are_sources() -> None:
    assert FOUND, "no source was found: a file in src/topheavy/sources must end with SOURCE = YourVendor()"


def test_it_declares_itself(found: Found, source: Source) -> None:
    assert isinstance(source, Source), f"{found.module}: SOURCE must be an object of a subclass of vendor.Source"
    if found.module.startswith(SOURCES.package):
        file = found.module.rpartition(".")[2]
        assert source.name == file, f"{found.module}: set name = '{file}', the name people type is the file's"
    assert source.title.strip(), f"{found.module}: set title, one line that says what the vendor gives"
    assert isinstance(source.limits_for(SETTINGS), Limits), f"{found.module}: limits_for must return Limits"


def test_its_routes_are_distinct_and_deliver_known_datasets(found: Found, source: Source) -> None:
    names = [route.name for route in source.routes]
    assert names, f"{found.module}: declare routes, each a Route(name, (dataset, …))"
    assert len(set(names)) == len(names), f"{found.module}: two routes share a name: {names}"
    for route in source.routes:
        assert route.delivers, f"{found.module}: route '{route.name}' delivers no dataset"
        for name in route.delivers:
            assert name in datasets(), f"{found.module}: '{name}' is no dataset; there are {sorted(datasets())}"
            assert dataset(name).layer is Layer.PARSED, f"{found.module}: '{name}' is computed, no source delivers it"


# its sample


def test_its_sample_is_an_answer_of_its_own(found: Found, source: Source) -> None:
    sample = source.sample()
    assert sample.unit.source == source.name, f"{found.module}: the sample's unit names another source"
    assert sample.unit.route in {route.name for route in source.routes}, f"{found.module}: sample of an unknown route"
    assert sample.pages, f"{found.module}: the sample has no page"
    assert sample.received_at.tzinfo, f"{found.module}: the sample's received_at needs a time zone"
    assert sample == source.sample(), f"{found.module}: sample() must say the same each time"


def test_its_sample_has_rows_in_their_datasets_schema(found: Found, source: Source) -> None:
    parsed = source.parse(source.sample())
    assert rows_in(parsed), f"{found.module}: the sample parses to no row; write one into it"
    hold(found, source.sample(), parsed)


def test_parsing_is_pure(found: Found, source: Source) -> None:
    sample = source.sample()
    before = [bytes(page.content) for page in sample.pages]
    first = source.parse(sample)
    attempt(source, with_body(sample, b"<html>something else</html>"))
    second = source.parse(source.sample())
    assert [page.content for page in sample.pages] == before, f"{found.module}: parse changed the bytes"
    assert first.tables.keys() == second.tables.keys()
    for name, table in first.tables.items():
        assert table.equals(second.tables[name]), f"{found.module}: parse gave other {name} the second time"
    assert replace(first, tables={}) == replace(second, tables={}), f"{found.module}: notes or left_out differ"


def test_parsing_touches_no_network(found: Found, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    forbid_network(monkeypatch)
    source.parse(source.sample())


# damage: Malformed, or every line accounted for; never another exception


@pytest.mark.parametrize("damage", sorted(damaged(b"")))
def test_damage_is_named(found: Found, source: Source, damage: str) -> None:
    sample = source.sample()
    body = damaged(sample.pages[0].content)[damage]
    for route in source.routes:
        answer = with_body(replace(sample, unit=replace(sample.unit, route=route.name)), body)
        hold(found, answer, attempt(source, answer))


def test_an_answer_without_a_page_is_malformed(found: Found, source: Source) -> None:
    answer = replace(source.sample(), pages=())
    assert attempt(source, answer) is None, f"{found.module}: an answer without pages must be Malformed"


@given(body=st.binary(max_size=400))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_bytes_are_named(found: Found, source: Source, body: bytes) -> None:
    answer = with_body(source.sample(), body)
    hold(found, answer, attempt(source, answer))


@given(data=st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_flipped_byte_is_named(found: Found, source: Source, data: st.DataObject) -> None:
    sample = source.sample()
    body = bytearray(sample.pages[0].content)
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] = data.draw(st.integers(0, 255))
    answer = with_body(sample, bytes(body))
    hold(found, answer, attempt(source, answer), may_be_fewer=True)


# plan


ASKS = {
    "everything": {},
    "one company": {"subjects": ("XMPL",)},
    "one company by CIK": {"subjects": ("XMPL=0001234567",), "datasets": frozenset({"shares"})},
    "a file": {"target": "no/such/file.csv"},
    "nothing it has": {"datasets": frozenset({"concentration"})},
}


@pytest.mark.parametrize("kind", sorted(ASKS))
def test_planning_is_certain_and_touches_no_network(
    found: Found, source: Source, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid_network(monkeypatch)
    first, second = (plan(source, kind) for _ in range(2))
    assert first == second, f"{found.module}: the same ask must give the same units in the same order"
    ids = [unit.id for unit in first]
    assert len(set(ids)) == len(ids), f"{found.module}: two units share an id: {ids}"
    for unit in first:
        owner: Source = FOUND[unit.source].plugin
        assert unit.route in {route.name for route in owner.routes}, f"{found.module}: {unit.id} has no such route"
    if kind == "nothing it has":
        assert not first, f"{found.module}: plan must heed ask.wants(route); it gave {ids}"


def plan(source: Source, kind: str) -> list[Unit]:
    """Return the units, none where the ask itself is refused: that is the user's to mend."""
    try:
        return list(source.plan(Ask(WEEK[0], WEEK[-1], WEEK, **ASKS[kind]), SETTINGS))
    except UsageError:
        return []


def test_units_of_companies_are_those_of_routes_by_company(found: Found, source: Source) -> None:
    by_company = {route.name for route in source.routes if route.by_company}
    assert bool(by_company) == bool(source.needs), f"{found.module}: needs and Route(by_company=True) go together"
    without = set(plan(source, "everything"))
    for kind in ("one company", "one company by CIK"):
        more = {unit.route for unit in plan(source, kind) if unit.subject and "XMPL" in unit.subject} - {""}
        assert more <= by_company, f"{found.module}: declare the route Route(by_company=True)"
    assert not {unit.route for unit in without} & by_company, f"{found.module}: no company was named"


# fetch


def test_fetching_brings_the_bytes_untouched_and_keeps_the_key_to_itself(
    found: Found, source: Source, httpserver: HTTPServer
) -> None:
    sample = source.sample()
    bodies = [page.content for page in sample.pages]
    scripted = ScriptedHttp(in_turn=bodies)
    try:
        told = source.fetch(sample.unit, scripted, SETTINGS)
    except (SourceError, UsageError):
        assert not scripted.calls, f"{found.module}: its own sample, sent back to it, could not be fetched"
        pytest.skip(f"{source.name} reads files, and the sample's is not here")
    if not scripted.calls:
        pytest.skip(f"{source.name} reads files, no network")
    assert [page.content for page in told.pages] == bodies, f"{found.module}: fetch must return the bytes as they came"
    serve_in_turn(httpserver, bodies)
    with Client(attempts=1) as client:
        real = source.fetch(sample.unit, Rerouted(client, httpserver.url_for("").rstrip("/")), SETTINGS)
    assert [page.content for page in real.pages] == bodies
    assert (real.facts, len(httpserver.log)) == (told.facts, len(scripted.calls))
    assert not [page for page in (*real.pages, *told.pages) if SECRET in page.request], f"{found.module}: key in a URL"


def serve_in_turn(server: HTTPServer, bodies: list[bytes]) -> None:
    served: list[bytes] = []

    def answer(request: Request) -> Response:
        served.append(bodies[min(len(served), len(bodies) - 1)])
        return Response(served[-1], content_type="application/octet-stream")

    server.expect_request(re.compile(".*")).respond_with_handler(answer)


# how they are held


def forbid_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("plan and parse must not touch the network: move it to fetch, which is handed an Http")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def with_body(answer: Answer, body: bytes) -> Answer:
    page = Page(answer.pages[0].request, body, answer.pages[0].media_type)
    return replace(answer, pages=(page, *answer.pages[1:]))


def attempt(source: Source, answer: Answer) -> Parsed | None:
    """Parse; ``None`` where the answer is refused as malformed. Any other error fails the test that asked."""
    try:
        return source.parse(answer)
    except Malformed:
        return None


def rows_in(parsed: Parsed) -> int:
    return sum(table.num_rows for table in parsed.tables.values())


def hold(found: Found, answer: Answer, parsed: Parsed | None, *, may_be_fewer: bool = False) -> None:
    """Fail unless an answer was refused, or every table is its dataset's and no line is lost in silence."""
    if parsed is None:
        return
    declared = found.plugin.route(answer.unit.route).delivers
    for name, table in parsed.tables.items():
        assert name in declared, f"{found.module}: route '{answer.unit.route}' delivers {name}: add it to the Route"
        hold_table(found.module, dataset(name), table)
    said = parsed.left_out or parsed.notes
    assert rows_in(parsed) or said or may_be_fewer, (
        f"{found.module}: an answer without a row must be Malformed, or say why in notes or left_out"
    )
    for line in parsed.left_out:
        assert line.where.strip(), f"{found.module}: a LeftOut must say where"
        assert line.reason.strip(), f"{found.module}: a LeftOut must say why"


def hold_table(module: str, about: Dataset, table: pa.Table) -> None:
    expected = about.parsed_schema
    assert table.schema.equals(expected), f"{module}: {about.name} must have exactly parsed_schema:\n{expected}"
    for column in about.parsed_columns:
        empty = table[column.name].null_count
        assert column.optional or not empty, f"{module}: {about.name}.{column.name} is empty in {empty} rows: leave out"
    names = set(table.schema.names)
    key = ["symbol" if part == "security" and part not in names else part for part in about.key]
    by = [part for part in key if part in names]
    distinct = table.group_by(by).aggregate([]).num_rows if table.num_rows else 0
    assert distinct == table.num_rows, f"{module}: {about.name} has rows with the same {by}: keep one, leave out others"
