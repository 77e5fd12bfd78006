"""A small WebSocket server of this machine that speaks the vendor's live messages, connection by connection."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from websockets.sync.server import ServerConnection, serve

KEY = "a-key"


def trade(sequence: int, symbol: str = "AAPL", **more: Any) -> dict[str, Any]:
    """A trade as the vendor's reference shows it."""
    shown = {"ev": "T", "sym": symbol, "x": 4, "i": str(sequence), "z": 3, "p": 114.125, "s": 100, "c": [0, 12]}
    return shown | {"t": 1_536_036_818_784 + sequence, "q": sequence} | more


def minute(start: int, symbol: str = "GTE", **more: Any) -> dict[str, Any]:
    """A minute's aggregate as the vendor's reference shows it."""
    shown = {"ev": "AM", "sym": symbol, "v": 4110, "av": 9_470_157, "op": 0.4372, "vw": 0.4488, "o": 0.4488}
    return shown | {"c": 0.4486, "h": 0.4489, "l": 0.4486, "a": 0.4352, "s": start, "e": start + 60_000} | more


@contextmanager
def vendor_socket(script: Sequence[Sequence[Any]], asked: list[dict[str, Any]] | None = None) -> Iterator[str]:
    """Serve ``script``: each connection gets its list of messages, then is cut off; the last one is left open."""
    turns = iter(script)

    def handle(socket: ServerConnection) -> None:
        messages = next(turns, None)
        socket.send(_status("connected"))
        heard = json.loads(socket.recv())
        if heard["params"] != KEY:
            socket.send(_status("auth_failed"))
            return
        socket.send(_status("auth_success"))
        (asked if asked is not None else []).append(json.loads(socket.recv()))
        socket.send(_status("success"))
        for message in messages or ():
            socket.send(message if isinstance(message, str) else json.dumps(message))
        if messages is None:
            socket.recv()

    with serve(handle, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        finally:
            server.shutdown()
            thread.join()


def _status(status: str) -> str:
    return json.dumps([{"ev": "status", "status": status, "message": status}])
