"""Serving: the published copy as pages and a JSON API, with a desk to watch the collecting from and the tape of what
streams, on this machine.
"""

from collections.abc import Callable

from topheavy.core.settings import Settings
from topheavy.jobs.monitor import monitor
from topheavy.jobs.ticker import Ticker
from topheavy.web.server import serve as serve_web


def serve(settings: Settings, port: int, announce: Callable[[str], None]) -> None:
    """Serve the home's pages until Ctrl-C; ``announce`` is given the address once it answers."""
    with monitor(settings) as desk:
        ticker = Ticker(settings.home)
        desk.mark()  # reads the whole ledger once, before anyone waits for it
        ticker.now()
        serve_web(settings.home, port, announce, desk, ticker)
