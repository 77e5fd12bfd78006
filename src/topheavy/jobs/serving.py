"""Serving: the published copy as pages and a JSON API, with all that a home can show and do besides."""

from collections.abc import Callable
from typing import Any

from topheavy.core.settings import Settings, read_settings
from topheavy.jobs.forecaster import RegisteredModels
from topheavy.jobs.monitor import monitor
from topheavy.jobs.scoreboard import board
from topheavy.jobs.ticker import Ticker
from topheavy.web.app import make_app
from topheavy.web.handed import Handed
from topheavy.web.server import serve as serve_web
from topheavy.web.server import settled


def serve(settings: Settings, port: int, announce: Callable[[str], None]) -> None:
    """Serve the home's pages until Ctrl-C; ``announce`` is given the address once it answers."""
    with monitor(settings) as desk, board(settings) as shown:
        ticker = Ticker(settings.home)
        desk.mark()  # reads the whole ledger once, before anyone waits for it
        ticker.now()
        serve_web(settings.home, port, announce, Handed(desk, ticker, RegisteredModels(settings), shown))


def hosted() -> Any:
    """Return the ASGI app for a service that hosts models: the same routes over a home that may hold models alone."""
    settings = read_settings()
    return settled(make_app(settings.home, Handed(forecaster=RegisteredModels(settings))))
