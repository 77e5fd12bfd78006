"""Serving: the published copy as pages and a JSON API, with all that a home can show and do besides."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from topheavy.answers.collections.reader import Monitor, monitor
from topheavy.answers.live.reader import LiveReader
from topheavy.answers.models.backtests import board
from topheavy.answers.models.endpoint import RegisteredModels
from topheavy.core.clock import Clock, system_clock
from topheavy.core.settings import Settings, read_settings
from topheavy.jobs.serve.retry_process import RetryProcess
from topheavy.portfolios.shelf import Shelf
from topheavy.web.app import make_app
from topheavy.web.server import serve as serve_web
from topheavy.web.server import settled
from topheavy.web.services import Services


def serve(settings: Settings, port: int, announce: Callable[[str], None]) -> None:
    """Serve the home's pages until Ctrl-C; ``announce`` is given the address once it answers."""
    with open_monitor(settings) as desk, board(settings) as shown:
        ticker = LiveReader(settings.home)
        desk.mark()  # reads the whole ledger once, before anyone waits for it
        ticker.now()
        serve_web(
            settings.home,
            port,
            announce,
            Services(desk, ticker, RegisteredModels(settings), shown, Shelf(settings.home)),
        )


@contextmanager
def open_monitor(settings: Settings, clock: Clock = system_clock) -> Iterator[Monitor]:
    """Watch over a home, able to ask again for what failed in a process that ends with the block.

    Raises:
        LakeError: when there is no such home.
    """
    retries = RetryProcess(settings)
    try:
        with monitor(settings, clock, retries) as desk:
            yield desk
    finally:
        retries.close()


def hosted() -> Any:
    """Return the ASGI app for a service that hosts models: the same routes over a home that may hold models alone."""
    settings = read_settings()
    return settled(make_app(settings.home, Services(forecaster=RegisteredModels(settings))))
