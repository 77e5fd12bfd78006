"""What is logged or kept holds no secret."""

import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topheavy.core.log.logger import logger, redact

NAMES = ["apiKey", "api_key", "apikey", "APIKEY", "token", "access_token", "secret", "password", "X-Amz-Signature"]
URL_SAFE = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%+/=@:,;!$'()*"

secrets = st.text(URL_SAFE, min_size=8, max_size=40).map(lambda text: f"s3cret{text}")
plain = st.text("abcxyz0189", min_size=1, max_size=6)


@settings(deadline=None)
@given(st.sampled_from(NAMES), secrets, st.dictionaries(plain, plain, max_size=3), st.integers(0, 3))
def test_a_planted_secret_never_survives(name: str, secret: str, others: dict[str, str], place: int) -> None:
    parameters = [f"{key}={value}" for key, value in others.items()]
    parameters.insert(place, f"{name}={secret}")
    shown = redact(f"GET https://vendor.example/v2/bars?{'&'.join(parameters)} failed")
    assert secret not in shown
    assert "s3cret" not in shown
    assert f"{name}=***" in shown
    assert shown.startswith("GET https://vendor.example/v2/bars?")
    assert shown.endswith(" failed")
    assert all(f"{key}={value}" in shown for key, value in others.items())


@settings(deadline=None)
@given(st.lists(st.sampled_from(NAMES), min_size=2, max_size=4), secrets)
def test_every_secret_of_a_line_goes(names: list[str], secret: str) -> None:
    assert secret not in redact(" ".join(f"https://a.example/?{name}={secret}" for name in names))


@settings(deadline=None)
@given(plain, plain)
def test_what_is_no_secret_stays(name: str, value: str) -> None:
    url = f"https://vendor.example/v2/bars?{name}={value}&limit=5"
    assert redact(url) == url


def test_redacting_twice_is_redacting_once() -> None:
    once = redact("https://x/y?apiKey=abc&token=def")
    assert redact(once) == once == "https://x/y?apiKey=***&token=***"


def test_the_library_itself_writes_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    assert logger.name == "topheavy"
    assert [type(handler) for handler in logger.handlers] == [logging.NullHandler]
    assert capsys.readouterr() == ("", "")
