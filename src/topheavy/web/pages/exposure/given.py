"""What was given to the page: typed words, a file, or the name of a kept portfolio; it stays in the open page alone."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from topheavy.core.errors import UsageError
from topheavy.portfolios.position import Portfolio
from topheavy.portfolios.read import read_portfolio
from topheavy.web.services import View, shelf_of

Given = Mapping[str, str]


def typed(text: str) -> dict[str, str]:
    """Return typed words as something given."""
    return {"text": text}


def uploaded(contents: str, name: str) -> dict[str, str]:
    """Return an uploaded file as something given; its content is the browser's data address."""
    return {"file": contents.partition(",")[2], "name": name}


def kept_as(name: str) -> dict[str, str]:
    """Return a kept portfolio's name as something given."""
    return {"kept": name}


def is_empty(given: Given | None) -> bool:
    """Say whether nothing is given yet."""
    return not given or not any(given.get(kind, "").strip() for kind in ("text", "file", "kept"))


def content(view: View, given: Given) -> tuple[bytes, str]:
    """Return what was given as bytes, and the name it goes by.

    Raises:
        UsageError: when the file did not come whole, or none is kept under the name.
    """
    if given.get("file"):
        try:
            return base64.b64decode(given["file"], validate=True), given["name"]
        except binascii.Error as error:
            raise UsageError(f"{given['name']} did not come whole: choose it again") from error
    if given.get("kept"):
        return shelf_of(view).content(given["kept"]), given["kept"]
    return given.get("text", "").encode(), "what is typed"


def portfolio(view: View, given: Given) -> Portfolio:
    """Read what was given.

    Raises:
        UsageError: when it is no list of positions; the message says what it seems to be.
    """
    return read_portfolio(*content(view, given))


def described(given: Given, read: Portfolio) -> str:
    """Say what was read, of which format, and what of it is not counted."""
    if given.get("text"):
        return ""
    name = given.get("name") or given.get("kept", "")
    left = f"; {len(read.left_out):,} other lines are not counted" if read.left_out else ""
    dated = f", as of {read.as_of}" if read.as_of else ""
    return f"{name}: {len(read.positions):,} positions read as {read.format}{dated}{left}"


def as_question(given: Given, on: str | None) -> dict[str, Any]:
    """Return the same question as the JSON interface takes it, for those who want to ask it from a program."""
    return {"portfolio": given.get("text", ""), **({"on": on} if on else {})}
