"""Which address gets the pages' document: every page's own, and, marked as not found, any that is nothing else.

Dash prepares itself and knows the request only at ``/``; a page's address is therefore led there, inside.
"""

from collections.abc import Collection, Sequence

from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Addresses:
    """Middleware that leads the addresses of pages to ``/``; the browser's address stays as it is."""

    def __init__(self, app: ASGIApp, pages: Collection[str], others: Sequence[BaseRoute]) -> None:
        self._app = app
        self._pages = frozenset(pages)
        self._others = tuple(others)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, as it is or led to ``/``."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        if (scope["path"].rstrip("/") or "/") in self._pages:
            return await self._app(_led(scope), receive, send)
        if any(route.matches(scope)[0] is not Match.NONE for route in self._others):
            return await self._app(scope, receive, send)
        return await self._app(_led(scope), receive, _marked(send))


def _led(scope: Scope) -> Scope:
    return {**scope, "path": "/", "raw_path": b"/"}


def _marked(send: Send) -> Send:
    """Return a ``send`` that says 404 where the document would say 200."""

    async def marked(message: Message) -> None:
        await send({**message, "status": 404} if message["type"] == "http.response.start" else message)

    return marked
