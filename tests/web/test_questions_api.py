"""Questions as routes over the small warehouse: formats, pages, tags and what cannot be answered."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pyarrow import ipc

from support.small_warehouse import publish_small
from topheavy.web.app import make_app


@pytest.fixture(scope="module")
def client(real_home: Path) -> Iterator[TestClient]:
    with TestClient(make_app(real_home)) as client:
        yield client


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/json", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/*", "text/csv; charset=utf-8"),
        ("text/csv;q=0.5, application/vnd.apache.arrow.stream", "application/vnd.apache.arrow.stream"),
        ("image/png, application/json;q=0.1", "application/json"),
    ],
)
def test_the_accept_header_chooses_the_format(client: TestClient, accept: str, kind: str) -> None:
    answer = client.get("/api/weights", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.headers["vary"] == "Accept"


def test_a_format_that_there_is_none_of_is_refused(client: TestClient) -> None:
    answer = client.get("/api/weights", headers={"Accept": "image/png"})
    assert (answer.status_code, answer.json()["error"]) == (406, "no_such_format")
    assert "text/csv" in answer.json()["message"]


def test_rows_are_those_of_the_small_warehouse(client: TestClient) -> None:
    page = client.get("/api/weights", params={"on": "2024-03-25"}).json()
    assert [(row["member"], row["weight"]) for row in page["rows"]] == [
        ("0000000003", 0.4),
        ("AAA", 0.4),
        ("DDD", 0.2),
    ]
    assert page["narrowed"] == {"index": "SP500", "level": "issuer", "on": "2024-03-25"}
    assert page["coverage"] == 1.0
    low = client.get("/api/weights", params={"since": "2024-03-25", "until": "2024-04-01"}).json()
    assert (low["coverage"], low["total"]) == (pytest.approx(0.6), 3 + 4 + 4 + 4 + 4)  # 60 of 100 by weight on 27 March


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/api/weights?index=SP50", 404, "no index is called 'SP50': did you mean 'SP500'?"),
        ("/api/weights?level=lines", 404, "no level is called 'lines': did you mean 'line'?"),
        ("/api/group?format=json&group=magnificent8", 404, "did you mean 'magnificent7'?"),
        ("/api/weights?security=aaa", 404, "no security is called 'aaa': did you mean 'AAA'?"),
        ("/api/weights?indx=SP500", 422, "weights: no parameter is called 'indx': did you mean 'index'?"),
        ("/api/weights?on=2024-03-29", 404, "no session (holiday): the nearest day with figures is 2024-03-28"),
        ("/api/weights?on=2025-01-02", 404, "SP500 on 2025-01-02: the nearest day with figures is 2024-04-01"),
        ("/api/weights?index=FND&on=2024-04-01", 404, "FND on 2024-04-01: the nearest day with figures is 2024-03-28"),
        ("/api/weights?since=2024-04-01&until=2024-03-25", 404, "swap since and until"),
        ("/api/weights?on=2024-04-01&since=2024-03-25", 404, "a day and a period are asked at once"),
        ("/api/weights?limit=100001", 422, "less than or equal to 100000"),
        ("/api/weights?offset=-1", 422, "greater than or equal to 0"),
        ("/api/weights?format=xml", 422, "'json', 'csv' or 'arrow'"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_said_in_one_line(client: TestClient, path: str, status: int, says: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    assert says in answer.json()["message"]
    assert "\n" not in answer.json()["message"]


def test_a_day_on_which_nothing_is_missing_is_an_answer(client: TestClient) -> None:
    page = client.get("/api/missing", params={"on": "2024-04-01"})
    assert (page.status_code, page.json()["rows"], page.json()["total"]) == (200, [], 0)


@pytest.mark.parametrize("path", ["/api/weights", "/api/about", "/api/concentration", "/api/members", "/api/gaps"])
def test_what_is_published_next_has_another_tag(tmp_path: Path, path: str) -> None:
    publish_small(tmp_path, world="real")
    with TestClient(make_app(tmp_path)) as client:
        first = client.get(path)
        tag = {"If-None-Match": f'W/"other", {first.headers["ETag"]}'}
        known = client.get(path, headers=tag)
        assert (known.status_code, known.content) == (304, b"")
        assert known.headers["ETag"] == first.headers["ETag"]
        publish_small(tmp_path, world="simulated", published_at="2024-04-03T06:00:00+00:00")
        second = client.get(path, headers=tag)
        assert second.status_code == 200
        assert second.headers["ETag"] != first.headers["ETag"]
        assert (first.json()["world"], second.json()["world"]) == ("real", "simulated")


def test_a_simulated_world_is_named_in_every_format(simulated_home: Path) -> None:
    with TestClient(make_app(simulated_home)) as client:
        rows = client.get("/api/weights?format=csv").text.splitlines()
        assert {row.rsplit(",", 1)[1] for row in rows[1:]} == {'"SIMULATED"'}
        arrow = ipc.open_stream(client.get("/api/weights?format=arrow").content).read_all()
        assert arrow.schema.metadata[b"world"] == b"simulated"
        assert client.get("/api/weights").json()["world"] == "simulated"


def test_older_routes_keep_their_shape_unless_a_format_is_named(client: TestClient) -> None:
    assert "days" in client.get("/api/concentration").json()
    assert "days" in client.get("/api/concentration", headers={"Accept": "text/html, */*;q=0.5"}).json()
    assert client.get("/api/concentration?format=json").json()["rows"][0]["hhi"] == pytest.approx(4250)
    assert client.get("/api/repairs", headers={"Accept": "text/csv"}).text.startswith('"id","rule","dataset"')


def test_all_questions_are_listed(client: TestClient) -> None:
    listed = {item["name"]: item for item in client.get("/api/questions").json()}
    assert list(listed["weights"]["narrowed_by"]) == ["index", "level", "member", "security"]
    assert (listed["weights"]["day"], listed["weights"]["without_a_date"]) == ("session", "newest")


def test_before_anything_is_published_a_question_says_what_to_run(tmp_path: Path) -> None:
    with TestClient(make_app(tmp_path)) as client:
        answer = client.get("/api/weights")
        assert (answer.status_code, answer.json()["error"]) == (404, "not_published")
        assert "topheavy demo" in answer.json()["message"]
