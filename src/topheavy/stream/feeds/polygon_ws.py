"""Polygon.io, now Massive, live: trades, or a second's or minute's aggregates, over the vendor's WebSocket.

Settings: the key in ``POLYGON_API_KEY``; ``TOPHEAVY_POLYGON_WS`` for another address. ``ask.options["channel"]``: ``T``
(trades, the default), ``A`` (seconds) or ``AM`` (minutes). An aggregate is one trade at its close. After a broken
connection it subscribes again and asks the vendor's REST side (``TOPHEAVY_POLYGON_URL``) for what was traded meanwhile;
what cannot be had the log names, by security and period. With ``ask.begin`` it first brings what was traded since.
"""

import time
from collections.abc import Iterator
from typing import Any, ClassVar

import orjson

from topheavy.core.clock import system_clock
from topheavy.core.errors import StreamError, Terminal, UsageError, one_line
from topheavy.core.http.client import Client, Http, Limits, is_loopback
from topheavy.core.log.logger import logger
from topheavy.core.settings import Settings
from topheavy.core.units import SourceKind
from topheavy.stream.feed import Ask, Feed, Timed
from topheavy.stream.polygon.gap import SETTLED, Missed, Rest
from topheavy.stream.polygon.messages import CHANNELS, trades_in

ADDRESS = "wss://socket.polygon.io/stocks"
REST = "https://api.polygon.io"
KEYS = ("POLYGON_API_KEY", "MASSIVE_API_KEY", "TOPHEAVY_POLYGON_KEY")
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
LISTEN = 0.25
"""Seconds from one look for what was fetched meanwhile to the next."""

SILENCE = 20.0
"""Seconds a call for the connection's sign of life may go unanswered."""


class Refused(StreamError, Terminal):
    """The vendor will not let us in: wrong key or no right to this channel."""


class PolygonLive(Feed):
    """The vendor's live market; it never ends by itself."""

    name: ClassVar[str] = "polygon_ws"
    title: ClassVar[str] = "Polygon.io (now Massive), live over its WebSocket"
    kind: ClassVar[SourceKind] = SourceKind.VENDOR
    endless: ClassVar[bool] = True

    def trades(self, settings: Settings, ask: Ask) -> Iterator[Timed]:
        """Yield what the vendor sends as it comes, for ``ask.securities`` or all; batches are due now.

        Raises:
            Refused: when the key is not accepted.
            UsageError: when there is no key or no such channel.
        """
        channel = str(ask.options.get("channel", "T"))
        if channel not in CHANNELS:
            raise UsageError(f"no channel is called '{channel}': there are {', '.join(CHANNELS)}")
        address = settings.text("POLYGON_WS", ADDRESS)
        wanted = ",".join(f"{channel}.{name}" for name in ask.securities or ("*",))
        key = settings.secret(*KEYS)
        missed = Missed(channel, ask.securities, _rest(settings, ask, address, key), ask.begin)
        yield from _for_ever(address, key, wanted, missed)


def _rest(settings: Settings, ask: Ask, address: str, key: str) -> Rest:
    """Return the vendor's REST side; a socket of this machine has none unless a setting says where."""
    base = settings.text("POLYGON_URL", "" if is_loopback(address) else REST).rstrip("/")
    http: Http | None = ask.options.get("http")
    if http is None and base:
        http = Client(Limits(per_minute=int(settings.number("POLYGON_PER_MINUTE", 0 if is_loopback(base) else 5))))
    return Rest(http, base, key, float(ask.options.get("settled", SETTLED)))


def _for_ever(address: str, key: str, wanted: str, missed: Missed) -> Iterator[Timed]:
    """Connect again whenever the connection breaks, waiting longer each time nothing came."""
    from websockets.exceptions import WebSocketException

    wait = FIRST_WAIT
    while True:
        broke = time.monotonic()
        try:
            for timed in _connection(address, key, wanted, missed):
                wait = FIRST_WAIT
                yield timed
        except (WebSocketException, OSError) as error:
            logger.warning("%s broke after %.1f s: %s", address, time.monotonic() - broke, one_line(error))
        time.sleep(wait)
        wait = min(LONGEST_WAIT, wait * 2)


def _connection(address: str, key: str, wanted: str, missed: Missed) -> Iterator[Timed]:
    from websockets.sync.client import connect

    # A busy vendor keeps sending while we say goodbye: we do not listen to the end of it.
    with connect(address, ping_interval=SILENCE, ping_timeout=SILENCE, close_timeout=0.5, max_size=2**24) as socket:
        socket.send(orjson.dumps({"action": "auth", "params": key}).decode())
        _await(socket, "auth_success", ("auth_failed", "auth_timeout", "not_authorized"))
        socket.send(orjson.dumps({"action": "subscribe", "params": wanted}).decode())
        logger.info("following %s at %s", wanted, address)
        missed.listening(system_clock())
        while True:
            yield from (Timed(None, batch) for batch in missed.found())
            try:
                events = _events(socket.recv(timeout=LISTEN))
            except TimeoutError:
                continue
            _refuse(events, ("not_authorized", "max_connections"))
            if (batch := trades_in(events)).num_rows:
                missed.heard(batch)
                yield Timed(None, batch)


def _await(socket: Any, status: str, refusals: tuple[str, ...]) -> None:
    while True:
        events = _events(socket.recv(timeout=SILENCE))
        _refuse(events, refusals)
        if any(event.get("status") == status for event in events):
            return


def _refuse(events: list[dict[str, Any]], refusals: tuple[str, ...]) -> None:
    for event in events:
        if event.get("ev") == "status" and event.get("status") in refusals:
            raise Refused(f"the vendor refuses ({event['status']}): {event.get('message', '')}; check the key and plan")


def _events(message: str | bytes) -> list[dict[str, Any]]:
    """Return a message's events; one that cannot be read is told and left out, for the stream goes on."""
    try:
        read = orjson.loads(message)
    except orjson.JSONDecodeError as error:
        logger.warning("the vendor sent what is no JSON: %s", one_line(error))
        return []
    return [event for event in (read if isinstance(read, list) else [read]) if isinstance(event, dict)]


FEED = PolygonLive()
