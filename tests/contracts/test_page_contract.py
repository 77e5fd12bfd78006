"""What every page promises, held over all pages that are found."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from support.page_walk import callbacks_of, walk
from support.planted import planted
from support.served_home import served_home, whole_home
from support.small_warehouse import publish_small
from topheavy.core.errors import NotPublished
from topheavy.core.plugins import PAGES, load
from topheavy.web.app import make_app
from topheavy.web.frame import shell
from topheavy.web.frame import world as frame_world
from topheavy.web.frame.page import Page, pages
from topheavy.web.services import View

FOUND = pages()
ELSEWHERE = re.compile(r"""(?:src|href)=["'](?:https?:)?//|url\(["']?(?:https?:)?//|@import""")
each_page = pytest.mark.parametrize("page", FOUND, ids=lambda page: page.name)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_small(tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[TestClient]:
    with TestClient(make_app(home)) as client:
        yield client


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whole_home(tmp_path_factory.mktemp("whole") / "home")


@pytest.fixture(scope="module")
def served(whole: Path) -> Iterator[TestClient]:
    with served_home(whole) as client:
        yield client


def ids(component: Any) -> Iterator[str]:
    """Every id in a component and what it holds."""
    children = getattr(component, "children", None)
    if isinstance(found := getattr(component, "id", None), str):
        yield found
    for child in children if isinstance(children, (list, tuple)) else [children]:
        if child is not None and not isinstance(child, str | int | float):
            yield from ids(child)


def test_pages_are_the_plug_ins_that_were_found() -> None:
    assert {page.name for page in FOUND} == set(load(PAGES))
    assert FOUND, "there is at least one page"


@pytest.mark.parametrize("what", ["name", "path", "title", "order"])
def test_no_two_pages_share_a_place(what: str) -> None:
    claimed = [getattr(page, what) for page in FOUND]
    assert len(set(claimed)) == len(claimed)


@each_page
def test_a_page_says_what_it_is(page: Page) -> None:
    assert page.path.startswith("/")
    assert not page.path.startswith(("/api", "/docs", "/ping", "/assets", "/_"))
    assert page.title
    assert re.fullmatch(r"[MmLlHhVvCcSsQqTtAaZz0-9 .,\-]+", page.icon)


@each_page
def test_it_builds_where_something_is_published(page: Page, home: Path) -> None:
    built = shell.body(page, View(home), FOUND)
    found = list(ids(built))
    assert found, "a page has parts that callbacks fill"
    assert len(set(found)) == len(found)
    assert [name for name in found if not name.startswith(page.name)] == []


@each_page
def test_it_builds_where_nothing_is_published(page: Page, tmp_path: Path) -> None:
    built = str(shell.body(page, View(tmp_path), FOUND).to_plotly_json())
    assert "Nothing is published here yet" in built
    assert "topheavy demo" in built
    with pytest.raises(NotPublished):
        page.layout(View(tmp_path))


@each_page
def test_its_callbacks_are_registered_under_its_own_name(page: Page, client: TestClient) -> None:
    asked = client.get("/_dash-dependencies").json()
    own = [item for item in asked if f"{page.name}-" in item["output"]]
    assert own
    inputs = {dependency["id"] for item in own for dependency in item["inputs"] + item["state"]}
    assert [name for name in inputs if not name.startswith((f"{page.name}-", "shell-"))] == []


@each_page
def test_every_callback_of_it_can_be_called(page: Page, served: TestClient) -> None:
    opened = walk(served, page.path)
    assert opened.notices == [], "what a callback raises is told to the reader"
    assert opened.called >= callbacks_of(served, page.name), "every callback's inputs stand on the page"


PLANTED = """
from dash import Input, Output, html
from topheavy.web.frame.page import Page

def layout(view):
    return html.Div([html.Button(id="planted-button"), html.P(id="planted-text")])

def register(app, view):
    @app.callback(Output("planted-text", "children"), Input("planted-button", "n_clicks"), prevent_initial_call=True)
    def fill(clicks):
        return str(view.ask("SELECT session FROM {table} LIMIT 1"))

PAGE = Page("planted", "/planted", "Planted", "M0 0", 99, layout, register)
"""


@pytest.mark.parametrize(
    ("table", "fails"),
    [("concentration", False), ("no_such_table", True)],
    ids=["a table there is", "a table there is not"],
)
def test_sql_against_a_table_that_is_not_there_fails_the_contract(
    tmp_path: Path, whole: Path, table: str, fails: bool
) -> None:
    with planted(tmp_path, PAGES, "planted", PLANTED.format(table=table)), served_home(whole) as client:
        opened = walk(client, "/planted")
        assert opened.called >= callbacks_of(client, "planted") != set()
    assert bool(opened.notices) is fails
    assert all("no_such_table does not exist" in notice for notice in opened.notices)


@each_page
def test_its_address_serves_a_document_that_needs_nothing_from_elsewhere(page: Page, client: TestClient) -> None:
    answer = client.get(page.path)
    assert answer.status_code == 200
    assert "text/html" in answer.headers["content-type"]
    assert not ELSEWHERE.search(answer.text)
    assert "/assets/topheavy.css" in answer.text
    scripts = re.findall(r'(?:src|href)="(/[^"]+)"', answer.text)
    assert len(scripts) > 5
    assert {client.get(script).status_code for script in scripts} == {200}


def test_what_the_pages_share_needs_nothing_from_elsewhere(client: TestClient) -> None:
    for address in ("/docs", "/assets/topheavy.css"):
        assert not ELSEWHERE.search(client.get(address).text)


def test_an_address_that_is_no_page_is_marked_and_still_leads_on(client: TestClient) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "_dash-config" in answer.text
    said = str(shell.body(None, View(Path("unused")), FOUND).to_plotly_json())
    assert "There is no such page" in said
    assert FOUND[0].path in said


def test_the_first_page_is_also_at_the_root(client: TestClient) -> None:
    assert client.get("/").status_code == 200
    assert shell.page_at("/", FOUND) is FOUND[0]
    assert shell.page_at(f"{FOUND[0].path}/", FOUND) is FOUND[0]


@pytest.mark.parametrize(("world", "seen"), [("simulated", "SIMULATED"), ("real", "real data")])
def test_the_world_is_named_by_the_shell_on_every_page(tmp_path: Path, world: str, seen: str) -> None:
    view = View(publish_small(tmp_path, world=world))
    named = frame_world.world_of(view)
    assert seen in str(frame_world.badge(named))
    assert ("SIMULATED" in str(frame_world.banner(named))) is (world == "simulated")
    assert world in str(shell.foot(view))
