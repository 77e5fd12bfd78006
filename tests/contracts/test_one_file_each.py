"""One file adds a thing: each kind of plug-in is planted as a single file, and seen where people and programs look."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from support.page_walk import walk
from support.planted import planted
from support.served_home import served_home, whole_home
from support.small_warehouse import SESSIONS, publish_small
from topheavy import cli
from topheavy.core.plugins import (
    DATASETS,
    DOUBTS,
    ENGINES,
    FEEDS,
    FORMATS,
    KINDS,
    MODELS,
    PAGES,
    PROCESSORS,
    RULES,
    SOURCES,
    Kind,
    pick,
)
from topheavy.core.units import SourceKind
from topheavy.lake.folder import open_folder

DATASET = """
from topheavy.datasets.schema import TEXT, Column, Dataset, Layer
DATASET = Dataset("planted", "a note", (Column("note", TEXT, "what was noted"),), ("note",), Layer.RECORDED)
"""

SOURCE = """
from topheavy.core.units import Answer, Unit
from topheavy.sources.vendor import Fetched, Parsed, Route, Source

class Planted(Source):
    name = "planted"
    title = "a vendor of one file"
    routes = (Route("daily", ("bars",)),)

    def plan(self, ask, settings):
        return (Unit(self.name, "daily", session) for session in ask.sessions if ask.wants(self.routes[0]))

    def fetch(self, unit, http, settings):
        raise NotImplementedError

    def parse(self, answer):
        return Parsed({})

    def sample(self):
        raise NotImplementedError

SOURCE = Planted()
"""

RULE = """
from topheavy.repairs.rule import Rule

class Planted(Rule):
    name = "planted"
    title = "a rule of one file"
    order = 99
    reads = ("bars",)

    def find(self, frames):
        return []

    def example(self):
        return {}, []

RULE = Planted()
"""

DOUBT = """
from topheavy.repairs.doubts.doubt import DoubtRule

class Planted(DoubtRule):
    name = "planted"
    title = "a doubt of one file"
    reads = ("bars",)

    def find(self, frames):
        return []

    def example(self):
        return {}, []

DOUBT = Planted()
"""

FORMAT = """
from topheavy.portfolios.format import Format

class Planted(Format):
    name = "planted"
    title = "a broker's export, in one file"

    def recognises(self, document):
        return False

    def read(self, document):
        raise NotImplementedError

    def sample(self):
        return b""

FORMAT = Planted()
"""

ENGINE = """
class Planted:
    name = "planted"
    title = "an engine of one file"

    def answer(self, wanted, inputs):
        return {name: inputs[name] for name in wanted}

ENGINE = Planted()
"""

FEED = """
from datetime import UTC, datetime
import pyarrow as pa
from topheavy.core.units import SourceKind
from topheavy.stream.feed import Feed, Timed
from topheavy.stream.wire.format import TRADE

class Planted(Feed):
    name = "planted"
    title = "a feed of one file"
    kind = SourceKind.SIMULATED

    def trades(self, settings, ask):
        made = {"feed": "planted", "security": "AAA", "event_time": datetime(2024, 12, 6, 15, tzinfo=UTC),
                "price": 10.0, "size": 1.0, "venue": None, "source_kind": "simulated"}
        rows = [made | {"sequence": number} for number in range(3)]
        yield Timed(None, pa.RecordBatch.from_pylist(rows, schema=TRADE))

FEED = Planted()
"""

PROCESSOR = """
from topheavy.datasets.schema import NUMBER, TEXT, Column
from topheavy.stream.processor import FromAnswer
COLUMNS = (Column("security", TEXT, "the share class"), Column("price", NUMBER, "last price", "currency"))
PROCESSOR = FromAnswer("planted", "last prices", COLUMNS, ("security",), "price", "live_prices", lambda rows, _: rows)
"""

MODEL = """
from topheavy.forecast.model import Model
from topheavy.forecast.models.naive import fit
MODEL = Model(name="planted", title="a model of one file", text="No change.", fit=fit)
"""

PAGE = """
from dash import Input, Output, html
from topheavy.web.frame.page import Page

def layout(view):
    return html.Div([html.Button(id="planted-button"), html.P(id="planted-text")])

def register(app, view):
    @app.callback(Output("planted-text", "children"), Input("planted-button", "n_clicks"))
    def fill(clicks):
        return "a page of one file"

PAGE = Page("planted", "/planted", "Planted", "M0 0", 99, layout, register)
"""

FILES = (
    (DATASETS, DATASET), (SOURCES, SOURCE), (RULES, RULE), (DOUBTS, DOUBT), (ENGINES, ENGINE), (FEEDS, FEED),
    (PROCESSORS, PROCESSOR), (FORMATS, FORMAT),
    (MODELS, MODEL), (PAGES, PAGE),
)  # fmt: skip

Run = Callable[..., Any]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run a command with ``--json`` over a home of its own, and read what it prints."""

    def call(*words: str) -> Any:
        monkeypatch.setenv("TOPHEAVY_HOME", str(tmp_path / "home"))
        monkeypatch.setattr(sys, "argv", ["topheavy", *words, "--json"])
        cli.main()
        return json.loads(capsys.readouterr().out)

    return call


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder for one file of somebody else's."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


def test_every_kind_is_planted_here() -> None:
    assert {kind for kind, _ in FILES} == set(KINDS)


@pytest.mark.parametrize(("kind", "source"), FILES, ids=[kind.name for kind, _ in FILES])
def test_one_file_is_found_and_listed(kind: Kind, source: str, place: Path, run: Run) -> None:
    with planted(place, kind, "planted", source) as file:
        assert [item.name for item in place.iterdir() if item.suffix == ".py"] == [file.name], "one file"
        assert pick(kind, "planted").name == "planted"
        listed = [row for row in run("plugins")["rows"] if row["name"] == "planted"]
    assert [(row["kind"], row["module"]) for row in listed] == [(kind.name, f"planted:{kind.declares}")]
    assert "planted" not in {row["name"] for row in run("plugins")["rows"]}, "gone with its file"


def test_a_vendors_file_is_asked_by_its_name(place: Path, run: Run) -> None:
    with planted(place, SOURCES, "planted", SOURCE):
        plan = run("collect", "planted", "--plan", "--since", "2024-12-05", "--until", "2024-12-06")
    assert [unit["unit"] for unit in plan["units"]] == [f"planted/daily/session=2024-12-0{day}" for day in (5, 6)]


def test_a_datasets_file_is_a_table_in_sql(place: Path, run: Run, tmp_path: Path) -> None:
    with planted(place, DATASETS, "planted", DATASET):
        run("collect", "facts", "--plan", "--since", "2024-12-06", "--until", "2024-12-06")  # makes the home
        assert run("sql", "SELECT COUNT(*) AS notes FROM planted")["rows"] == [{"notes": 0}]


def test_a_feeds_file_is_followed_by_its_name(place: Path, run: Run) -> None:
    with planted(place, FEEDS, "planted", FEED):
        (sent,) = run("stream", "feed", "planted", "--sink")["rows"]
    assert (sent["sent"], sent["acknowledged"]) == (3, 3)


@pytest.mark.parametrize(("model", "refused"), [("planted", " sessions"), ("plantes", "no model is called 'plantes'")])
def test_a_models_file_is_tried_by_its_name(
    place: Path, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], model: str, refused: str
) -> None:
    """Five sessions are no history: of a model that is known nothing else is wrong."""
    closes = {name: dict(zip(SESSIONS, (10.0, 11.0, 12.0, 11.0, 12.0), strict=True)) for name in ("AAA", "BBB")}
    settled = open_folder(publish_small(tmp_path / "home", closes=closes))
    settled.settle(SourceKind.FILE)
    with planted(place, MODELS, "planted", MODEL), pytest.raises(SystemExit):
        run("forecast", "train", "--model", model, "--security", "AAA")
    said = capsys.readouterr().err
    assert refused in said
    assert ("no model" in said) is (model != "planted")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whole_home(tmp_path_factory.mktemp("whole") / "home")


def test_a_processors_file_is_in_the_interface_and_on_the_page(place: Path, whole: Path) -> None:
    with planted(place, PROCESSORS, "planted", PROCESSOR), served_home(whole) as client:
        assert [row["security"] for row in client.get("/api/live/planted").json()["rows"]] == ["MSFT", "AAPL"]
        assert "/api/live/planted" in str(walk(client, "/live").values["live-answers", "children"])


def test_a_pages_file_is_in_the_navigation_and_at_its_address(place: Path, whole: Path) -> None:
    def navigation(client: TestClient) -> str:
        return str(walk(client, "/").values["shell-nav", "children"])

    with planted(place, PAGES, "planted", PAGE), served_home(whole) as client:
        assert "'/planted'" in navigation(client)
        opened = walk(client, "/planted")
        assert opened.values["planted-text", "children"] == "a page of one file"
        assert client.get("/planted").status_code == 200
    with served_home(whole) as client:
        assert "'/planted'" not in navigation(client)
        assert client.get("/planted").status_code == 404
