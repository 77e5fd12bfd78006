"""Published homes for the tests of this room, and the text of what a page would show."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.looking import Look, browser, looking
from support.small_warehouse import publish_small
from topheavy.web.services import View


@pytest.fixture(scope="session")
def real_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_small(tmp_path_factory.mktemp("real"))


@pytest.fixture(scope="session")
def simulated_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_small(tmp_path_factory.mktemp("simulated"), world="simulated")


@pytest.fixture(scope="session")
def view(real_home: Path) -> View:
    return View(real_home)


@pytest.fixture(scope="module")
def look() -> Iterator[Look]:
    with browser() as context:
        yield looking(context)


@pytest.fixture(scope="session")
def text_of() -> Callable[[Any], str]:
    """A function that returns all text of a component, in reading order, with plain spaces."""

    def read(component: Any) -> str:
        if component is None:
            return ""
        if isinstance(component, (list, tuple)):
            return "".join(read(part) for part in component)
        if isinstance(component, str | int | float):
            return str(component)
        inside = read(getattr(component, "children", None))
        return inside if type(component).__name__ in {"Span", "Strong", "Small", "I", "Em"} else f"{inside}\n"

    return lambda component: read(component).replace("\u00a0", " ")
