"""The JSON interface to forecasts: the fitted model's own answers, and one clear line where there is none."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from support.histories import walk
from support.registered import CARD, DRIFT, ERRORS, kept, weighed
from support.small_warehouse import publish_small
from topheavy.answers.models.endpoint import RegisteredModels
from topheavy.answers.models.predictions import MOST_INSTANCES, MOST_VALUES
from topheavy.core.calendar import sessions
from topheavy.core.settings import read_settings
from topheavy.forecast.model import models
from topheavy.forecast.serving.registry import Registry
from topheavy.web.api.models import MOST_BYTES
from topheavy.web.app import make_app
from topheavy.web.services import Services

HERE = "http://127.0.0.1:8050"
DAYS = sessions(date(2023, 11, 1), date(2024, 3, 28))
CLOSES = walk(len(DAYS)).values
MISSED = DAYS[-4]
"""The session on which S1 was not traded."""
LAST, NEXT, IN_FIVE = date(2024, 3, 28), date(2024, 4, 1), date(2024, 4, 5)
"""Good Friday lies between the first two."""

WEIGHED = weighed()
NAIVE = models()["naive"].learn
HOSTED = {"host": "model.hosting.example", "content-type": "application/json"}


def closes() -> dict[str, dict[date, float]]:
    found = {f"S{n}": dict(zip(DAYS, CLOSES[:, n].tolist(), strict=True)) for n in range(3)}
    del found["S1"][MISSED]
    return found | {"NEW": {DAYS[-2]: 10.0, DAYS[-1]: 11.0}}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = publish_small(tmp_path_factory.mktemp("models"), closes=closes())
    kept(home, WEIGHED, "return", 1, name="return-1", world="real")
    kept(home, DRIFT, "return", 1, name="return-1")
    kept(home, WEIGHED, "price", 5, name="price-5", scope="global")
    kept(home, weighed(lookback=1), "volatility", 1, name="volatility-1", scope="global")
    kept(home, weighed(1, 1), "share", 1, name="share-1")
    return home


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[TestClient]:
    with over(home) as client:
        yield client


def over(home: Path, **settings: str) -> TestClient:
    return TestClient(
        make_app(home, Services(forecaster=RegisteredModels(read_settings(home, settings)))), base_url=HERE
    )


def asked(client: TestClient, name: str, **body: Any) -> dict[str, Any]:
    answer = client.post(f"/api/models/{name}/invocations", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def change(closes: Any, column: int) -> float:
    """What the model says of one series whose history is ``closes``, by the fitted model itself."""
    x = np.repeat(np.log(np.array(closes))[:, None], 3, axis=1)
    return float(WEIGHED.predict(x, np.array([len(x) - 1]))[0, column])


def wide(closes: Any) -> float:
    """The usual move of a session, by its definition."""
    return float(np.sqrt(np.mean(np.diff(np.log(closes))[-63:] ** 2)))


def test_names_are_listed_with_who_answers_to_them(client: TestClient) -> None:
    found = client.get("/api/models").json()["models"]
    assert [(one["name"], one["champion"], one["challenger"], one["world"]) for one in found] == [
        ("price-5", 1, None, "simulated"),
        ("return-1", 1, 2, "real"),
        ("share-1", 1, None, "simulated"),
        ("volatility-1", 1, None, "simulated"),
    ]


def test_a_version_says_what_it_is(client: TestClient) -> None:
    first, second = (client.get(f"/api/models/{name}").json() for name in ("return-1", "return-1@challenger"))
    assert (first["version"], first["fewest"], first["wanted"], first["reads"]) == (1, 7, 64, "prices")
    assert (first["world"], first["notice"]) == ("real", "")
    assert (second["version"], second["snapshot"], second["errors"]) == (2, "bars@7", 20)
    assert second["notice"].startswith("SIMULATED")
    assert second["metrics"] == {"mase": 0.98, "hit_rate": None}
    assert second["params"] == {"trees": 20, "rate": 0.1, "kind": "a", "deep": True}


def test_a_security_is_forecast_from_its_published_history(client: TestClient) -> None:
    answer = asked(client, "return-1", security="S2", level=0.8)
    assert [answer[name] for name in ("name", "version", "snapshot", "read_from", "world", "notice")] == [
        "return-1", 1, "bars@7", "small-real", "real", ""
    ]  # fmt: skip
    (said,) = answer["predictions"]
    expected, spread = change(CLOSES[:, 2], 2), wide(CLOSES[:, 2])
    assert said["value"] == pytest.approx(np.expm1(expected), rel=1e-9)
    assert said["low"] == pytest.approx(np.expm1(expected + ERRORS[1] * spread), rel=1e-9)
    assert said["high"] == pytest.approx(np.expm1(expected + ERRORS[-2] * spread), rel=1e-9)
    assert [said[name] for name in ("security", "level", "naive", "unit", "horizon", "reason")] == [
        "S2", 0.8, 0.0, "1", 1, ""
    ]  # fmt: skip
    assert (said["as_of"], said["session"]) == (str(LAST), str(NEXT))


def test_a_session_without_a_price_counts_as_one_that_did_not_move(client: TestClient) -> None:
    bridged = CLOSES[:, 1].copy()
    bridged[-4] = bridged[-5]
    (said,) = asked(client, "return-1", security="S1")["predictions"]
    assert said["value"] == pytest.approx(np.expm1(change(bridged, 1)), rel=1e-9)


def test_values_are_forecast_as_they_are_given(client: TestClient) -> None:
    given = CLOSES[-10:, 0].tolist()
    (said,) = asked(client, "price-5", values=given)["predictions"]
    assert said["value"] == pytest.approx(given[-1] * np.exp(change(given, 0)), rel=1e-9)
    assert (said["naive"], said["as_of"], said["session"], said["low"]) == (pytest.approx(given[-1]), None, None, None)
    assert "an interval needs 64 values" in said["reason"]


def test_several_are_forecast_at_once_each_as_if_alone(client: TestClient) -> None:
    short, long = CLOSES[-8:, 0].tolist(), CLOSES[:, 1].tolist()
    instances = [{"security": "S0"}, {"values": short, "security": "S1"}, {"values": long}, {"security": "S0"}]
    answer = asked(client, "price-5", instances=instances)
    alone = [asked(client, "price-5", **one)["predictions"][0] for one in instances]
    assert answer["predictions"] == alone
    assert (alone[0]["session"], alone[1]["security"]) == (str(IN_FIVE), "S1")


def test_one_model_for_all_takes_a_series_it_has_not_seen(client: TestClient) -> None:
    (said,) = asked(client, "volatility-1", security="NEW")["predictions"]
    assert said["naive"] == pytest.approx(np.log(11 / 10))
    assert (said["unit"], said["as_of"]) == ("1 a day", str(LAST))


def test_a_groups_share_is_read_from_the_largest_index(client: TestClient) -> None:
    (said,) = asked(client, "share-1", security="magnificent7")["predictions"]
    assert (said["naive"], said["as_of"], said["session"]) == (pytest.approx(0.8), "2024-04-01", "2024-04-02")


@pytest.mark.parametrize(("name", "version"), [("return-1", 1), ("return-1@challenger", 2), ("return-1@2", 2)])
def test_a_version_is_asked_by_alias_or_number(client: TestClient, name: str, version: int) -> None:
    assert asked(client, name, security="S0")["version"] == version


ENOUGH = [100.0] * 10
REFUSED: list[tuple[str, Any, int, str]] = [
    ("retrun-1", {"values": ENOUGH}, 404, "did you mean 'return-1'?"),
    ("return-1@9", {"values": ENOUGH}, 404, "has no version '9'"),
    ("price-5@challenger", {"values": ENOUGH}, 404, "has no challenger"),
    ("%2e%2e", {"values": ENOUGH}, 404, "no model can be called '..'"),
    (".making", {"values": ENOUGH}, 404, "no model can be called '.making'"),
    ("a%2fb", {"values": ENOUGH}, 405, ""),
    ("Return", {"values": ENOUGH}, 404, "no model can be called 'Return'"),
    ("return-1", {"security": "XYZ"}, 404, "no series of return-1 is called 'XYZ'"),
    ("return-1", {"values": ENOUGH}, 404, "has a model for each series: say which, as 'S0'"),
    ("price-5", {"security": "S9"}, 404, "no security with a history is called 'S9'"),
    ("share-1", {"security": "magnificent8"}, 404, "no series of share-1 is called 'magnificent8'"),
    ("price-5", {"security": "NEW"}, 422, "needs 7 values up to the last session, and got 2"),
    ("price-5", {"values": [1.0] * 6}, 422, "needs 7 values up to the last session, and got 6"),
    ("price-5", {"instances": [{"values": ENOUGH}, {"values": [1.0]}]}, 422, "got 1 (instance 2 of 2)"),
    ("price-5", {"values": [*ENOUGH, 0]}, 422, "every value has to be a number above 0"),
    ("price-5", {"instances": [{"values": [*ENOUGH, -1]}, {"values": ENOUGH}]}, 422, "above 0 (instance 1 of 2)"),
    ("price-5", {"values": [*ENOUGH, "2"]}, 422, "values.10: Input should be a valid number (got '2')"),
    ("price-5", {"values": [[1.0, 2.0]]}, 422, "values.0: Input should be a valid number"),
    ("price-5", {"values": [True] * 10}, 422, "valid number"),
    ("price-5", {"values": "100"}, 422, "valid tuple"),
    ("price-5", {"values": [1.0] * (MOST_VALUES + 1)}, 422, f"at most {MOST_VALUES} items"),
    ("price-5", {"instances": [{"values": [1.0]}] * (MOST_INSTANCES + 1)}, 422, f"at most {MOST_INSTANCES} items"),
    ("price-5", {"instances": [{}]}, 422, "instances.0: Value error, say a security by name, or give values"),
    ("price-5", {"security": "S0", "instances": [{"security": "S0"}]}, 422, "give instances, or one"),
    ("price-5", {"values": []}, 422, "give instances, or one"),
    ("price-5", {}, 422, "give instances, or one"),
    ("price-5", [1.0, 2.0], 422, "Input should be a valid dictionary"),
    ("price-5", {"values": ENOUGH, "level": 1}, 422, "level: Input should be less than 1"),
    ("price-5", {"values": ENOUGH, "level": 0}, 422, "level: Input should be greater than 0"),
    ("price-5", {"values": ENOUGH, "colour": "red"}, 422, "colour: Extra inputs are not permitted"),
    ("price-5", {"security": "S" * 65}, 422, "at most 64 characters"),
    ("price-5", {"security": ["S0"]}, 422, "valid string"),
]


@pytest.mark.parametrize(("name", "body", "status", "said"), REFUSED)
def test_what_cannot_be_answered_is_said(client: TestClient, name: str, body: Any, status: int, said: str) -> None:
    answer = client.post(f"/api/models/{name}/invocations", json=body)
    assert (answer.status_code, said in answer.text.replace('\\"', '"')) == (status, True), answer.text
    if said:
        assert set(answer.json()) == {"error", "message"}
        assert "\n" not in answer.json()["message"]
        assert len(answer.json()["message"]) < 300


RAW = [
    ('{"values": [1, NaN, 1, 1, 1, 1, 1, 1]}', 422, "values.1: Input should be a finite number (got 'nan')"),
    ('{"values": [1, Infinity, 1, 1, 1, 1, 1, 1]}', 422, "finite number"),
    ('{"values": [1, -1e999, 1, 1, 1, 1, 1, 1]}', 422, "finite number"),
    (f'{{"values": [{"9" * 400}]}}', 422, "valid number"),
    (f'{{"values": [{"9" * 5000}]}}', 400, ""),
    ('{"security": "\\ud800"}', 422, ""),
    ("{", 422, ""),
    ("", 422, ""),
    ("[" * 100_000, 400, ""),
    ('"' + "x" * MOST_BYTES + '"', 413, "no more than 4,194,304 bytes"),
]


@pytest.mark.parametrize(("body", "status", "said"), RAW, ids=range(len(RAW)))
@pytest.mark.parametrize("path", ["/api/models/price-5/invocations", "/invocations"])
def test_a_body_that_cannot_be_read_is_said(client: TestClient, path: str, body: str, status: int, said: str) -> None:
    answer = client.post(path, content=body, headers={"content-type": "application/json"})
    assert answer.status_code in {status, 422}
    assert set(answer.json()) == {"error", "message"}
    assert said in answer.text or path == "/invocations"
    assert len(answer.text) < 400


def test_a_hosting_service_asks_for_health_and_forecasts(client: TestClient) -> None:
    assert client.get("/ping", headers=HOSTED).json() == {"status": "ok"}
    body = {"instances": [{"security": "S0"}, {"values": ENOUGH}]}
    answer = client.post("/invocations", json=body, headers=HOSTED)
    assert answer.json() == asked(client, "price-5", **body)


def test_rows_of_csv_are_instances(client: TestClient) -> None:
    rows = "S0\r\nS1,100,101,102,103,104,105,106\r\n\r\n100,101,102,103,104,105,106.5\r\n"
    headers = HOSTED | {"content-type": "text/csv; charset=utf-8"}
    answer = client.post("/invocations", content=rows, headers=headers)
    seven = [100.0, 101.0, 102.0, 103.0, 104.0, 105.0, 106.0]
    instances = [{"security": "S0"}, {"security": "S1", "values": seven}, {"values": [*seven[:-1], 106.5]}]
    assert answer.json() == asked(client, "price-5", instances=instances)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("1,2,nan", "instances.0.values.2: Input should be a finite number"),
        ("S0,1,two", "instances.0.values.1: Input should be a valid number (got 'two')"),
        ("1,,2", "instances.0.values.1: Input should be a valid number"),
        (",", "instances.0.values.0"),
        ("", "give instances, or one"),
        ("1,2,-3,1,1,1,1", "every value has to be a number above 0"),
        ("S0\n" * (MOST_INSTANCES + 1), f"at most {MOST_INSTANCES} items"),
        (b"\xff\xfe", "is no CSV in UTF-8"),
        ('"' + "x" * 200_000, "is no CSV"),
    ],
    ids=range(9),
)
def test_csv_that_cannot_be_read_is_said(client: TestClient, rows: str | bytes, said: str) -> None:
    answer = client.post("/invocations", content=rows, headers={"content-type": "text/csv"})
    assert (answer.status_code, said in answer.json()["message"]) == (422, True), answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
        ({"origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
    ],
)
def test_neither_forms_nor_pages_from_elsewhere_are_answered(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    answer = client.post("/invocations", content='{"security": "S0"}', headers=HOSTED | headers)
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "message"}


def test_the_hosted_model_is_the_one_that_is_set(home: Path) -> None:
    with over(home, TOPHEAVY_ENDPOINT_MODEL="return-1@2") as client:
        assert client.post("/invocations", json={"security": "S0"}).json()["version"] == 2
    with over(home, TOPHEAVY_ENDPOINT_MODEL="retrun-1") as client:
        for answer in (client.get("/ping"), client.post("/invocations", json={"security": "S0"})):
            assert (answer.status_code, "did you mean 'return-1'" in answer.json()["message"]) == (503, True)


def test_a_home_without_models_is_not_ready_and_says_so(tmp_path: Path) -> None:
    with over(tmp_path) as client:
        for answer in (client.get("/ping"), client.post("/invocations", json={"values": ENOUGH})):
            assert answer.status_code == 503
            assert answer.json()["message"].startswith("no model is registered")
        assert client.get("/api/models").json() == {"models": []}
        assert client.get("/api/models/return-1").status_code == 404


def test_models_answer_to_values_where_nothing_is_published(tmp_path: Path) -> None:
    kept(tmp_path, WEIGHED, "price", name="price-1", scope="global")
    with over(tmp_path) as client:
        assert asked(client, "price-1", values=ENOUGH)["read_from"] == ""
        answer = client.post("/api/models/price-1/invocations", json={"security": "S0"})
        assert (answer.status_code, answer.json()["error"]) == (404, "not_published")


def test_a_file_that_was_tampered_with_makes_the_model_not_ready(tmp_path: Path) -> None:
    kept(tmp_path, WEIGHED, name="return-1")
    graph = Registry(tmp_path).folder("return-1") / "model.onnx"
    graph.write_bytes(graph.read_bytes() + b" ")
    with over(tmp_path) as client:
        for answer in (client.get("/ping"), client.post("/api/models/return-1/invocations", json={"security": "S0"})):
            assert (answer.status_code, answer.json()["error"]) == (503, "not_ready")
            assert "is not the file that was registered" in answer.json()["message"]
        (graph.parent / "card.json").write_text("{")
        assert "cannot be read" in client.get("/api/models").json()["message"]


def test_without_onnxruntime_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(tmp_path, WEIGHED, name="return-1")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with over(tmp_path) as client:
        answer = client.post("/api/models/return-1/invocations", json={"security": "S0"})
        assert (answer.status_code, "pip install 'topheavy[forecast]'" in answer.json()["message"]) == (503, True)


def test_what_is_registered_or_promoted_next_answers_next(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    registry.register(replace(CARD, scope="global"), DRIFT.graph())
    with over(tmp_path) as client:
        assert asked(client, "return-1", values=ENOUGH)["version"] == 1
        registry.register(replace(CARD, scope="global"), DRIFT.graph())
        registry.promote("return-1", 2)
        assert asked(client, "return-1", values=ENOUGH)["version"] == 2
        registry.roll_back("return-1")
        assert asked(client, "return-1", values=ENOUGH)["version"] == 1


def test_what_is_published_next_is_read_next(tmp_path: Path) -> None:
    publish_small(tmp_path, closes=closes())
    kept(tmp_path, WEIGHED, "price", name="price-1", scope="global")
    with over(tmp_path) as client:
        assert asked(client, "price-1", security="S0")["predictions"][0]["naive"] == pytest.approx(CLOSES[-1, 0])
        later = closes()
        later["S0"][date(2024, 4, 1)] = 321.0
        publish_small(tmp_path, closes=later)
        (said,) = asked(client, "price-1", security="S0")["predictions"]
        assert (said["naive"], said["as_of"]) == (pytest.approx(321.0), "2024-04-01")


def test_the_published_copy_alone_says_that_it_is(home: Path) -> None:
    with TestClient(make_app(home), base_url=HERE) as client:
        for answer in (client.get("/api/models"), client.post("/invocations", json={"security": "S0"})):
            assert (answer.status_code, "topheavy serve" in answer.json()["message"]) == (404, True)
        assert client.get("/ping").status_code == 200


def test_every_route_is_described(client: TestClient) -> None:
    page = client.get("/docs").text
    for name in ("GET /api/models", "POST /api/models/{name}/invocations", "POST /invocations", "predictions[].naive"):
        assert name in page
