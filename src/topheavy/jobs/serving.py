"""Serving: the published copy as pages and a JSON API, on this machine."""

from collections.abc import Callable

from topheavy.core.settings import Settings
from topheavy.web.server import serve as serve_web


def serve(settings: Settings, port: int, announce: Callable[[str], None]) -> None:
    """Serve the home's pages until Ctrl-C; ``announce`` is given the address once it answers."""
    serve_web(settings.home, port, announce)
