"""How the log is written: lines for people or JSON for machines, on standard error, and nothing secret in either."""

import json
import logging
import math
import os
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import quote, quote_plus

from topheavy.core.log.logger import redact

_SECRET_NAME = re.compile(r"(?i)key|token|secret|passw|credential|signature|authori[sz]ation")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+")
_SHORTEST = 6
"""A shorter value of a variable is not taken for a secret: it would be struck out of every other word."""


class Form(StrEnum):
    """The forms a log can have."""

    TEXT = "text"
    JSON = "json"


def write_log(form: Form, environment: Mapping[str, str] | None = None) -> None:
    """Log what is done from now on, on standard error, in the place of what was logged there before."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form is Form.JSON else _Text())
    handler.addFilter(Redacting(os.environ if environment is None else environment))
    handler.set_name(f"topheavy-{form.value}")
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def form_in_use() -> Form | None:
    """Return the form of the log that is being written, if one is."""
    names = {handler.get_name() for handler in logging.getLogger().handlers}
    return next((form for form in Form if f"topheavy-{form.value}" in names), None)


class Redacting(logging.Filter):
    """Strikes out what is secret: in the message, in what it carries and in tracebacks."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        super().__init__()
        self._secrets = _secrets(environment)

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; it is always logged."""
        record.msg, record.args = self.clean(record.getMessage()), None
        record.__dict__.update({"told": self._cleaned(getattr(record, "told", {}))})
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        record.exc_text = self.clean(record.exc_text) if record.exc_text else None
        record.stack_info = self.clean(record.stack_info) if record.stack_info else None
        record.exc_info = None
        return True

    def clean(self, text: str) -> str:
        """Return ``text`` without secrets: values of variables that are named so, and whatever looks like one."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return _BEARER.sub(r"\1 ***", redact(text))

    def _cleaned(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {self.clean(str(name)): "***" if _SECRET_NAME.search(str(name)) else self._cleaned(item)
                    for name, item in value.items()}  # fmt: skip
        if isinstance(value, list | tuple | set | frozenset):
            return [self._cleaned(item) for item in value]
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)
        return value if isinstance(value, bool | int | float | None) else self.clean(str(value))


def _secrets(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the values of variables that are named like secrets, as they are and as an address spells them."""
    held = (value.strip() for name, value in environment.items() if _SECRET_NAME.search(name))
    known = {spelt for value in held if len(value) >= _SHORTEST for spelt in _spellings(value)}
    return tuple(sorted(known, key=len, reverse=True))


def _spellings(value: str) -> Iterable[str]:
    return {value, quote(value), quote(value, safe=""), quote_plus(value), repr(value)[1:-1]}


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class _Text(logging.Formatter):
    """A line a person can read; a traceback follows on lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        parts = [f"{_moment(record)[:-6]}Z {record.levelname.lower():<7} {record.getMessage()}"]
        return "\n".join([*parts, *(text for text in (record.exc_text, record.stack_info) if text)])


class _Json(logging.Formatter):
    """One object a line: what the record carries stands beside time, level and message, and never in their place."""

    def format(self, record: logging.LogRecord) -> str:
        own = {"time": _moment(record), "level": record.levelname.lower(), "message": record.getMessage()}
        if record.exc_text:
            own["exception"] = record.exc_text
        carried = {name: value for name, value in getattr(record, "told", {}).items() if name not in own}
        return json.dumps(own | carried, ensure_ascii=False)
