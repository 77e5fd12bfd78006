"""The tree of errors is the one drawn on top of its file, and retry is a type."""

import inspect
import re

import pytest

from topheavy.core import errors
from topheavy.core.errors import SourceBusy, Terminal, TopheavyError, Transient, UsageError, one_line

LINE = re.compile(r"^(?P<indent>[ │├└─]*)(?P<name>[A-Z]\w+)(?: +× (?P<mixin>Transient|Terminal))?", re.MULTILINE)


def drawn() -> dict[str, tuple[str, str]]:
    """Class → (its parent, its mixin) as the picture has it."""
    picture = (errors.__doc__ or "").split("::", 1)[1].split("\n\nMessages")[0]
    parents: dict[int, str] = {}
    tree = {}
    for line in LINE.finditer(inspect.cleandoc(picture)):
        depth = len(line["indent"]) // 4
        parents[depth] = line["name"]
        tree[line["name"]] = (parents.get(depth - 1, ""), line["mixin"] or "")
    return tree


def written() -> dict[str, tuple[str, str]]:
    classes = {
        name: item
        for name, item in vars(errors).items()
        if isinstance(item, type) and issubclass(item, TopheavyError) and item.__module__ == errors.__name__
    }
    return {
        name: (
            next((base.__name__ for base in item.__bases__ if issubclass(base, TopheavyError)), ""),
            next((base.__name__ for base in item.__bases__ if base in {Transient, Terminal}), ""),
        )
        for name, item in classes.items()
    }


def test_the_picture_is_the_tree() -> None:
    assert len(written()) > 10
    assert drawn() == written()


def test_nothing_is_worth_retrying_and_hopeless_at_once() -> None:
    retried = [name for name in written() if issubclass(getattr(errors, name), Transient)]
    assert retried
    assert not [name for name in retried if issubclass(getattr(errors, name), Terminal)]


def test_every_error_of_ours_is_caught_by_the_root() -> None:
    with pytest.raises(TopheavyError, match="busy"):
        raise SourceBusy("busy", retry_after=3.0)


def test_a_busy_source_carries_its_own_wish() -> None:
    assert SourceBusy("later", 7.5).retry_after == 7.5
    assert SourceBusy("later").retry_after is None


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (UsageError("one\n  two\tthree "), "one two three"),
        (ValueError(), "ValueError"),
        (KeyError(" "), "' '"),
        (RuntimeError("\n"), "RuntimeError"),
    ],
)
def test_a_message_is_one_line_and_never_empty(error: Exception, text: str) -> None:
    assert one_line(error) == text
