"""The JSON interface to the collecting: what it answers, and from whom it takes orders."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from support.small_ledger import BUSY, CAUSE, small_home
from topheavy.core.settings import read_settings
from topheavy.core.units import SourceKind
from topheavy.jobs.serve.serve import open_monitor
from topheavy.web.app import make_app
from topheavy.web.services import Services

HERE = "http://127.0.0.1:8050"
JSON = {"content-type": "application/json"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    home = small_home(tmp_path / "home", SourceKind.SIMULATED)
    with (
        open_monitor(read_settings(home, {})) as desk,
        TestClient(make_app(home, Services(desk)), base_url=HERE) as client,
    ):
        yield client


def get(client: TestClient, path: str, **parameters: Any) -> dict[str, Any]:
    answer = client.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_runs_are_listed_newest_first(client: TestClient) -> None:
    answer = get(client, "/api/runs")
    assert (answer["world"], answer["total"], answer["offset"]) == ("simulated", 5, 0)
    assert [item["finished_at"][11:19] for item in answer["units"]] == [
        "12:01:42", "12:01:41", "12:01:00", "12:00:40", "12:00:20"
    ]  # fmt: skip


def test_runs_are_filtered_sorted_and_cut(client: TestClient) -> None:
    (run,) = get(client, "/api/runs", state="failed", source="polygon")["units"]
    assert (run["unit"], run["fault"], run["cause"], run["calls"]) == (BUSY.id, "busy", CAUSE, 5)
    assert get(client, "/api/runs", text="503")["total"] == 1
    answer = get(client, "/api/runs", sort="bytes", descending=False, limit=2, offset=3)
    assert ([item["bytes"] for item in answer["units"]], answer["total"]) == ([1_000, 2_000], 5)


@pytest.mark.parametrize(
    ("parameters", "status", "said"),
    [
        ({"state": "lost"}, 422, "'ok', 'unchanged' or 'failed'"),
        ({"limit": 0}, 422, "limit"),
        ({"limit": 1_001}, 422, "limit"),
        ({"offset": -1}, 422, "offset"),
        ({"sort": "unti"}, 404, "did you mean 'unit'?"),
        ({"sort": "unit; DROP TABLE attempts"}, 404, "no column to sort by"),
    ],
)
def test_what_cannot_be_listed_is_said(client: TestClient, parameters: Any, status: int, said: str) -> None:
    answer = client.get("/api/runs", params=parameters)
    assert answer.status_code == status
    assert said in answer.json()["message"]


def test_collections_sources_and_the_asking(client: TestClient) -> None:
    answer = get(client, "/api/collections")
    assert [(item["title"], item["stage"]) for item in answer["collections"]] == [
        ("sec shares", "broken off"),
        ("polygon bars", "ended"),
    ]
    assert [item["source"] for item in answer["sources"]] == ["polygon", "sec"]
    assert answer["asking"]["going"] is False


def test_figures_for_prometheus_are_plain_text(client: TestClient) -> None:
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'topheavy_sessions{source="polygon",state="complete",world="simulated"} 2.0' in answer.text


def test_a_program_of_this_machine_may_ask_again(client: TestClient) -> None:
    answer = client.post("/api/retry", json={"sources": ["polygon"]})
    assert (answer.status_code, answer.json()["going"], answer.json()["units"]) == (202, True, 1)
    again = client.post("/api/retry", json={})
    assert (again.status_code, again.json()["error"]) == (409, "already_asking")


def test_where_nothing_failed_there_is_nothing_to_ask(client: TestClient) -> None:
    answer = client.post("/api/retry", json={"units": ["no/such/unit"]})
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


ELSEWHERE = [
    ({"origin": "https://evil.example"}, 403),
    ({"origin": "null"}, 403),
    ({"origin": "http://127.0.0.1:9999"}, 403),
    ({"origin": "https://127.0.0.1:8050"}, 403),
    ({"host": "evil.example:8050", "origin": "http://evil.example:8050"}, 403),
    ({"host": "127.0.0.1.evil.example"}, 403),
    ({"sec-fetch-site": "cross-site"}, 403),
    ({"sec-fetch-site": "same-site"}, 403),
    ({"content-type": "text/plain"}, 415),
    ({"content-type": "application/x-www-form-urlencoded"}, 415),
    ({"content-type": ""}, 415),
]


@pytest.mark.parametrize(("headers", "status"), ELSEWHERE)
@pytest.mark.parametrize("path", ["/api/retry", "/_dash-update-component"])
def test_a_page_from_elsewhere_may_not(client: TestClient, path: str, headers: dict[str, str], status: int) -> None:
    answer = client.post(path, content="{}", headers=JSON | headers)
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "message"}
    assert get(client, "/api/collections")["asking"]["going"] is False


@pytest.mark.parametrize("host", ["127.0.0.1:8050", "localhost:8050", "localhost", "[::1]:8050"])
def test_its_own_page_may_under_every_name_of_this_machine(client: TestClient, host: str) -> None:
    own = {"host": host, "origin": f"http://{host}", "sec-fetch-site": "same-origin"}
    assert client.post("/api/retry", json={"units": ["no/such"]}, headers=own).status_code == 404


def test_every_route_and_body_is_described(client: TestClient) -> None:
    page = client.get("/docs").text
    for name in (
        "GET /api/runs",
        "GET /api/collections",
        "POST /api/retry",
        "Body (JSON)",
        "units[].cause",
        "/metrics",
    ):
        assert name in page


def test_the_published_copy_alone_says_that_it_is(real_home: Path) -> None:
    with TestClient(make_app(real_home), base_url=HERE) as client:
        for path in ("/api/runs", "/api/collections", "/metrics"):
            answer = client.get(path)
            assert (answer.status_code, "topheavy serve" in answer.json()["message"]) == (404, True)
        assert client.post("/api/retry", json={}).status_code == 404
