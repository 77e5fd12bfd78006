"""The log: lines a person can read or objects a machine can, and a planted key in none of them."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from topheavy.core.log.lines import Form, form_in_use, write_log
from topheavy.core.log.logger import logger

KEY = "s3cret/PLANTED+key=="
SPELT = "s3cret%2FPLANTED%2Bkey%3D%3D"
ENVIRONMENT = {"POLYGON_API_KEY": KEY, "AWS_SESSION_TOKEN": "abcdefgh12345", "SHORT_KEY": "ok", "HOME": "/home/someone"}

Begin = Callable[[Form], io.StringIO]


@pytest.fixture
def begin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Begin]:
    """Begin a log; returns what is written to standard error from then on."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers = []

    def begun(form: Form) -> io.StringIO:
        written = io.StringIO()
        monkeypatch.setattr(sys, "stderr", written)
        write_log(form, ENVIRONMENT)
        return written

    yield begun
    root.handlers = before
    root.setLevel(level)


def objects(written: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_an_object_a_line_with_what_the_record_carries(begin: Begin) -> None:
    written = begin(Form.JSON)
    logger.info("%s %s", "polygon/bars", "ok", extra={"told": {"seconds": 0.5, "calls": 3, "level": "mine"}})
    logger.warning("two\nlines", extra={"told": {"rate": float("nan"), "units": ("a", "b"), "day": datetime.min}})
    first, second = objects(written)
    assert datetime.fromisoformat(str(first.pop("time"))).utcoffset() is not None
    assert first == {"level": "info", "message": "polygon/bars ok", "seconds": 0.5, "calls": 3}
    assert (second["message"], second["rate"], second["units"]) == ("two\nlines", "nan", ["a", "b"])


def test_a_line_for_people(begin: Begin) -> None:
    written = begin(Form.TEXT)
    logger.info("%s units came", 12, extra={"told": {"units": 12}})
    time, level, rest = written.getvalue().split(maxsplit=2)
    assert datetime.fromisoformat(time).utcoffset() is not None
    assert (level, rest) == ("info", "12 units came\n")


def test_other_libraries_are_logged_the_same_way(begin: Begin) -> None:
    written = begin(Form.JSON)
    logging.getLogger("uvicorn.error").warning("port %d", 8050)
    assert objects(written)[0]["message"] == "port 8050"


def test_the_form_in_use_is_known_and_the_last_one_counts(begin: Begin) -> None:
    assert form_in_use() is None
    begin(Form.TEXT)
    assert form_in_use() is Form.TEXT
    written = begin(Form.JSON)
    assert form_in_use() is Form.JSON
    logger.info("once")
    assert len(objects(written)) == 1


def fails() -> None:
    try:
        raise ValueError(f"no answer from https://vendor.example/?apiKey={KEY}")
    except ValueError as error:
        raise RuntimeError(f"gave up with {KEY!r}") from error


@pytest.mark.parametrize("form", Form)
def test_a_planted_key_is_in_no_log_wherever_it_is_put(begin: Begin, form: Form) -> None:
    written = begin(form)
    logger.info("asked https://vendor.example/?apiKey=%s&limit=5", KEY)
    logger.info(f"the key is {KEY}, spelt {SPELT} in an address; token abcdefgh12345")
    logger.info("sent Authorization: Bearer another.token-entirely and Basic dXNlcjpwYXNz")
    logger.info("carries", extra={"told": {"url": f"https://me:{KEY}@x/", "headers": {"Authorization": "never seen"},
                                           "api_key": "unknown to the environment", KEY: [{"deep": (KEY,)}],
                                           "object": ValueError(KEY)}})  # fmt: skip
    try:
        fails()
    except RuntimeError:
        logger.exception("failed with %s", KEY, stack_info=True)
    said = written.getvalue()
    leaks = [KEY, SPELT, "PLANTED", "abcdefgh12345", "another.token", "dXNlcjpwYXNz", "never seen", "unknown to"]
    assert [leak for leak in leaks if leak in said] == []
    assert "limit=5" in said
    assert "RuntimeError" in said
    assert "someone" not in said


def test_short_values_and_other_variables_are_left_alone(begin: Begin) -> None:
    written = begin(Form.JSON)
    logger.info("ok in /home/someone", extra={"told": {"path": "/home/someone", "state": "ok"}})
    (line,) = objects(written)
    assert (line["message"], line["path"], line["state"]) == ("ok in /home/someone", "/home/someone", "ok")
