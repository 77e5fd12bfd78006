"""The world a page is about: real or simulated, said where no one can miss it."""

from dash import html, set_props

from topheavy.answers import evidence
from topheavy.core.errors import NotPublished
from topheavy.web.frame.page import Component
from topheavy.web.services import View

SIMULATED = "simulated"


def world_of(view: View) -> str:
    """Return the world the published figures are about, or, while there are none, what is being collected: real or
    simulated; empty while nothing has come."""
    try:
        return evidence.noted(view)["world"]
    except NotPublished:
        return view.collections.world() if view.collections else ""


def banner(world: str) -> Component:
    """Return the banner that no one can miss where the market never was."""
    if world != SIMULATED:
        return None
    warning = "These figures come from a made-up market. They say nothing about any real company or index."
    return html.Div([html.Strong("SIMULATED"), html.Span(warning)], className="banner", role="status")


def badge(world: str) -> Component:
    """Return the world in a word."""
    if not world:
        return None
    simulated = world == SIMULATED
    return html.Span("SIMULATED" if simulated else "real data", className=f"badge{' simulated' if simulated else ''}")


def tell_world(now: str, before: str | None) -> None:
    """From a page's callback, name the world anew where it became known while the page was open."""
    if before is not None and now != before:
        set_props("shell-banner", {"children": banner(now)})
        set_props("shell-world", {"children": badge(now)})
