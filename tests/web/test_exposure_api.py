"""The JSON interface to exposure gives the page's answer, and says in one sentence why it has none."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from support.fund_books import line, publish_funds
from topheavy.portfolios.shelf import Shelf
from topheavy.web.app import make_app
from topheavy.web.services import Services

COMPANIES = {"AAA": ("0000000001", "Alpha"), "BBB": ("0000000002", "Beta")}
HERE = "http://127.0.0.1"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("funds")
    funds = {"ONE": [line("AAA", 0.5), line("BBB", 0.5)], "TWO": [line("AAA", 1.0)]}
    publish_funds(home, funds, COMPANIES, {"magnificent7": ["AAA"]})
    Shelf(home).keep("mine", b"100% TWO")
    return home


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[TestClient]:
    with TestClient(make_app(home, Services(shelf=Shelf(home))), base_url=HERE) as client:
        yield client


def test_a_typed_portfolio_is_answered(client: TestClient) -> None:
    answer = client.get("/api/exposure", params={"portfolio": "50% ONE, 50% TWO", "on": "2024-03-29"}).json()
    assert {item["name"]: item["share"] for item in answer["companies"]} == pytest.approx({"Alpha": 0.75, "Beta": 0.25})
    assert answer["funds"][0]["age"] == 1
    assert (answer["world"], answer["groups"][0]["share"]) == ("real", 0.75)


def test_a_file_is_sent_as_its_text(client: TestClient) -> None:
    asked = {"portfolio": "symbol,value\nONE,100\nBBB,100\nTotal,200\n", "on": "2024-03-28"}
    answer = client.post("/api/exposure", json=asked).json()
    assert (answer["whole"], answer["left_out"]) == (200.0, 1)
    assert answer["companies"][0]["name"] == "Beta"


def test_a_kept_portfolio_is_asked_by_its_name(client: TestClient) -> None:
    assert client.post("/api/exposure", json={"kept": "mine"}).json()["companies"][0]["share"] == 1.0
    refused = client.post("/api/exposure", json={"kept": "mien"})
    assert refused.status_code == 404
    assert "did you mean 'mine'?" in refused.json()["message"]


def test_what_if_shows_before_and_after(client: TestClient) -> None:
    asked = {"portfolio": "100% ONE", "add": "100% TWO", "on": "2024-03-28"}
    answer = client.post("/api/exposure/what-if", json=asked).json()
    assert answer["change"] == "add TWO worth 100.0 % of today's whole".replace(" %", "\u00a0%")
    # half of the new whole is TWO: AAA 0.5 × 0.5 + 0.5
    assert {item["name"]: (item["before"], item["after"]) for item in answer["moved"]} == {
        "Alpha": (0.5, 0.75),
        "Beta": (0.5, 0.25),
    }


def test_history_has_a_moment_for_every_date(client: TestClient) -> None:
    answer = client.post("/api/exposure/history", json={"portfolio": "100% ONE"}).json()
    assert [(moment["on"], moment["changed"]) for moment in answer["moments"]] == [("2024-03-28", ["ONE"])]


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"portfolio": "hello"}, 404, "no table of positions"),
        ({"portfolio": ""}, 404, "is empty"),
        ({"portfolio": "100% ONE", "kept": "mine"}, 404, "not both"),
        ({"portfolio": "100% ONE", "most": 0}, 422, "most"),
        ({"portfolio": "100% ONE", "spell": "wrong"}, 422, "spell"),
    ],
)
def test_a_question_that_has_no_answer_is_refused_in_one_sentence(
    client: TestClient, asked: dict[str, object], status: int, said: str
) -> None:
    answer = client.post("/api/exposure", json=asked)
    assert answer.status_code == status
    assert said in answer.json()["message"]


def test_nothing_is_said_to_another_sites_page(client: TestClient) -> None:
    answer = client.post(
        "/api/exposure", json={"portfolio": "100% ONE"}, headers={"origin": "http://elsewhere.example"}
    )
    assert answer.status_code == 403


def test_a_home_without_funds_names_what_it_does_not_know(tmp_path: Path) -> None:
    publish_funds(tmp_path, {}, COMPANIES)
    with TestClient(make_app(tmp_path), base_url=HERE) as client:
        answer = client.get("/api/exposure", params={"portfolio": "60% IVV, 40% AAA"}).json()
        assert answer["residuals"][0]["remedy"] == "topheavy run nport IVV"
        assert answer["companies_share"] == 0.4
