"""A page of the app, as a file in ``pages/`` declares it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from topheavy.core.errors import WebError
from topheavy.core.plugins import PAGES, load
from topheavy.web.services import View

Component: TypeAlias = Any
"""A Dash component (Dash ships no type information)."""

App: TypeAlias = Any
"""The Dash app a page registers its callbacks with."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page declares. Navigation, header, world badge and the empty home come from the shell."""

    name: str
    path: str
    """Where it is found, ``/name`` by custom."""
    title: str
    icon: str
    """The ``d`` of an SVG path on a 24 × 24 field, drawn as a line."""
    order: int
    """Its place in the navigation; the lowest is also shown at ``/``."""
    layout: Callable[[View], Component]
    """Builds the page; called whenever it is gone to, so it may look at what is published now."""
    register: Callable[[App, View], None]
    """Registers the page's callbacks, once. Their ids begin with the page's name."""


def pages() -> tuple[Page, ...]:
    """Return every page that was found, in the order of the navigation.

    Raises:
        WebError: when two pages want the same path.
    """
    ordered = sorted(load(PAGES).values(), key=lambda page: (page.order, page.name))
    taken: dict[str, Page] = {}
    for page in ordered:
        if page.path in taken:
            raise WebError(f"pages '{taken[page.path].name}' and '{page.name}' both want {page.path}: move one")
        taken[page.path] = page
    return tuple(ordered)
