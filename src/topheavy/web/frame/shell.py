"""What every page stands in: header, navigation, the world it is about, and the page for an empty home."""

from importlib.resources import files
from urllib.parse import quote

import dash_mantine_components as dmc
from dash import Input, Output, dcc, html

from topheavy.answers import evidence
from topheavy.core.errors import NotPublished
from topheavy.core.text import day
from topheavy.web.frame.empty import nothing_published, unknown_page
from topheavy.web.frame.page import App, Component, Page
from topheavy.web.frame.theme import THEME, variables
from topheavy.web.frame.world import SIMULATED, badge, banner, world_of
from topheavy.web.services import View

SCHEME = "shell-scheme"
"""The store whose ``data`` is light or dark, once it is known: an input for callbacks that draw."""

ADDRESS = "shell-address"
"""The browser's address. A page that keeps state in the query has a ``dcc.Location`` of its own for it."""


_SUN = (
    "M12 4V2M12 22v-2M4 12H2M22 12h-2M6 6 4.5 4.5M19.5 19.5 18 18M6 18l-1.5 1.5M19.5 4.5 18 6"
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z"
)
_MOON = "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z"
_WATCH = """
function() {
    const root = document.documentElement, name = "data-mantine-color-scheme";
    if (!window.topheavyWatch) {
        const tell = () => window.dash_clientside.set_props("shell-scheme", {data: root.getAttribute(name)});
        window.topheavyWatch = new MutationObserver(tell);
        window.topheavyWatch.observe(root, {attributes: true, attributeFilter: [name]});
    }
    return root.getAttribute(name);
}
"""
"""Mantine's own switch tells its state once and then no more; the document's attribute is always true."""

_TITLE = "function(title) { document.title = title; }"


def index_string() -> str:
    """Return the document every page is served in; all it refers to is served from here."""
    return files("topheavy.web").joinpath("assets", "index.html").read_text().replace("/*palette*/", variables())


def layout() -> Component:
    """Build the shell, for each load anew."""
    return dmc.MantineProvider(
        theme=dict(THEME),
        defaultColorScheme="auto",
        children=[
            dcc.Location(id=ADDRESS, refresh=False),
            dcc.Store(id="shell-title"),
            dcc.Store(id=SCHEME),
            html.A("Skip to the figures", href="#shell-content", className="skip"),
            html.Div(id="shell-banner"),
            html.Header(
                [_brand(), html.Nav(id="shell-nav", className="nav", **{"aria-label": "Pages"}), _corner()],
                className="top",
            ),
            html.Div(id="shell-notice", role="alert"),
            html.Main(id="shell-content", tabIndex=-1),
            html.Footer(id="shell-footer", className="foot"),
        ],
    )


def register(app: App, view: View, pages: tuple[Page, ...]) -> None:
    """Register navigation: an address leads to its page."""

    @app.callback(
        Output("shell-content", "children"),
        Output("shell-nav", "children"),
        Output("shell-banner", "children"),
        Output("shell-world", "children"),
        Output("shell-footer", "children"),
        Output("shell-title", "data"),
        Output("shell-notice", "children"),
        Input(ADDRESS, "pathname"),
    )
    def go(path: str | None) -> tuple[Component, ...]:
        here = page_at(path or "/", pages)
        world = world_of(view)
        title = f"{here.title if here else 'No such page'} · topheavy"
        heading = f"SIMULATED · {title}" if world == SIMULATED else title
        return body(here, view, pages), navigation(pages, here), banner(world), badge(world), foot(view), heading, None

    app.clientside_callback(_WATCH, Output(SCHEME, "data"), Input(ADDRESS, "pathname"))
    app.clientside_callback(_TITLE, Input("shell-title", "data"))


def page_at(path: str, pages: tuple[Page, ...]) -> Page | None:
    """Return the page at an address; the first of all at ``/``."""
    plain = path.rstrip("/")
    return next((page for page in pages if plain in ("", page.path.rstrip("/"))), None)


def body(page: Page | None, view: View, pages: tuple[Page, ...]) -> Component:
    """Build a page, or the page that says why there is none."""
    if page is None:
        return unknown_page(pages)
    try:
        return page.layout(view)
    except NotPublished:
        return nothing_published(view)


def navigation(pages: tuple[Page, ...], here: Page | None) -> Component:
    """Return the links to all pages."""
    return html.Ul([_link(page, page is here) for page in pages])


def foot(view: View) -> Component:
    """Return the line under every page: when it was published, and the other doors."""
    door = html.A("JSON interface", href="/docs")
    try:
        publication = evidence.evidence(view)
    except NotPublished:
        return door
    when = publication["published_at"]
    edition = f"edition {publication['fingerprint']} · {publication['world']} data"
    text = f"Published {day(when.date())}, {when:%H:%M} UTC · {edition}"
    return [html.Span(text), door, html.A("What is published", href="/api/about")]


def icon(path: str, *, scheme: str = "") -> Component:
    """Return a line drawing in the colour of the text around it."""
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="black" stroke-width="2" '
        f'stroke-linecap="round" stroke-linejoin="round"><path d="{path}"/></svg>'
    )
    image = f'url("data:image/svg+xml,{quote(drawing)}")'
    style = {"maskImage": image, "WebkitMaskImage": image}
    return html.Span(className=f"icon {scheme}".strip(), style=style, **{"aria-hidden": "true"})


def _link(page: Page, here: bool) -> Component:
    link = dcc.Link([icon(page.icon), html.Span(page.title)], href=page.path, className="nav-link")
    return html.Li(link, className="here", **{"aria-current": "page"}) if here else html.Li(link)


def _brand() -> Component:
    return dcc.Link([html.Span(className="mark", **{"aria-hidden": "true"}), "topheavy"], href="/", className="brand")


def _corner() -> Component:
    switch = dmc.ColorSchemeToggle(
        id="shell-switch",
        lightIcon=icon(_SUN),
        darkIcon=icon(_MOON),
        variant="subtle",
        color="gray",
        size="lg",
        **{"aria-label": "Light or dark"},
    )
    return html.Div([html.Div(id="shell-world"), switch], className="corner")
