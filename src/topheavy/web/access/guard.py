"""Who may make this app do something: its own pages and programs of this machine, never another site's page.

A page from elsewhere can make a browser send a form or a plain text anywhere, but not JSON, and never without naming
where it comes from; and a name that is not this machine's own may be one that was pointed at it.
"""

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from topheavy.web.api.models import HOSTED
from topheavy.web.api.problem import Problem

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


class Guard:
    """Middleware that refuses what changes something and does not come from here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http" and scope["method"] not in _READING:
            headers = Headers(scope=scope)
            hosted = scope["path"] == HOSTED
            if wrong := _stranger(headers, any_name=hosted):
                return await _refused(HTTPStatus.FORBIDDEN, "elsewhere", wrong)(scope, receive, send)
            if not hosted and not headers.get("content-type", "").startswith("application/json"):
                wrong = "send JSON, with the content type application/json"
                return await _refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "no_json", wrong)(scope, receive, send)
        return await self._app(scope, receive, send)


def _stranger(headers: Headers, *, any_name: bool) -> str:
    """Say why a request is not taken for one from here; nothing where it is."""
    host, origin = headers.get("host", ""), headers.get("origin")
    if not any_name and host.rsplit(":", 1)[0] not in _OWN_NAMES and host not in _OWN_NAMES:
        return f"this app is asked to do something only under this machine's own name, not as '{host}'"
    if origin is not None and origin != f"http://{host}":
        return f"this app does nothing for a page of '{origin}'"
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return "this app does nothing for a page from elsewhere"
    return ""


def _refused(status: HTTPStatus, error: str, message: str) -> JSONResponse:
    return JSONResponse(Problem(error=error, message=message).model_dump(), status_code=status)
