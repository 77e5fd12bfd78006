"""The JSON interface to models: the newest backtests or a named one, single forecasts, live scores."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from support.small_board import DAYS, board_home, forecast, put, score
from topheavy.answers.models.backtests import board
from topheavy.core.settings import read_settings
from topheavy.home import open_home
from topheavy.lake.folder import open_folder
from topheavy.web.app import make_app
from topheavy.web.services import Services


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    home = board_home(tmp_path_factory.mktemp("board") / "home")
    with open_home(read_settings(home, {})) as place:
        put(place, "forecasts", [forecast("AAA", 0), forecast("AAA", 1)])
        put(place, "scores", [score("AAA", 0, 0.03, 0.05)])
    with board(read_settings(home, {})) as shown, TestClient(make_app(home, Services(backtests=shown))) as client:
        yield client


def get(client: TestClient, path: str, **parameters: Any) -> dict[str, Any]:
    answer = client.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_the_newest_backtest_of_every_target_and_horizon_is_told(client: TestClient) -> None:
    found = get(client, "/api/scoreboard")["backtests"]
    assert [(one["run"], one["target"], one["horizon"]) for one in found] == [
        ("r2", "price", 1), ("r2", "price", 5), ("r2", "return", 1)
    ]  # fmt: skip
    assert [model["model"] for model in found[0]["models"]] == ["naive", "ridge", "theta", "lstm", "forest"]
    known = {name: value for name, value in found[0]["models"][1].items() if value is not None and name != "title"}
    assert known == (
        {"model": "ridge", "origins": 4, "forecasts": 8, "ratio": 0.99, "ratio_low": 0.97}
        | {"ratio_high": 1.01, "dm": -2.5, "p": 0.01, "p_holm": 0.6, "skill": "no evidence of skill", "mae": 1.0}
        | {"rmse": 2.0, "coverage": 0.75, "hit_rate": 0.52}
        | {"hit_low": 0.45, "hit_high": 0.59, "lagged_copy": False, "net_sharpe": 0.25}
        | {"hold_sharpe": 1.25, "seconds": 1.5}
    )


def test_a_run_can_be_named(client: TestClient) -> None:
    (one,) = get(client, "/api/scoreboard", run="r1")["backtests"]
    assert [model["model"] for model in one["models"]] == ["naive", "ridge", "lstm"]
    assert (one["subject"], one["source_kind"], one["snapshot"]) == ("group magnificent7", "real", "abc123")


def test_single_forecasts_are_told_with_what_was_lost(client: TestClient) -> None:
    parameters: dict[str, Any] = {"target": "price", "horizon": 1, "model": "lstm", "series": "BBB"}
    answer = get(client, "/api/scoreboard/forecasts", **parameters)
    assert (answer["run"], answer["model"], answer["series"], answer["source_kind"]) == ("r2", "lstm", "BBB", "real")
    assert answer["forecasts"][1] == (
        {"origin": DAYS[1].isoformat(), "session": DAYS[2].isoformat(), "value": 143.0, "low": 141.0}
        | {"high": 145.0, "naive": 110.0, "actual": 121.0, "lost": pytest.approx(2.0)}
    )


def test_what_is_left_out_is_the_best_model_of_the_newest_price(client: TestClient) -> None:
    answer = get(client, "/api/scoreboard/forecasts")
    assert (answer["target"], answer["horizon"], answer["model"], answer["series"]) == ("price", 1, "ridge", "AAA")


def test_a_backtest_without_single_forecasts_has_none(client: TestClient) -> None:
    assert get(client, "/api/scoreboard/forecasts", horizon=5)["forecasts"] == []


def test_live_scores_are_told(client: TestClient) -> None:
    answer = get(client, "/api/scores")
    (one,) = answer["live"]
    assert (one["recorded"], one["scored"], one["mae"]) == (2, 1, pytest.approx(0.03))
    assert one["drift"]["watched"] is False
    assert answer["registered"] == []


@pytest.mark.parametrize(
    ("path", "parameters", "status", "said"),
    [
        ("/api/scoreboard", {"run": "r3"}, 404, "no backtest is called 'r3'"),
        ("/api/scoreboard/forecasts", {"run": "r3"}, 404, "no backtest is called 'r3'"),
        ("/api/scoreboard/forecasts", {"target": "prize"}, 404, "did you mean 'price'?"),
        ("/api/scoreboard/forecasts", {"target": "price", "horizon": 2}, 404, "of its horizons there are 1, 5"),
        (
            "/api/scoreboard/forecasts",
            {"target": "return", "run": "r1"},
            404,
            "return was not tried in the backtest r1",
        ),
        ("/api/scoreboard/forecasts", {"model": "forest"}, 404, "no scored model is called 'forest'"),
        ("/api/scoreboard/forecasts", {"series": "CCC"}, 404, "no series is called 'CCC'"),
        ("/api/scoreboard/forecasts", {"horizon": 0}, 422, "horizon"),
        ("/api/scoreboard/forecasts", {"horizon": "soon"}, 422, "horizon"),
    ],
)
def test_what_cannot_be_told_is_said(
    client: TestClient, path: str, parameters: dict[str, Any], status: int, said: str
) -> None:
    answer = client.get(path, params=parameters)
    assert answer.status_code == status
    assert said in answer.json()["message"]


def test_where_nothing_was_tried_lists_are_empty_and_what_to_run_is_said(tmp_path: Path) -> None:
    home = open_folder(tmp_path / "home").path
    with board(read_settings(home, {})) as shown, TestClient(make_app(home, Services(backtests=shown))) as client:
        assert get(client, "/api/scoreboard") == {"backtests": []}
        assert get(client, "/api/scores") == {"registered": [], "live": []}
        answer = client.get("/api/scoreboard/forecasts")
        assert (answer.status_code, "topheavy forecast backtest" in answer.json()["message"]) == (404, True)


def test_the_published_copy_alone_says_that_it_is(real_home: Path) -> None:
    with TestClient(make_app(real_home)) as client:
        for path in ("/api/scoreboard", "/api/scoreboard/forecasts", "/api/scores"):
            answer = client.get(path)
            assert (answer.status_code, "topheavy serve" in answer.json()["message"]) == (404, True)


def test_every_route_is_described(client: TestClient) -> None:
    page = client.get("/docs").text
    for name in ("GET /api/scoreboard", "GET /api/scoreboard/forecasts", "GET /api/scores", "models[].ratio_low"):
        assert name in page
