"""Running the app on this machine, until interrupted or for as long as a block lasts."""

import atexit
import gc
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

import uvicorn
from fastapi import FastAPI

from topheavy.core.errors import WebError, one_line
from topheavy.web.app import make_app
from topheavy.web.services import NOTHING, Services

HOST = "127.0.0.1"
PATIENCE = 30.0
"""Seconds until a server that does not answer is given up."""


def serve(home: Path, port: int, announce: Callable[[str], None], handed: Services = NOTHING) -> None:
    """Serve the home's published copy and what is ``handed`` in besides, on this machine until interrupted;
    ``announce`` is told the address.

    Port 0 takes any free one.

    Raises:
        WebError: when the port is taken.
    """
    with _listen(port) as listening, suppress(KeyboardInterrupt):
        _Announcing(settled(make_app(home, handed)), _address(listening), announce).run(sockets=[listening])


def settled(app: FastAPI) -> FastAPI:
    """Return the app after setting aside what it is made of: else each full collection of garbage would look at all of
    it again, and for a tenth of a second nothing would be answered."""
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # else compiled modules take what is left at the end for leaks
    return app


@contextmanager
def running(home: Path, handed: Services = NOTHING) -> Iterator[str]:
    """Serve the home in this process for as long as the block lasts; yields the address.

    Raises:
        WebError: when the app does not answer in time.
    """
    with _listen(0) as listening:
        addresses: Queue[str] = Queue()
        server = _Announcing(make_app(home, handed), _address(listening), addresses.put)
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, name="topheavy-web")
        thread.start()
        try:
            yield addresses.get(timeout=PATIENCE)
        except Empty:
            raise WebError(f"the app over {home} did not answer within {PATIENCE:.0f} s") from None
        finally:
            server.should_exit = True
            thread.join()


class _Announcing(uvicorn.Server):
    """A server that tells its address once it answers."""

    def __init__(self, app: FastAPI, address: str, announce: Callable[[str], None]) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, log_level="warning", timeout_graceful_shutdown=1))
        self._address = address
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce(self._address)


def _listen(port: int) -> socket.socket:
    try:
        listening = socket.create_server((HOST, port))
    except (OSError, OverflowError) as error:
        raise WebError(
            f"port {port} on {HOST} cannot be opened ({one_line(error)}): "
            "choose another with --port, or 0 for a free one"
        ) from error
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _address(listening: socket.socket) -> str:
    return f"http://{HOST}:{listening.getsockname()[1]}"
