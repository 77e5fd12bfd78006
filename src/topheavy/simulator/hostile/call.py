"""One call on its way through the faults: what was asked, the rest of the way, and the wire it will be answered on."""

import socket
import struct
from asyncio import wait_for
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Headers = list[tuple[bytes, bytes]]

TRANSPORT = "topheavy.transport"
"""Where a scope's ``extensions`` carry the connection, so that it can be cut."""


def with_transport(app: ASGIApp) -> ASGIApp:
    """Let ``app`` reach the connection it is called on; to be wrapped around everything else.

    ASGI knows no way to break a connection. uvicorn hands over ``send`` as a method of the object that owns the
    transport; where that is not so, ``app`` is told of none.
    """

    async def reach(scope: Scope, receive: Receive, send: Send) -> None:
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        if scope["type"] == "http" and hasattr(transport, "abort"):
            scope = {**scope, "extensions": {**scope.get("extensions", {}), TRANSPORT: transport}}
        await app(scope, receive, send)

    return reach


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, caught on its way."""

    status: int
    headers: Headers
    body: bytes

    def with_body(self, body: bytes, media_type: str = "") -> "Answer":
        """Return the same with another body, its length as it is."""
        changed = {b"content-length": str(len(body)).encode()}
        if media_type:
            changed[b"content-type"] = media_type.encode()
        return replace(self, body=body, headers=headers_with(self.headers, changed))


def headers_with(headers: Headers, changed: Mapping[bytes, bytes]) -> Headers:
    """Return the headers with these in the place of their namesakes."""
    return [(name, value) for name, value in headers if name.lower() not in changed] + list(changed.items())


@dataclass(frozen=True, slots=True)
class Call:
    """One call as a fault sees it; ``rest`` is the way on, ``dice`` falls the same for the same ask."""

    scope: Scope
    receive: Receive
    send: Send
    rest: ASGIApp
    dice: Random
    now: Callable[[], float]

    async def go_on(self) -> None:
        """Let the call pass."""
        await self.rest(self.scope, self.receive, self.send)

    async def answer(self) -> Answer | None:
        """Return what the rest of the way answers, whole; ``None`` where it answers nothing."""
        caught: list[Message] = []

        async def catch(message: Message) -> None:
            caught.append(message)

        await self.rest(self.scope, self.receive, catch)
        if not caught:
            return None
        start, *bodies = caught
        return Answer(start["status"], list(start["headers"]), b"".join(part.get("body", b"") for part in bodies))

    async def begin(self, status: int, headers: Headers) -> None:
        """Send the head of an answer."""
        await self.send({"type": "http.response.start", "status": status, "headers": headers})

    async def part(self, body: bytes, *, more: bool = True) -> None:
        """Send a part of its body."""
        await self.send({"type": "http.response.body", "body": body, "more_body": more})

    async def reply(self, answer: Answer) -> None:
        """Send a whole answer."""
        await self.begin(answer.status, answer.headers)
        await self.part(answer.body, more=False)

    @property
    def gone(self) -> bool:
        """Whether nobody listens any more."""
        transport = self._transport
        return transport is not None and transport.is_closing()

    @property
    def _transport(self) -> Any:
        return self.scope.get("extensions", {}).get(TRANSPORT)

    async def left_within(self, seconds: float) -> None:
        """Wait until who asked has left, at most so long."""
        with suppress(TimeoutError):  # patience has ended, as agreed
            await wait_for(self._left(), seconds)

    async def _left(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def hang_up(self) -> None:
        """Close the connection after what was sent, however little that was."""
        self._wire("close").close()
        await self._left()

    async def reset(self) -> None:
        """Abort the connection: who asked sees a reset, whatever was on its way is lost."""
        transport = self._wire("reset")
        if not self.gone:
            wire = transport.get_extra_info("socket")
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
        await self._left()

    def _wire(self, what: str) -> Any:
        if self._transport is None:  # called without a server: there is no wire, so the caller gets the break itself
            raise ConnectionResetError(f"a fault would {what} the connection here")
        return self._transport
