"""The pages for when there is nothing to show: nothing published yet, or no such page."""

from dash import dcc, html

from topheavy.core.text import sentence
from topheavy.web.frame.page import Component, Page
from topheavy.web.services import View


def nothing_published(view: View) -> Component:
    """Say that nothing is published here yet, and which command changes that."""
    return html.Section(
        [
            html.H1("Nothing is published here yet"),
            html.P(
                ["This app shows what has been published in ", html.Code(str(view.home)), ". So far that is nothing."]
            ),
            html.P("To look around with a made-up market, without a key and without a network:"),
            html.Pre("topheavy demo"),
            html.P("To collect from a source, refine and publish:"),
            html.Pre("topheavy run SOURCE"),
            html.P("Then load this page again."),
            _watch(view),
        ],
        className="card empty",
    )


def _watch(view: View) -> Component:
    """Lead to what is being collected, where that can be watched."""
    if view.collections is None:
        return None
    return html.P(["What is being collected is on the page ", dcc.Link("Runs", href="/runs"), "."])


def unknown_page(pages: tuple[Page, ...]) -> Component:
    """Say that there is no such page, and which there are."""
    links = [html.Li(dcc.Link(page.title, href=page.path)) for page in pages]
    return html.Section(
        [html.H1("There is no such page"), html.P("There are:"), html.Ul(links)], className="card empty"
    )


def problem(message: str, href: str) -> Component:
    """Say why what was asked for cannot be shown, with a way back."""
    return html.Section(
        [
            html.H1("That cannot be shown"),
            html.P(sentence(message if message.endswith("?") else f"{message}.")),
            dcc.Link("Show the default instead", href=href, className="button"),
        ],
        className="card empty",
    )
