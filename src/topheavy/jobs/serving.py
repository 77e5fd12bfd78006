"""Serving: the published copy as pages and a JSON API, a desk to watch the collecting from, registered models and the
board of how they did.
"""

from collections.abc import Callable
from typing import Any

from topheavy.core.settings import Settings, read_settings
from topheavy.jobs.forecaster import RegisteredModels
from topheavy.jobs.monitor import monitor
from topheavy.jobs.scoreboard import board
from topheavy.web.app import make_app
from topheavy.web.server import serve as serve_web
from topheavy.web.server import settled


def serve(settings: Settings, port: int, announce: Callable[[str], None]) -> None:
    """Serve the home's pages until Ctrl-C; ``announce`` is given the address once it answers."""
    with monitor(settings) as desk, board(settings) as shown:
        desk.mark()  # reads the whole ledger once, before anyone waits for it
        serve_web(settings.home, port, announce, desk, RegisteredModels(settings), shown)


def hosted() -> Any:
    """Return the ASGI app for a service that hosts models: the same routes over a home that may hold models alone."""
    settings = read_settings()
    return settled(make_app(settings.home, forecaster=RegisteredModels(settings)))
