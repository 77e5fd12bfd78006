"""Settings come from the environment, say what is wrong with them, and keep secrets to themselves."""

from pathlib import Path

import pytest

from topheavy.core.errors import UsageError
from topheavy.core.settings import read_settings


def test_the_command_line_wins_over_the_environment_and_that_over_the_working_folder() -> None:
    env = {"TOPHEAVY_HOME": "/from/environment"}
    assert read_settings(Path("/given"), env).home == Path("/given")
    assert read_settings(None, env).home == Path("/from/environment")
    assert read_settings(None, {}).home == Path(".topheavy")
    assert read_settings(None, {"TOPHEAVY_HOME": ""}).home == Path(".topheavy")


def test_the_process_environment_is_read_where_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOPHEAVY_HOME", "/elsewhere")
    settings = read_settings()
    monkeypatch.setenv("TOPHEAVY_HOME", "/changed/since")
    assert settings.home == Path("/elsewhere")
    assert settings.text("HOME") == "/elsewhere"


def test_what_all_homes_share_is_in_the_systems_folder_or_where_it_is_told_to_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert read_settings(None, {"TOPHEAVY_STATE": "/shared"}).state == Path("/shared")
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert read_settings(None, {}).state == Path("/state/topheavy")
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", "/users/jo")
    assert read_settings(None, {}).state == Path("/users/jo/.local/state/topheavy")
    with pytest.raises(UsageError, match="TOPHEAVY_STATE"):
        _ = read_settings(None, {"TOPHEAVY_STATE": "~nobody-of-this-name/x"}).state


def test_a_tilde_means_the_users_folder() -> None:
    assert read_settings(Path("~/market"), {}).home == Path.home() / "market"


def test_a_tilde_of_nobody_is_refused() -> None:
    with pytest.raises(UsageError, match="nobody-of-that-name"):
        read_settings(None, {"TOPHEAVY_HOME": "~nobody-of-that-name/market"})


def test_text_has_a_default() -> None:
    settings = read_settings(Path("x"), {"TOPHEAVY_ENGINE": "duckdb"})
    assert settings.text("ENGINE", "other") == "duckdb"
    assert settings.text("NOT_SET", "other") == "other"
    assert settings.text("NOT_SET") == ""


def test_numbers_are_read() -> None:
    settings = read_settings(Path("x"), {"TOPHEAVY_COVERAGE_FLOOR": "0.95", "TOPHEAVY_EMPTY": ""})
    assert settings.coverage_floor == 0.95
    assert settings.number("EMPTY", 3.0) == 3.0
    assert read_settings(Path("x"), {}).coverage_floor == 0.8


@pytest.mark.parametrize("text", ["0,8", "eighty", "80%", "nan", "inf", "-inf"])
def test_what_is_no_number_is_refused_by_name(text: str) -> None:
    settings = read_settings(Path("x"), {"TOPHEAVY_COVERAGE_FLOOR": text})
    with pytest.raises(UsageError, match=f"TOPHEAVY_COVERAGE_FLOOR is '{text}', which is not a number"):
        _ = settings.coverage_floor


def test_the_first_secret_that_is_set_is_used() -> None:
    settings = read_settings(Path("x"), {"FIRST_KEY": "", "SECOND_KEY": "s3cret", "THIRD_KEY": "other"})
    assert settings.secret("FIRST_KEY", "SECOND_KEY", "THIRD_KEY") == "s3cret"


def test_a_missing_secret_is_asked_for_by_name() -> None:
    with pytest.raises(UsageError, match="set POLYGON_KEY in the environment"):
        read_settings(Path("x"), {}).secret("POLYGON_KEY", "OTHER_KEY")


def test_secrets_are_not_shown_with_the_settings() -> None:
    settings = read_settings(Path("x"), {"POLYGON_KEY": "s3cret"})
    assert "s3cret" not in repr(settings)
    assert "s3cret" not in str(settings)
