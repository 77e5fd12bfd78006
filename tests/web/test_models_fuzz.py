"""Whatever the forecast routes' description allows or forbids is answered, and never by an error of the server."""

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.schemas import BaseSchema

from support.registered import kept, weighed
from topheavy.answers.models.endpoint import RegisteredModels
from topheavy.core.settings import read_settings
from topheavy.web.app import make_app
from topheavy.web.services import Services

ALLOWED, FORBIDDEN = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
ROUTES = [
    ("/ping", "GET", ALLOWED),
    ("/api/models", "GET", ALLOWED),
    ("/api/models/{name}", "GET", ALLOWED),
    ("/api/models/{name}/invocations", "POST", ALLOWED),
    ("/api/models/{name}/invocations", "POST", FORBIDDEN),
    ("/invocations", "POST", ALLOWED),
    ("/invocations", "POST", FORBIDDEN),
]
EXAMPLES = 120
NAMED = "price-5"
"""Of a random name nothing is known: every other request is sent to a model that is there."""


BOUNDED = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    home = tmp_path_factory.mktemp("models")
    kept(home, weighed(), "price", 5, name=NAMED, scope="global")
    return make_app(home, Services(forecaster=RegisteredModels(read_settings(home, {}))))


@pytest.fixture(scope="module")
def described(app: FastAPI) -> BaseSchema:
    return schemathesis.openapi.from_asgi("/openapi.json", app)


@pytest.mark.slow
@pytest.mark.parametrize(("path", "method", "mode"), ROUTES)
def test_no_request_makes_the_server_fail(described: BaseSchema, path: str, method: str, mode: GenerationMode) -> None:
    seen: set[int] = set()

    @BOUNDED
    @given(case=described[path][method].as_strategy(generation_mode=mode))
    def answered(case: Case) -> None:
        for name in [case.path_parameters["name"], NAMED] if case.path_parameters else [""]:
            if name:
                case.path_parameters["name"] = name
            answer = case.call(headers={"host": "127.0.0.1"})
            seen.add(answer.status_code)
            assert answer.status_code < 500, answer.text

    answered()
    assert seen <= {200, 400, 404, 405, 422}
    assert 200 in seen or method == "POST"


def test_prices_however_strange_are_forecast_or_refused(app: FastAPI) -> None:
    """A random body hardly ever holds prices that can be forecast; these all may."""
    seen: set[int] = set()
    client = TestClient(app, base_url="http://127.0.0.1")
    price = st.floats(min_value=5e-324, max_value=1.7976931348623157e308)
    usual = st.floats(min_value=1, max_value=1000)

    @BOUNDED
    @given(values=st.lists(price, max_size=80) | st.lists(usual, min_size=64, max_size=80), level=st.floats(0, 1))
    def answered(values: list[float], level: float) -> None:
        answer = client.post("/invocations", json={"values": values, "level": level})
        seen.add(answer.status_code)
        assert answer.status_code in {200, 422}, answer.text
        for said in answer.json().get("predictions", []):
            assert said["value"] >= 0
            assert (said["low"] is None) is bool(said["reason"])
            assert said["low"] is None or said["low"] <= said["high"]

    answered()
    assert seen == {200, 422}
