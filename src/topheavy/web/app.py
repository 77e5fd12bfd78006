"""The one app: pages, JSON interface and its description, all over one home."""

from pathlib import Path
from typing import Any

from dash import Dash, set_props
from fastapi import FastAPI

from topheavy.core.errors import one_line
from topheavy.core.log.logger import logger
from topheavy.core.version import __version__
from topheavy.web.access.addresses import Addresses
from topheavy.web.access.guard import Guard
from topheavy.web.api.backtests import add_scoreboard_api
from topheavy.web.api.collections import add_runs_api
from topheavy.web.api.exposure import add_exposure_api
from topheavy.web.api.figures import add_api
from topheavy.web.api.live import add_live_api
from topheavy.web.api.models import add_models_api
from topheavy.web.api.questions import add_questions_api
from topheavy.web.frame import shell
from topheavy.web.frame.page import pages
from topheavy.web.services import NOTHING, Services, View


def make_app(home: Path, handed: Services = NOTHING) -> FastAPI:
    """Return the ASGI app over the home's published copy, and over what is ``handed`` in besides; ``state.view`` and
    ``state.dash`` hold its parts.

    Raises:
        WebError: when two pages want the same path.
    """
    server = FastAPI(title="topheavy", version=__version__, docs_url=None, redoc_url=None)
    view, all_pages = View(home, handed), pages()
    add_runs_api(server, view)
    add_live_api(server, view)
    add_scoreboard_api(server, view)
    add_exposure_api(server, view)
    add_models_api(server, handed.forecaster)
    add_questions_api(server, view)
    add_api(server, view)
    dash = _dash(server)
    dash.layout = shell.layout
    shell.register(dash, view, all_pages)
    for page in all_pages:
        page.register(dash, view)
    server.state.view, server.state.dash = view, dash
    server.add_middleware(Addresses, pages={"/", *(page.path for page in all_pages)}, others=tuple(server.routes))
    server.add_middleware(Guard)
    return server


def _dash(server: FastAPI) -> Any:
    """Return the pages' app; whatever it needs in the browser comes out of installed packages."""
    app = Dash(
        __name__,
        server=server,
        backend="fastapi",
        assets_folder="assets",
        use_pages=False,
        title="topheavy",
        update_title=None,
        index_string=shell.index_string(),
        suppress_callback_exceptions=True,
        add_log_handler=False,
        on_error=_told,
    )
    app.backend.websocket_capability = False  # else every open page holds a socket that nothing here uses
    return app


def _told(error: Exception) -> None:
    """Log what went wrong in a callback, and tell the reader instead of leaving old figures standing silently."""
    logger.error("a page could not be drawn", exc_info=error)
    set_props("shell-notice", {"children": f"This page could not be brought up to date: {one_line(error)}"})
