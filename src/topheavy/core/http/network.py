"""One request and its answer: what pyreqwest does, under our names, with no key in any of them.

An error of the library may hold the whole address, key and all. It is never chained to ours, which are raised after
its handler has ended: a traceback or a crash report would print it.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from threading import Lock
from typing import TYPE_CHECKING

import pyreqwest.http  # noqa: F401  # here, and not where it is used: see below

from topheavy.core.clock import Clock
from topheavy.core.errors import SourceBusy, SourceError, SourceRefused
from topheavy.core.http.decode import Body
from topheavy.core.log.logger import redact
from topheavy.core.units import Page

if TYPE_CHECKING:
    from pyreqwest.client import SyncClient
    from pyreqwest.exceptions import PyreqwestError
    from pyreqwest.http import Url
    from pyreqwest.response import SyncResponse

# The library's allocator takes the thread that first loads it for one that never ends. Loaded by a worker thread,
# it breaks the process once that thread is gone and others ask for memory (pyreqwest 0.15); so it is loaded with us.

SIMULATED_HEADER = "x-topheavy-simulated"
"""A server that makes its data up says so in this response header; its answers are kept as simulated."""

UNSAID_WAIT = 15.0
"""Seconds to wait after 'too many requests' without Retry-After: four of them outlast a limit by the minute."""

DRIP = 10
"""An answer that never pauses for the time-out, but comes in drips, may take as many time-outs in all."""

CONNECTIONS = 20
"""Idle connections kept for the next call, for a minute."""

HINTS = {
    401: "the key is missing or wrong",
    403: "the key has no right to this (plan or User-Agent)",
    404: "there is no such thing",
}


@dataclass(frozen=True, slots=True)
class Address:
    """Where to, for the network; and the same to be shown, kept and logged, without secrets."""

    url: "Url"
    shown: str


@dataclass(frozen=True, slots=True)
class Received:
    """A successful answer, and how many bytes it was on the wire."""

    page: Page
    simulated: bool
    size: int


class Network:
    """One pool of kept-alive connections for all threads."""

    def __init__(self, timeout: float, max_bytes: int, clock: Clock) -> None:
        self._timeout, self._max_bytes, self._clock = timeout, max_bytes, clock
        self._lock = Lock()
        self._pool: SyncClient | None = None

    def close(self) -> None:
        """Close the connections; a later ``get`` opens new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def get(self, address: Address, headers: Mapping[str, str]) -> Received:
        """Ask once.

        Raises:
            SourceBusy: when the vendor or the way to it does not work just now.
            SourceRefused: when it will not answer this.
            Malformed: when a body came that cannot be unpacked.
        """
        from pyreqwest.exceptions import PyreqwestError

        refuse_odd(headers, address.shown)
        try:
            with self._open().get(address.url).headers(headers).build_streamed() as response:
                return self._read(response, address.shown)
        except PyreqwestError as error:
            trouble = translated(error, address.shown)
        raise trouble

    def _read(self, response: "SyncResponse", shown: str) -> Received:
        said = response.get_header
        raise_for_status(response.status, shown, said("retry-after"), self._clock)
        body = Body(shown, said("content-type") or "", said("content-encoding") or "", self._max_bytes)
        while (piece := response.body_reader.read_chunk()) is not None:
            body.add(piece.to_bytes())
        return Received(body.whole(), said(SIMULATED_HEADER) is not None, body.received)

    def _open(self) -> "SyncClient":
        if (pool := self._pool) is not None:
            return pool
        with self._lock:
            self._pool = self._pool or _pool(self._timeout)
            return self._pool


def _pool(timeout: float) -> "SyncClient":
    """Return a pool that unpacks nothing (``Body`` does, within bounds) and tells no server where it came from."""
    from pyreqwest.client import SyncClientBuilder

    once, in_all = timedelta(seconds=timeout), timedelta(seconds=timeout * DRIP)
    builder = SyncClientBuilder().user_agent(f"topheavy/{version('topheavy')}").referer(False)
    builder = builder.default_headers({"accept-encoding": "gzip"})
    builder = builder.gzip(False).deflate(False).brotli(False).zstd(False)
    builder = builder.pool_max_idle_per_host(CONNECTIONS).pool_idle_timeout(timedelta(minutes=1))
    return builder.connect_timeout(once).read_timeout(once).timeout(in_all).build()


def address_of(url: str, params: Mapping[str, str]) -> Address:
    """Join an address and its parameters.

    Raises:
        SourceRefused: when it is no address.
    """
    from pyreqwest.http import Url

    try:
        full = Url.parse_with_params(url, params) if params else Url(url)
    except ValueError as error:
        why = str(error)
    else:
        return Address(full, redact(str(full)))
    raise SourceRefused(f"{redact(url)}: not an address that can be fetched ({redact(why)})")


def refuse_odd(headers: Mapping[str, str], shown: str) -> None:
    """Refuse what cannot stand in a header, such as a key with a line break; the message does not show it."""
    if not all(value.isascii() and value.isprintable() for value in headers.values()):
        raise SourceRefused(f"{shown}: a header cannot be sent, look for odd characters in the key")


def translated(error: "PyreqwestError", shown: str) -> SourceError:
    """Return our error for one of the library's, without the address it may hold."""
    from pyreqwest.exceptions import BuilderError, RedirectError, RequestTimeoutError

    why = _innermost(error)
    if isinstance(error, (BuilderError, RedirectError)):
        return SourceRefused(f"{shown}: not an address that can be fetched ({why})")
    return SourceBusy(f"{shown}: {type(error).__name__}, {why}", crowded=isinstance(error, RequestTimeoutError))


def _innermost(error: "PyreqwestError") -> str:
    causes = (getattr(error, "details", None) or {}).get("causes") or [{"message": error.message}]
    return redact(" ".join(causes[-1]["message"].split()))


def raise_for_status(status: int, shown: str, retry_after: str | None, clock: Clock) -> None:
    """Translate an HTTP status into our errors; 200 passes in silence."""
    if status == 200:
        return
    if status in {408, 425, 429} or status >= 500:
        wish = seconds_wished(retry_after or "", clock())
        usual = UNSAID_WAIT if status == 429 else None
        raise SourceBusy(f"{shown}: HTTP {status}", usual if wish is None else wish, crowded=status in {429, 503})
    raise SourceRefused(f"{shown}: HTTP {status}, {HINTS.get(status, 'the request was not accepted')}")


def seconds_wished(retry_after: str, now: datetime) -> float | None:
    """Read a Retry-After header, seconds or an HTTP date, as seconds from ``now``; ``None`` when it says neither.

    >>> midnight = datetime(2024, 12, 6, tzinfo=UTC)
    >>> seconds_wished("7", midnight), seconds_wished("Fri, 06 Dec 2024 00:01:30 GMT", midnight)
    (7.0, 90.0)
    """
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    with suppress(ValueError, OverflowError):
        moment = parsedate_to_datetime(text)
        return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())
    return None
